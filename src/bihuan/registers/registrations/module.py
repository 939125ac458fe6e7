"""Declaration of the codes of the national registration."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bihuan.core.modules import Job
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import Register, Values
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.registers.registrations import actions, jobs, rules
from bihuan.registers.registrations.models import Registration
from bihuan.registers.registrations.terms import RENEWAL_KIND, HolderKind, RegistrationsGrants


def derive(values: Values) -> dict[str, object]:
    """A registration lies where its holder does."""
    holder = values.get("organisation")
    if holder is None:
        return {}
    return {"region_path": holder.region_path, "organisation_code": holder.code}


REGISTER = Register(
    code="registrations",
    label=Text("登记系统编码", "Codes of the registration"),
    icon="certificate",
    model=Registration,
    read=(RegistrationsGrants.READ,),
    edit=(RegistrationsGrants.EDIT,),
    title="code",
    marker="sheet",
    retired=("is_removed", True),
    derive=derive,
    intro=Text(
        "企业编码、园区编码由国家危险化学品登记综合服务系统发放，照抄；统一社会信用代码在单位台账。",
        "Issued by the national registration and copied; the credit code stands with the organisation.",
    ),
    fields=(
        Field("code", Text("登记系统编码", "Code"), in_list=True, sort=True, filter=True, check=rules.wrong_code, width=22),
        Field("kind", Text("种类", "Kind"), terms=HolderKind, in_list=True, filter=True, width=12),
        Field("organisation", Text("单位", "Organisation"), in_list=True, fixed=True, width=26),
        Field("certificate", Text("登记证编号", "Certificate"), in_list=True, search=True, width=20),
        Field("valid_until", Text("有效期至", "Valid until"), in_list=True, sort=True, filter=True, width=14),
    ),
)  # fmt: skip

_generated = module_of(REGISTER, grants=RegistrationsGrants, order=14, section="chemicals")

MODULE = replace(
    _generated,
    actions=(*_generated.actions, actions.remind),
    jobs=(
        Job(
            "registrations.remind",
            Text("提醒登记证换证", "Remind of renewals"),
            jobs.remind,
            grants=(RegistrationsGrants.REMIND, RegistrationsGrants.READ),
            daily_at=time(7, 10),
        ),
    ),
    declares=(
        *_generated.declares,
        CaseKind(RENEWAL_KIND, Text("登记证换证", "Renewal of a registration"), icon="certificate"),
    ),
)
