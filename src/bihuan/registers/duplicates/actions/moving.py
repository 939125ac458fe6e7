"""转移: what a merge consists of. Inner functions of one unit of work, unreachable from outside."""

from __future__ import annotations

from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.access.rows import Row
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation, Thing
from bihuan.parties.terms import ThingState
from bihuan.registers.duplicates import queries, rules
from bihuan.registers.duplicates.models import Forwarding, Pair


def merge_now(*, ctx: Context, pair: Pair, kept: Organisation, lost: Organisation) -> dict[str, dict[str, int]]:
    """Moves what refers to the lost one, leaves word where it went, and closes it. Each row's history shows the step."""
    twins = queries.twins(kept=kept, lost=lost)
    found = queries.movings(kept=kept, lost=lost, twins=twins)
    require_nothing_twice(found)
    for moving in found:
        if moving.repeats:
            continue
        if isinstance(moving.row, Row):
            ctx.change(moving.row, **moving.changes)
        else:
            type(moving.row)._base_manager.filter(pk=moving.row.pk).update(**moving.changes)
    things = {moving.row.pk: moving.row for moving in found if isinstance(moving.row, Thing)}
    for twin in twins:
        if twin.model is Thing:
            ctx.change(things.get(twin.old.pk, twin.old), state=ThingState.RETIRED.value)
            _forward(ctx, pair, kept, kind=twin.old.kind, old=twin.old, new=twin.new)
    _close(ctx, kept=kept, lost=lost)
    _forward(ctx, pair, kept, kind="organisation", old=lost, new=kept)
    return queries.counted(found)


def require_nothing_twice(found: list[queries.Moving]) -> None:
    """两家都登记了同一样东西: whose it is must be settled in the register first."""
    twice = queries.standing_in_the_way(found)
    if twice:
        named = "、".join(f"“{moving.row}”" for moving in twice[:10])
        raise rules.RepeatsInRegister(
            Text(
                "两家都登记了 {n}。请先在台账中核对并注销多余的一条，再合并。",
                "Both have {n} in a register. Check which is right, retire the other, then merge.",
            ).format(n=named)
        )


def _close(ctx: Context, *, kept: Organisation, lost: Organisation) -> None:
    credit, lost_credit = kept.credit_code, lost.credit_code
    ctx.change(lost, abolished_on=day_of(ctx.at), successor=kept, **({"credit_code": None} if not credit else {}))
    # The kept one may have stood under the lost one: it takes that one's place.
    above = {"parent": lost.parent} if kept.parent_id == lost.pk else {}
    names = list(dict.fromkeys([*kept.short_names, lost.name, *lost.short_names]))
    ctx.change(
        kept,
        short_names=[name for name in names if name != kept.name],
        **({"credit_code": lost_credit} if not credit and lost_credit else {}),
        **above,
    )


def _forward(ctx: Context, pair: Pair, kept: Organisation, *, kind: str, old: Any, new: Any) -> None:
    # What led to the old one leads on: a code forwarded twice is looked up once.
    for earlier in Forwarding._base_manager.filter(kind=kind, new_id=old.pk):
        ctx.change(earlier, new_code=new.code, new_id=new.pk)
    ctx.create(
        Forwarding(
            kind=kind, code=old.code, old_id=old.pk, new_code=new.code, new_id=new.pk, pair=pair,
            region_path=kept.region_path, organisation_code=kept.code,
        )
    )  # fmt: skip
