"""年度考核术语."""

from __future__ import annotations

from bihuan.kernel.term import Term

APPEAL_KIND = "assessment_appeal"
#: Days to decide an appeal in.
APPEAL_DAYS = 15


class AssessmentGrants(Term):
    READ = "assessment.read", "查看考核", "See assessments"
    CONDUCT = "assessment.conduct", "组织考核", "Conduct assessments"


class Measure(Term):
    """指标: what a line of the sheet counts. 依据 C15: task results, indicators, problems, warnings."""

    CLOSED_SHARE = "closed_share", "任务销号率", "Share of tasks closed out"
    IN_TIME_SHARE = "in_time_share", "任务按期率", "Share of tasks in time"
    PROBLEM_SHARE = "problem_share", "问题整改率", "Share of problems rectified"
    REPORT_SHARE = "report_share", "报告按期率", "Share of reports in time"
    SENT_BACK = "sent_back", "被退回事项", "Cases sent back"
    SUPERVISED = "supervised", "被督办事项", "Cases under supervision"
    WARNINGS = "warnings", "警示约谈", "Warnings"
    BY_HAND = "by_hand", "人工评定", "Judged by hand"

    @property
    def is_share(self) -> bool:
        return str(self.value).endswith("_share")


class SheetState(Term):
    """考核表."""

    DRAFT = "draft", "待公布", "Not published"
    OPEN = "open", "公布，可申诉", "Published, open to appeal"
    APPEALED = "appealed", "申诉中", "Under appeal"
    FINAL = "final", "已定", "Final"


class PursuitMeasure(Term):
    """责任追究方式. 依据 C16; which of them a rule allows is the rule's to say."""

    WRITTEN = "written", "责令书面检查", "A written self-criticism"
    TALK = "talk", "诫勉（约谈）", "An admonishing talk"
    CIRCULAR = "circular", "通报批评", "Criticised in a circular"
    NO_AWARD = "no_award", "取消评先评优资格", "No awards"
    POST = "post", "组织处理", "Moved or removed from the post"
    REFERRED = "referred", "移送纪检监察机关", "Referred to discipline inspection"
