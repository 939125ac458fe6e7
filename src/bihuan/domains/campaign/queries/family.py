"""方案谱系: relations, coverage and filings of plans, each in a fixed number of queries however large the family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.domains.campaign.models import (
    Campaign,
    CampaignTask,
    PlanFiling,
    PlanItem,
    PlanRelation,
    TaskCover,
)
from bihuan.domains.campaign.rules import comparing, families
from bihuan.domains.campaign.rules.comparing import Comparison, Difference, PlanTask
from bihuan.domains.campaign.terms import CampaignState, CoverState, FilingState, Relation
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case, CaseParty
from bihuan.loop.terms import Stage


def find_campaigns(*, ctx: Context, text: str) -> QuerySet[Campaign]:
    """For the picker of a form."""
    rows: QuerySet[Campaign] = Campaign.objects.visible_to(ctx.actor).exclude(state=CampaignState.DISCARDED)
    return (rows.filter(name__contains=text) if text else rows).order_by("-created_at")


def live_items(campaign: Campaign) -> QuerySet[PlanItem]:
    return PlanItem.objects.filter(campaign=campaign, is_dropped=False)


def task_of(item: PlanItem) -> PlanTask:
    numbers = tuple((str(i["op"]), str(i["value"]), str(i["unit"])) for i in item.indicators)
    return PlanTask(str(item.pk), item.text, item.due_on, item.is_ongoing, numbers)


def must_answer(superior: Campaign, plan: Campaign) -> QuerySet[PlanItem]:
    """What a plan must answer: of a place below, all; of a department beside, the tasks in which it has a part."""
    rows = live_items(superior)
    if plan.region_path != superior.region_path:
        return rows
    parts = CaseParty.objects.filter(organisation_code=plan.organisation_code)
    mine = CampaignTask.objects.filter(campaign=superior, case__in=parts.values("case"))
    return rows.filter(pk__in=mine.values("item"))


def gaps_of(*, superior: Campaign, plan: Campaign, items: Iterable[PlanItem]) -> list[str]:
    """Numbers of the superior tasks that are neither covered by a live task nor marked not applicable."""
    standing = TaskCover.objects.filter(campaign=plan, parent_item__campaign=superior, is_dropped=False)
    held = set(standing.filter(Q(item__isnull=True) | Q(item__is_dropped=False)).values_list("parent_item", flat=True))
    return [i.no for i in items if i.pk not in held]


@dataclass(slots=True)
class Cell:
    """One task of the superior plan in one plan below."""

    state: CoverState = CoverState.GAP
    covers: list[TaskCover] = field(default_factory=list)
    because: str = ""
    exempt: TaskCover | None = None
    doubts: tuple[Difference, ...] = ()
    cases: int = 0
    closed: int = 0

    @property
    def is_settled(self) -> bool:
        return self.state is not CoverState.GAP


def cells(*, items: Sequence[PlanItem], plans: Sequence[Campaign]) -> dict[tuple[UUID, UUID], Cell]:
    """(superior task, plan) → what the plan makes of it. Two queries, however many of both."""
    found: dict[tuple[UUID, UUID], Cell] = {}
    rows = TaskCover.objects.filter(
        campaign__in=[p.pk for p in plans], parent_item__in=[i.pk for i in items], is_dropped=False
    ).select_related("item")
    by_item = {i.pk: i for i in items}
    standing = list(rows)
    progress = _progress([c.item_id for c in standing if c.item_id])
    doubts: dict[tuple[UUID, UUID], list[tuple[Difference, ...]]] = {}
    for cover in standing:
        key = (cover.parent_item_id, cover.campaign_id)
        cell = found.setdefault(key, Cell())
        if cover.item is None:
            cell.because, cell.exempt = cover.because, cover
        elif not cover.item.is_dropped:
            cell.covers.append(cover)
            total, closed = progress.get(cover.item_id, (0, 0))
            cell.cases += total
            cell.closed += closed
            said = comparing.doubts(parent=task_of(by_item[cover.parent_item_id]), child=task_of(cover.item))
            doubts.setdefault(key, []).append(said)
    for key, cell in found.items():
        against = doubts.get(key, [])
        cell.state = families.cover_state(
            live=len(cell.covers), doubts=sum(bool(d) for d in against), not_applicable=bool(cell.because)
        )
        cell.doubts = tuple(dict.fromkeys(d for one in against for d in one))
    return found


def _progress(items: Sequence[Any]) -> dict[Any, tuple[int, int]]:
    """Cases of each task of the plans below, and how many are struck off. Counted whole: a superior sees the figures."""
    rows = CampaignTask.objects.filter(item__in=items).exclude(case__stage=Stage.WITHDRAWN).order_by()
    counted = rows.values_list("item").annotate(n=Count("pk"), done=Count("pk", filter=Q(case__is_open=False)))
    return {item: (n, done) for item, n, done in counted}


@dataclass(frozen=True, slots=True)
class FilingLine:
    filing: PlanFiling
    state: FilingState
    due_on: date | None
    plan: Campaign | None
    gaps: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Family:
    """方案谱系: what stands above and before, what below and after, and who owes a plan."""

    relations: Sequence[PlanRelation]
    below: Sequence[Campaign]
    after: Sequence[Campaign]
    filings: Sequence[FilingLine]

    @property
    def superiors(self) -> list[Campaign]:
        return [r.to for r in self.relations if r.kind == Relation.SUPERIOR and r.to is not None]

    @property
    def predecessors(self) -> list[Campaign]:
        return [r.to for r in self.relations if r.kind == Relation.PREDECESSOR and r.to is not None]


def lower_plans(*, campaign: Campaign, kind: Relation = Relation.SUPERIOR) -> list[Campaign]:
    """The plans that name this one as above (or before) them. Drafts don't count: nobody has answered for them yet."""
    links = PlanRelation.objects.filter(to=campaign, kind=kind, is_dropped=False)
    rows = Campaign.objects.filter(pk__in=links.values("campaign")).exclude(
        state__in=(CampaignState.DRAFT, CampaignState.DISCARDED)
    )
    return list(rows.select_related("issuer", "region").order_by("region_path", "organisation_code", "sector"))


