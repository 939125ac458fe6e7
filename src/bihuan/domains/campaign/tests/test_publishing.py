"""Publishing: what stands in its way, what it makes, and how it goes on after a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bihuan.core.actions.problems import Denied, NotFound, SecondFactorNeeded, StaleVersion
from bihuan.core.actions.runner import perform
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs import queue
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import opening, publishing, reviewing
from bihuan.domains.campaign.models import Campaign, CampaignTask, PlanItem
from bihuan.domains.campaign.queries.plans import plan_for
from bihuan.domains.campaign.rules.dispatching import NotReady, PastDates
from bihuan.domains.campaign.terms import CampaignState, Decision, Dispatch, DueFrom
from bihuan.loop.actions import directing, handling, verifying
from bihuan.loop.models import Case, CaseParty
from bihuan.loop.terms import PartyRole, Stage
from bihuan.parties.models import Organisation
from cast import AT, context


def published(office, campaign, **said):
    perform(publishing.publish, ctx=office, campaign=campaign, **said)
    queue.drain(at=AT)
    return Campaign.objects.get(pk=campaign.pk)


def task(no):
    return CampaignTask.objects.select_related("case", "case__owner").get(no=no)


def test_what_is_not_settled_is_named_and_nothing_is_published(campaign, office):
    obstacles = {(o.code, o.unit) for o in plan_for(ctx=office, campaign=campaign).obstacles}
    assert ("undecided", "市能源局") in obstacles
    assert ("undecided", "各区应急管理局") in obstacles
    assert "own_supervisor" in {code for code, _ in obstacles}
    with pytest.raises(NotReady):
        perform(publishing.publish, ctx=office, campaign=campaign)
    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.DRAFT
    assert not Case.objects.exists()


def test_every_task_becomes_a_case_with_its_parties(office, desk, cast):
    campaign = published(office, desk.settle())
    assert campaign.state == CampaignState.PUBLISHED
    assert Case.objects.filter(kind="campaign_task").count() == 5
    case = task("1").case
    parties = set(CaseParty.objects.filter(case=case).values_list("organisation_code", "role"))
    assert parties == {
        (cast.emergency.code, PartyRole.OWNER),
        (cast.industry.code, PartyRole.COOPERATE),
        (cast.office.code, PartyRole.SUPERVISOR),
        (cast.committee.code, PartyRole.ISSUER),
    }
    assert case.clause.startswith("建立危险化学品安全会商机制")
    assert "市应急管理局牵头" in case.clause
    assert case.source == campaign.name
    assert task("3").case.owner == cast.district_emergency
    assert task("3").case.region == cast.district
    assert task("4").case.owner == cast.emergency
    assert task("5").case.supervisor == cast.emergency


def test_limits_come_from_the_plan_or_its_milestone_and_it_is_said(office, desk):
    published(office, desk.settle())
    assert (task("2").case.due_on, task("2").due_from) == (date(2026, 12, 31), DueFrom.OWN)
    assert (task("1").case.due_on, task("1").due_from) == (date(2027, 9, 30), DueFrom.MILESTONE)
    assert "治理" in task("1").due_milestone


def test_an_ongoing_task_asks_for_proof_by_its_rhythm(office, desk):
    desk.change("2", is_ongoing=True, due_on=None, proof_rhythm="monthly")
    published(office, desk.settle())
    case = task("2").case
    assert (case.is_ongoing, case.proof_rhythm, case.due_on) == (True, "monthly", date(2026, 11, 30))


def test_a_collective_task_can_be_one_case_with_partners_or_a_case_each(office, desk, cast):
    desk.settle()
    desk.decide("各区应急管理局", cast.district_emergency, cast.industry, decision=Decision.LIST)
    plan = plan_for(ctx=office, campaign=Campaign.objects.get())
    assert plan.number_of_cases == 6
    desk.change("3", dispatch=Dispatch.ONE)
    assert plan_for(ctx=office, campaign=Campaign.objects.get()).number_of_cases == 5


def test_dates_in_the_past_must_be_confirmed(office, desk):
    desk.change("2", due_on=date(2026, 11, 21))
    campaign = desk.settle()
    with pytest.raises(PastDates):
        perform(publishing.publish, ctx=office, campaign=campaign)
    assert published(office, campaign, confirm_past=True).state == CampaignState.PUBLISHED
    assert task("2").case.due_on == date(2026, 11, 21)


def test_today_is_not_the_past(office, desk):
    desk.change("2", due_on=date(2026, 11, 22))
    assert published(office, desk.settle()).state == CampaignState.PUBLISHED


def test_publishing_leaves_one_audit_row_a_chunk_and_one_event(office, desk):
    published(office, desk.settle())
    counted = {
        a: AuditRow.objects.filter(action=f"campaign.{a}").count()
        for a in ("publish", "dispatch_chunk", "finish_dispatching")
    }
    assert counted == {"publish": 1, "dispatch_chunk": 1, "finish_dispatching": 1}
    assert OutboxEvent.objects.filter(name="campaign.campaign_published").count() == 1


def test_of_two_who_publish_at_once_one_is_refused(office, desk):
    campaign = desk.settle()
    stale = Campaign.objects.get(pk=campaign.pk)
    perform(publishing.publish, ctx=office, campaign=campaign)
    with pytest.raises(StaleVersion):
        perform(publishing.publish, ctx=office, campaign=stale)
    with pytest.raises(opening.NotADraft):
        perform(publishing.publish, ctx=office, campaign=Campaign.objects.get(pk=campaign.pk))
    queue.drain(at=AT)
    assert Case.objects.count() == 5


def test_a_crash_between_chunks_loses_nothing_and_makes_nothing_twice(office, desk, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    campaign = desk.settle()
    perform(publishing.publish, ctx=office, campaign=campaign)
    made = []
    whole = jobs.perform

    def dies_after_the_first(action, **said):
        if made and action is publishing.dispatch_chunk:
            raise KeyboardInterrupt  # what a killed process looks like from inside
        made.append(action.name)
        return whole(action, **said)

    monkeypatch.setattr(jobs, "perform", dies_after_the_first)
    ctx = queue_context()
    with pytest.raises(KeyboardInterrupt):
        jobs.dispatch(ctx=ctx, campaign=str(campaign.pk))
    assert Case.objects.count() == 2
    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.PUBLISHING
    monkeypatch.setattr(jobs, "perform", whole)
    jobs.dispatch(ctx=ctx, campaign=str(campaign.pk))
    assert Case.objects.count() == 5
    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.PUBLISHED
    jobs.dispatch(ctx=ctx, campaign=str(campaign.pk))
    assert Case.objects.count() == 5


def queue_context():
    from bihuan.core.access.context import service_actor
    from bihuan.core.modules import registry

    return context(service_actor("campaign.dispatch", *registry().jobs["campaign.dispatch"].grants))


def test_a_unit_abolished_in_between_stops_the_dispatch_until_its_successor_is_named(office, desk, cast, monkeypatch):
    campaign = desk.settle()
    perform(publishing.publish, ctx=office, campaign=campaign)
    Organisation.objects.filter(pk=cast.industry.pk).update(abolished_on=date(2026, 11, 22))
    queue.drain(at=AT)
    stopped = Campaign.objects.get(pk=campaign.pk)
    assert stopped.state == CampaignState.PUBLISHING
    assert stopped.trouble["code"] == "unit_abolished"
    assert not Case.objects.exists()
    desk.decide("市工业和信息化局", cast.district_emergency)
    perform(publishing.resume, ctx=office, campaign=Campaign.objects.get(pk=campaign.pk))
    queue.drain(at=AT)
    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.PUBLISHED


def test_who_reviews_may_not_publish_and_who_publishes_needs_a_second_factor(cast, desk, office):
    campaign = desk.settle()
    clerk = context(cast.actor("clerk2", "campaign_clerk", cast.office, region=cast.city))
    with pytest.raises(Denied):
        perform(publishing.publish, ctx=clerk, campaign=campaign)
    weak = context(replace(office.actor, second_factor=False))
    with pytest.raises(SecondFactorNeeded):
        perform(publishing.publish, ctx=weak, campaign=campaign)
    assert AuditRow.objects.filter(outcome="denied", action="campaign.publish").count() == 2


def test_the_city_next_door_cannot_publish(cast, desk):
    campaign = desk.settle()
    far = context(cast.actor("far", "campaign_office", cast.neighbour, region=cast.next_city))
    with pytest.raises(NotFound):
        perform(publishing.publish, ctx=far, campaign=campaign)


def test_a_published_plan_is_not_changed_any_more(office, desk):
    published(office, desk.settle())
    for refused in (
        lambda: desk.change("1", text="改"),
        lambda: perform(reviewing.drop_item, ctx=office, item=desk.item("1")),
        lambda: desk.decide("市应急管理局", decision=Decision.NOT_OURS, because="x"),
    ):
        with pytest.raises(opening.NotADraft):
            refused()


def test_a_campaign_closes_when_nothing_but_the_ongoing_is_left(office, desk, cast):
    desk.change("2", is_ongoing=True, due_on=None)
    campaign = published(office, desk.settle())
    with pytest.raises(publishing.StillOpen):
        perform(publishing.close, ctx=office, campaign=campaign)
    for row in Case.objects.filter(is_ongoing=False):
        perform(directing.withdraw, ctx=office, case=row, note="并入新行动")
    assert perform(publishing.close, ctx=office, campaign=campaign).value.state == CampaignState.CLOSED


def test_a_dispatched_task_goes_through_the_loop_and_is_struck_off(office, desk, cast):
    published(office, desk.settle())
    clerk = context(cast.department_clerk)
    row = task("2").case
    for step, said in ((handling.acknowledge, {}), (handling.report_progress, {"note": "已搬迁 2 家"})):
        perform(step, ctx=clerk, case=Case.objects.get(pk=row.pk), **said)
    piece = cast.evidence(clerk.actor, cast.industry, "搬迁验收报告")
    perform(handling.submit, ctx=clerk, case=Case.objects.get(pk=row.pk), note="3 家均已搬迁", evidence=[piece.pk])
    perform(verifying.close_out, ctx=office, case=Case.objects.get(pk=row.pk), note="现场核实")
    assert Case.objects.get(pk=row.pk).stage == Stage.CLOSED_OUT


def test_a_plan_of_several_hundred_tasks_goes_out_in_chunks_of_a_hundred(import_plan, office, cast):
    lines = [
        f"{n}.开展第{n}项专项排查整治工作，形成工作台账。（市应急管理局负责，2027年6月底前完成）" for n in range(1, 251)
    ]
    content = "\n\n".join(["云州市专项治理工作方案", "一、重点任务", *lines]).encode()
    campaign = published(office, import_plan("long.txt", content))
    assert campaign.state == CampaignState.PUBLISHED
    assert PlanItem.objects.filter(campaign=campaign).count() == 250
    assert Case.objects.count() == 250
    assert AuditRow.objects.filter(action="campaign.dispatch_chunk").count() == 3
