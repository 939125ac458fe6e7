"""The pages of duties and escalation plans: what an office sets there holds; others don't find them."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bihuan.core.actions.runner import perform
from bihuan.loop.actions import clock
from bihuan.loop.models import Duty, EscalationPlan
from bihuan.loop.terms import LoopGrants
from bihuan.parties.terms import PartiesGrants
from cast import context


@pytest.fixture
def office(cast, make_user, log_in):
    """A person of the committee office, logged in: sets rules in the city."""
    grants = (LoopGrants.CONFIGURE, LoopGrants.READ, PartiesGrants.READ)
    return log_in(make_user("office_rules", *grants, region=cast.city.path))


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_a_plan_is_set_on_its_page_and_listed_in_words(cast, office):
    form = {
        "region": str(cast.city.pk), "kind": "", "from_on": "2026-01-01", "basis": "本市规定",
        "days-1": "-5", "deed-1": "remind", "whom-1": ["owner", "lead"],
        "days-2": "", "deed-2": "chase", "days-3": "2", "deed-3": "chase", "whom-3": ["owner"],
    }  # fmt: skip
    assert office.post("/escalation/new/", form).status_code == 302
    plan = EscalationPlan.objects.get()
    assert plan.steps == [
        {"days": -5, "deed": "remind", "whom": ["owner", "lead"]},
        {"days": 2, "deed": "chase", "whom": ["owner"]},
    ]
    shown = words(office.get("/escalation/"))
    assert "到期前 5 天：提醒 责任单位、牵头单位" in shown
    assert "逾期 2 天：催办 责任单位" in shown


def test_a_wrong_plan_comes_back_with_what_was_said(cast, office):
    form = {"region": str(cast.city.pk), "from_on": "", "basis": "暂定", "days-1": "x", "deed-1": "chase"}
    answer = office.post("/escalation/new/", form)
    assert answer.status_code >= 400
    assert 'value="暂定"' in answer.content.decode()
    assert not EscalationPlan.objects.exists()


def test_a_region_elsewhere_is_refused(cast, office):
    form = {"region": str(cast.next_city.pk), "from_on": "2026-01-01", "basis": "x", "days-1": "1", "deed-1": "chase"}
    assert office.post("/escalation/new/", form).status_code in (403, 404)
    assert not EscalationPlan.objects.exists()


def test_duties_are_listed_until_they_end(cast, office):
    duty = perform(
        clock.add_duty, ctx=context(cast.officer), name="每季度自查", region=cast.city, supervisor=cast.emergency,
        population="enterprises", rhythm="quarterly", from_on=date(2026, 1, 1),
    ).value  # fmt: skip
    assert "每季度自查" in words(office.get("/duties/"))
    with pytest.raises(clock.EndsTooEarly):
        perform(clock.end_duty, ctx=context(cast.officer), duty=duty, until_on=date(2025, 12, 31))
    perform(clock.end_duty, ctx=context(cast.officer), duty=duty, until_on=date(2026, 12, 1))
    assert Duty.objects.get().until_on == date(2026, 12, 1)


def test_who_does_not_direct_finds_neither(cast, make_user, log_in):
    reader = log_in(make_user("reader", LoopGrants.READ, region=cast.city.path))
    assert [reader.get(a).status_code for a in ("/duties/", "/escalation/", "/escalation/new/")] == [404] * 3