def family(*, ctx: Context, campaign: Campaign) -> Family:
    relations = list(
        PlanRelation.objects.filter(campaign=campaign, is_dropped=False).select_related("to", "to__issuer")
    )
    seen = set(
        Campaign.objects.visible_to(ctx.actor)
        .filter(pk__in=[r.to_id for r in relations if r.to_id])
        .values_list("pk", flat=True)
    )
    for relation in relations:
        if relation.to_id and relation.to_id not in seen:
            relation.cited, relation.to = relation.to.name, None
    below = lower_plans(campaign=campaign)
    return Family(
        relations=relations,
        below=below,
        after=lower_plans(campaign=campaign, kind=Relation.PREDECESSOR),
        filings=filings(ctx=ctx, campaign=campaign),
    )


def filings(*, ctx: Context, campaign: Campaign) -> list[FilingLine]:
    seen = PlanFiling.objects.visible_to(ctx.actor).filter(campaign=campaign)
    rows = list(seen.select_related("organisation", "organisation__region", "case", "plan", "plan__region"))
    today = day_of(ctx.at)
    plans = [r.plan for r in rows if r.plan is not None]
    items = list(live_items(campaign)) if plans else []
    known = cells(items=items, plans=plans) if plans else {}
    parts = _parts(campaign, [p.organisation_code for p in plans if p.region_path == campaign.region_path])
    lines = []
    for row in rows:
        gaps = doubtful = 0
        if row.plan is not None:
            beside = row.plan.region_path == campaign.region_path
            asked = [i for i in items if not beside or i.pk in parts.get(row.plan.organisation_code, ())]
            states = [known.get((i.pk, row.plan.pk), Cell()).state for i in asked]
            gaps, doubtful = states.count(CoverState.GAP), states.count(CoverState.DOUBTFUL)
        due_on = row.case.first_due_on
        state = families.filing_state(filed_on=row.filed_on, due_on=row.case.due_on, today=today)
        lines.append(FilingLine(row, state, due_on, row.plan, gaps, doubtful))
    return lines


def _parts(campaign: Campaign, codes: Sequence[str]) -> Mapping[str, set[UUID]]:
    """The tasks in which each department has a part."""
    if not codes:
        return {}
    rows = CaseParty.objects.filter(organisation_code__in=codes, case__campaign_task__campaign=campaign)
    found: dict[str, set[UUID]] = {}
    for code, item in rows.values_list("organisation_code", "case__campaign_task__item"):
        found.setdefault(code, set()).add(item)
    return found


