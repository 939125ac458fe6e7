"""Declaration of the register of enterprises."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import Once, Values
from bihuan.kernel.credit_code import require_credit_code
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.parties.satellites import ORGANISATION, register_of_things
from bihuan.registers.enterprises import queries
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.enterprises.terms import EnterprisesGrants, EnterpriseType, LicenceKind


def check_licence(values: Values) -> dict[str, Text]:
    """A licence is its number and its last day together."""
    if values.get("licence_kind") in (None, "", LicenceKind.NONE):
        return {}
    missing = {
        name: Text("有许可证时必填。", "Needed when there is a licence.")
        for name in ("licence_number", "licence_until")
    }
    return {name: words for name, words in missing.items() if not values.get(name)}


def wrong_credit_code(value: str) -> Text | None:
    try:
        code = require_credit_code(value)
    except Problem as problem:
        return problem.text
    return None if code == value else Text("请写成 {c}。", "Write {c}.").format(c=code)


def wrong_number(value: int) -> Text | None:
    return None if value >= 0 else Text("不能为负。", "It can't be negative.")


def check_enterprise(values: Values) -> dict[str, Text]:
    return {**check_licence(values), **queries.wrong_organisation(values)}


REGISTER = register_of_things(
    code="enterprises",
    kind="enterprise",
    label=Text("企业", "Enterprises"),
    icon="building-factory-2",
    model=Enterprise,
    read=(EnterprisesGrants.READ,),
    edit=(EnterprisesGrants.EDIT,),
    personal=(EnterprisesGrants.SEE_CONTACTS,),
    check=check_enterprise,
    once=(
        Once(("thing__organisation__credit_code",), "credit_code", Text("此信用代码的企业", "The enterprise of this credit code")),
    ),
    prepare=queries.organisation_for,
    prepares="organisation",
    organisation=replace(
        ORGANISATION,
        required=False,
        hint=Text(
            "已登记的单位填其编码或全称；新企业不填，按本行的编码、名称和区域登记为新单位。",
            "Code or full name of one that is entered; left open for a new enterprise, which is entered by this row's code, name and region.",
        ),
    ),
    fields=(
        Field(
            "credit_code", Text("统一社会信用代码", "Unified social credit code"), source="thing__organisation__credit_code",
            search=True, filter=True, check=wrong_credit_code, width=22, example="91320000MA1X000017",
        ),
        Field("type", Text("企业类型", "Type"), terms=EnterpriseType, in_list=True, filter=True, sort=True, width=12),
        Field("processes", Text("涉及工艺", "Processes"), search=True, width=30, example="硝化、氯化"),
        Field("licence_kind", Text("许可证种类", "Licence"), terms=LicenceKind, filter=True, width=22),
        Field("licence_number", Text("许可证编号", "Licence number"), search=True, width=24),
        Field("licence_until", Text("许可证有效期至", "Licence until"), in_list=True, filter=True, sort=True, width=14),
        Field(
            "employees", Text("从业人数", "Employees"), width=10, example="120", check=wrong_number,
            plausible=(Decimal(0), Decimal(100_000)),
        ),
        Field("contact", Text("安全联系人", "Safety contact"), personal=True, width=12),
        Field("contact_phone", Text("联系电话", "Telephone"), personal=True, width=16),
    ),
)  # fmt: skip

MODULE = module_of(REGISTER, grants=EnterprisesGrants, order=10)
