"""Declaration of the register of supervisory staff."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import Register, Values
from bihuan.kernel.text import Text
from bihuan.registers.staff import queries
from bihuan.registers.staff.models import StaffMember
from bihuan.registers.staff.terms import Degree, Duty, StaffGrants


def _derive(values: Values) -> Mapping[str, Any]:
    unit = values.get("organisation")
    return {} if unit is None else {"organisation_code": unit.code, "region_path": unit.region_path}


def wrong_in(values: Values) -> dict[str, Text]:
    found: dict[str, Text] = {}
    if values.get("qualified_until") and not values.get("qualification"):
        found["qualification"] = Text("填了有效期就要填资格名称。", "A last day needs the name of the qualification.")
    if values.get("is_dedicated") and values.get("other_duties"):
        found["is_dedicated"] = Text(
            "兼任其他工作的不是专岗专用。", "Whoever has other duties is not used for this alone."
        )
    joined, left = values.get("joined_on"), values.get("left_on")
    if joined and left and left < joined:
        found["left_on"] = Text("离岗日期早于到岗日期。", "It lies before the day of joining.")
    years = values.get("practice_years")
    if years is not None and not 0 <= Decimal(str(years)) <= 60:
        found["practice_years"] = Text("应在 0 与 60 之间。", "Must lie between 0 and 60.")
    return found


REGISTER = Register(
    code="staff",
    label=Text("监管人员", "Supervisory staff"),
    icon="users",
    model=StaffMember,
    read=(StaffGrants.READ,),
    edit=(StaffGrants.EDIT,),
    personal=(StaffGrants.SEE_NAMES,),
    title="post",
    marker="sheet",
    retired=("is_removed", True),
    derive=_derive,
    check=wrong_in,
    intro=Text(
        "园区、应急部门和执法队伍从事危险化学品监管的人员；方案中的人数和比例由此计算。",
        "Who supervises chemical safety in parks, bureaus and enforcement teams; heads and shares are counted from it.",
    ),
    fields=(
        Field("code", Text("人员编号", "Code"), in_list=True, sort=True, filter=True, width=16, example="BG-001"),
        Field("name", Text("姓名", "Name"), personal=True, width=12),
        Field("organisation", Text("单位", "Organisation"), in_list=True, filter=True, width=26,
              hint=Text("填单位编码或全称。", "Code or full name.")),
        Field("post", Text("岗位", "Post"), in_list=True, search=True, width=20, example="危化品监管岗"),
        Field("duty", Text("岗位性质", "Employed as"), terms=Duty, in_list=True, filter=True, width=14),
        Field("is_full_time", Text("专职", "Full time"), in_list=True, filter=True, width=8),
        Field("is_dedicated", Text("专岗专用", "Used for this alone"), in_list=True, filter=True, width=10),
        Field("other_duties", Text("兼任工作", "Other duties"), width=20),
        Field("degree", Text("学历", "Degree"), terms=Degree, in_list=True, filter=True, width=10),
        Field("has_relevant_degree", Text("化工安全相关专业", "Relevant field"), in_list=True, filter=True, width=12,
              hint=Text("化工、安全、应急管理等相关专业。", "Chemistry, chemical engineering, safety, emergency management.")),
        Field("practice_years", Text("从业实践年限", "Years of practice"), in_list=True, width=10, example="3"),
        Field("qualification", Text("执业资格", "Qualification"), width=24, example="注册安全工程师"),
        Field("qualified_until", Text("资格有效期至", "Qualified until"), in_list=True, filter=True, sort=True, width=14),
        Field("joined_on", Text("到岗日期", "Joined on"), filter=True, sort=True, width=14),
        Field("left_on", Text("离岗日期", "Left on"), width=14),
    ),
)  # fmt: skip

MODULE = module_of(
    REGISTER,
    grants=StaffGrants,
    order=60,
    declares=queries.FORMULAS,
    serves={
        "D02": Text(
            "监管人员台账与公式“专职监管人员数”按单位对照 10 名、6 名的下限（见“指标缺口”）；安全总监按岗位性质登记",
            "Staff register and its formula count full-time inspectors against 10 and 6 (see Gaps); safety directors are entered as such",
        ),
        "D03": Text(
            "两种口径各一个公式：专职人员中的专业人员；在职执法人员中学历与实践兼备者。指标缺口列出差多少",
            "One formula for each base: professionals among full-time staff; degree and practice among enforcement officers. Gaps says how far",
        ),
        "D04": Text(
            "台账按“专岗专用”筛选，兼任工作逐人列明；公式给出比例",
            "Filter the register by use; other duties are listed by person; a formula gives the share",
        ),
        "D05": Text(
            "各部门现有人数按单位、岗位筛选",
            "Heads by department and duty, by filters",
        ),
    },
)
