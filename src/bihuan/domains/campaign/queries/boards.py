"""看板: a running campaign by unit, section and deadline; lists and the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.declared import Hit
from bihuan.domains.campaign.models import Campaign, CampaignTask, PlanItem, TaskCover, TaskMilestone
from bihuan.domains.campaign.queries import indicators
from bihuan.domains.campaign.terms import CampaignState, DueFrom
from bihuan.kernel.calendar import day_of
from bihuan.loop import rules as loop_rules
from bihuan.loop.models import Case, CaseEvidence, CaseParty
from bihuan.loop.terms import DeadlineColour, PartyRole, Stage
from bihuan.parties.models import Organisation

#: From how many days before its limit a task shows yellow.
WARN_DAYS = 7
COUNTED = ("red", "yellow", "green", "grey", "submitted", "closed", "finite", "finite_closed")


@dataclass(frozen=True, slots=True)
class Tally:
    """One line of a board: open ones by deadline colour, those waiting to be verified, those struck off."""

    key: str
    label: str
    red: int
    yellow: int
    green: int
    grey: int
    submitted: int
    closed: int
    #: What a share is counted of: tasks that can be finished here, neither ongoing nor only helping a higher level.
    finite: int
    finite_closed: int

    @property
    def open(self) -> int:
        return self.red + self.yellow + self.green + self.grey

    @property
    def total(self) -> int:
        return self.open + self.closed

    @property
    def share(self) -> int:
        """完成率, rounded down as in the reports: 99.9 % is not all of it."""
        return 100 * self.finite_closed // self.finite if self.finite else 0


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What the list of tasks is narrowed by; unknown values of the address are passed over."""

    text: str = ""
    unit: str = ""
    section: str = ""
    colour: str = ""
    stage: str = ""

    @classmethod
    def from_query(cls, said: Mapping[str, str]) -> TaskFilter:
        return cls(
            text=said.get("q", "").strip()[:60],
            unit=said.get("unit", "")[:40],
            section=said.get("section", "")[:2000],
            colour=said.get("colour", "")
            if said.get("colour", "") in {*(c.value for c in DeadlineColour), "closed"}
            else "",
            stage=said.get("stage", "") if said.get("stage", "") in {s.value for s in Stage} else "",
        )

    @property
    def is_set(self) -> bool:
        return any((self.text, self.unit, self.section, self.colour, self.stage))


def seen_tasks(*, ctx: Context, campaign: Campaign) -> QuerySet[CampaignTask]:
    """Withdrawn cases are no longer part of the campaign's account."""
    rows: QuerySet[CampaignTask] = CampaignTask.objects.visible_to(ctx.actor).filter(campaign=campaign)
    return rows.exclude(case__stage=Stage.WITHDRAWN)


def _colours(today: date) -> dict[str, Q]:
    soon = today + timedelta(days=WARN_DAYS)
    still = Q(case__is_open=True)
    return {
        "red": still & Q(case__due_on__lt=today),
        "yellow": still & Q(case__due_on__gte=today, case__due_on__lte=soon),
        "green": still & Q(case__due_on__gt=soon),
        "grey": still & Q(case__due_on__isnull=True),
        "closed": Q(case__is_open=False),
    }


def _counts(today: date) -> dict[str, Count]:
    counts = {name: Count("pk", filter=condition) for name, condition in _colours(today).items()}
    finite = Q(is_supporting=False, case__is_ongoing=False)
    return counts | {
        "submitted": Count("pk", filter=Q(case__stage=Stage.SUBMITTED)),
        "finite": Count("pk", filter=finite),
        "finite_closed": Count("pk", filter=finite & Q(case__is_open=False)),
    }


def overall(*, ctx: Context, campaign: Campaign) -> Tally:
    counted = seen_tasks(ctx=ctx, campaign=campaign).order_by().aggregate(**_counts(day_of(ctx.at)))
    return Tally(key="", label="", **counted)


