"""Declaration of the register of enterprises."""

from __future__ import annotations

from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import Values
from bihuan.kernel.text import Text
from bihuan.parties.satellites import register_of_things
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


REGISTER = register_of_things(
    code="enterprises",
    kind="enterprise",
    label=Text("企业", "Enterprises"),
    icon="building-factory-2",
    model=Enterprise,
    read=(EnterprisesGrants.READ,),
    edit=(EnterprisesGrants.EDIT,),
    personal=(EnterprisesGrants.SEE_CONTACTS,),
    check=check_licence,
    fields=(
        Field("type", Text("企业类型", "Type"), terms=EnterpriseType, in_list=True, filter=True, sort=True, width=12),
        Field("processes", Text("涉及工艺", "Processes"), search=True, width=30, example="硝化、氯化"),
        Field("licence_kind", Text("许可证种类", "Licence"), terms=LicenceKind, filter=True, width=22),
        Field("licence_number", Text("许可证编号", "Licence number"), search=True, width=24),
        Field("licence_until", Text("许可证有效期至", "Licence until"), in_list=True, filter=True, sort=True, width=14),
        Field("employees", Text("从业人数", "Employees"), width=10, example="120"),
        Field("contact", Text("安全联系人", "Safety contact"), personal=True, width=12),
        Field("contact_phone", Text("联系电话", "Telephone"), personal=True, width=16),
    ),
)

MODULE = module_of(REGISTER, grants=EnterprisesGrants, order=10)
