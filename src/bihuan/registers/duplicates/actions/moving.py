"""转移: what a merge consists of. Inner functions of one unit of work, unreachable from outside."""

from __future__ import annotations

from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.access.rows import Row
from bihuan.core.audit.canonical import plain
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation, Thing
from bihuan.parties.terms import ThingState
from bihuan.registers.duplicates import rules
from bihuan.registers.duplicates.models import Forwarding, Moved, Pair
from bihuan.registers.duplicates.queries import merging


class Notes:
    """转移明细: every change of the merge, noted so that it can be taken back."""

    def __init__(self, ctx: Context, pair: Pair) -> None:
        self.ctx = ctx
        self.pair = pair
        self.rows: list[Moved] = []

    def change(self, row: Any, **changes: Any) -> None:
        columns = [row._meta.get_field(name).attname for name in changes]
        was = {column: plain(getattr(row, column)) for column in columns}
        if isinstance(row, Row):
            self.ctx.change(row, **changes)
        else:
            type(row)._base_manager.filter(pk=row.pk).update(**changes)
            for name, value in changes.items():
                setattr(row, name, value)
        self.rows.append(
            Moved(
                pair=self.pair,
                number=len(self.rows) + 1,
                table=row._meta.label_lower,
                row_key=str(row.pk),
                row_version=getattr(row, "version", None),
                was=was,
                became={column: plain(getattr(row, column)) for column in columns},
            )
        )

    def keep(self) -> None:
        Moved._base_manager.bulk_create(self.rows, batch_size=1000)


def merge_now(*, ctx: Context, pair: Pair, kept: Organisation, lost: Organisation) -> dict[str, dict[str, int]]:
    """Moves what refers to the lost one, leaves word where it went, and closes it. Each row's history shows the step."""
    twins = merging.twins(kept=kept, lost=lost)
    found = merging.movings(kept=kept, lost=lost, twins=twins)
    require_nothing_twice(found)
    notes = Notes(ctx, pair)
    for moving in found:
        if not moving.repeats:
            notes.change(moving.row, **moving.changes)
    things = {moving.row.pk: moving.row for moving in found if isinstance(moving.row, Thing)}
    for twin in twins:
        if twin.model is Thing:
            notes.change(things.get(twin.old.pk, twin.old), state=ThingState.RETIRED.value)
            _forward(ctx, notes, kept, kind=twin.old.kind, old=twin.old, new=twin.new)
    _close(ctx, notes, kept=kept, lost=lost)
    _forward(ctx, notes, kept, kind="organisation", old=lost, new=kept)
    notes.keep()
    return merging.counted(found)


def require_nothing_twice(found: list[merging.Moving]) -> None:
    """两家都登记了同一样东西: whose it is must be settled in the register first."""
    twice = merging.standing_in_the_way(found)
    if twice:
        named = "、".join(f"“{moving.row}”" for moving in twice[:10])
        raise rules.RepeatsInRegister(
            Text(
                "两家都登记了 {n}。请先在台账中核对并注销多余的一条，再合并。",
                "Both have {n} in a register. Check which is right, retire the other, then merge.",
            ).format(n=named)
        )


def _close(ctx: Context, notes: Notes, *, kept: Organisation, lost: Organisation) -> None:
    credit, lost_credit = kept.credit_code, lost.credit_code
    # One note a thing that is changed: what somebody changes later keeps only its own part from going back.
    notes.change(lost, abolished_on=day_of(ctx.at), successor=kept)
    if not credit and lost_credit:
        notes.change(lost, credit_code=None)
        notes.change(kept, credit_code=lost_credit)
    # The kept one may have stood under the lost one: it takes that one's place.
    if kept.parent_id == lost.pk:
        notes.change(kept, parent=lost.parent)
    names = list(dict.fromkeys([*kept.short_names, lost.name, *lost.short_names]))
    notes.change(kept, short_names=[name for name in names if name != kept.name])


def _forward(ctx: Context, notes: Notes, kept: Organisation, *, kind: str, old: Any, new: Any) -> None:
    # What led to the old one leads on: a code forwarded twice is looked up once.
    for earlier in Forwarding._base_manager.filter(kind=kind, new_id=old.pk, is_ended=False):
        notes.change(earlier, new_code=new.code, new_id=new.pk)
    ctx.create(
        Forwarding(
            kind=kind, code=old.code, old_id=old.pk, new_code=new.code, new_id=new.pk, pair=notes.pair,
            region_path=kept.region_path, organisation_code=kept.code,
        )
    )  # fmt: skip