def by_unit(*, ctx: Context, campaign: Campaign) -> list[Tally]:
    """By owner. The most overdue first."""
    rows = seen_tasks(ctx=ctx, campaign=campaign).order_by()
    counted = rows.values("case__organisation_code", "case__owner__name").annotate(**_counts(day_of(ctx.at)))
    tallies = [_tally(row, "case__organisation_code", "case__owner__name") for row in counted]
    return sorted(tallies, key=lambda t: (-t.red, -t.yellow, -t.total, t.key))


def by_section(*, ctx: Context, campaign: Campaign) -> list[Tally]:
    """By section, in the order of the plan."""
    rows = seen_tasks(ctx=ctx, campaign=campaign).order_by()
    counted = list(rows.values("section").annotate(**_counts(day_of(ctx.at))))
    order = {s: n for n, s in enumerate(rows.order_by("position").values_list("section", flat=True))}
    tallies = [_tally(row, "section", "section") for row in counted]
    return sorted(tallies, key=lambda t: order.get(t.key, 0))


def _tally(row: Mapping[str, Any], key: str, label: str) -> Tally:
    return Tally(key=row[key], label=row[label], **{name: row[name] for name in COUNTED})


def tasks(*, ctx: Context, campaign: Campaign, narrowed: TaskFilter) -> QuerySet[CampaignTask]:
    rows = seen_tasks(ctx=ctx, campaign=campaign).select_related("case", "case__owner", "case__supervisor")
    if narrowed.text:
        said = narrowed.text
        rows = rows.filter(
            Q(case__title__contains=said) | Q(case__text__contains=said) | Q(no=said) | Q(case__number=said)
        )
    if narrowed.unit:
        parts = CaseParty.objects.filter(case=OuterRef("case"), organisation_code=narrowed.unit)
        rows = rows.filter(Exists(parts.exclude(role__in=(PartyRole.SUPERVISOR, PartyRole.ISSUER))))
    if narrowed.section:
        rows = rows.filter(section=narrowed.section)
    if narrowed.colour:
        rows = rows.filter(_colours(day_of(ctx.at))[narrowed.colour])
    if narrowed.stage:
        rows = rows.filter(case__stage=narrowed.stage)
    return rows.order_by("position", "case__number")


def units_of(*, ctx: Context, campaign: Campaign) -> list[tuple[str, str]]:
    """Every unit that owns a task here, for the filter."""
    rows = seen_tasks(ctx=ctx, campaign=campaign).order_by()
    return sorted(rows.values_list("case__organisation_code", "case__owner__name").distinct(), key=lambda r: r[1])


def get_organisation_of(*, ctx: Context, campaign: Campaign, code: str) -> Organisation:
    """A unit with a part in what this actor sees of the campaign; others are not there."""
    parts = CaseParty.objects.filter(
        organisation_code=code, case__in=seen_tasks(ctx=ctx, campaign=campaign).values("case")
    )
    part = parts.select_related("organisation", "organisation__region").first()
    if part is None:
        raise NotFound
    return part.organisation


@dataclass(frozen=True, slots=True)
class UnitPart:
    """One task of a unit, with what the unit is in it."""

    task: CampaignTask
    roles: tuple[PartyRole, ...]


def parts_of(*, ctx: Context, campaign: Campaign, organisation: Organisation) -> list[UnitPart]:
    rows = list(tasks(ctx=ctx, campaign=campaign, narrowed=TaskFilter(unit=organisation.code)))
    roles: dict[Any, list[PartyRole]] = {}
    parts = CaseParty.objects.filter(organisation=organisation, case__in=[t.case_id for t in rows])
    for case, role in parts.exclude(role=PartyRole.ISSUER).values_list("case_id", "role"):
        roles.setdefault(case, []).append(PartyRole(role))
    return [UnitPart(t, tuple(roles.get(t.case_id, ()))) for t in rows]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """台账的一行."""

    task: CampaignTask
    partners: str
    evidence: int


