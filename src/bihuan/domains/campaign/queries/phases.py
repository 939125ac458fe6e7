"""阶段成果: how far each is, by what the ledger counts or a person has confirmed. Four queries, however many phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bihuan.core.access.context import Context
from bihuan.domains.campaign.models import Campaign, CampaignTask, PhaseProduct, PlanFiling, Report
from bihuan.domains.campaign.terms import PhaseCheck
from bihuan.kernel.calendar import day_of
from bihuan.loop.terms import Stage


@dataclass(frozen=True, slots=True)
class ProductLine:
    product: PhaseProduct
    check: PhaseCheck
    done: int
    total: int
    is_met: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the checks count, read once: filings, tasks and reports of the campaign."""

    filed: Sequence[bool]
    #: Stage, limit, whether ongoing, of each task that is not withdrawn.
    tasks: Sequence[tuple[str, date | None, bool]]
    #: The day each report is due, and whether it was sent.
    reports: Sequence[tuple[date, bool]]


def products(*, ctx: Context, campaign: Campaign) -> list[ProductLine]:
    today = day_of(ctx.at)
    facts = _Facts(
        filed=[
            on is not None for on in PlanFiling.objects.filter(campaign=campaign).values_list("filed_on", flat=True)
        ],
        tasks=list(
            CampaignTask.objects.filter(campaign=campaign)
            .exclude(case__stage=Stage.WITHDRAWN)
            .values_list("case__stage", "case__due_on", "case__is_ongoing")
        ),
        reports=[
            (on, sent is not None)
            for on, sent in Report.objects.filter(campaign=campaign, supplement_no=0)
            .exclude(case__stage=Stage.WITHDRAWN)
            .values_list("for_on", "sent_at")
        ],
    )
    rows = PhaseProduct.objects.visible_to(ctx.actor).filter(campaign=campaign).select_related("evidence")
    return [_line(row, facts, today) for row in rows]


def _line(row: PhaseProduct, facts: _Facts, today: date) -> ProductLine:
    check = PhaseCheck(row.check_by)
    if check is PhaseCheck.BY_HAND:
        done, total = int(row.confirmed_at is not None), 1
    else:
        counted = _CHECKS[check](facts, row.due_on)
        done, total = sum(counted), len(counted)
    # Nothing to count is nothing shown: a phase without a single plan asked for has not got its plans.
    is_met = total > 0 and done == total
    return ProductLine(row, check, done, total, is_met, is_late=not is_met and today > row.due_on)


def _tasks_due(facts: _Facts, due_on: date) -> list[bool]:
    return [
        stage == Stage.CLOSED_OUT
        for stage, limit, is_ongoing in facts.tasks
        if not is_ongoing and limit is not None and limit <= due_on
    ]


_CHECKS: Mapping[PhaseCheck, Callable[[_Facts, date], list[bool]]] = {
    PhaseCheck.PLANS_FILED: lambda facts, due_on: list(facts.filed),
    PhaseCheck.TASKS_OUT: lambda facts, due_on: [stage != Stage.ISSUED for stage, _, _ in facts.tasks],
    PhaseCheck.TASKS_DUE_CLOSED: _tasks_due,
    PhaseCheck.REPORTS_IN: lambda facts, due_on: [sent for on, sent in facts.reports if on <= due_on],
}