@dataclass(frozen=True, slots=True)
class SectorMatrix:
    """行业 × 部门: who owes a special plan for which sector, and what became of it. 依据 A05."""

    sectors: Sequence[str]
    units: Sequence[Any]
    lines: Mapping[tuple[str, UUID], FilingLine]


def sector_matrix(lines: Iterable[FilingLine]) -> SectorMatrix:
    special = [line for line in lines if line.filing.sector]
    units = {line.filing.organisation_id: line.filing.organisation for line in special}
    return SectorMatrix(
        sectors=sorted({line.filing.sector for line in special}),
        units=list(units.values()),
        lines={(line.filing.sector, line.filing.organisation_id): line for line in special},
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """对照的一行: one task of the superior plan, what stands for it, and what the comparison proposes."""

    parent: PlanItem
    cell: Cell
    proposed: PlanItem | None
    is_sure: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    lines: Sequence[Answer]
    added: Sequence[PlanItem]
    counts: Mapping[str, int]
    sure: Sequence[Answer]


def answers(*, superior: Campaign, plan: Campaign) -> Answers:
    """对照上级方案: the whole diff of the two plans."""
    parents = list(must_answer(superior, plan))
    own = list(live_items(plan))
    known = cells(items=parents, plans=[plan])
    found = comparison(parents, own)
    by_key = {str(i.pk): i for i in own}
    lines = []
    for parent, pair in zip(parents, found.pairs, strict=True):
        cell = known.get((parent.pk, plan.pk), Cell())
        proposed = by_key[pair.child.key] if pair.child is not None and not cell.is_settled else None
        lines.append(Answer(parent, cell, proposed, pair.is_sure, pair.differences))
    counts = {s.value: sum(line.cell.state is s for line in lines) for s in CoverState}
    standing = {c.item_id for line in lines for c in line.cell.covers}
    added = [by_key[t.key] for t in found.added if by_key[t.key].pk not in standing]
    return Answers(lines, added, counts, [a for a in lines if a.proposed is not None and a.is_sure])


def comparison(parents: Sequence[PlanItem], own: Sequence[PlanItem]) -> Comparison:
    return comparing.compare(parents=[task_of(p) for p in parents], children=[task_of(c) for c in own])


def ranked_for(*, parent: PlanItem, plan: Campaign) -> list[tuple[PlanItem, int]]:
    """The tasks of a plan by their likeness to one of the superior, in per cent: for whoever chooses by hand."""
    own = list(live_items(plan))
    scored = [(item, round(100 * comparing.likeness(parent.text, item.text))) for item in own]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0].position))


def open_tasks_before(*, ctx: Context, campaign: Campaign) -> list[CampaignTask]:
    """Open tasks of the predecessors that are not carried over yet."""
    before = PlanRelation.objects.filter(campaign=campaign, kind=Relation.PREDECESSOR, is_dropped=False)
    carried = PlanItem.objects.filter(campaign=campaign, is_dropped=False, carried_from__isnull=False)
    rows = CampaignTask.objects.visible_to(ctx.actor).filter(campaign__in=before.values("to"), case__is_open=True)
    rows = rows.exclude(pk__in=carried.values("carried_from")).select_related("case", "case__owner", "campaign")
    return list(rows.order_by("campaign", "position"))


def filing_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    """What the page of a filing's case shows: the plan asked for, the plans that could be filed, and the one that was."""
    filing = PlanFiling.objects.filter(case=case).select_related("campaign", "plan").first()
    if filing is None:
        return {"filing": None}
    visible = set(
        Campaign.objects.visible_to(ctx.actor)
        .filter(pk__in=[k for k in (filing.campaign_id, filing.plan_id) if k])
        .values_list("pk", flat=True)
    )
    return {
        "filing": filing,
        "campaign": filing.campaign if filing.campaign_id in visible else None,
        "plan": filing.plan if filing.plan_id in visible else None,
        "can_file": case.stage in (Stage.ISSUED, Stage.ACKNOWLEDGED, Stage.IN_HAND),
    }
