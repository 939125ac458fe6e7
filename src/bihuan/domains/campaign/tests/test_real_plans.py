"""真实方案并行: three real plans in one installation through 2022, a day at a time, beside an independent book.

000 is a city's plan; 004, a district's campaign of the year before, is its predecessor; a county's plan (made up) lies
below it; 002 is the plan of a district elsewhere that has no park.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from bihuan.core.access.context import Actor, Held, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import cascade, publishing, reports, reviewing
from bihuan.domains.campaign.models import (
    Campaign,
    CampaignTask,
    PlanFiling,
    PlanItem,
    PlanUnit,
    Report,
    ReportSnapshot,
    TaskMilestone,
)
from bihuan.domains.campaign.queries import family, plans
from bihuan.domains.campaign.rules.families import CoverIncomplete
from bihuan.domains.campaign.terms import CoverState, Decision, LimitKind, Relation, ReportKind
from bihuan.domains.campaign.tests import plays
from bihuan.domains.campaign.tests.book import Book, morning, next_quarter_end, told_on
from bihuan.loop import jobs as loop_jobs
from bihuan.loop.actions import handling, verifying
from bihuan.loop.models import Case, CaseStep
from bihuan.loop.terms import LoopGrants, Move, Stage
from bihuan.parties.models import Organisation, Region
from cast import Cast, context, saved

pytestmark = [pytest.mark.shared, pytest.mark.django_db]

BEFORE, FIRST, LAST = date(2020, 12, 1), date(2022, 1, 5), date(2022, 12, 31)
#: Days off after ends of months and the 28th of February in 2022, with the working day that follows (国办发明电〔2021〕11号).
OFF = {
    date(2022, 5, 1): date(2022, 5, 5),
    date(2022, 5, 3): date(2022, 5, 5),
    date(2022, 10, 1): date(2022, 10, 8),
    date(2022, 10, 3): date(2022, 10, 8),
    date(2022, 7, 3): date(2022, 7, 4),
    date(2022, 4, 3): date(2022, 4, 6),
    date(2022, 12, 3): date(2022, 12, 5),
    date(2022, 12, 31): date(2023, 1, 3),
    date(2023, 1, 1): date(2023, 1, 3),
}

COUNTY_PLAN = """东湖区危险化学品安全风险集中治理实施方案

一、重点任务

1.制定本区工作方案并动员部署，2022年2月底前完成。（东湖区应急管理局负责）

2.对辖区老旧装置逐套评估，2022年9月底前完成。（东湖区应急管理局负责）

二、工作要求

