"""Leads, and their duties as cases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bihuan.core.jobs import queue
from bihuan.domains.hazard_responsibility import rules
from bihuan.domains.hazard_responsibility.models import Lead
from bihuan.domains.hazard_responsibility.queries import performance_of
from bihuan.domains.hazard_responsibility.terms import DUTY_KIND, LeadRole, Rhythm
from bihuan.domains.hazard_responsibility.tests import plays
from bihuan.law.state import LawState
from bihuan.loop.models import Case
from bihuan.registers.major_hazards.models import HazardStock
from bihuan.registers.major_hazards.tests import plays as register
from cast import AT, TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


def duty_cases(at=AT) -> list[Case]:
    queue.drain(at=at)
    return list(Case.objects.filter(kind=DUTY_KIND).order_by("due_on", "id"))


def on_the_day(at) -> list[Case]:
    queue.enqueue(job="hazard_responsibility.make_duty_cases", payload={}, key=at.isoformat(), at=at)
    return duty_cases(at)


@pytest.mark.parametrize(
    ("rhythm", "on", "end"),
    [
        (Rhythm.WEEKLY, date(2026, 11, 22), date(2026, 11, 22)),
        (Rhythm.WEEKLY, date(2026, 11, 23), date(2026, 11, 29)),
        (Rhythm.MONTHLY, date(2026, 11, 30), date(2026, 11, 30)),
        (Rhythm.QUARTERLY, date(2026, 10, 1), date(2026, 12, 31)),
        (Rhythm.HALF_YEARLY, date(2026, 6, 30), date(2026, 6, 30)),
        (Rhythm.YEARLY, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_ends_on_its_last_day(rhythm, on, end):
    assert rules.end_of(rhythm=rhythm, on=on) == end


@pytest.mark.parametrize(
    ("role", "number"), [(LeadRole.PRINCIPAL, 7), (LeadRole.TECHNICAL, 6), (LeadRole.OPERATIONS, 4)]
)
def test_the_duties_of_a_role_are_the_tables(role, number):
    assert len(rules.duties_of(role=role, on=date(2026, 9, 29))) == number
    assert {d.state for d in rules.duties_of(role=role, on=date(2026, 9, 30))} == {LawState.UNCHECKED}


def test_the_principals_duties_were_transcribed_until_the_new_standard():
    assert {d.state for d in rules.duties_of(role=LeadRole.PRINCIPAL, on=date(2026, 9, 29))} == {LawState.TRANSCRIBED}


def test_three_leads_get_the_duties_of_their_period_at_once_and_once(cast):
    unit = register.a_unit(cast)
    for role in LeadRole:
        plays.appointed(cast, unit, role)
    cases = duty_cases()
    assert len(cases) == 7
    assert {case.owner_person.name for case in cases} == {"张工"}
    assert len(on_the_day(AT)) == 7
    assert len(on_the_day(AT + timedelta(days=1))) == 8, "a new week brings the weekly one"


def test_no_major_hazard_no_duties(cast):
    unit = register.add_unit(cast)
    plays.appointed(cast, unit)
    assert duty_cases() == []
    register.add_stock(cast, unit)
    assert len(duty_cases()) == 2, "being identified makes them"


def test_who_comes_after_relieves_who_was_before(cast):
    unit = register.a_unit(cast)
    first = plays.appointed(cast, unit)
    plays.appointed(cast, unit, person=plays.somebody(cast, "李工"), from_on=TODAY)
    first.refresh_from_db()
    assert first.until_on == TODAY
    assert {case.owner_person.name for case in duty_cases()} == {"李工"}
    with pytest.raises(rules.EndsBeforeItBegins):
        plays.appointed(cast, unit, from_on=TODAY)


def test_a_lead_is_of_the_enterprise_and_not_his_own_deputy(cast):
    unit = register.a_unit(cast)
    with pytest.raises(rules.NotOfTheEnterprise, match="本企业"):
        plays.appointed(cast, unit, person=plays.somebody(cast, "外人", cast.neighbour))
    someone = plays.somebody(cast)
    with pytest.raises(rules.DeputyIsTheLead):
        plays.appointed(cast, unit, person=someone, deputy=someone)
    assert not Lead.objects.exists()


def test_who_lets_duties_fall_due_and_does_none_is_a_name_only(cast):
    lead = plays.appointed(cast, register.a_unit(cast))
    duty_cases()
    assert not performance_of(lead=lead, on=TODAY).is_name_only
    late = performance_of(lead=lead, on=date(2027, 1, 1))
    assert late.is_name_only
    assert late.overdue == 2


def test_the_page_and_the_board_name_the_leads_and_who_is_missing(cast, make_user, log_in):
    unit = register.a_unit(cast)
    plays.appointed(cast, unit)
    grants = {h.grant for h in plays.appointer(cast).held}
    client = log_in(make_user("zhang", *grants, region=cast.park.path))
    for address in (f"/registers/hazard_units/{unit.pk}/", f"/major-hazards/{unit.pk}/board/"):
        page = client.get(address).content.decode()
        assert "张工" in page
        assert "未落实" in page
    stranger = log_in(make_user("li", *grants, region=cast.next_city.path))
    assert stranger.get(f"/major-hazards/{unit.pk}/board/").status_code == 404


def test_a_rise_of_grade_makes_no_second_case_of_a_duty(cast):
    unit = register.a_unit(cast)
    plays.appointed(cast, unit)
    before = len(duty_cases())
    register.change_stock(cast, HazardStock.objects.get(), design_maximum="150")
    assert len(duty_cases()) == before
