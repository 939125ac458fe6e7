"""What a stranger cannot see; and how many SQL statements a page costs, at any size."""

from __future__ import annotations

import pytest

from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import publishing
from bihuan.domains.campaign.models import Campaign, CampaignTask
from bihuan.domains.campaign.queries import boards, plans
from bihuan.domains.campaign.queries.boards import TaskFilter
from cast import context


def long_plan(tasks: int) -> bytes:
    lines = [
        f"{n}.开展第{n}项专项排查整治工作，形成工作台账。（市应急管理局牵头，市工业和信息化局配合，2027年6月底前完成）"
        for n in range(1, tasks + 1)
    ]
    return "\n\n".join(["云州市专项治理工作方案", "一、重点任务", *lines]).encode()


@pytest.fixture
def running(import_plan, office):
    def make(tasks: int) -> Campaign:
        campaign = import_plan(f"plan-{tasks}.txt", long_plan(tasks))
        perform(publishing.publish, ctx=office, campaign=campaign)
        queue.drain(at=office.at)
        return Campaign.objects.get(pk=campaign.pk)

    return make


READS = {
    "overall": lambda ctx, c: boards.overall(ctx=ctx, campaign=c),
    "by_unit": lambda ctx, c: boards.by_unit(ctx=ctx, campaign=c),
    "by_section": lambda ctx, c: boards.by_section(ctx=ctx, campaign=c),
    "tasks": lambda ctx, c: [t.case.owner.name for t in boards.tasks(ctx=ctx, campaign=c, narrowed=TaskFilter())],
    "ledger": lambda ctx, c: boards.ledger(ctx=ctx, campaign=c, narrowed=TaskFilter()),
    "list": lambda ctx, c: boards.with_tallies(ctx=ctx, rows=list(boards.campaigns(ctx=ctx))),
    "plan": lambda ctx, c: plans.plan_for(ctx=ctx, campaign=c).number_of_cases,
}


@pytest.mark.parametrize(("name", "most"), [("overall", 1), ("by_unit", 1), ("by_section", 2), ("tasks", 1), ("ledger", 3), ("list", 2), ("plan", 4)])  # fmt: skip
def test_a_read_costs_the_same_few_statements_at_any_size(running, office, name, most, django_assert_max_num_queries):
    for size in (3, 60):
        campaign = running(size)
        with django_assert_max_num_queries(most):
            READS[name](office, campaign)


def test_the_counts_add_up(running, office):
    campaign = running(7)
    whole = boards.overall(ctx=office, campaign=campaign)
    assert (whole.total, whole.open, whole.closed) == (7, 7, 0)
    assert sum(t.total for t in boards.by_unit(ctx=office, campaign=campaign)) == 7
    assert sum(t.total for t in boards.by_section(ctx=office, campaign=campaign)) == 7


def test_the_city_next_door_reads_nothing(running, cast):
    campaign = running(3)
    far = context(cast.actor("far", "campaign_office", cast.neighbour, region=cast.next_city))
    with pytest.raises(NotFound):
        plans.get_campaign(ctx=far, campaign_id=campaign.pk)
    assert not boards.campaigns(ctx=far).exists()
    assert not CampaignTask.objects.visible_to(far.actor).exists()
    assert boards.overall(ctx=far, campaign=campaign).total == 0


def test_the_search_finds_campaigns_by_name_within_the_scope(running, office, cast):
    running(3)
    assert [h.title for h in boards.search(ctx=office, text="专项治理", limit=5)] == ["云州市专项治理工作方案"]
    far = context(cast.actor("far", "campaign_office", cast.neighbour, region=cast.next_city))
    assert boards.search(ctx=far, text="专项治理", limit=5) == []
