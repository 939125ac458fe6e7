"""判断: noting a suspicion, setting it aside for good, proposing a merge, and confirming or refusing it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation
from bihuan.parties.terms import AUTHORITIES
from bihuan.registers.duplicates import events, rules
from bihuan.registers.duplicates.actions.moving import merge_now
from bihuan.registers.duplicates.models import Pair
from bihuan.registers.duplicates.queries import merging
from bihuan.registers.duplicates.terms import DuplicatesGrants, Verdict

Reason = Annotated[str, Label("理由", "Reason", widget="textarea"), StringConstraints(min_length=2, max_length=500)]
Kept = Annotated[Ref[Organisation], Label("保留的单位", "The one that stays")]
Lost = Annotated[Ref[Organisation], Label("并入的单位", "The one that is merged into it")]
#: So many suspicions are noted in one step.
TOGETHER = 200


class Suspicion(BaseModel):
    first: UUID
    second: UUID
    score: int
    why_zh: str
    why_en: str


class Noted(BaseModel):
    noted: int


def _everywhere(*, ctx: Context, **_: object) -> Place:
    return Place("")


def _of_both(*, ctx: Context, kept: Organisation, lost: Organisation, **_: object) -> Place:
    return Place(rules.common_path(kept.region_path, lost.region_path))


def _mine(*, ctx: Context, **_: object) -> Place:
    """Whoever may look for duplicates somewhere may have them looked for; each pair shows to those in charge of both."""
    reach = ctx.actor.reach(DuplicatesGrants.PROPOSE)
    return Place(reach.regions[0]) if reach.regions else Place("", frozenset(sorted(reach.organisations)[:1]))


@action(
    "duplicates.look",
    label=Text("重新查重", "Look for duplicates"),
    needs=DuplicatesGrants.PROPOSE,
    scope=_mine,
    icon="search",
)
def look(*, ctx: Context) -> Noted:
    """重新查重: as a job, for it reads every name."""
    ctx.enqueue(merging.FIND_JOB, key=f"{merging.FIND_JOB}:{ctx.request_id}")
    return Noted(noted=0)


@action(
    "duplicates.note_pairs",
    label=Text("记录疑似重复", "Note suspected duplicates"),
    needs=DuplicatesGrants.NOTE,
    scope=_everywhere,
    faces=(),
)
def note_pairs(*, ctx: Context, found: list[Suspicion]) -> Noted:
    """记录疑似重复. A pair that is known already keeps what was decided about it."""
    keys = {key for one in found for key in (one.first, one.second)}
    units = Organisation._base_manager.in_bulk(list(keys))
    known = {
        frozenset(pair)
        for pair in Pair._base_manager.filter(first__in=keys, second__in=keys).values_list("first_id", "second_id")
    }
    new = [
        _pair(units[one.first], units[one.second], score=one.score, why=Text(one.why_zh, one.why_en))
        for one in found
        if one.first in units and one.second in units and frozenset((one.first, one.second)) not in known
    ]
    ctx.create_many(new)
    return Noted(noted=len(new))


def _pair(one: Organisation, other: Organisation, *, score: int, why: Text) -> Pair:
    first, second = sorted((one, other), key=lambda unit: unit.code)
    return Pair(
        first=first,
        second=second,
        score=score,
        why_zh=why.zh,
        why_en=why.en,
        first_path=first.region_path,
        second_path=second.region_path,
    )


@action(
    "duplicates.keep_apart",
    label=Text("不是重复", "Not the same"),
    needs=DuplicatesGrants.PROPOSE,
    icon="x",
)
def keep_apart(*, ctx: Context, pair: Ref[Pair], reason: Reason) -> Pair:
    """不是重复: remembered, so that the two are never suspected again. Also how a proposed merge is refused."""
    require_open(pair)
    return ctx.change(
        pair, verdict=Verdict.APART.value, reason=reason, kept=None, decided_by=ctx.actor.id, decided_at=ctx.at
    )


@action(
    "duplicates.propose_merge",
    label=Text("提出合并", "Propose a merge"),
    needs=DuplicatesGrants.PROPOSE,
    scope=_of_both,
    icon="arrow-right",
    tone="primary",
)
def propose_merge(
    *,
    ctx: Context,
    kept: Kept,
    lost: Lost,
    reason: Reason,
) -> Pair:
    """提出合并: another person confirms it. Two that nobody suspected may be proposed as well."""
    rules.require_two(kept=kept.pk, lost=lost.pk)
    require_mergeable(kept=kept, lost=lost)
    first, second = sorted((kept, lost), key=lambda unit: unit.code)
    pair = Pair._base_manager.filter(first=first, second=second).first()
    if pair is None:
        why = Text("人工提出", "Proposed by a person")
        pair = ctx.create(_pair(kept, lost, score=100, why=why))
    elif pair.verdict in (Verdict.MERGED, Verdict.UNDOING):
        require_open(pair)
    return ctx.change(
        pair,
        verdict=Verdict.PROPOSED.value,
        kept=kept,
        reason=reason,
        proposed_by=ctx.actor.id,
        proposed_at=ctx.at,
        decided_by="",
        decided_at=None,
    )


@action(
    "duplicates.merge",
    label=Text("确认合并", "Confirm the merge"),
    needs=DuplicatesGrants.MERGE,
    confirm=Text(
        "被并入单位的人员、设施、事项、账号将全部转到保留的单位；双方历史都保留，旧编码继续可查。误并的，可再由两人撤销。确定吗？",
        "People, things, cases and accounts of the one go over to the other; the history of both stays and old codes still open. A merge made in error is taken back by two people. Go on?",
    ),
    icon="check",
    tone="danger",
)
def merge(*, ctx: Context, pair: Ref[Pair]) -> Pair:
    """确认合并: by another person than the proposer; all of it or none."""
    kept, lost = pair.kept, pair.lost
    if pair.verdict != Verdict.PROPOSED or kept is None or lost is None:
        raise rules.AlreadyDecided(
            Text("还没有人提出合并，或已有结论。", "No merge is proposed, or it has been decided.")
        )
    rules.require_another_person(proposed_by=pair.proposed_by, actor=ctx.actor.id)
    require_mergeable(kept=kept, lost=lost)
    outcome = merge_now(ctx=ctx, pair=pair, kept=kept, lost=lost)
    ctx.emit(
        events.OrganisationsMerged(
            pair_id=pair.pk, kept_code=kept.code, lost_code=lost.code, region_path=kept.region_path
        )
    )
    return ctx.change(pair, verdict=Verdict.MERGED.value, outcome=outcome, decided_by=ctx.actor.id, decided_at=ctx.at)


def require_open(pair: Pair) -> None:
    if pair.verdict not in (Verdict.FOUND, Verdict.PROPOSED):
        raise rules.AlreadyDecided(
            Text("已有结论：{v}。", "It has been decided: {v}.").format(v=pair.verdict_term.label)
        )


def require_mergeable(*, kept: Organisation, lost: Organisation) -> None:
    """Living, of one kind, and no public body: those are abolished with a successor instead."""
    if kept.kind != lost.kind or lost.kind in AUTHORITIES:
        raise rules.NotOfOneKind(
            Text(
                "只能合并同一类别的企业或机构；机关改革请用“撤销单位”并指定承接单位。",
                "Only enterprises or agencies of one kind are merged; a public body is abolished with a successor.",
            )
        )
    for unit in (kept, lost):
        if unit.abolished_on is not None:
            raise rules.AlreadyDecided(Text("“{n}”已撤销。", "“{n}” has been abolished.").format(n=unit.name))
