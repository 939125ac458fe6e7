"""校核: one plan under review, and what publishing it would make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from django.db.models import Q

from bihuan.core.access.context import Context
from bihuan.core.access.rows import any_of, below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.campaign.models import Campaign, CampaignTask, PlanItem, PlanText, PlanUnit
from bihuan.domains.campaign.rules import dispatching, dues
from bihuan.domains.campaign.rules.dispatching import Assignment, Decided, Draft, Obstacle
from bihuan.domains.campaign.terms import MOST_SUGGESTED, CampaignGrants, CampaignState, Decision, Dispatch
from bihuan.kernel.calendar import day_of
from bihuan.parties.models import Organisation
from bihuan.parties.terms import AUTHORITIES


def get_campaign(*, ctx: Context, campaign_id: UUID) -> Campaign:
    rows = Campaign.objects.visible_to(ctx.actor).select_related("issuer", "region", "supervisor", "document")
    found = cast("Campaign | None", rows.filter(pk=campaign_id).first())
    if found is None:
        raise NotFound
    return found


def get_item(*, ctx: Context, campaign: Campaign, item_id: UUID) -> PlanItem:
    rows = PlanItem.objects.visible_to(ctx.actor).select_related("supervisor")
    found = cast("PlanItem | None", rows.filter(pk=item_id, campaign=campaign).first())
    if found is None:
        raise NotFound
    return found


def get_unit(*, ctx: Context, campaign: Campaign, unit_id: UUID) -> PlanUnit:
    rows = PlanUnit.objects.visible_to(ctx.actor)
    found = cast("PlanUnit | None", rows.filter(pk=unit_id, campaign=campaign).first())
    if found is None:
        raise NotFound
    return found


def plan_text(*, campaign: Campaign) -> PlanText | None:
    """The text of a campaign the caller has already been allowed to see."""
    return PlanText.objects.filter(campaign=campaign).first()


@dataclass(frozen=True, slots=True)
class Plan:
    """方案现状: the live tasks, the names, and what stands in the way."""

    campaign: Campaign
    items: Sequence[PlanItem]
    dropped: Sequence[PlanItem]
    units: Sequence[PlanUnit]
    drafts: Mapping[UUID, Draft]
    decided: Mapping[str, Decided]
    organisations: Mapping[str, Organisation]
    obstacles: Sequence[Obstacle]
    past: Sequence[Draft]

    def assignments(self, item: PlanItem) -> list[Assignment]:
        return dispatching.assignments(units=item.named_units, decided=self.decided, dispatch=Dispatch(item.dispatch))

    @property
    def number_of_cases(self) -> int:
        return sum(len(self.assignments(item)) for item in self.items)

    @property
    def undecided(self) -> list[PlanUnit]:
        return [u for u in self.units if u.decision == Decision.UNDECIDED]


def plan_of(*, campaign: Campaign, today: date) -> Plan:
    """Everything of one plan in four queries, however long it is."""
    every = list(PlanItem.objects.filter(campaign=campaign).select_related("supervisor"))
    live = [i for i in every if not i.is_dropped]
    mentioned = {name for i in live for name, _ in i.named_units}
    units = [u for u in PlanUnit.objects.filter(campaign=campaign) if u.name in mentioned]
    decided = {u.name: Decided(u.name, Decision(u.decision), tuple(u.codes)) for u in units}
    wanted = {code for u in units for code in u.codes}
    wanted |= {i.supervisor.code for i in live if i.supervisor}
    if campaign.supervisor:
        wanted.add(campaign.supervisor.code)
    organisations = {o.code: o for o in Organisation.objects.filter(code__in=wanted).select_related("region")}
    living = {o.code for o in organisations.values() if o.abolished_on is None or o.abolished_on > today}
    drafts = {i.pk: draft_of(campaign=campaign, item=i) for i in live}
    return Plan(
        campaign=campaign,
        items=live,
        dropped=[i for i in every if i.is_dropped],
        units=units,
        drafts=drafts,
        decided=decided,
        organisations=organisations,
        obstacles=dispatching.obstacles(drafts=list(drafts.values()), decided=decided, living=living),
        past=dispatching.past_dates(drafts=drafts.values(), today=today),
    )


def draft_of(*, campaign: Campaign, item: PlanItem) -> Draft:
    supervisor = item.supervisor or campaign.supervisor
    return Draft(
        key=str(item.pk),
        no=item.no,
        units=item.named_units,
        due=dues.due_of(
            own=item.due_on,
            is_ongoing=item.is_ongoing,
            milestone=dues.control_milestone(dues.milestones(campaign.phases)),
            until_on=campaign.until_on,
        ),
        dispatch=Dispatch(item.dispatch),
        supervisor=supervisor.code if supervisor else "",
        is_ongoing=item.is_ongoing,
    )


def plan_for(*, ctx: Context, campaign: Campaign) -> Plan:
    return plan_of(campaign=campaign, today=day_of(ctx.at))


@dataclass(frozen=True, slots=True)
class Dispatching:
    """派发进度: how many of the cases are out."""

    made: int
    total: int
    state: CampaignState

    @property
    def percent(self) -> int:
        return round(100 * self.made / self.total) if self.total else 0


def dispatching_of(*, ctx: Context, campaign: Campaign) -> Dispatching:
    return Dispatching(
        made=CampaignTask.objects.filter(campaign=campaign).count(),
        total=plan_for(ctx=ctx, campaign=campaign).number_of_cases,
        state=CampaignState(campaign.state),
    )


def named(codes: Iterable[str], organisations: Mapping[str, Organisation]) -> list[str]:
    return [organisations[c].name if c in organisations else c for c in codes]


def issuers(*, ctx: Context) -> list[Organisation]:
    """In whose name this actor may import a plan: authorities of the regions and units where the grant is held."""
    reach = ctx.actor.reach(CampaignGrants.DRAFT)
    where = any_of([*(below("region_path", r) for r in reach.regions), Q(code__in=sorted(reach.organisations))])
    rows = Organisation.objects.filter(where, kind__in=AUTHORITIES, abolished_on__isnull=True)
    return list(rows.select_related("region").order_by("region_path", "kind", "name")[:MOST_SUGGESTED])


def organisations_by_code(codes: Iterable[str]) -> list[Organisation]:
    """In the order of the codes, each once."""
    wanted = list(dict.fromkeys(codes))
    found = {o.code: o for o in Organisation.objects.filter(code__in=wanted).select_related("region")}
    return [found[c] for c in wanted if c in found]
