"""重大危险源备案术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class FilingGrants(Term):
    READ = "major_hazard_filing.read", "查看重大危险源备案", "See filings of major hazards"
    FILE = "major_hazard_filing.file", "受理备案与核销", "File and deregister major hazards"
    EVALUATE = "major_hazard_filing.evaluate", "登记安全评估", "Record safety evaluations"
    OPEN = "major_hazard_filing.open", "按变化立项", "Open cases by what changed"


class FilingState(Term):
    CURRENT = "current", "有效", "In force"
    SUPERSEDED = "superseded", "已被替代", "Superseded"
    DEREGISTERED = "deregistered", "已核销", "Deregistered"


FILING_KIND = "major_hazard_filing"
OVER_STORAGE_KIND = "over_storage"
EVALUATION_KIND = "hazard_evaluation"