2022年12月底前完成总结验收。
"""


class Stage2022:
    """Everybody who plays, made from the names in the plans: each name as written is one unit."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self.cast, self.folder = cast, folder
        self.checker = self.unit("核验", cast.city)
        self.elsewhere = cast.next_city

    def unit(self, name: str, region: Region) -> Organisation:
        found = Organisation.objects.filter(name=name, region=region).first()
        if found is not None:
            return found
        code = f"R{Organisation.objects.count():03}"
        return saved(Organisation(code=code, name=name, kind="department", region=region, region_path=region.path))

    def office(self, region: Region) -> Actor:
        """A committee office with everything in its hands, in its own place."""
        return self.cast.actor(f"office{region.code}", "campaign_office", self.checker, region=region)

    def handler(self, unit: Organisation) -> Actor:
        user = self.cast.user(f"u{unit.code}", unit)
        held = tuple(Held(str(g), Scope(organisation=unit.code)) for g in (LoopGrants.READ, LoopGrants.HANDLE))
        return Actor(kind="user", id=f"user:{user.pk}", name=unit.name, held=held, organisation=unit.code)

    def read(self, name: str, *, region: Region, on: date, content: bytes | None = None) -> Campaign:
        ctx = context(self.office(region), at=morning(on))
        issuer = self.unit(f"{region.name}人民政府", region)
        content = content or (self.folder / f"{name}.txt").read_bytes()
        made = plays.open_plan(ctx=ctx, committee=issuer, region=region, name=f"{name}.txt", content=content)
        queue.drain(at=morning(on))
        return Campaign.objects.get(pk=made.pk)

    def settle(self, campaign: Campaign, *, until: date, on: date) -> None:
        """Every name is a unit of the place; a task that can't be dispatched is dropped with the reason."""
        ctx = context(self.office(campaign.region), at=morning(on))
        frame = {"name": campaign.name, "supervisor": self.checker, "from_on": on, "until_on": until}
        perform(reviewing.set_frame, ctx=ctx, campaign={"id": str(campaign.pk)}, **frame)
        for unit in PlanUnit.objects.filter(campaign=campaign, decision=Decision.UNDECIDED):
            named = self.unit(unit.name, campaign.region)
            perform(
                reviewing.decide_unit, ctx=ctx, unit=unit, decision=Decision.ORGANISATION, organisations=[named], because=""
            )  # fmt: skip
        found = plans.plan_of(campaign=Campaign.objects.get(pk=campaign.pk), today=on)
        for key in {o.task for o in found.obstacles if o.task}:
            item = PlanItem.objects.get(pk=key)
            perform(reviewing.drop_item, ctx=ctx, item=item, because="无责任单位")

    def publish(self, campaign: Campaign, *, on: date) -> Campaign:
        ctx = context(self.office(campaign.region), at=morning(on))
        perform(publishing.publish, ctx=ctx, campaign={"id": str(campaign.pk)}, confirm_past=True)
        queue.drain(at=morning(on))
        found = Campaign.objects.get(pk=campaign.pk)
        assert found.state == "published", found.trouble
        return found


@pytest.fixture
def stage(db, shared_folder):
    return Stage2022(Cast.build(), shared_folder / "plans")


def carried(stage: Stage2022) -> SimpleNamespace:
    """The predecessor of 2020, half of it done by 2022; the city's plan takes the rest over; the county's lies below."""
    city, county = stage.cast.city, stage.cast.district
    before = stage.read("004", region=city, on=BEFORE)
    stage.settle(before, until=date(2022, 6, 30), on=BEFORE)
    before = stage.publish(before, on=BEFORE)
    ctx = context(stage.office(city), at=morning(FIRST))
    plan = stage.read("000", region=city, on=FIRST)
    stage.settle(plan, until=LAST, on=FIRST)
    perform(
        cascade.relate, ctx=ctx, campaign={"id": str(plan.pk)}, kind=Relation.PREDECESSOR, to={"id": str(before.pk)}
    )
    left = family.open_tasks_before(ctx=ctx, campaign=plan)
    taken = [t for t in left if not t.case.is_ongoing][:3] or left[:3]
    perform(cascade.carry_over, ctx=ctx, campaign={"id": str(plan.pk)}, tasks=[{"id": str(t.pk)} for t in taken])
    plan = stage.publish(plan, on=FIRST)
    below = stage.read("county", region=county, on=FIRST, content=COUNTY_PLAN.encode())
    stage.settle(below, until=LAST, on=FIRST)
    perform(cascade.relate, ctx=ctx, campaign={"id": str(below.pk)}, kind=Relation.SUPERIOR, to={"id": str(plan.pk)})
    perform(cascade.copy_down, ctx=ctx, campaign={"id": str(below.pk)}, superior={"id": str(plan.pk)})
    return SimpleNamespace(before=before, plan=plan, below=below, taken=taken)


