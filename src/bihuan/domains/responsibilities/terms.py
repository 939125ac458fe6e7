"""职责术语."""

from __future__ import annotations

from bihuan.kernel.term import Term

GAP_KIND = "responsibility_gap"
LEADER_KIND = "leader_item"
#: One hand-over passes on at most so many cases: one transaction, one audit row.
MOST_PASSED = 2_000


class ResponsibilitiesGrants(Term):
    READ = "responsibilities.read", "查看职责", "See responsibilities"
    KEEP = "responsibilities.keep", "维护本单位职责", "Keep the responsibilities of a unit"
    DIVIDE = "responsibilities.divide", "划分职责", "Divide responsibilities"


class Link(Term):
    """环节. 依据 B08."""

    PRODUCTION = "link.production", "生产", "Production"
    STORAGE = "link.storage", "储存", "Storage"
    USE = "link.use", "使用", "Use"
    OPERATION = "link.operation", "经营", "Trade"
    TRANSPORT = "link.transport", "运输", "Transport"
    DISPOSAL = "link.disposal", "废弃处置", "Disposal"


class Sector(Term):
    """行业领域, 十二条线. 依据 B09 (R04)."""

    PRINTING = "sector.printing", "印刷出版", "Printing and publishing"
    ENERGY = "sector.energy", "能源、化工、船舶修造、粮食", "Energy, chemicals, ships, grain"
    EDUCATION = "sector.education", "学校实验室、文化娱乐演出", "School laboratories, entertainment and shows"
    RESEARCH = "sector.research", "科研院所", "Research institutes"
    BUILDING = (
        "sector.building",
        "建筑、市政、园林、环卫、港口",
        "Building, municipal works, gardens, sanitation, ports",
    )
    AGRICULTURE = "sector.agriculture", "农业、渔业、屠宰、水务", "Agriculture, fishery, slaughter, water works"
    TRADE = "sector.trade", "商贸服务", "Trade and services"
    MEDICAL = "sector.medical", "医疗卫生", "Medical"
    INDUSTRY = (
        "sector.industry",
        "医药、冶金、有色、建材、机械、轻工、纺织",
        "Pharmaceuticals, metals, materials, machinery, light industry, textiles",
    )
    CONTROLLED = "sector.controlled", "剧毒、易制毒、易制爆", "Highly toxic, drug and explosive precursors"
    WASTE = "sector.waste", "废弃物处置", "Waste disposal"
    REPAIR = "sector.repair", "机动车维修", "Vehicle repair"


#: The lines of the division, in the order of the matrix.
LINES: tuple[Term, ...] = (*Link, *Sector)


class Part(Term):
    """一个单位对一个环节或行业."""

    IN_CHARGE = "in_charge", "主管", "In charge"
    COOPERATES = "cooperates", "配合", "Cooperates"
    NOT_CONCERNED = "not_concerned", "不涉及", "Not concerned"
    UNDECIDED = "undecided", "未明确", "Undecided"


class ListKind(Term):
    """清单种类. 依据 A06, B11."""

    RESPONSIBILITIES = "responsibilities", "工作职责清单", "List of responsibilities"
    TASKS = "tasks", "年度任务清单", "List of the year's tasks"
    LEADERS = "leaders", "领导干部年度重点工作清单", "Leaders' list of the year"


class PaperKind(Term):
    """职责与制度文件. 依据 B07, C11, C16."""

    SUPERVISION = "supervision", "危险化学品安全监管工作职责", "Duties of supervision"
    GUIDANCE = "guidance", "督查指导制度", "System of guidance for a sector"
    PURSUIT = "pursuit", "责任追究办法", "Rules of pursuit"
    OTHER = "other", "其他制度", "Another system"


class PaperState(Term):
    """文件状态."""

    DRAFT = "draft", "起草中", "Draft"
    COMING = "coming", "已发布，未施行", "Published, not yet in force"
    IN_FORCE = "in_force", "施行中", "In force"
    ENDED = "ended", "已被新版替代", "Replaced"
