"""晨间页、单位卡、地区、大屏: every figure leads to rows that are as many, and costs the same however many there are."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.core.actions.runner import perform
from bihuan.domains.campaign.models import CampaignTask
from bihuan.domains.campaign.queries import boards, office
from bihuan.domains.campaign.tests import plays
from bihuan.loop import figures, morning
from bihuan.loop.actions import directing, handling
from bihuan.loop.models import Case
from bihuan.loop.queries import CaseFilter, cases, days_of
from bihuan.loop.terms import DeadlineColour, Move
from bihuan.parties.models import Membership, Person
from cast import AT, TODAY, Cast, context, saved

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def cast(db) -> Cast:
    figures.forget()
    office.forget()
    return Cast.build()


@pytest.fixture
def desk(cast):
    return context(plays.office_of(cast))


@pytest.fixture
def campaign(cast):
    """Half of it due today, one overdue, the rest this week: today is a Sunday."""
    made = plays.published_plan(cast)
    rows = list(Case.objects.order_by("number"))
    for number, case in enumerate(rows):
        due = TODAY - timedelta(days=3) if number == 0 else TODAY
        Case.objects.filter(pk=case.pk).update(due_on=due)
    return made


def count(ctx, **said):
    return cases(ctx=ctx, narrowed=CaseFilter.from_query(said)).count()


@pytest.mark.parametrize(
    ("due", "today", "days"),
    [
        ("today", date(2026, 11, 22), (date(2026, 11, 22), date(2026, 11, 22))),
        ("week", date(2026, 11, 22), (date(2026, 11, 22), date(2026, 11, 22))),  # a Sunday ends its week
        ("week", date(2026, 11, 23), (date(2026, 11, 23), date(2026, 11, 29))),
        ("2026-12-01", date(2026, 11, 22), (date(2026, 12, 1), date(2026, 12, 1))),
    ],
)
def test_a_week_ends_on_sunday(due, today, days):
    assert days_of(due, today=today) == days


def test_each_figure_of_the_morning_is_as_large_as_the_list_it_leads_to(cast, desk, campaign):
    clerk = context(cast.department_clerk)
    perform(handling.acknowledge, ctx=clerk, case=Case.objects.get(owner=cast.industry))
    perform(directing.chase, ctx=desk, case=Case.objects.get(owner=cast.industry), note="请抓紧")
    found = office.morning_of(ctx=desk).value
    assert found.since == FRIDAY
    assert found.due == {"today": count(desk, due="today"), "week": count(desk, due="week")}
    assert found.overdue == count(desk, colour="red") == 1
    assert [(b.code, b.overdue) for b in found.behind] == [(Case.objects.get(due_on__lt=TODAY).organisation_code, 1)]
    since = {"since": FRIDAY.isoformat()}
    for news in found.news:
        assert news.cases == count(desk, moved=news.move.value, **since)
    assert {n.move for n in found.news} == {Move.ISSUE, Move.CHASE}
    monday = context(desk.actor, at=AT + timedelta(days=2))
    assert office.morning_of(ctx=monday).value.since == date(2026, 11, 23)


def test_what_waits_for_a_decision_is_counted_for_whoever_decides(cast, desk, campaign):
    asked = plays.asked_exception_on(cast)
    case = Case.objects.get(owner=cast.industry)
    perform(
        handling.ask_extension,
        ctx=context(cast.department_clerk),
        case=case,
        new_due_on=date(2027, 12, 31),
        because="到货晚",
    )
    waiting = office.waiting(ctx=desk)
    assert (waiting.to_decide, waiting.exceptions) == (1, 1)
    assert waiting.all == 2
    assert asked.state == "asked"
    assert office.waiting(ctx=context(cast.stranger)).all == 0


def test_reports_still_out_say_from_whom_and_whether_they_are_late(cast):
    report = plays.report_of(cast)
    ctx = context(plays.office_of(cast), at=plays.MARCH)
    (due,) = office.reports_due(ctx=ctx)
    assert (due.on, due.missing, list(due.names), due.is_late) == (report.for_on, 1, [cast.industry.name], False)
    late = context(plays.office_of(cast), at=plays.MARCH + timedelta(days=11))
    assert office.reports_due(ctx=late)[0].is_late
    assert office.reports_due(ctx=context(cast.stranger, at=plays.MARCH)) == []


def test_the_statements_of_the_morning_do_not_grow_with_the_cases(cast, desk, campaign, make_user, log_in):
    grants = [str(h.grant) for h in desk.actor.held]
    client = log_in(make_user("dawn", *grants, region=cast.city.path))

    def cost(path):
        figures.forget()
        office.forget()
        client.get(path)
        figures.forget()
        office.forget()
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        return len(caught)

    of = f"/campaigns/{campaign.pk}/"
    paths = ("/office/", "/screen/", "/my-unit/?unit=GX", f"{of}places/", f"{of}coverage/", f"{of}reports/", of)
    before = {p: cost(p) for p in paths}
    for case in Case.objects.all():
        for n in range(8):
            plays.copied(case, n)
    assert {p: cost(p) for p in paths} == before


def test_the_light_of_a_unit_follows_its_worst_case(cast, campaign):
    clerk = context(cast.department_clerk)
    card = lambda: office.unit_card(ctx=clerk, organisation=cast.industry)  # noqa: E731
    mine = Case.objects.filter(owner=cast.industry)
    for days, colour in ((-1, DeadlineColour.RED), (0, DeadlineColour.YELLOW), (7, DeadlineColour.YELLOW), (8, DeadlineColour.GREEN)):  # fmt: skip
        mine.update(due_on=TODAY + timedelta(days=days))
        assert card().colour is colour, days
    person = saved(
        Person(name="周局长", organisation=cast.industry, organisation_code="GX", region_path=cast.city.path)
    )
    saved(
        Membership(
            person=person, organisation=cast.industry, organisation_code="GX", region_path=cast.city.path,
            role="局长", from_on=date(2026, 1, 1),
        )
    )  # fmt: skip
    found = card()
    assert [m.person.name for m in found.people] == ["周局长"]
    assert (found.overdue, found.open, found.closed, found.share, len(found.next)) == (0, 1, 0, 0, 1)
    stranger = office.unit_card(ctx=context(cast.stranger), organisation=cast.industry)
    assert (stranger.open, stranger.next, stranger.share) == (0, [], None)


def test_a_task_that_helps_a_higher_level_or_never_ends_is_outside_every_share(cast, desk, campaign):
    finite = CampaignTask.objects.filter(campaign=campaign, case__is_ongoing=False)
    finite = finite.filter(is_supporting=False)
    before = boards.overall(ctx=desk, campaign=campaign)
    assert before.finite == finite.count()
    task = finite.get(case__owner=cast.industry)
    Case.objects.filter(pk=task.case_id).update(is_open=False, stage="closed_out")
    counted = boards.overall(ctx=desk, campaign=campaign)
    places = {p.region.code: p for p in office.by_locality(ctx=desk, campaign=campaign)}
    assert counted.finite_closed == 1
    assert counted.share == 100 // counted.finite
    assert sum(p.total for p in places.values()) == before.finite
    assert sum(p.closed for p in places.values()) == 1
    CampaignTask.objects.filter(pk=task.pk).update(is_supporting=True)
    after = boards.overall(ctx=desk, campaign=campaign)
    assert (after.finite, after.finite_closed, after.closed) == (before.finite - 1, 0, 1)
    assert sum(p.total for p in office.by_locality(ctx=desk, campaign=campaign)) == before.finite - 1


def test_the_pages_open_for_those_they_are_meant_for(cast, campaign, make_user, log_in, desk):
    grants = [str(h.grant) for h in desk.actor.held]
    chief = log_in(make_user("chief", *grants, region=cast.city.path))
    assert re.search(r"/office/$", chief.get("/").headers["Location"])
    assert chief.get("/my-unit/").status_code == 200
    clerk = log_in(make_user("clerk", "case.read", "case.handle", organisation=cast.industry.code))
    assert clerk.get("/office/").status_code == 404
    assert cast.industry.name in clerk.get("/my-unit/").content.decode()
    assert clerk.get("/my-unit/?unit=E-NEXT").status_code == 404
    assert morning.overdue_by_unit(ctx=context(cast.stranger), most=5) == morning.Overdue(0, [])
