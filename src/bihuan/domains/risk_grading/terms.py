"""静态风险分级术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class RiskGradingGrants(Term):
    READ = "risk_grading.read", "查看风险分级", "See risk grades"
    ASSESS = "risk_grading.assess", "诊断评分", "Assess enterprises"
    GRADE = "risk_grading.grade", "录入园区与企业等级", "Enter grades of parks and enterprises"
