"""证据术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class EvidenceGrants(Term):
    ADD = "evidence.add", "提交证据", "Add evidence"
    READ = "evidence.read", "查阅证据", "Read evidence"


class EvidenceKind(Term):
    """证据种类: what a piece is, not which file format it has."""

    PHOTO = "photo", "现场照片", "Photo of the site"
    VIDEO = "video", "视频", "Video"
    RECORD = "record", "记录、纪要", "Record or minutes"
    REPORT = "report", "报告", "Report"
    DRAWING = "drawing", "图纸", "Drawing"
    CERTIFICATE = "certificate", "证照、资质", "Certificate or licence"
    LEDGER = "ledger", "台账、清单", "Ledger or list"
    NOTICE = "notice", "通知、文书", "Notice or official letter"
    OTHER = "other", "其他", "Other"


class ExpiryStage(Term):
    """到期提醒: how far the reminding has come. Each is said once."""

    NONE = "none", "未提醒", "Nothing said"
    MONTH = "month", "到期前三十日", "Thirty days before"
    WEEK = "week", "到期前七日", "Seven days before"
    EXPIRED = "expired", "已到期", "Expired"
