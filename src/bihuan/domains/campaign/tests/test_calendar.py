"""日历与订阅: every date of a plan stands on its day; the feed is a secret that can be revoked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from bihuan.core.access.identification import digest
from bihuan.core.actions.runner import perform
from bihuan.core.clock import now
from bihuan.domains.campaign.actions import calendar as actions
from bihuan.domains.campaign.models import CalendarFeed
from bihuan.domains.campaign.queries import calendar as queries
from bihuan.domains.campaign.tests import plays
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from cast import AT, Cast, context

SECRET = "s" * 40


@pytest.fixture
def cast(db) -> Cast:
    return Cast.build()


@pytest.fixture
def campaign(cast):
    made = plays.published_plan(cast)
    Case.objects.filter(owner=cast.industry).update(due_on=date(2026, 11, 30), title="完成复查；含,逗号")
    return made


def days(ctx, on, *, mine=False):
    return {d.on: d for week in queries.month(ctx=ctx, on=on, mine=mine) for d in week}


def test_a_month_holds_limits_and_the_dates_of_plans_with_days_off_marked(cast, campaign):
    office = context(plays.office_of(cast))
    found = days(office, date(2026, 11, 1))
    assert found[date(2026, 11, 30)].number == 1
    assert found[date(2026, 11, 30)].cases[0].owner_id == cast.industry.pk
    october = days(office, date(2026, 10, 1))
    assert [(october[date(2026, 10, n)].works, october[date(2026, 10, n)].is_moved) for n in (7, 8, 10)] == [
        (False, True),
        (True, False),
        (True, True),
    ]
    year = [days(office, date(2027, n, 1)) for n in range(1, 13)]
    said = {d.kind for month in year for day in month.values() for d in day.dates}
    assert said == {"phase", "report"}


def test_a_full_day_names_three_and_counts_the_rest(cast, campaign, django_assert_max_num_queries):
    Case.objects.update(due_on=date(2026, 11, 30))
    total = Case.objects.count()
    assert total > queries.NAMED
    office = context(plays.office_of(cast))
    with django_assert_max_num_queries(4):
        day = days(office, date(2026, 11, 1))[date(2026, 11, 30)]
    assert (day.number, len(day.cases), day.more) == (total, queries.NAMED, total - queries.NAMED)
    assert days(context(cast.department_clerk), date(2026, 11, 1), mine=True)[date(2026, 11, 30)].number == 1
    assert days(context(cast.stranger), date(2026, 11, 1))[date(2026, 11, 30)].is_empty


def subscribe(make_user, cast):
    grants = ("case.read", "case.handle", "access.use_own_account")
    return make_user("diary", *grants, organisation=cast.industry.code)


def read(secret=SECRET):
    return Client().get(f"/calendar/feed/{secret}.ics")


def test_a_feed_is_read_without_login_by_its_secret_alone(cast, campaign, make_user):
    clerk = subscribe(make_user, cast)
    CalendarFeed(user=clerk, digest=digest(SECRET), created_at=AT, updated_at=AT).save(force_insert=True)
    due = day_of(now()) + timedelta(days=8)  # what a request asks is the real clock
    Case.objects.filter(owner=cast.industry).update(due_on=due)
    answer = read()
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    parsed = Calendar.from_ical(answer.content)
    case = Case.objects.get(owner=cast.industry)
    (event,) = [e for e in parsed.walk("VEVENT") if str(e["uid"]) == f"case-{case.number}@bihuan"]
    assert str(event["summary"]) == f"完成复查；含,逗号（{case.number}）"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (due, due + timedelta(days=1))
    assert event["url"].endswith(case.get_absolute_url())
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP", "URL"}
    # RFC 5545: lines end with CR LF and are folded at 75 octets.
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert read("x" * 40).status_code == 404


def test_a_revoked_feed_or_a_closed_account_reads_nothing(cast, campaign, make_user):
    clerk = subscribe(make_user, cast)
    row = CalendarFeed(user=clerk, digest=digest(SECRET), created_at=AT, updated_at=AT)
    row.save(force_insert=True)
    type(clerk).objects.filter(pk=clerk.pk).update(is_active=False)
    assert read().status_code == 404
    type(clerk).objects.filter(pk=clerk.pk).update(is_active=True)
    assert read().status_code == 200
    CalendarFeed.objects.update(revoked_at=AT)
    assert read().status_code == 404


def test_a_new_address_ends_the_one_before_and_only_its_owner_revokes_it(cast):
    me = plays._person(cast, "diarist", cast.industry)
    first = perform(actions.issue_calendar_feed, ctx=context(me), digest="a" * 64).value
    second = perform(actions.issue_calendar_feed, ctx=context(me, at=AT + timedelta(hours=1)), digest="b" * 64).value
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert second.revoked_at is None
    perform(actions.revoke_calendar_feed, ctx=context(me), feed=second)
    assert not CalendarFeed.objects.filter(revoked_at__isnull=True).exists()


def test_the_address_is_shown_once_on_the_page(cast, campaign, make_user, log_in):
    client = log_in(subscribe(make_user, cast))
    assert client.get("/calendar/?month=2026-11").status_code == 200
    assert client.get("/calendar/?month=nonsense&who=mine").status_code == 200
    page = client.post("/calendar/feed/").content.decode()
    address = page.split('cp-secret">')[1].split("<")[0]
    assert Client().get(address).status_code == 200
    assert address not in client.get("/calendar/").content.decode()
