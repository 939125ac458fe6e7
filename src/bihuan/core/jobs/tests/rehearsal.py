"""A module for tests only: an action that emits, a receiver that acts on it, jobs that count, fail or die."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Annotated

from bihuan.core import modules
from bihuan.core.access.context import Context
from bihuan.core.access.models import Role
from bihuan.core.access.scope import Place
from bihuan.core.actions import runner
from bihuan.core.actions.action import Label, action
from bihuan.core.modules import Job, Module, Receiver, Registry
from bihuan.kernel.identity import new_id
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class RehearsalGrants(Term):
    ACT = "rehearsal.act", "排练", "Rehearse"


@dataclass(frozen=True, slots=True)
class Rung:
    note: str


def _anywhere(*, ctx: Context, **_: object) -> Place:
    return Place("")


def _mark(ctx: Context, note: str) -> Role:
    """Something that shows how often it was done: a row under a name of its own each time."""
    return ctx.create(Role(code=f"{note}-{new_id()}"[:60], name_zh=note, name_en=note))


@action("rehearsal.ring", label=Text("摇铃", "Ring"), needs=RehearsalGrants.ACT, scope=_anywhere)
def ring(*, ctx: Context, note: Annotated[str, Label("注", "Note")]) -> Role:
    ctx.emit(Rung(note))
    ctx.enqueue("rehearsal.count", key=f"count:{note}", note=note)
    return _mark(ctx, f"rung {note}")


@action("rehearsal.hear", label=Text("听到", "Hear"), needs=RehearsalGrants.ACT, scope=_anywhere)
def hear(*, ctx: Context, note: Annotated[str, Label("注", "Note")]) -> Role:
    return _mark(ctx, f"heard {note}")


def on_rung(*, ctx: Context, event: Rung) -> None:
    runner.perform(hear, ctx=ctx, note=event.note, once=ctx.request_id)
    if os.environ.get("BIHUAN_REHEARSAL_DIE") == "after the action":
        os.kill(os.getpid(), 9)  # the action is committed, the task isn't marked


def count(*, ctx: Context, note: str = "") -> None:
    if os.environ.get("BIHUAN_REHEARSAL_DIE") == "in the job":
        os.kill(os.getpid(), 9)
    runner.perform(hear, ctx=ctx, note=f"counted {note}")


def fail(*, ctx: Context) -> None:
    raise ValueError("it can't be done")


MODULE = Module(
    name="rehearsal",
    label=Text("排练", "Rehearsal"),
    grants=RehearsalGrants,
    actions=(ring, hear),
    events=(Rung,),
    receivers=(Receiver("rehearsal.hearer", Rung, on_rung, grants=(RehearsalGrants.ACT,)),),
    jobs=(
        Job("rehearsal.count", Text("数", "Count"), count, grants=(RehearsalGrants.ACT,), max_attempts=3),
        Job("rehearsal.fail", Text("失败", "Fail"), fail, max_attempts=3),
        Job(
            "rehearsal.minutely",
            Text("每分钟", "Minutely"),
            count,
            grants=(RehearsalGrants.ACT,),
            every=timedelta(minutes=1),
        ),
        Job("rehearsal.daily", Text("每日", "Daily"), count, grants=(RehearsalGrants.ACT,), daily_at=time(7, 30)),
    ),
)


def registry() -> Registry:
    """All that is shipped, and this."""
    return Registry([*modules.registry().modules.values(), MODULE])


def count_by_text(*, ctx: Context, text: str) -> None:
    runner.perform(hear, ctx=ctx, note=f"counted {text}")


def newer() -> Registry:
    """The release after: counting takes its note under another name, and there is a job that was not there before."""
    counting = replace(MODULE.jobs[0], handle=count_by_text, format=2, reads={1: lambda said: {"text": said["note"]}})
    added = replace(MODULE.jobs[0], name="rehearsal.added")
    module = replace(MODULE, jobs=(counting, *MODULE.jobs[1:], added))
    shipped = [m for m in modules.registry().modules.values() if m.name != MODULE.name]
    return Registry([*shipped, module])