def ledger(*, ctx: Context, campaign: Campaign, narrowed: TaskFilter) -> list[LedgerLine]:
    """Three queries, however many tasks."""
    rows = list(tasks(ctx=ctx, campaign=campaign, narrowed=narrowed))
    cases = [t.case_id for t in rows]
    partners: dict[Any, list[str]] = {}
    parts = CaseParty.objects.filter(case__in=Case.objects.filter(campaign_task__campaign=campaign))
    parts = parts.exclude(role__in=(PartyRole.OWNER, PartyRole.SUPERVISOR, PartyRole.ISSUER))
    for case, name, role in parts.order_by("role", "organisation_code").values_list(
        "case_id", "organisation__name", "role"
    ):
        partners.setdefault(case, []).append(f"{name}（{PartyRole(role).label.zh}）")
    links = CaseEvidence.objects.filter(case__in=Case.objects.filter(campaign_task__campaign=campaign)).order_by()
    evidence = dict(links.values_list("case").annotate(n=Count("evidence", distinct=True)))
    return [
        LedgerLine(t, "、".join(partners.get(t.case_id, ())), evidence.get(c, 0))
        for t, c in zip(rows, cases, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class CampaignLine:
    campaign: Campaign
    tally: Tally


def campaigns(*, ctx: Context, text: str = "", state: str = "") -> QuerySet[Campaign]:
    rows: QuerySet[Campaign] = Campaign.objects.visible_to(ctx.actor).select_related("issuer", "region")
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(issuer__name__contains=text))
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("-created_at")


def with_tallies(*, ctx: Context, rows: list[Campaign]) -> list[CampaignLine]:
    """The counts of one page of campaigns, in one query."""
    counted = (
        CampaignTask.objects.visible_to(ctx.actor)
        .filter(campaign__in=[c.pk for c in rows])
        .exclude(case__stage=Stage.WITHDRAWN)
        .order_by()
        .values("campaign")
        .annotate(**_counts(day_of(ctx.at)))
    )
    by_campaign = {row["campaign"]: row for row in counted}
    nothing = dict.fromkeys(COUNTED, 0)
    return [
        CampaignLine(c, Tally(key=str(c.pk), label=c.name, **{n: by_campaign.get(c.pk, nothing)[n] for n in COUNTED}))
        for c in rows
    ]


def colour_of(task: CampaignTask, *, today: date) -> DeadlineColour:
    return loop_rules.colour_of(due_on=task.case.due_on, today=today, is_open=task.case.is_open, warn_days=WARN_DAYS)


def panel_of(*, ctx: Context, case: Case) -> dict[str, Any]:
    """What the case page shows of the plan; nothing of the campaign where the campaign itself is out of sight."""
    task = CampaignTask.objects.select_related("campaign", "item").filter(case=case).first()
    if task is None:  # a child made by cascading: its parent carries the task
        return {"task": None}
    visible = Campaign.objects.visible_to(ctx.actor).filter(pk=task.campaign_id).exists()
    return {
        "task": task,
        "campaign": task.campaign if visible else None,
        "due_from": DueFrom(task.due_from),
        "other_dates": task.other_dates,
        "limit": task.limit,
        "milestones": list(TaskMilestone.objects.filter(task=task)),
        "indicators": indicators.of_case(case=case, today=day_of(ctx.at)),
        "serves": _serves(ctx, task),
    }


def _serves(ctx: Context, task: CampaignTask) -> list[PlanItem]:
    """The tasks of superior plans that this one answers, as far as those plans may be seen. 依据 A03."""
    links = TaskCover.objects.filter(item=task.item_id, is_dropped=False).values("parent_item")
    rows = PlanItem.objects.visible_to(ctx.actor).filter(pk__in=links).select_related("campaign")
    return list(rows.order_by("campaign__name", "position"))


def search(*, ctx: Context, text: str, limit: int) -> list[Hit]:
    """For the global search: campaigns by name. Their tasks are cases, which the loop finds."""
    return [
        Hit(c.name, c.get_absolute_url(), CampaignState(c.state).label, c.issuer.name, "target")
        for c in campaigns(ctx=ctx, text=text)[:limit]
    ]


def open_milestones(*, ctx: Context, case: Case) -> list[TaskMilestone]:
    """未完成的节点 of the task that a case carries, the earliest first."""
    mine = TaskMilestone.objects.visible_to(ctx.actor)
    return list(mine.filter(task__case=case, reached_at__isnull=True).order_by("on"))
