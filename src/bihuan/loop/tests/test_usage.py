"""使用情况: counted by unit, within one's own place, without anybody's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.core.access.models import LoginSession
from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.loop import usage
from bihuan.loop.actions import handling
from bihuan.loop.terms import LoopGrants
from bihuan.loop.usage import Use, use_of
from cast import AT, context, saved


@pytest.mark.parametrize(
    ("days", "use"), [(None, Use.NEVER), (0, Use.IN_USE), (6, Use.IN_USE), (7, Use.QUIET), (29, Use.QUIET), (30, Use.IDLE)]
)  # fmt: skip
def test_a_limit_belongs_to_the_longer_silence(days, use):
    assert use_of(days) is use


def logged_in(user, *, days_ago: int) -> None:
    at = AT - timedelta(days=days_ago)
    saved(
        LoginSession(
            user=user, session_digest=f"{user.pk}-{days_ago}", authenticated_at=at, last_seen_at=at,
            expires_at=at + timedelta(hours=8), ended_at=at + timedelta(hours=1),
        )
    )  # fmt: skip


@pytest.fixture
def week(cast, case):
    """The works logged in three times, once long ago, and acknowledged a case; the next works never came."""
    for days in (2, 20, 60):
        logged_in(cast.user("works", cast.works), days_ago=days)
    cast.user("stranger", cast.neighbour)
    logged_in(cast.user("clerk", cast.industry), days_ago=31)
    perform(handling.acknowledge, ctx=context(cast.safety_manager), case=case)
    return cast


def test_each_unit_is_counted_over_thirty_days_the_longest_unused_first(week):
    found = usage.usage(ctx=context(week.officer))
    by_code = {u.organisation.code: u for u in found.units}
    works = by_code["E-WORKS"]
    assert (works.accounts, works.people, works.logins, works.steps, works.cases) == (1, 1, 2, 1, 1)
    assert (works.idle_days, works.use) == (2, Use.IN_USE)
    assert (by_code["E-NEXT"].idle_days, by_code["E-NEXT"].use) == (None, Use.NEVER)
    assert (by_code["GX"].logins, by_code["GX"].idle_days, by_code["GX"].use) == (0, 31, Use.IDLE)
    days = [u.idle_days for u in found.units if u.idle_days is not None]
    assert days == sorted(days, reverse=True)
    assert found.units[0].idle_days is None
    assert (found.in_use, found.idle) == (1, len(found.units) - 1)


def test_the_office_next_door_sees_its_own_units_and_a_handler_nothing(week):
    week.user("next_clerk", week.office)
    assert {u.organisation.region_path for u in usage.usage(ctx=context(week.regulator_next_door)).units} <= {
        week.next_city.path
    }
    with pytest.raises(NotFound):
        usage.usage(ctx=context(week.stranger))


def test_the_page_names_units_and_no_person(week, make_user, log_in):
    office = make_user("zhang", LoopGrants.DIRECT, LoopGrants.READ, region=week.city.path)
    with CaptureQueriesContext(connection) as few:
        text = log_in(office).get("/usage/").content.decode()
    assert "云州东方化工有限公司" in text
    assert week.users["works"].display_name not in text
    for n in range(20):
        logged_in(week.user(f"more{n}", week.industry), days_ago=n)
    with CaptureQueriesContext(connection) as many:
        assert log_in(office).get("/usage/").status_code == 200
    assert len(many) <= len(few)
