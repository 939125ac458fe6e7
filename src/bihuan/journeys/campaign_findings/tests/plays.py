"""A plan that lists problems, and an office that runs both the campaign and its supervision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import publishing
from bihuan.domains.campaign.tests import plays as campaign_plays
from bihuan.domains.supervision.tests import plays as supervision_plays
from cast import AT, Cast, context
from plays import Play

LATER = date(2027, 3, 31)
CHAPTER = """二、重点治理的突出问题和重大安全风险

（一）安全发展理念不牢问题。一是学习贯彻不深入，对新情况掌握不够。二是产业布局不够合理。

（二）废弃处置环节重大安全风险。一是环境治理设施未经评估的企业复核工作不彻底。

"""


def plan_with_problems(cast: Cast) -> Any:
    """Read and published: three problem points in two groups."""
    text = campaign_plays.PLAN.read_text(encoding="utf-8")
    for old, new in (("四、工作", "五、工作"), ("三、时序", "四、时序"), ("二、重点任务", f"{CHAPTER}三、重点任务")):
        text = text.replace(old, new)
    made = campaign_plays.open_plan(
        ctx=context(campaign_plays.office_of(cast)),
        committee=campaign_plays.committee_of(cast),
        region=cast.city,
        content=text.encode(),
    )
    queue.drain(at=AT)
    settled = campaign_plays.settled_plan(cast, type(made).objects.get(pk=made.pk))
    perform(publishing.publish, ctx=context(campaign_plays.office_of(cast)), campaign=settled)
    queue.drain(at=AT)
    return type(made).objects.get(pk=made.pk)


def office_of(cast: Cast) -> Actor:
    """安委办: runs the campaign and supervises it."""
    supervises = supervision_plays.office_of(cast)
    return replace(supervises, held=(*supervises.held, *campaign_plays.office_of(cast).held))


def _examine_plan(cast: Cast) -> Play:
    plan = plan_with_problems(cast)
    inputs = {
        "region": cast.city,
        "organisation": cast.office,
        "plan": str(plan.pk),
        "units": [cast.industry, cast.district_emergency],
        "due_on": LATER,
    }
    return Play(office_of(cast), inputs, stranger=supervision_plays.far_office(cast))


PLAYS = {"supervision.examine_plan": _examine_plan}
