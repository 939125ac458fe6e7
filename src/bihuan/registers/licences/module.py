"""Declaration of the register of licences."""

from __future__ import annotations

from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import DetailPanel, Register, Values
from bihuan.kernel.text import Text
from bihuan.parties.models import Thing
from bihuan.parties.satellites import lying_with, wrong_kind
from bihuan.registers.licences import queries
from bihuan.registers.licences.models import Licence
from bihuan.registers.licences.terms import LicencesGrants, LicenceType

NO_HOLDER = Text("“{n}”不是企业或使用单位。", "“{n}” is no enterprise and no place of use.")


def check_licence(values: Values) -> dict[str, Text]:
    found = wrong_kind(values, "holder", *queries.HELD_BY, wrong=NO_HOLDER)
    issued, until = values.get("issued_on"), values.get("until_on")
    if issued is not None and until is not None and until <= issued:
        found["until_on"] = Text("应晚于发证日期。", "Must be later than the day of issue.")
    return found


REGISTER = Register(
    code="licences",
    label=Text("许可证", "Licences"),
    icon="certificate",
    model=Licence,
    read=(LicencesGrants.READ,),
    edit=(LicencesGrants.EDIT,),
    title="scope",
    marker="sheet",
    retired=("is_withdrawn", True),
    derive=lying_with("holder"),
    check=check_licence,
    fields=(
        Field("code", Text("许可证编号", "Number"), in_list=True, sort=True, filter=True, width=26, example="（云）WH安许证字〔2025〕0001"),
        Field("holder", Text("持证单位", "Holder"), in_list=True, fixed=True, width=24, hint=Text("填企业或使用单位的编码或名称。", "Code or name of the enterprise or place of use.")),
        Field("kind", Text("许可证种类", "Kind"), terms=LicenceType, in_list=True, filter=True, width=22),
        Field("scope", Text("许可范围", "Scope"), in_list=True, search=True, width=30, example="甲醇、液氯生产"),
        Field("issuer", Text("发证机关", "Issued by"), width=22),
        Field("issued_on", Text("发证日期", "Issued on"), width=14),
        Field("until_on", Text("有效期至", "Until"), in_list=True, filter=True, sort=True, width=14),
    ),
)  # fmt: skip

MODULE = module_of(
    REGISTER,
    grants=LicencesGrants,
    order=12,
    serves={
        "R09": Text(
            "部分：“许可证”台账登记安全使用许可证，提前 90 天立项；应否领证的判断由人核",
            "Partly: safe-use permits are held and a case opens 90 days before they end; who needs one is for a person",
        ),
    },
    declares=(
        DetailPanel("licences", Text("许可证", "Licences"), Thing, "licences/panel.html", queries.panel_of_holder, order=30),
    ),
)  # fmt: skip
