"""立项: a finding becomes a case on its object."""

from __future__ import annotations

from datetime import date

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Ref, action
from bihuan.domains.register_checks import queries, rules
from bihuan.domains.register_checks.rules import Finding
from bihuan.domains.register_checks.terms import FINDING_KIND, Check, ChecksGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop.models import Case
from bihuan.loop.terms import Level
from bihuan.parties.models import Thing
from bihuan.registers.major_hazards.queries import authority_at

_GRAVE = (Check.OVER_STORED, Check.TOGETHER, Check.PEOPLE)


@action(
    "register_checks.open_finding_case",
    label=Text("按核查结果立项", "Open a case of a finding"),
    needs=ChecksGrants.OPEN,
    faces=(),
)
def open_finding_case(*, ctx: Context, thing: Ref[Thing], check: Check, text: str, ends_on: date | None = None) -> Case:
    """底数核查立项: one open case an object and check; what it says follows the registers."""
    finding = Finding(check, thing.pk, thing.code, thing.name, thing.region_path, thing.organisation_code, text)
    known = queries.open_case(finding)
    if known is not None:
        if known.text == text:
            ctx.about(known)
            return known
        return ctx.change(known, text=text)
    today = day_of(ctx.at)
    authority = authority_at(thing=thing, on=today)
    return moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=FINDING_KIND,
            title=finding.title,
            text=text,
            clause=check.label.zh,
            source="底数核查",
            owner=thing.organisation,
            supervisor=authority,
            issuer=authority,
            region=thing.region,
            thing=thing,
            level=Level.IMPORTANT if check in _GRAVE else Level.ORDINARY,
            due_on=rules.limit(today=today, days=queries.days(today)["finding"], ends_on=ends_on),
        ),
    )