def test_the_real_plans_run_through_2022_side_by_side(stage):
    cast = stage.cast
    made = carried(stage)
    plan, below = made.plan, made.below
    other = stage.read("002", region=stage.elsewhere, on=FIRST)
    stage.settle(other, until=LAST, on=FIRST)
    other = stage.publish(other, on=FIRST)

    # What the predecessor left open goes on under the new plan, and is no longer chased under the old one.
    ended = Case.objects.filter(pk__in=[t.case_id for t in made.taken])
    assert {c.stage for c in ended} == {Stage.WITHDRAWN}
    assert CampaignTask.objects.filter(campaign=plan, item__carried_from__in=made.taken).count() >= len(made.taken)

    # The county answers every task of the city: covered, inherited, or not applicable with the reason; then it is filed.
    ctx = context(stage.office(cast.city), at=morning(FIRST))
    government = stage.unit("东湖区人民政府", cast.district)
    perform(
        cascade.ask_for_plans, ctx=ctx, campaign={"id": str(plan.pk)}, organisations=[government], due_on=date(2022, 2, 28)
    )  # fmt: skip
    filing = PlanFiling.objects.get()
    stage.publish(below, on=FIRST)
    with pytest.raises(CoverIncomplete):
        perform(cascade.file_plan, ctx=ctx, filing=filing, plan={"id": str(below.pk)})
    answered = family.answers(superior=plan, plan=below)
    for line in answered.lines:
        if line.cell.state is CoverState.GAP:
            perform(
                cascade.exempt, ctx=ctx, campaign={"id": str(below.pk)}, parent_item=line.parent, because="本区无此类对象"
            )  # fmt: skip
    late = context(stage.office(cast.city), at=morning(date(2022, 2, 10)))
    perform(cascade.file_plan, ctx=late, filing={"id": str(filing.pk)}, plan={"id": str(below.pk)})

    books = {c.pk: keep(c) for c in (plan, other)}
    run_the_year(stage, [plan, other], books)

    for campaign in (plan, other):
        report = Report.objects.get(campaign=campaign, is_upward=True)
        figures = ReportSnapshot.objects.get(report=report).content["figures"]
        expected = books[campaign.pk].says(date(2022, 12, 20))
        assert {code: figures[code]["value"] for code in expected} == expected, campaign.name
    assert all(book.closed for book in books.values())
    assert any(book.proofs for book in books.values())
    # Nobody's figures are mixed with another's place.
    assert not set(books[plan.pk].due) & set(books[other.pk].due)
    assert {c.region_path for c in Case.objects.filter(campaign_task__campaign=other)} == {stage.elsewhere.path}
    escalated_on_their_days(plan, books[plan.pk])
    days = {r.for_on for r in Report.objects.filter(campaign=plan, is_upward=False, kind=ReportKind.QUARTERLY)}
    assert days == {date(2022, 3, 25), date(2022, 6, 25), date(2022, 9, 25)}
    monthly = Report.objects.filter(campaign=other, kind=ReportKind.MONTHLY, is_upward=False)
    assert {r.for_on.day for r in monthly} == {20}


def keep(campaign: Campaign) -> Book:
    """The limits as published; from here on the book goes its own way."""
    book = Book()
    for task in CampaignTask.objects.filter(campaign=campaign).select_related("case"):
        number = task.case.number
        book.due[number] = task.case.due_on
        if not task.is_supporting:
            book.ours.add(number)
        if task.case.is_ongoing:
            book.ongoing.add(number)
    return book


