"""监管机构与保障术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class PublicBodiesGrants(Term):
    READ = "public_bodies.read", "查看监管机构与保障台账", "See how supervising bodies are set up and equipped"
    EDIT = "public_bodies.edit", "维护监管机构与保障台账", "Keep how supervising bodies are set up and equipped"


class BodyForm(Term):
    """机构设置形式. 依据 B14, D01."""

    ONE_BODY = "one_body", "局队合一", "Bureau and enforcement team in one"
    APART = "apart", "局队分设", "Bureau and enforcement team apart"
    OWN_ORGAN = "own_organ", "单独设立安全监管机构", "A safety organ of its own"
    SHARED = "shared", "与其他机构合署（挂牌）", "Shared with another organ"
    NONE = "none", "未设立", "None"


class MeansKind(Term):
    """保障种类. 依据 B15, D05."""

    BUDGET = "budget", "经费", "Money"
    PEOPLE = "people", "监管人员", "Staff"
    VEHICLE = "vehicle", "执法执勤车辆", "Enforcement vehicles"
    SPECIAL_VEHICLE = "special_vehicle", "特种专业技术用车", "Special technical vehicles"
    SUPPLIES = "supplies", "装备物资", "Equipment and supplies"


class LearningKind(Term):
    """学习培训. 依据 B12, E07."""

    STUDY = "study", "学习贯彻", "Study of instructions"
    SKILL = "skill", "职业技能晋级培训", "Skill-upgrade training"
