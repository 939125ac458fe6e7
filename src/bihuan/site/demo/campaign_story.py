"""A real Word document goes in, is reviewed and published, and its tasks are run half-way: the main job, told once."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from importlib.resources import files

from docx import Document

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.core.evidence import receiving
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import opening, publishing, reviewing
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanUnit
from bihuan.domains.campaign.queries.plans import plan_of
from bihuan.domains.campaign.terms import Decision
from bihuan.kernel.calendar import day_of, start_of
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation
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


def run(teller: Teller, *, say: Say) -> Campaign:
    today = day_of(teller.now)
    started = min(date(first_year(today), 3, 10), today)
    at = min(start_of(started).replace(hour=1, minute=30), teller.now)
    began = (started - today).days
    campaign = _published(teller, at=at)
    say("tasks", Case.objects.filter(campaign_task__campaign=campaign).count())
    cases = Case.objects.filter(campaign_task__campaign=campaign).order_by("campaign_task__position", "number")
    for number, case in enumerate(cases):
        course = COURSES[number % len(COURSES)]
        if case.is_ongoing:
            course = "proved"
        if course == "asked" and (case.due_on is None or case.due_on <= today):
            course = "in_hand"
        teller.run(case, course, began=min(began, -6), seed=100 + number)
        say("steps", number + 1)
    return campaign


def _published(teller: Teller, *, at: datetime) -> Campaign:
    city = teller.city
    ctx = Context(actor=city.actor("anwei", at=at), at=at)
    today = day_of(at)
    title = plan_text(day_of(teller.now)).splitlines()[0]
    upload = receiving.receive_bytes(
        ctx=ctx, name="云州市巩固提升行动实施方案.docx", content=as_word(plan_text(day_of(teller.now)))
    )
    campaign = perform(
        opening.open_campaign,
        ctx=ctx,
        upload=upload,
        issuer=city.units["YZ-AWH"],
        region=city.regions["990100"],
        name=re.sub(r"（.*", "", title),
    ).value
    queue.drain(at=at)
    _decide(ctx, Campaign.objects.get(pk=campaign.pk), today)
    perform(publishing.publish, ctx=ctx, campaign=Campaign.objects.get(pk=campaign.pk), confirm_past=True)
    queue.drain(at=at)
    return Campaign.objects.get(pk=campaign.pk)


def _decide(ctx: Context, campaign: Campaign, today: date) -> None:
    """What the office decides on the review page: who is meant by each name, and who verifies its own tasks."""
    for unit in PlanUnit.objects.filter(campaign=campaign, decision=Decision.UNDECIDED):
        codes = DECISIONS.get(unit.name)
        if codes:
            rows = [Organisation.objects.get(code=code) for code in codes]
            decision = Decision.LIST if len(rows) > 1 else Decision.ORGANISATION
            perform(reviewing.decide_unit, ctx=ctx, unit=unit, decision=decision, organisations=rows)
        else:
            perform(
                reviewing.decide_unit,
                ctx=ctx,
                unit=unit,
                decision=Decision.NOT_OURS,
                organisations=[],
                because=NOT_OURS,
            )
    plan = plan_of(campaign=campaign, today=today)
    committee = Organisation.objects.get(code="YZ-AWH")
    for item in plan.items:
        own = any(a.owner == "YZ-AWB" for a in plan.assignments(item))
        if own:
            row = PlanItem.objects.get(pk=item.pk)
            perform(
                reviewing.change_item,
                ctx=ctx,
                item=row,
                no=row.no,
                text=row.text,
                section=row.section,
                units=row.units,
                due_on=row.due_on,
                is_ongoing=row.is_ongoing,
                indicators=row.indicators,
                dispatch=row.dispatch,
                supervisor=committee,
            )
