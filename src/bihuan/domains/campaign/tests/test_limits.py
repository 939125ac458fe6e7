"""期限与阶段成果: a task of several dates goes from one to the next, with proof at each; a phase leaves behind what it must."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import limits, publishing, reviewing
from bihuan.domains.campaign.models import Campaign, CampaignTask, PhaseProduct, PlanItem, TaskMilestone
from bihuan.domains.campaign.queries import phases
from bihuan.domains.campaign.terms import LimitKind, PhaseCheck
from bihuan.domains.campaign.tests import plays
from bihuan.loop.actions import handling
from bihuan.loop.models import Case, CaseObject
from bihuan.loop.rules import EvidenceMissing
from bihuan.loop.terms import Stage
from cast import AT, context

PLAN = """云州市集中治理方案

一、重点任务

1.建设监测预警平台，2026年12月底前完成系统升级，2027年3月底前接入全部重大危险源企业。（市工业和信息化局负责）

2.配合省应急管理厅开展园区复核，2027年1月底前完成。（市工业和信息化局负责）

二、实施步骤

（一）动员部署阶段（2026年12月底前）。制定方案。

（二）排查整治阶段（2027年6月底前）。建立清单。

（三）巩固提升阶段（2027年12月底前）。总结验收。
"""


@pytest.fixture
def running(cast, office):
    made = plays.open_plan(ctx=office, committee=cast.committee, region=cast.city, content=PLAN.encode())
    queue.drain(at=AT)
    made = Campaign.objects.get(pk=made.pk)
    item = PlanItem.objects.get(campaign=made, no="1")
    perform(
        reviewing.change_item,
        ctx=office,
        item=item,
        no="1",
        text=item.text,
        units=item.units,
        due_on=item.due_on,
        indicators=[],
        named_objects=["东岚化工", " ", "东岚化工", "海川仓储"],
    )
    perform(publishing.publish, ctx=office, campaign=made)
    queue.drain(at=AT)
    return Campaign.objects.get(pk=made.pk)


@pytest.fixture
def task(running) -> CampaignTask:
    return CampaignTask.objects.get(campaign=running, no="1")


def reach(cast, task: CampaignTask, on: date, *, proof: bool = True) -> TaskMilestone:
    clerk = cast.department_clerk
    evidence = [cast.evidence(clerk, cast.industry).pk] if proof else []
    milestone = TaskMilestone.objects.get(task=task, on=on)
    return perform(
        limits.reach_milestone, ctx=context(clerk), milestone=milestone, note="完成", evidence=evidence
    ).value


def case_of(task: CampaignTask) -> Case:
    return Case.objects.get(pk=task.case_id)


def test_a_case_of_several_dates_falls_due_with_the_next_one_that_is_open(cast, task):
    perform(handling.acknowledge, ctx=context(cast.department_clerk), case=case_of(task))
    assert task.limit is LimitKind.MILESTONES
    assert [m.on for m in task.milestones.all()] == [date(2026, 12, 31), date(2027, 3, 31)]
    assert case_of(task).due_on == date(2026, 12, 31)
    reach(cast, task, date(2026, 12, 31))
    assert case_of(task).due_on == date(2027, 3, 31)
    assert case_of(task).stage == Stage.IN_HAND
    with pytest.raises(limits.MilestoneDone):
        reach(cast, task, date(2026, 12, 31))


def test_a_milestone_needs_proof(cast, task):
    perform(handling.acknowledge, ctx=context(cast.department_clerk), case=case_of(task))
    with pytest.raises(EvidenceMissing):
        reach(cast, task, date(2026, 12, 31), proof=False)


def test_a_task_is_not_submitted_before_its_milestones_and_objects_are_done(cast, task):
    clerk = context(cast.department_clerk)
    perform(handling.acknowledge, ctx=clerk, case=case_of(task))
    for thing in CaseObject.objects.filter(case=task.case):
        perform(handling.settle_object, ctx=clerk, object=thing, not_applicable_because="已关停")
    assert {o.name for o in CaseObject.objects.filter(case=task.case)} == {"东岚化工", "海川仓储"}
    piece = cast.evidence(clerk.actor, cast.industry)
    with pytest.raises(limits.MilestonesOpen, match="2026-12-31"):
        perform(handling.submit, ctx=clerk, case=case_of(task), note="完成", evidence=[piece.pk])
    reach(cast, task, date(2026, 12, 31))
    perform(handling.submit, ctx=clerk, case=case_of(task), note="完成", evidence=[piece.pk])
    assert case_of(task).stage == Stage.SUBMITTED


def test_what_helps_a_higher_level_is_marked(running):
    assert list(CampaignTask.objects.filter(campaign=running, is_supporting=True).values_list("no", flat=True)) == ["2"]


def test_each_phase_asks_for_what_its_name_promises(running):
    found = PhaseProduct.objects.filter(campaign=running).order_by("due_on", "check_by")
    assert [(p.due_on.month, p.check_by) for p in found] == [
        (12, PhaseCheck.PLANS_FILED),
        (12, PhaseCheck.TASKS_OUT),
        (6, PhaseCheck.BY_HAND),
        (6, PhaseCheck.TASKS_DUE_CLOSED),
        (12, PhaseCheck.BY_HAND),
        (12, PhaseCheck.REPORTS_IN),
    ]


def test_what_the_ledger_counts_is_not_confirmed_past_it(cast, office, running):
    piece = cast.evidence(office.actor, cast.office)
    said = {"ctx": office, "note": "已完成", "evidence": [piece.pk]}
    counted = PhaseProduct.objects.get(campaign=running, check_by=PhaseCheck.TASKS_OUT)
    with pytest.raises(limits.CountsItself):
        perform(limits.confirm_product, product=counted, **said)
    by_hand = PhaseProduct.objects.filter(campaign=running, check_by=PhaseCheck.BY_HAND).first()
    done = perform(limits.confirm_product, product=by_hand, **said).value
    assert (done.confirmed_at, done.evidence_id) == (AT, piece.pk)
    with pytest.raises(EvidenceMissing):
        perform(limits.confirm_product, product=done, **(said | {"evidence": []}))


def test_a_phase_is_done_when_all_of_it_is_there_and_nothing_counted_is_not_all(cast, office, running):
    def met(what: PhaseCheck, at=AT) -> tuple[int, int, bool, bool]:
        lines = phases.products(ctx=context(office.actor, at=at), campaign=running)
        line = next(line for line in lines if line.check is what)
        return line.done, line.total, line.is_met, line.is_late

    assert met(PhaseCheck.PLANS_FILED) == (0, 0, False, False)
    assert met(PhaseCheck.TASKS_OUT) == (0, 2, False, False)
    for task in CampaignTask.objects.filter(campaign=running):
        perform(handling.acknowledge, ctx=context(cast.department_clerk), case=task.case)
    assert met(PhaseCheck.TASKS_OUT) == (2, 2, True, False)
    new_year = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
    assert met(PhaseCheck.PLANS_FILED, at=new_year) == (0, 0, False, True)
    assert met(PhaseCheck.TASKS_DUE_CLOSED)[:2] == (0, 2)


def test_the_phases_cost_the_same_however_many(office, running, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert len(phases.products(ctx=office, campaign=running)) == 6
