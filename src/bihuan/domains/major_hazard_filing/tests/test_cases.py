"""From a change in the register to a case, and what it takes to strike it off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.major_hazard_filing import actions, rules
from bihuan.domains.major_hazard_filing.models import Filing
from bihuan.domains.major_hazard_filing.terms import EVALUATION_KIND, FILING_KIND, OVER_STORAGE_KIND
from bihuan.domains.major_hazard_filing.tests import plays
from bihuan.loop.actions import handling, verifying
from bihuan.loop.models import Case
from bihuan.registers.major_hazards.models import HazardStock
from bihuan.registers.major_hazards.tests import plays as register
from cast import AT, Cast, context

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


def cases(kind: str) -> list[Case]:
    queue.drain(at=AT)
    return list(Case.objects.filter(kind=kind).order_by("id"))


def strike_off(cast, case):
    """The works hand it in, the district verifies."""
    ctx = context(cast.safety_manager)
    perform(handling.acknowledge, ctx=ctx, case=case)
    piece = cast.evidence(cast.safety_manager, cast.works)
    perform(handling.submit, ctx=ctx, case=Case.objects.get(pk=case.pk), note="已办", evidence=[piece.pk])
    verifier = cast.actor("district_verifier", "verifier", cast.district_emergency)
    return lambda: (
        perform(verifying.close_out, ctx=context(verifier), case=Case.objects.get(pk=case.pk), note="属实").value
    )


def test_an_identified_hazard_opens_one_case_that_a_rise_renews(cast):
    register.a_unit(cast)
    (case,) = cases(FILING_KIND)
    assert "辨识为三级" in case.title
    assert (case.organisation_code, case.supervisor_code) == (cast.works.code, cast.district_emergency.code)
    register.change_stock(cast, HazardStock.objects.get(), design_maximum=Decimal(150))
    (case,) = cases(FILING_KIND)
    assert "由三级升为一级" in case.title


def test_a_movement_of_stock_opens_nothing(cast):
    register.a_unit(cast)
    assert len(cases(FILING_KIND)) == 1
    register.change_stock(cast, HazardStock.objects.get(), live=Decimal(49))
    assert len(cases(FILING_KIND)) == 1
    assert cases(OVER_STORAGE_KIND) == []


def test_the_case_is_not_struck_off_before_the_grade_is_on_file(cast):
    unit = register.a_unit(cast)
    (case,) = cases(FILING_KIND)
    close = strike_off(cast, case)
    with pytest.raises(rules.NotFiledYet, match="三级"):
        close()
    plays.filed(cast, unit)
    assert close().stage == "closed_out"


def test_over_storage_opens_a_case_of_its_own_until_it_is_reduced(cast):
    register.a_unit(cast)
    stock = register.change_stock(cast, HazardStock.objects.get(), live=Decimal(52))
    (case,) = cases(OVER_STORAGE_KIND)
    assert "52 t" in case.text
    assert case.level == "major"
    close = strike_off(cast, case)
    with pytest.raises(rules.StillOverStored):
        close()
    register.change_stock(cast, stock, live=Decimal(40))
    assert close().stage == "closed_out"
    register.change_stock(cast, HazardStock.objects.get(), live=Decimal(51))
    assert len(cases(OVER_STORAGE_KIND)) == 2


def test_what_is_filed_is_superseded_and_deregistered_only_when_it_is_none_any_more(cast):
    unit = register.a_unit(cast)
    first = plays.filed(cast, unit)
    second = plays.filed(cast, unit, number="BA-2")
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "current")
    with pytest.raises(rules.StillAMajorHazard):
        perform(actions.deregister, ctx=context(plays.officer(cast)), filing=second, because="误报")
    register.change_stock(cast, HazardStock.objects.get(), design_maximum=Decimal(1), live=Decimal(0))
    ended = perform(actions.deregister, ctx=context(plays.officer(cast)), filing=second, because="已拆除").value
    assert ended.state == "deregistered"


def test_an_evaluation_that_falls_due_opens_one_case_and_the_new_one_ends_it(cast):
    filing = plays.filed(cast)
    due = filing.evaluation_due_on
    at = AT.replace(year=due.year, month=due.month, day=due.day) - timedelta(days=90)
    early = at - timedelta(days=1)
    for moment, number in ((early, 0), (at, 1), (at + timedelta(days=1), 1)):
        queue.enqueue(job="major_hazard_filing.open_evaluation_cases", payload={}, key=str(moment), at=moment)
        queue.drain(at=moment)
        assert Case.objects.filter(kind=EVALUATION_KIND).count() == number
    case = Case.objects.get(kind=EVALUATION_KIND)
    assert case.due_on == due
    close = strike_off(cast, case)
    with pytest.raises(rules.NotEvaluatedYet):
        close()
    later = context(plays.officer(cast), at=at)
    perform(actions.record_evaluation, ctx=later, filing=Filing.objects.get(), evaluated_on=at.date())
    assert close().stage == "closed_out"


def test_the_page_of_the_unit_shows_filing_and_cases(cast, make_user, log_in):
    unit = register.a_unit(cast)
    cases(FILING_KIND)
    grants = [g for role in ("hazard_filing_officer",) for g in plays.officer(cast).held]
    client = log_in(make_user("zhang", *{h.grant for h in grants}, region=cast.district.path))
    page = client.get(f"/registers/hazard_units/{unit.pk}/").content.decode()
    assert "备案与现状不一致" in page
    assert "辨识为三级" in page
