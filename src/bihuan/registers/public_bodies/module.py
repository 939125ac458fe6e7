"""Declaration of how supervising bodies are set up, equipped and trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bihuan.core.modules import MenuItem, Module
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import Register, Values
from bihuan.kernel.text import Text
from bihuan.parties.terms import AUTHORITIES
from bihuan.registers.public_bodies import queries, rules
from bihuan.registers.public_bodies.models import BodySetUp, EnforcementMeans, LearningRecord
from bihuan.registers.public_bodies.terms import BodyForm, LearningKind, MeansKind, PublicBodiesGrants

READ, EDIT = (PublicBodiesGrants.READ,), (PublicBodiesGrants.EDIT,)
UNIT = Field("organisation", Text("单位", "Organisation"), in_list=True, filter=True, width=26,
             hint=Text("填单位编码或全称。", "Code or full name."))  # fmt: skip


def _of_body(values: Values) -> dict[str, Any]:
    unit = values.get("organisation")
    return {} if unit is None else {"organisation_code": unit.code, "region_path": unit.region_path}


def _with_gap(values: Values) -> Mapping[str, Any]:
    needed, held = values.get("needed"), values.get("held")
    found = _of_body(values)
    return found if needed is None or held is None else {**found, "is_short": rules.is_short(needed=needed, held=held)}


def wrong_body(values: Values) -> dict[str, Text]:
    unit = values.get("organisation")
    if unit is not None and (unit.kind not in AUTHORITIES or unit.abolished_on is not None):
        return {"organisation": Text("不是在设的公共机构。", "This is no public body that exists.")}
    return {}


def wrong_attendance(values: Values) -> dict[str, Text]:
    took_part, should = values.get("took_part"), values.get("should")
    if took_part is not None and should is not None and took_part > should:
        return {"took_part": Text("参加人数多于应参加人数。", "More took part than should.")}
    return {}


SET_UPS = Register(
    code="body_set_ups",
    label=Text("监管机构设置", "How bodies are set up"),
    icon="building",
    model=BodySetUp,
    read=READ,
    edit=EDIT,
    title="basis",
    marker="sheet",
    retired=("is_ended", True),
    derive=_of_body,
    check=wrong_body,
    intro=Text(
        "应急管理部门是否局队合一，园区是否单独设立安全监管机构，各写明依据和日期。",
        "Whether a bureau and its enforcement team are one, whether a park has its own safety organ, each with basis and day.",
    ),
    fields=(
        Field("code", Text("登记编号", "Code"), in_list=True, sort=True, width=16, example="JG-001"),
        UNIT,
        Field("form", Text("设置形式", "Form"), terms=BodyForm, in_list=True, filter=True, width=20),
        Field("organ", Text("机构名称", "Organ"), in_list=True, width=26, example="云州化工园区安全监管局"),
        Field("from_on", Text("自", "From"), in_list=True, sort=True, filter=True, width=14),
        Field("basis", Text("依据", "Basis"), in_list=True, search=True, width=30, example="云编办〔2025〕6号"),
    ),
)  # fmt: skip

MEANS = Register(
    code="enforcement_means",
    label=Text("执法保障", "Means of enforcement"),
    icon="truck",
    model=EnforcementMeans,
    read=READ,
    edit=EDIT,
    title="item",
    marker="sheet",
    retired=("is_ended", True),
    derive=_with_gap,
    check=wrong_body,
    intro=Text(
        "年度经费、监管人员、车辆（含特种专业技术用车）和装备物资：需要多少、现有多少；按“存在缺口”筛选就是缺口清单。",
        "Money, staff, vehicles (special technical ones too) and supplies of a year: needed and there; narrow to gaps for the list of them.",
    ),
    fields=(
        Field("code", Text("登记编号", "Code"), in_list=True, sort=True, width=16, example="BZ-2026-01"),
        UNIT,
        Field("year", Text("年度", "Year"), in_list=True, filter=True, sort=True, width=8, example="2026"),
        Field("kind", Text("种类", "Kind"), terms=MeansKind, in_list=True, filter=True, width=18),
        Field("item", Text("项目", "Item"), in_list=True, search=True, width=26, example="危化品执法专项经费"),
        Field("needed", Text("需要", "Needed"), in_list=True, width=12, example="120"),
        Field("held", Text("现有（已列）", "There"), in_list=True, width=12, example="90"),
        Field("measured_in", Text("计量单位", "Unit"), in_list=True, width=10, example="万元"),
        Field("is_in_budget", Text("已列入同级预算", "In the budget of the same level"), filter=True, width=12),
        Field("is_short", Text("存在缺口", "Short of it"), required=False, in_list=True, filter=True, width=10,
              hint=Text("由需要与现有算出。", "Follows from the two numbers.")),
        Field("basis", Text("依据", "Basis"), width=30, example="2026年部门预算批复"),
    ),
)  # fmt: skip

LEARNING = Register(
    code="learning",
    label=Text("学习培训记录", "Study and training"),
    icon="book",
    model=LearningRecord,
    read=READ,
    edit=EDIT,
    title="topic",
    marker="sheet",
    retired=("is_ended", True),
    derive=_of_body,
    check=wrong_attendance,
    intro=Text(
        "领导班子学习贯彻和职业技能晋级培训的记录；谁还没有学习见“学习贯彻情况”。",
        "What leaders studied and who was trained; who hasn't studied yet stands under “Who has studied”.",
    ),
    fields=(
        Field("code", Text("登记编号", "Code"), in_list=True, sort=True, width=16, example="XX-2026-001"),
        UNIT,
        Field("kind", Text("种类", "Kind"), terms=LearningKind, in_list=True, filter=True, width=16),
        Field("topic", Text("内容", "Topic"), in_list=True, search=True, width=36, example="学习贯彻关于安全生产重要论述"),
        Field("held_on", Text("日期", "Held on"), in_list=True, sort=True, filter=True, width=14),
        Field("leader", Text("主持领导（职务）", "Leader (post)"), in_list=True, width=20, example="党组书记、局长"),
        Field("took_part", Text("参加人数", "Took part"), in_list=True, width=10, example="18"),
        Field("should", Text("应参加人数", "Should take part"), width=10, example="20"),
        Field("paper", Text("纪要（文号）", "Minutes"), width=26, example="党组会议纪要〔2026〕3号"),
    ),
)  # fmt: skip

_set_ups = module_of(SET_UPS, grants=PublicBodiesGrants, order=62)
_means = module_of(MEANS, grants=PublicBodiesGrants, order=63)
_learning = module_of(LEARNING, grants=PublicBodiesGrants, order=64)

MODULE = Module(
    name="public_bodies",
    label=Text("监管机构与保障", "Supervising bodies and their means"),
    grants=PublicBodiesGrants,
    actions=(*_set_ups.actions, *_means.actions, *_learning.actions),
    roles=(*_set_ups.roles, *_means.roles, *_learning.roles),
    menu=(
        *_set_ups.menu,
        *_means.menu,
        *_learning.menu,
        MenuItem(
            Text("学习贯彻情况", "Who has studied"), "study", "book", tuple(PublicBodiesGrants), section="parties", order=90
        ),
    ),
    serves={
        "B12": Text(
            "台账“学习培训记录”：内容、日期、主持领导、参加人数、纪要；“学习贯彻情况”按地方和部门列出学习次数，没有记录的排在最前",
            "Register of study: topic, date, leader, participants, minutes; “Who has studied” lists localities and departments, those without a record first",
        ),
        "B14": Text(
            "台账“监管机构设置”：各应急管理部门局队合一或分设，写明依据和日期；按形式筛选",
            "Register of set-ups: bureau and team in one or apart, with basis and day; filter by form",
        ),
        "B15": Text(
            "台账“执法保障”：年度经费、执法车辆、特种专业技术用车、装备物资的需要与现有，是否列入同级预算；按“存在缺口”筛选；公式“执法保障满足率”",
            "Register of means: money, vehicles, special technical vehicles and supplies needed and there, in the budget or not; filter by gap; a formula gives the share met",
        ),
        "D05": Text(
            "台账“执法保障”按部门登记监管人员需要数、现有数与依据，缺口可筛选；方案没有数字，需要数由部门据实填写",
            "Register of means: staff each department needs and has, with the basis, gaps by filter; the plans give no number, so a department says its own need",
        ),
        "E07": Text(
            "部分：台账“学习培训记录”登记职业技能晋级培训，公式“职业技能晋级培训覆盖率”对照 60%；按单位报数，不逐人登记",
            "Partly: the register of study holds skill-upgrade training and a formula compares coverage with 60 %; by numbers of a unit, not person by person",
        ),
    },
    urls="bihuan.registers.public_bodies.urls",
    url_prefix="",
    declares=(*_set_ups.declares, *_means.declares, *_learning.declares, *queries.FORMULAS),
)  # fmt: skip
