"""Plays of the actions on the queue."""

from __future__ import annotations

from dataclasses import replace

from bihuan.core.access.context import Held
from bihuan.core.access.scope import EVERYWHERE, Scope
from bihuan.core.access.terms import AccessGrants
from bihuan.core.jobs.models import Task
from cast import AT, Cast
from plays import Play


def retry(cast: Cast) -> Play:
    operator = replace(cast.officer, held=(Held(AccessGrants.OPERATE.value, EVERYWHERE),))
    elsewhere = Scope(region_path=cast.next_city.path)
    stranger = replace(cast.regulator_next_door, held=(Held(AccessGrants.OPERATE.value, elsewhere),))
    task = Task.objects.create(job="events.deliver", key="k", state="failed", run_at=AT, created_at=AT)
    return Play(operator, {"task": task.pk}, stranger=stranger)


PLAYS = {"jobs.retry": retry}
