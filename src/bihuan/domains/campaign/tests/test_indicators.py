"""指标: both sides of every target, values that come late, exceptions, and what holds a task back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bihuan.core.actions.problems import Denied
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import indicators as actions
from bihuan.domains.campaign.actions import publishing
from bihuan.domains.campaign.models import CampaignTask, Indicator, IndicatorException, Measurement, PlanItem
from bihuan.domains.campaign.queries import indicators as queries
from bihuan.domains.campaign.rules import indicators as rules
from bihuan.domains.campaign.terms import GapState
from bihuan.domains.campaign.tests import plays
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions import handling
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation
from bihuan.registers.staff.models import StaffMember
from cast import AT, TODAY, Cast, context, saved


@pytest.fixture
def cast(db) -> Cast:
    """Without the committee: the plays bring it."""
    return Cast.build()


@pytest.fixture
def office(cast):
    return context(plays.office_of(cast))


YES = {"grant": True, "because": "情况属实"}


@pytest.mark.parametrize(
    ("op", "at", "just_missed"),
    [(">=", "75", "74.99"), ("<=", "9", "9.01"), (">", "50.01", "50"), ("<", "19.99", "20"), ("==", "2", "3")],
)
def test_at_least_and_at_most_contain_the_number_and_more_than_does_not(op, at, just_missed):
    target = {">=": 75, "<=": 9, ">": 50, "<": 20, "==": 2}[op]
    judge = lambda value, excepted=False: rules.state_of(  # noqa: E731
        value=None if value is None else Decimal(value), op=op, target=Decimal(target), excepted=excepted
    )
    assert judge(at) is GapState.MET
    assert judge(just_missed) is GapState.GAP
    assert judge(just_missed, excepted=True) is GapState.EXCEPTED
    assert judge(None) is GapState.UNMEASURED


def test_a_gap_lasts_since_the_first_miss_of_the_run_that_is_not_over():
    days = [date(2026, n, 1) for n in range(1, 7)]
    since = lambda *values: rules.unmet_since(  # noqa: E731
        zip(days, map(Decimal, values), strict=False), op=">=", target=Decimal(75)
    )
    assert since(70, 74, 80, 60, 70) == days[3]
    assert since(70, 74) == days[0]
    assert since(70, 75) is None
    assert since() is None


def test_a_spark_line_holds_the_target_even_where_no_value_comes_near():
    points, target_at = rules.spark([Decimal(10), Decimal(20)], target=Decimal(100))
    first, second = points.split()
    assert first.startswith("0,")
    assert second.startswith("100,")
    assert target_at == 2
    assert len(rules.spark([Decimal(5)], target=Decimal(5))[0].split()) == 2


def enter(cast, indicator, value, *, on=TODAY, at=AT):
    return perform(
        actions.measure,
        ctx=context(cast.department_clerk, at=at),
        indicator={"id": str(indicator.pk)},
        organisation=cast.industry,
        value=Decimal(value),
        on=on,
        source="培训台账",
    ).value


def test_the_numbers_of_a_plan_are_indicators_from_the_start(cast, office):
    campaign = plays.read_plan(cast)
    said = {"raw": "专业人员占比不低于75%", "op": ">=", "value": "75", "unit": "%"}
    PlanItem.objects.filter(campaign=campaign, no="1").update(
        text="原则上专业人员占比不低于75%，企业全部建档。", indicators=[said, said | {"value": "若干"}]
    )
    perform(publishing.publish, ctx=office, campaign=plays.settled_plan(cast, campaign))
    queue.drain(at=AT)
    found = Indicator.objects.get(campaign=campaign, name=said["raw"])
    assert (found.op, found.target, found.unit, found.is_soft) == (">=", Decimal(75), "%", True)


def test_an_older_value_that_comes_late_does_not_replace_a_newer_one(cast):
    row = plays.indicator_of(cast)
    enter(cast, row, 80, on=TODAY)
    enter(cast, row, 95, on=TODAY - timedelta(days=30))
    now = Measurement.objects.get(indicator=row, is_current=True)
    assert (now.value, now.unmet_since) == (Decimal(80), TODAY)
    enter(cast, row, 70, on=TODAY - timedelta(days=10))
    assert Measurement.objects.get(indicator=row, is_current=True).unmet_since == TODAY - timedelta(days=10)
    with pytest.raises(rules.MeasuredAhead):
        enter(cast, row, 99, on=TODAY + timedelta(days=1))
    assert Measurement.objects.filter(indicator=row).count() == 3


def test_a_missed_number_holds_the_task_back_until_it_is_met(cast):
    row = plays.measured(cast).indicator
    clerk = context(cast.department_clerk)
    case = perform(handling.acknowledge, ctx=clerk, case=Case.objects.get(pk=row.task.case_id)).value
    piece = cast.evidence(cast.department_clerk, cast.industry)
    with pytest.raises(rules.TargetMissed) as refused:
        perform(handling.submit, ctx=clerk, case=case, note="完成", evidence=[piece.pk])
    assert "硬性" in refused.value.text.zh
    enter(cast, row, 90)
    perform(handling.submit, ctx=clerk, case=Case.objects.get(pk=case.pk), note="完成", evidence=[piece.pk])


def test_only_a_soft_number_has_exceptions_and_the_verifiers_side_decides(cast, office):
    asked = plays.asked_exception(cast)
    row, clerk = asked.indicator, context(cast.department_clerk)
    assert queries.gaps(ctx=office).filter(indicator=row).count() == 1
    with pytest.raises((Denied, loop_rules.NotIndependent)):
        perform(actions.decide_exception, ctx=clerk, exception=asked, **YES)
    granted = perform(
        actions.decide_exception, ctx=office, exception=asked, until_on=TODAY + timedelta(days=5), **YES
    ).value
    assert queries.gaps(ctx=office).filter(indicator=row).count() == 0
    later = context(office.actor, at=AT + timedelta(days=6))
    assert queries.gaps(ctx=later).filter(indicator=row).count() == 1
    with pytest.raises(actions.AlreadyDecided):
        perform(actions.decide_exception, ctx=office, exception=granted, **YES)
    case = perform(handling.acknowledge, ctx=clerk, case=Case.objects.get(pk=row.task.case_id)).value
    piece = cast.evidence(cast.department_clerk, cast.industry)
    perform(handling.submit, ctx=clerk, case=case, note="完成", evidence=[piece.pk])
    Indicator.objects.filter(pk=row.pk).update(is_soft=False)
    with pytest.raises(rules.NotSoft):
        perform(
            actions.ask_exception,
            ctx=clerk,
            indicator={"id": str(row.pk)},
            organisation=cast.industry,
            reason="搬迁",
        )


def test_a_refused_exception_leaves_the_gap(cast, office):
    asked = plays.asked_exception(cast)
    perform(actions.decide_exception, ctx=office, exception=asked, grant=False, because="理由不足")
    assert queries.gaps(ctx=office).filter(indicator=asked.indicator).count() == 1
    assert IndicatorException.objects.get().until_on is None


def test_a_new_target_is_held_against_what_is_known(cast, office):
    row = plays.measured(cast, 80).indicator
    perform(actions.change_indicator, ctx=office, indicator={"id": str(row.pk)}, op=">=", target="80")
    assert Measurement.objects.get(is_current=True).unmet_since is None
    perform(actions.change_indicator, ctx=office, indicator={"id": str(row.pk)}, op=">", target="80")
    assert Measurement.objects.get(is_current=True).unmet_since == TODAY


def test_a_formula_counts_the_register_day_by_day_and_notes_only_what_changed(cast, office):
    row = plays.indicator_of(cast, op=">=", target=Decimal(75), formula="staff.professionals")
    for number in range(4):
        saved(
            StaffMember(
                code=f"GX-{number}", name="某某", post="监管岗", organisation=cast.industry, is_full_time=True,
                organisation_code=cast.industry.code, region_path=cast.city.path, duty="inspector", degree="bachelor",
                practice_years=Decimal(0), has_relevant_degree=number < 2, joined_on=date(2026, 1, 1),
            )
        )  # fmt: skip
    service = plays.service("campaign.compute_indicators")
    for day in (0, 1):
        jobs.compute_indicators(ctx=context(service, at=AT + timedelta(days=day)))
    (line,) = queries.lines(list(queries.with_names(queries.gaps(ctx=office))), today=TODAY)
    assert (line.row.value, line.gap, line.state) == (Decimal(50), Decimal(25), GapState.GAP)
    assert line.row.source.endswith("2/4")
    assert line.row.unmet_since == TODAY
    StaffMember.objects.filter(code="GX-2").update(has_relevant_degree=True)
    jobs.compute_indicators(ctx=context(service, at=AT + timedelta(days=2)))
    assert queries.gaps(ctx=office).count() == 0
    assert [m.value for m in Measurement.objects.filter(indicator=row)] == [50, 75]
    with pytest.raises(actions.ComputesItself):
        enter(cast, row, 99)


def test_an_indicator_for_named_units_holds_for_no_other(cast, office):
    row = plays.indicator_of(cast)
    Indicator.objects.filter(pk=row.pk).update(units=[cast.emergency.code])
    with pytest.raises(actions.NotMeasuredHere):
        enter(cast, row, 80)


def test_a_unit_sees_its_own_values_and_not_its_neighbours(cast):
    plays.measured(cast)
    assert queries.current(ctx=context(cast.department_clerk)).count() == 1
    assert queries.current(ctx=context(cast.stranger)).count() == 0


def test_the_page_of_gaps_costs_the_same_however_long_it_is(
    cast, office, django_assert_max_num_queries, make_user, log_in
):
    row = plays.measured(cast).indicator
    task = CampaignTask.objects.get(pk=row.task_id)
    for number in range(20):
        other = saved(Indicator(campaign=row.campaign, task=task, name=f"指标{number}", op=">=", target=Decimal(5)))
        enter(cast, other, number % 3)
    rows = list(queries.with_names(queries.gaps(ctx=office)))
    assert len(rows) == 21
    with django_assert_max_num_queries(2):
        queries.lines(rows, today=TODAY)
    client = log_in(make_user("gapper", *(str(h.grant) for h in office.actor.held), region=cast.city.path))
    page = client.get("/indicators/")
    assert page.status_code == 200
    shown = page.content.decode()
    assert "培训覆盖率不低于90%" in shown
    # Every column of the head stands in every row, by its name.
    heads, (first, *_) = shown.count("<th>"), re.findall(r"<tr>\s*<th scope.*?</tr>", shown, re.DOTALL)
    assert heads == 8
    assert re.findall(r'<td data-label="([^"]+)"', first) == [
        "单位",
        "目标",
        "实测值",
        "差距",
        "未达标自",
        "走势",
        "情况",
    ]
    assert client.get("/indicators/?show=all&campaign=nonsense").status_code == 200


def test_a_number_for_the_whole_place_is_known_to_its_units_and_to_no_other(cast, office):
    campaign = plays.published_plan(cast)
    said = {"name": "技能提升覆盖率", "op": ">=", "target": Decimal(60), "unit": "%"}
    row = perform(actions.add_indicator, ctx=office, campaign={"id": str(campaign.pk)}, **said).value
    elsewhere = saved(
        Organisation(
            code="LZ", name="邻州市局", kind="department", region=cast.next_city, region_path=cast.next_city.path
        )
    )
    assert Indicator.objects.visible_to(cast.safety_manager).filter(pk=row.pk).exists()
    far = cast.actor("far", "handler", elsewhere)
    assert not Indicator.objects.visible_to(far).filter(pk=row.pk).exists()
