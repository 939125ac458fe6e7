"""总览数字: how many cases of each stage and colour one may see. Held for some seconds where they are very many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from bihuan.core.access.context import Context
from bihuan.core.pages.held import AsOf, Held
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.loop.queries import CaseFilter, cases, coloured
from bihuan.loop.terms import DeadlineColour, Stage

#: Below so many cases a count takes a few milliseconds and is always of this instant.
HELD_FROM = 5_000
HELD_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Situation:
    """一屏总览: what is red now, what is overdue, what waits: counts over all one may see."""

    by_stage: Mapping[Stage, int]
    by_colour: Mapping[DeadlineColour, int]
    supervised: int
    total: int


@dataclass(frozen=True, slots=True)
class Size:
    """How long a list is, and how much of it, at its beginning, is still open."""

    open: int
    total: int


_situations: Held[Situation] = Held(seconds=HELD_SECONDS, is_large=lambda s: s.total >= HELD_FROM)
_sizes: Held[Size] = Held(seconds=HELD_SECONDS, is_large=lambda s: s.total >= HELD_FROM)


def situation(*, ctx: Context) -> AsOf[Situation]:
    key = (ctx.actor.reach(*Case.view_grants()), day_of(ctx.at))
    return _situations.get(key, at=ctx.at, count=lambda: _count(ctx))


def size(*, ctx: Context, narrowed: CaseFilter) -> AsOf[Size]:
    """Of the list as narrowed."""
    key = (ctx.actor.reach(*Case.view_grants()), day_of(ctx.at), narrowed)
    return _sizes.get(key, at=ctx.at, count=lambda: _measure(ctx, narrowed))


def forget() -> None:
    _situations.forget()
    _sizes.forget()


def _count(ctx: Context) -> Situation:
    """One pass over one index: (region, open, stage, due, supervised) holds all that is asked for, so no row is fetched.
    It is `stage` that is counted because it is never empty, and the key is not in that index.
    """
    today = day_of(ctx.at)
    still = Q(is_open=True)
    found = (
        Case.objects.visible_to(ctx.actor)
        .order_by()
        .aggregate(
            **{s.value: Count("stage", filter=Q(stage=s.value)) for s in Stage},
            **{
                c.value: Count("stage", filter=still & coloured(c.value, today))
                for c in DeadlineColour
                if c is not DeadlineColour.GREY
            },
            grey=Count("stage", filter=still & Q(due_on__isnull=True)),
            supervised=Count("stage", filter=still & Q(is_supervised=True)),
            total=Count("*"),
        )
    )
    return Situation(
        by_stage={s: found[s.value] for s in Stage},
        by_colour={c: found[c.value] for c in DeadlineColour},
        supervised=found["supervised"],
        total=found["total"],
    )


def _measure(ctx: Context, narrowed: CaseFilter) -> Size:
    found = (
        cases(ctx=ctx, narrowed=narrowed)
        .order_by()
        .aggregate(open=Count("is_open", filter=Q(is_open=True)), total=Count("*"))
    )
    return Size(open=found["open"], total=found["total"])
