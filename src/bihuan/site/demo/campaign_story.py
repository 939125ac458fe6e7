"""A real Word document goes in, is reviewed and published, and its tasks are run half-way: the main job, told once."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from importlib.resources import files
from uuid import UUID

from docx import Document

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.core.evidence import receiving
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import opening, publishing, reviewing
from bihuan.domains.campaign.queries import boards, plans
from bihuan.domains.campaign.terms import Decision
from bihuan.kernel.calendar import day_of, start_of
from bihuan.parties.models import Organisation
from bihuan.site.demo import indicators_story, office_story, supervision_story
from bihuan.site.demo.building import Say
from bihuan.site.demo.story import Teller

#: The year the plan was written for.
WRITTEN_FOR = 2026

#: Names the reader can't give to one organisation by itself, and what the office decides.
DECISIONS: dict[str, tuple[str, ...]] = {
    "各区人民政府": ("DH-ZF", "XS-ZF", "BG-ZF"),
    "东湖区": ("DH-ZF",),
    "西山区": ("XS-ZF",),
    "各级安委会": ("YZ-AWB",),
}
NOT_OURS = "不在本市成员单位名单内，由承接单位另行明确"

#: One course after another, task by task: about half the plan is done, and nothing looks the same twice in a row.
COURSES = (
    "closed", "closed", "in_hand", "submitted", "closed", "acknowledged", "sent_back", "closed",
    "in_hand", "closed", "asked", "late", "submitted", "issued",
)  # fmt: skip


def first_year(today: date) -> int:
    """The campaign runs from March to February: the one that today lies in."""
    return today.year if today.month > 2 else today.year - 1


def plan_text(today: date) -> str:
    """The packaged plan, its years moved so that today lies within it."""
    shift = first_year(today) - WRITTEN_FOR
    text = files("bihuan.engines.plan_reader.samples").joinpath("yunzhou.txt").read_text(encoding="utf-8")
    return re.sub(r"20\d\d(?=年)", lambda year: str(int(year[0]) + shift), text)


def as_word(text: str) -> bytes:
    """The plan as an office would send it."""
    document = Document()
    for line in text.splitlines():
        if line.strip():
            document.add_paragraph(line.strip())
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def run(teller: Teller, *, say: Say) -> None:
    today = day_of(teller.now)
    started = min(date(first_year(today), 3, 10), today)
    at = min(start_of(started).replace(hour=1, minute=30), teller.now)
    began = (started - today).days
    office = Context(actor=teller.city.actor("anwei", at=teller.now), at=teller.now)
    campaign = plans.get_campaign(ctx=office, campaign_id=_published(teller, at=at))
    tasks = list(boards.seen_tasks(ctx=office, campaign=campaign).select_related("case").order_by("position"))
    say("tasks", len(tasks))
    for number, task in enumerate(tasks):
        course = "proved" if task.case.is_ongoing else COURSES[number % len(COURSES)]
        if course == "asked" and (task.case.due_on is None or task.case.due_on <= today):
            course = "in_hand"
        teller.run(task.case, course, began=min(began, -6), seed=100 + number)
        say("steps", number + 1)
    office_story.run(teller, campaign_id=campaign.pk)
    indicators_story.run(teller, campaign_id=campaign.pk)
    supervision_story.run(teller, campaign_id=campaign.pk)


def _published(teller: Teller, *, at: datetime) -> UUID:
    city = teller.city
    ctx = Context(actor=city.actor("anwei", at=at), at=at)
    plan = plan_text(day_of(teller.now))
    upload = receiving.receive_bytes(ctx=ctx, name="云州市巩固提升行动实施方案.docx", content=as_word(plan))
    opened = perform(
        opening.open_campaign,
        ctx=ctx,
        upload=upload,
        issuer=city.units["YZ-AWH"],
        region=city.regions["990100"],
        name=re.sub(r"（.*", "", plan.splitlines()[0]),
    )
    campaign_id = UUID(opened.result["id"])
    queue.drain(at=at)
    _decide(ctx, campaign_id)
    campaign = plans.get_campaign(ctx=ctx, campaign_id=campaign_id)
    perform(publishing.publish, ctx=ctx, campaign=campaign, confirm_past=True)
    queue.drain(at=at)
    return campaign_id


def _decide(ctx: Context, campaign_id: UUID) -> None:
    """What the office decides on the review page: who is meant by each name, and who verifies its own tasks."""
    plan = plans.plan_for(ctx=ctx, campaign=plans.get_campaign(ctx=ctx, campaign_id=campaign_id))
    for unit in plan.undecided:
        rows = [Organisation.objects.get(code=code) for code in DECISIONS.get(unit.name, ())]
        decision = (Decision.NOT_OURS, Decision.ORGANISATION, Decision.LIST)[min(len(rows), 2)]
        because = "" if rows else NOT_OURS
        perform(reviewing.decide_unit, ctx=ctx, unit=unit, decision=decision, organisations=rows, because=because)
    committee = Organisation.objects.get(code="YZ-AWH")
    plan = plans.plan_for(ctx=ctx, campaign=plans.get_campaign(ctx=ctx, campaign_id=campaign_id))
    for item in plan.items:
        if any(a.owner == "YZ-AWB" for a in plan.assignments(item)):
            perform(
                reviewing.change_item,
                ctx=ctx,
                item=item,
                no=item.no,
                text=item.text,
                section=item.section,
                units=item.units,
                due_on=item.due_on,
                is_ongoing=item.is_ongoing,
                indicators=item.indicators,
                dispatch=item.dispatch,
                supervisor=committee,
            )
