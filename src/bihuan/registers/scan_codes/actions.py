"""作废、更换和排印现场码."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limit

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.parties.models import Thing
from bihuan.registers.products.models import PrintBatch
from bihuan.registers.products.terms import PrintKind
from bihuan.registers.scan_codes import queries
from bihuan.registers.scan_codes.terms import CODES_JOB, MOST_CODES, ScanCodesGrants


class NothingToPrint(Problem):
    code = "nothing_to_print"


class TooManyCodes(Problem):
    code = "too_many_codes"


def _where_held(*, ctx: Context, **_: object) -> Place:
    """Printing belongs to no place but one's own reach."""
    held = next((h.scope for h in ctx.actor.held if h.grant == ScanCodesGrants.PRINT), None)
    if held is None:
        return Place("")
    return Place(held.region_path or "", frozenset([held.organisation] if held.organisation else []))


@action(
    "scan_codes.renew",
    label=Text("作废并换新码", "Revoke and replace the code"),
    needs=ScanCodesGrants.RENEW,
    icon="refresh",
    tone="danger",
    confirm=Text(
        "旧码立即失效，现场须换贴新码。确定吗？",
        "The old code opens nothing from now on, and a new one must be put up. Go on?",
    ),
)
def renew(
    *,
    ctx: Context,
    thing: Ref[Thing],
    reason: Annotated[str, Label("原因", "Reason"), Limit(min_length=2, max_length=200)],
) -> Thing:
    """作废: a code that was lost, copied or put up wrongly opens nothing any more; the thing keeps its own number."""
    return ctx.change(thing, scan_key=queries.new_key())


@action(
    "scan_codes.order_codes",
    label=Text("排印现场码", "Print codes"),
    needs=ScanCodesGrants.PRINT,
    scope=_where_held,
    icon="printer",
)
def order_codes(
    *, ctx: Context, things: Annotated[str, Label("台账", "Register", widget="choice:scan_codes.registers")]
) -> PrintBatch:
    """排印: the codes of all things of one register that this person may see, 21 a page, in volumes."""
    kept = queries.register_named(things, actor=ctx.actor)
    total = queries.printed_things(kept, actor=ctx.actor).count()
    if not total:
        raise NothingToPrint(
            Text("这本台账里没有您可以排印的对象。", "This register holds nothing you may print a code for.")
        )
    if total > MOST_CODES:
        raise TooManyCodes(
            Text(
                "共 {n} 个，超过一批 {m} 个。请分区域排印。", "{n} things, more than {m} in a batch: print by region."
            ).format(n=total, m=MOST_CODES)
        )
    place = _where_held(ctx=ctx)
    made = ctx.create(
        PrintBatch(
            kind=PrintKind.CODES.value,
            title=kept.label.zh,
            things=kept.code,
            total=total,
            requested_by=ctx.actor.user_id,
            region_path=place.region_path,
            organisation_code=next(iter(sorted(place.organisations)), ""),
        )
    )
    ctx.enqueue(job=CODES_JOB, batch=str(made.pk), key=f"{CODES_JOB}:{made.pk}")
    return made
