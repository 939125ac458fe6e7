"""方案谱系: given a city's plan and a district's, what each may say of the other."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import cascade, publishing, reviewing
from bihuan.domains.campaign.models import Campaign, CampaignTask, PlanFiling, PlanItem, PlanUnit, TaskCover
from bihuan.domains.campaign.queries import family
from bihuan.domains.campaign.rules import families
from bihuan.domains.campaign.terms import CoverState, Decision, FilingState, Relation
from bihuan.domains.campaign.tests import plays
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from cast import AT, context

DISTRICT_PLAN = """东湖区危险化学品安全风险集中治理实施方案

一、重点任务

1.推进城镇人口密集区危险化学品生产企业搬迁改造，2026年12月底前完成1家企业搬迁。（东湖区应急管理局负责）

2.组织开展危险化学品使用单位安全状况调查，逐户建立一企一档。（东湖区应急管理局负责）

3.开展醇基燃料入户宣传，2026年11月底前完成。（东湖区应急管理局负责）

二、时序安排

（一）集中治理。2027年9月30日前，完成治理任务。
"""


@pytest.fixture
def county(cast):
    """东湖区应急管理局，办区里的方案."""
    return context(cast.actor("county", "campaign_office", cast.district_emergency, region=cast.district))


@pytest.fixture
def pair(cast, office, county):
    """The city's plan, published; and the district's, read and decided, naming it as superior."""
    upper = plays.published_plan_of(cast, committee=cast.committee)
    lower = plays.open_plan(
        ctx=county, committee=cast.district_emergency, region=cast.district, content=DISTRICT_PLAN.encode()
    )
    queue.drain(at=AT)
    lower = Campaign.objects.get(pk=lower.pk)
    relation = perform(cascade.relate, ctx=county, campaign=lower, kind=Relation.SUPERIOR, to=upper).value

    def item(campaign: Campaign, no: str) -> PlanItem:
        return PlanItem.objects.get(campaign=campaign, no=no)

    def cover(parent: str, own: str) -> Campaign:
        claim = {"parent_item": str(item(upper, parent).pk), "item": str(item(lower, own).pk)}
        return perform(cascade.cover, ctx=county, campaign={"id": str(lower.pk)}, claims=[claim]).value

    def exempt(parent: str, because: str = "本区无此类企业") -> TaskCover:
        return perform(
            cascade.exempt, ctx=county, campaign={"id": str(lower.pk)}, parent_item=item(upper, parent), because=because
        ).value

    def publish() -> Campaign:
        perform(
            reviewing.set_frame, ctx=county, campaign={"id": str(lower.pk)}, name="东湖区方案", supervisor=cast.office
        )
        perform(publishing.publish, ctx=county, campaign={"id": str(lower.pk)})
        queue.drain(at=AT)
        return Campaign.objects.get(pk=lower.pk)

    return SimpleNamespace(
        upper=upper, lower=lower, relation=relation, item=item, cover=cover, exempt=exempt, publish=publish
    )


def states(pair) -> dict[str, CoverState]:
    lower = Campaign.objects.get(pk=pair.lower.pk)
    found = family.answers(superior=pair.upper, plan=lower)
    return {line.parent.no: line.cell.state for line in found.lines}


def test_a_new_plan_is_proposed_as_a_diff_and_nothing_is_covered_by_that(pair):
    found = family.answers(superior=pair.upper, plan=pair.lower)
    assert {line.parent.no: line.proposed.no for line in found.lines if line.proposed} == {"2": "1", "3": "2"}
    assert [i.no for i in found.added] == ["3"]
    assert found.counts == {"covered": 0, "doubtful": 0, "not_applicable": 0, "gap": 4}


def test_covered_doubtful_and_not_applicable_are_told_apart(pair):
    pair.cover("3", "2")
    pair.cover("2", "1")
    pair.exempt("1")
    assert states(pair) == {
        "1": CoverState.NOT_APPLICABLE,
        "2": CoverState.DOUBTFUL,  # one enterprise of three
        "3": CoverState.COVERED,
        "4": CoverState.GAP,
    }


def test_a_claim_said_twice_stands_once_and_replaces_not_applicable(pair):
    pair.exempt("3")
    pair.cover("3", "2")
    pair.cover("3", "2")
    standing = TaskCover.objects.filter(campaign=pair.lower, is_dropped=False)
    assert [c.item.no for c in standing] == ["2"]


def test_a_cover_falls_away_with_the_task_that_carried_it(pair, county):
    pair.cover("3", "2")
    perform(reviewing.drop_item, ctx=county, item=pair.item(pair.lower, "2"))
    assert states(pair)["3"] is CoverState.GAP


def test_a_plan_can_not_claim_a_task_of_another_plan_nor_answer_one_that_is_not_above_it(pair, county):
    claims = [{"parent_item": str(pair.item(pair.upper, "1").pk), "item": str(pair.item(pair.upper, "2").pk)}]
    with pytest.raises(families.FalseCover):
        perform(cascade.cover, ctx=county, campaign={"id": str(pair.lower.pk)}, claims=claims)
    perform(cascade.unrelate, ctx=county, relation=pair.relation)
    with pytest.raises(families.FalseCover):
        pair.cover("3", "2")
    assert not TaskCover.objects.exists()


def test_the_family_has_no_circle(pair, office):
    with pytest.raises(families.CircularFamily):
        perform(cascade.relate, ctx=office, campaign=pair.upper, kind=Relation.PREDECESSOR, to=pair.lower)


def test_a_plan_outside_the_system_is_cited_by_name(pair, county):
    lower = {"id": str(pair.lower.pk)}
    perform(cascade.relate, ctx=county, campaign=lower, kind=Relation.SUPERIOR, cited="《全国方案》")
    found = family.family(ctx=county, campaign=pair.lower)
    assert {str(r) for r in found.relations} == {"云州市危险化学品安全风险集中治理实施方案", "《全国方案》"}
    with pytest.raises(cascade.NoRelation):
        perform(cascade.relate, ctx=county, campaign=lower, kind=Relation.SUPERIOR)


def test_the_county_sees_the_citys_plan_but_not_the_citys_cases(pair, county):
    assert Campaign.objects.visible_to(county.actor).filter(pk=pair.upper.pk).exists()
    seen = CampaignTask.objects.visible_to(county.actor).filter(campaign=pair.upper)
    assert [t.no for t in seen] == ["3"]  # the one that lies in the district


def test_a_draft_of_a_higher_level_is_not_seen_below(pair, county):
    Campaign.objects.filter(pk=pair.upper.pk).update(state="draft")
    assert not Campaign.objects.visible_to(county.actor).filter(pk=pair.upper.pk).exists()


@pytest.fixture
def filing(pair, cast, office):
    perform(
        cascade.ask_for_plans,
        ctx=office,
        campaign=pair.upper,
        organisations=[cast.district_emergency],
        due_on=date(2026, 11, 30),
    )
    return PlanFiling.objects.get()


def test_a_plan_with_gaps_is_not_filed_and_one_without_is_then_verified(pair, cast, county, office, filing):
    lower = pair.publish()
    pair.cover("3", "2")
    with pytest.raises(families.CoverIncomplete, match="3 项"):
        perform(cascade.file_plan, ctx=county, filing=filing, plan=lower)
    pair.cover("2", "1")  # one enterprise of three: claimed, and the office sees the doubt
    for no in "14":
        pair.exempt(no)
    perform(cascade.file_plan, ctx=county, filing=filing, plan=lower)
    case = Case.objects.get(plan_filing=filing)
    assert case.stage == Stage.SUBMITTED
    line = family.filings(ctx=office, campaign=pair.upper)[0]
    assert (line.state, line.plan, line.gaps, line.doubtful) == (FilingState.FILED, lower, 0, 1)


def test_a_filing_goes_through_its_own_page_only(pair, cast, filing):
    from bihuan.loop.actions import handling
    from bihuan.loop.moves import Guarded

    clerk = context(cast.actor("dh", "handler", cast.district_emergency))
    case = perform(handling.acknowledge, ctx=clerk, case=filing.case).value
    piece = cast.evidence(clerk.actor, cast.district_emergency)
    with pytest.raises(Guarded):
        perform(handling.submit, ctx=clerk, case=case, note="已报", evidence=[piece.pk])


def test_somebody_elses_plan_is_not_filed(pair, cast, county, office, filing):
    with pytest.raises((cascade.WrongPlan, NotFound)):
        perform(cascade.file_plan, ctx=county, filing=filing, plan=pair.upper)
    with pytest.raises((Denied, NotFound)):
        perform(
            cascade.file_plan,
            ctx=context(cast.actor("far", "campaign_office", cast.neighbour, region=cast.next_city)),
            filing=filing,
            plan=pair.lower,
        )


def test_a_unit_is_asked_once_a_sector_and_not_for_yesterday(pair, cast, office, filing):
    again = {"ctx": office, "campaign": {"id": str(pair.upper.pk)}, "organisations": [cast.district_emergency]}
    with pytest.raises(cascade.AlreadyAsked):
        perform(cascade.ask_for_plans, due_on=date(2026, 12, 1), **again)
    perform(cascade.ask_for_plans, due_on=date(2026, 12, 1), sector="医疗", **again)
    lines = family.filings(ctx=office, campaign=pair.upper)
    matrix = family.sector_matrix(lines)
    assert matrix.sectors == ["医疗"]
    assert matrix.units == [cast.district_emergency]
    from bihuan.loop.rules import BadDeadline

    with pytest.raises(BadDeadline):
        perform(cascade.ask_for_plans, due_on=date(2026, 11, 21), sector="教育", **again)


def test_what_binds_every_level_is_copied_down_once(pair, cast, county):
    PlanItem.objects.filter(campaign=pair.upper, no__in=("1", "3")).update(is_inherited=True)
    pair.cover("3", "2")
    lower = {"id": str(pair.lower.pk)}
    perform(cascade.copy_down, ctx=county, campaign=lower, superior=pair.upper)
    perform(cascade.copy_down, ctx=county, campaign=lower, superior=pair.upper)
    copied = PlanItem.objects.filter(campaign=pair.lower, added_by_hand=True)
    assert [(i.no, i.units[0]["name"]) for i in copied] == [("承1", cast.district_emergency.name)]
    assert (
        PlanUnit.objects.get(campaign=pair.lower, name=cast.district_emergency.name).decision == Decision.ORGANISATION
    )
    assert states(pair)["1"] is CoverState.COVERED


def test_open_tasks_of_the_predecessor_go_on_in_the_new_plan_and_end_in_the_old(pair, cast, county, office):
    upper, lower = pair.upper, {"id": str(pair.lower.pk)}
    task = CampaignTask.objects.get(campaign=upper, no="3")
    with pytest.raises(cascade.NothingToCarry):
        perform(cascade.carry_over, ctx=county, campaign=lower, tasks=[task])
    perform(cascade.relate, ctx=county, campaign=lower, kind=Relation.PREDECESSOR, to=upper)
    assert [t.no for t in family.open_tasks_before(ctx=county, campaign=pair.lower)] == ["3"]
    perform(cascade.carry_over, ctx=county, campaign=lower, tasks=[task])
    assert not family.open_tasks_before(ctx=county, campaign=pair.lower)
    pair.publish()
    old = Case.objects.get(pk=task.case_id)
    new = Case.objects.get(campaign_task__item__carried_from=task)
    assert old.stage == Stage.WITHDRAWN
    assert new.number in old.casesteps.latest("id").note
    assert new.owner == old.owner


def test_the_matrix_costs_the_same_however_many_plans_and_tasks(pair, county, django_assert_num_queries):
    pair.cover("3", "2")
    items = list(family.live_items(pair.upper))
    one = [pair.item(pair.upper, "3")]
    with django_assert_num_queries(2):
        few = family.cells(items=one, plans=[pair.lower])
    with django_assert_num_queries(2):
        many = family.cells(items=items, plans=[pair.lower, pair.upper])
    assert (len(few), len(many)) == (1, 1)