def run_the_year(stage: Stage2022, campaigns: list[Campaign], books: dict[object, Book]) -> None:
    die = random.Random(2022)
    clock = service_actor("clock", LoopGrants.ESCALATE, LoopGrants.READ)
    caller = plays.service("campaign.call_reports")
    planned: dict[date, list[tuple[Book, str]]] = {}
    for campaign in campaigns:
        book = books[campaign.pk]
        reporter = CampaignTask.objects.filter(campaign=campaign).first().case.owner
        ctx = context(stage.office(campaign.region), at=morning(FIRST))
        perform(reports.name_reporter, ctx=ctx, campaign={"id": str(campaign.pk)}, organisation=reporter)
        for task in CampaignTask.objects.filter(campaign=campaign).select_related("case"):
            simple = task.limit is not LimitKind.MILESTONES and not task.case.caseobjects.exists()
            if not simple or TaskMilestone.objects.filter(task=task).exists() or die.random() < 0.2:
                continue  # stays open
            day = book.due[task.case.number]
            day = day if task.case.is_ongoing else max(FIRST, day + timedelta(days=die.randint(-14, 20)))
            planned.setdefault(day, []).append((book, task.case.number))
    on = FIRST
    while on <= LAST:
        at = morning(on)
        loop_jobs.escalate_due(ctx=context(clock, at=at))
        jobs.call_reports(ctx=context(caller, at=at))
        for book, number in planned.pop(on, []):
            work(stage, number, at=at)
            if number in book.ongoing:
                book.proofs.append((number, on))
                book.due[number] = next_quarter_end(on)
                planned.setdefault(book.due[number], []).append((book, number))
            else:
                book.closed[number] = on
        for report in Report.objects.filter(for_on=on, sent_at__isnull=True, is_upward=False).select_related("case"):
            send(context(stage.handler(report.organisation), at=at), report)
        if on == date(2022, 12, 20):
            for campaign in campaigns:
                consolidate(stage, campaign, on)
        on += timedelta(days=1)


def work(stage: Stage2022, number: str, *, at) -> None:
    case = Case.objects.select_related("owner", "region").get(number=number)
    ctx = context(stage.handler(case.owner), at=at)
    if case.stage == Stage.ISSUED:
        case = perform(handling.acknowledge, ctx=ctx, case=case).value
    piece = stage.cast.evidence(ctx.actor, case.owner)
    case = perform(handling.submit, ctx=ctx, case={"id": str(case.pk)}, note="完成", evidence=[piece.pk]).value
    verifier = context(stage.office(stage.elsewhere if case.region_path.startswith(stage.elsewhere.path) else stage.cast.city), at=at)  # fmt: skip
    perform(verifying.close_out, ctx=verifier, case={"id": str(case.pk)})


def send(ctx, report: Report) -> None:
    sections = [s | {"text": s["text"].replace("（请填写）", "继续推进。")} for s in report.body]
    perform(reports.write_report, ctx=ctx, report={"id": str(report.pk)}, title=report.title, sections=sections)
    perform(reports.send_report, ctx=ctx, report={"id": str(report.pk)})


def consolidate(stage: Stage2022, campaign: Campaign, on: date) -> None:
    """The acceptance report over the whole campaign, written by the checking office and sent to the government."""
    ctx = context(stage.office(campaign.region), at=morning(on))
    to = stage.unit(f"{campaign.region.name}人民政府", campaign.region)
    reference = {"id": str(campaign.pk)}
    period = {"from_on": FIRST, "last_on": LAST, "due_on": on}
    made = perform(reports.open_report, ctx=ctx, campaign=reference, kind=ReportKind.ACCEPTANCE, to=to, **period).value
    send(context(stage.handler(stage.checker), at=morning(on)), made)


def escalated_on_their_days(campaign: Campaign, book: Book) -> None:
    """Whoever was late is chased on the first working day after the limit; nobody else ever."""
    chased = CaseStep.objects.filter(case__campaign_task__campaign=campaign, move=Move.CHASE)
    finite = [n for n in book.due if n not in book.ongoing]
    milestones = set(TaskMilestone.objects.filter(task__campaign=campaign).values_list("task__case__number", flat=True))
    # What was carried over from 2021 is late from the first day it is here.
    told = {n: max(FIRST, told_on(book.due[n] + timedelta(days=1), OFF)) for n in finite}
    late = {n for n in finite if book.closed.get(n, LAST + timedelta(days=1)) >= told[n] <= LAST}
    found = {s.case.number: s.at for s in chased.select_related("case") if s.case.number in finite}
    assert set(found) == late | (set(found) & milestones)
    for number, at in found.items():
        if number not in milestones:
            assert at == morning(told[number]), number
