"""提醒换证."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Ref, action
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.registers.registrations import queries
from bihuan.registers.registrations.models import Registration
from bihuan.registers.registrations.terms import RENEWAL_KIND, RegistrationsGrants


class NobodySupervises(Problem):
    code = "nobody_supervises"


@action(
    "registrations.remind",
    label=Text("提醒登记证换证", "Remind of a renewal"),
    needs=RegistrationsGrants.REMIND,
    faces=(),
)
def remind(*, ctx: Context, registration: Ref[Registration]) -> Registration:
    """到期提醒: a case of the holder, due on the last day of the certificate."""
    holder, today = registration.organisation, day_of(ctx.at)
    authority = queries.authority_of(holder)
    if authority is None:
        raise NobodySupervises(
            Text(
                "“{n}”所在区域没有应急管理部门，无法提醒。请先登记主管部门。",
                "No emergency department supervises “{n}”: register one first.",
            ).format(n=holder.name)
        )
    assert registration.valid_until is not None  # only what ends falls due
    moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=RENEWAL_KIND,
            title=f"危险化学品登记证换证：{registration.certificate or registration.code}",
            text=f"登记证有效期至 {registration.valid_until.isoformat()}，请复核换证后更新有效期。",
            clause=queries.citation(today),
            source="登记证到期",
            owner=holder,
            supervisor=authority,
            issuer=authority,
            region=holder.region,
            due_on=max(registration.valid_until, today),
        ),
    )
    return ctx.change(registration, reminded_of=registration.valid_until)
