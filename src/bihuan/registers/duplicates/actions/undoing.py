"""撤销合并: a merge made in error is taken back by two people, with a reason. What changed in between is listed, never lost."""

from __future__ import annotations

from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.access.rows import Row
from bihuan.core.actions.action import Ref, action
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation
from bihuan.registers.duplicates import events, rules
from bihuan.registers.duplicates.actions.deciding import Reason
from bihuan.registers.duplicates.models import Forwarding, Moved, Pair
from bihuan.registers.duplicates.queries import merging, returning
from bihuan.registers.duplicates.terms import DuplicatesGrants, Fate, Verdict


@action(
    "duplicates.propose_undo",
    label=Text("提出撤销合并", "Propose to take the merge back"),
    needs=DuplicatesGrants.PROPOSE,
    icon="arrow-back-up",
    tone="danger",
)
def propose_undo(*, ctx: Context, pair: Ref[Pair], reason: Reason) -> Pair:
    """提出撤销合并: another person confirms it."""
    require_standing(pair, verdict=Verdict.MERGED)
    return ctx.change(
        pair,
        verdict=Verdict.UNDOING.value,
        undo_reason=reason,
        undo_proposed_by=ctx.actor.id,
        undo_proposed_at=ctx.at,
    )


@action(
    "duplicates.keep_merged",
    label=Text("维持合并", "Leave it merged"),
    needs=(DuplicatesGrants.PROPOSE, DuplicatesGrants.MERGE),
    icon="x",
)
def keep_merged(*, ctx: Context, pair: Ref[Pair], reason: Reason) -> Pair:
    """维持合并: what was proposed is not done; the reason replaces the one it was proposed with, both stay in the history."""
    require_verdict(pair, verdict=Verdict.UNDOING)
    return ctx.change(
        pair, verdict=Verdict.MERGED.value, undo_reason=reason, undo_proposed_by="", undo_proposed_at=None
    )


@action(
    "duplicates.undo_merge",
    label=Text("确认撤销合并", "Confirm taking it back"),
    needs=DuplicatesGrants.MERGE,
    confirm=Text(
        "合并时转走的人员、设施、事项、账号将退回原单位；合并后又改过归属的留在现处，并逐条列出。确定吗？",
        "What the merge moved goes back; what changed its owner again since stays where it is and is listed. Go on?",
    ),
    icon="check",
    tone="danger",
)
def undo_merge(*, ctx: Context, pair: Ref[Pair]) -> Pair:
    """撤销合并: by another person than the proposer; all of it or none."""
    kept, lost = require_standing(pair, verdict=Verdict.UNDOING)
    rules.require_another_person(proposed_by=pair.undo_proposed_by, actor=ctx.actor.id)
    outcome = _take_back(ctx, pair, kept=kept, lost=lost)
    ctx.emit(
        events.MergeTakenBack(
            pair_id=pair.pk, kept_code=kept.code, lost_code=lost.code, region_path=rules.common_path(pair.first_path, pair.second_path)
        )
    )  # fmt: skip
    return ctx.change(
        pair, verdict=Verdict.UNDONE.value, undo_outcome=outcome, undone_by=ctx.actor.id, undone_at=ctx.at
    )


def require_verdict(pair: Pair, *, verdict: Verdict) -> None:
    if pair.verdict != verdict.value:
        raise rules.AlreadyDecided(Text("现在的结论是：{v}。", "It stands at: {v}.").format(v=pair.verdict_term.label))


def require_standing(pair: Pair, *, verdict: Verdict) -> tuple[Organisation, Organisation]:
    """可撤销的合并: noted row by row, and the last one of the kept organisation."""
    require_verdict(pair, verdict=verdict)
    kept, lost = pair.kept, pair.lost
    assert kept is not None  # a merge has both
    assert lost is not None
    if not Moved._base_manager.filter(pair=pair, fate=Fate.MOVED.value).exists():
        raise rules.NotNoted(
            Text(
                "这次合并时系统还没有逐条记下转移了什么，不能自动撤销；请对照审计记录人工更正。",
                "This merge was made before the system noted what it moved: put it right by hand from the audit trail.",
            )
        )
    if kept.abolished_on is not None or lost.successor_id != kept.pk:
        raise rules.MergedFurther(
            Text(
                "“{k}”后来又被合并或撤销。请先撤销后一次合并。",
                "“{k}” was merged or abolished later on. Take that back first.",
            ).format(k=kept.name)
        )
    return kept, lost


def _take_back(ctx: Context, pair: Pair, *, kept: Organisation, lost: Organisation) -> dict[str, dict[str, int]]:
    """From the last note to the first: what the merge did last is undone first."""
    found = returning.returns(pair)
    following = returning.followers(pair, found, kept=kept, lost=lost)
    new = returning.entered_since(pair, kept=kept)
    for one in found:
        if one.fate is Fate.BACK:
            one.fate = _put_back(ctx, one)
    for moving in following:
        if not moving.repeats:
            ctx.change(moving.row, **moving.changes)
        if (number := new.get(table := type(moving.row)._meta.label_lower)) and not moving.repeats:
            new[table] = number - 1
    for forwarding in Forwarding._base_manager.filter(pair=pair, is_ended=False):
        ctx.change(forwarding, is_ended=True)
    for one in found:
        one.note.fate = one.fate.value
    Moved._base_manager.bulk_update([one.note for one in found], ["fate"], batch_size=1000)
    return returning.outcome_of(found, following, {table: number for table, number in new.items() if number})


def _put_back(ctx: Context, one: returning.Return) -> Fate:
    """One row, unless its former owner has the same by now."""
    row: Any = one.row
    columns = one.columns
    if merging.repeats(row, {row._meta.get_field(column).name: value for column, value in columns.items()}):
        return Fate.REPEATS
    if isinstance(row, Row):
        ctx.change(row, **columns)
    else:
        type(row)._base_manager.filter(pk=row.pk).update(**columns)
    return Fate.BACK
