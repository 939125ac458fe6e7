"""安委办晨间页、单位卡、大屏: what an office begins its day with, and what a leader reads in a minute. All counts, few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from bihuan.core.access.context import Context
from bihuan.core.pages.held import AsOf, Held
from bihuan.domains.campaign.models import Campaign, CampaignTask, Report, ReportSignature
from bihuan.domains.campaign.queries import indicators
from bihuan.domains.campaign.queries.boards import CampaignLine, campaigns, with_tallies
from bihuan.domains.campaign.rules import dues
from bihuan.domains.campaign.rules.dues import Entry
from bihuan.domains.campaign.terms import CampaignGrants, CampaignState, ReportKind
from bihuan.kernel.calendar import day_of
from bihuan.loop import figures, morning
from bihuan.loop.models import Case
from bihuan.loop.queries import OPEN, URGENT, evening_of, with_names
from bihuan.loop.terms import DeadlineColour, LoopGrants, Move, Stage
from bihuan.parties.models import Membership, Organisation, Region
from bihuan.parties.queries import calendar_at, get_organisation

#: How far the page looks ahead for reports; the same as they are called for.
AHEAD = timedelta(days=15)
WORST, GROUPS, NAMED = 10, 12, 6

#: What an office wants to hear of in the morning, in this order.
NEWS = (
    Move.SUBMIT,
    Move.CLOSE_OUT,
    Move.ACCEPT_PROOF,
    Move.ISSUE,
    Move.SEND_BACK,
    Move.CHASE,
    Move.SUPERVISE,
    Move.HAND_OVER,
)


@dataclass(frozen=True, slots=True)
class News:
    move: Move
    cases: int


@dataclass(frozen=True, slots=True)
class ReportsDue:
    """One kind of report of one campaign on one day: how many are still out, and from whom."""

    campaign: Campaign
    kind: ReportKind
    on: date
    missing: int
    names: Sequence[str]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Morning:
    since: date
    news: Sequence[News]
    due: Mapping[str, int]
    behind: Sequence[morning.Behind]
    overdue: int
    gaps: int
    unmeasured: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """待我决定: never held, since somebody has to act on it."""

    to_verify: int
    to_decide: int
    exceptions: int

    @property
    def all(self) -> int:
        return self.to_verify + self.to_decide + self.exceptions


def waiting(*, ctx: Context) -> Waiting:
    return Waiting(**morning.decisions(ctx=ctx), exceptions=indicators.waiting_exceptions(ctx=ctx).count())


_mornings: Held[Morning] = Held(seconds=figures.HELD_SECONDS, is_large=lambda m: m.overdue >= 500)


def last_evening(*, ctx: Context) -> date:
    """昨夜: the evening of the last working day before today; on a Monday that of Friday."""
    places = ctx.actor.reach(*Case.view_grants()).regions
    calendar = calendar_at(next(iter(sorted(places)), ""))
    return calendar.last_working_day(day_of(ctx.at) - timedelta(days=1))


def morning_of(*, ctx: Context) -> AsOf[Morning]:
    """Figures over very many cases are held for some seconds, per scope; what waits for a person is read anew elsewhere."""
    key = (ctx.actor.id, ctx.actor.reach(*Case.view_grants()), day_of(ctx.at))
    return _mornings.get(key, at=ctx.at, count=lambda: _morning(ctx))


def forget() -> None:
    _mornings.forget()


def _morning(ctx: Context) -> Morning:
    since = last_evening(ctx=ctx)
    changed = morning.changes_since(ctx=ctx, since=evening_of(since))
    late = morning.overdue_by_unit(ctx=ctx, most=WORST)
    return Morning(
        since=since,
        news=[News(move, changed[move]) for move in NEWS if changed.get(move)],
        due=morning.due_counts(ctx=ctx),
        behind=late.worst,
        overdue=late.cases,
        gaps=indicators.gaps(ctx=ctx).order_by().count(),
        unmeasured=indicators.unmeasured(ctx=ctx).order_by().count(),
    )


def reports_due(*, ctx: Context) -> list[ReportsDue]:
    """待报 within the next days and late ones, by campaign, kind and day; two statements and one for the names."""
    today = day_of(ctx.at)
    rows = Report.objects.visible_to(ctx.actor).filter(
        sent_at__isnull=True, case__is_open=True, is_upward=False, for_on__lte=today + AHEAD
    )
    counted = rows.order_by().values("campaign", "kind", "for_on").annotate(n=Count("pk")).order_by("for_on")[:GROUPS]
    groups = list(counted)
    known = {c.pk: c for c in Campaign.objects.filter(pk__in={g["campaign"] for g in groups})}
    names = _names(rows, groups)
    return [
        ReportsDue(
            campaign=known[g["campaign"]],
            kind=ReportKind(g["kind"]),
            on=g["for_on"],
            missing=g["n"],
            names=names.get((g["campaign"], g["kind"], g["for_on"]), ()),
            is_late=g["for_on"] < today,
        )
        for g in groups
    ]


def _names(rows: Any, groups: Sequence[Mapping[str, Any]]) -> dict[Any, list[str]]:
    if not groups:
        return {}
    wanted = Q()
    for g in groups:
        wanted |= Q(campaign=g["campaign"], kind=g["kind"], for_on=g["for_on"])
    found: dict[Any, list[str]] = {}
    listed = rows.filter(wanted).order_by("for_on", "organisation_code")
    for campaign, kind, on, name in listed.values_list("campaign", "kind", "for_on", "organisation__name")[:400]:
        known = found.setdefault((campaign, kind, on), [])
        if len(known) < NAMED:
            known.append(name)
    return found


@dataclass(frozen=True, slots=True)
class UnitCard:
    """单位卡: a light, three numbers, three dates, who is in charge."""

    organisation: Organisation
    colour: DeadlineColour
    overdue: int
    this_week: int
    open: int
    closed: int
    next: Sequence[Case]
    worst: Sequence[Case]
    people: Sequence[Membership]
    to_sign: Sequence[Report]

    @property
    def share(self) -> int | None:
        whole = self.open + self.closed
        return 100 * self.closed // whole if whole else None


def unit_of(*, ctx: Context, code: str) -> Organisation:
    """One's own unit, or another one that one may know of."""
    own = Organisation.objects.filter(code=code).first() if code == ctx.actor.organisation else None
    return own or get_organisation(ctx=ctx, code=code)


def unit_card(*, ctx: Context, organisation: Organisation) -> UnitCard:
    """Of the cases the reader may see that the unit owns. Ongoing ones never close, so they stay out of the share."""
    today = day_of(ctx.at)
    mine = Case.objects.visible_to(ctx.actor).order_by().filter(organisation_code=organisation.code)
    last = today + timedelta(days=6 - today.weekday())
    still = Q(is_open=True)
    counted = mine.exclude(stage=Stage.WITHDRAWN).aggregate(
        overdue=Count("pk", filter=still & Q(due_on__lt=today)),
        soon=Count("pk", filter=still & Q(due_on__gte=today, due_on__lte=today + timedelta(days=7))),
        week=Count("pk", filter=still & Q(due_on__gte=today, due_on__lte=last)),
        open=Count("pk", filter=still & Q(is_ongoing=False)),
        closed=Count("pk", filter=Q(is_open=False, is_ongoing=False)),
    )
    colour = DeadlineColour.GREEN
    if counted["overdue"]:
        colour = DeadlineColour.RED
    elif counted["soon"]:
        colour = DeadlineColour.YELLOW
    rows = with_names(mine.filter(is_open=True)).order_by(URGENT, "id")
    people = Membership.objects.visible_to(ctx.actor).filter(organisation=organisation, person__left_on__isnull=True)
    holding = people.filter(Q(until_on__isnull=True) | Q(until_on__gt=today), from_on__lte=today)
    return UnitCard(
        organisation=organisation,
        colour=colour,
        overdue=counted["overdue"],
        this_week=counted["week"],
        open=counted["open"],
        closed=counted["closed"],
        next=list(rows.filter(due_on__gte=today)[:3]),
        worst=list(rows.filter(due_on__lt=today)[:3]),
        people=list(holding.select_related("person", "post").order_by("from_on", "id")[:3]),
        to_sign=to_sign(ctx=ctx, organisation=organisation),
    )


def to_sign(*, ctx: Context, organisation: Organisation) -> list[Report]:
    """待签批: reports of the unit that want a signature, from whoever may sign there and has not yet."""
    place = organisation.place
    if not (ctx.actor.may(CampaignGrants.SIGN, place) or ctx.actor.may(LoopGrants.HANDLE, place)):
        return []
    mine = ReportSignature.objects.filter(report=OuterRef("pk"), void_at__isnull=True, signed_by=ctx.actor.id)
    rows = Report.objects.visible_to(ctx.actor).filter(
        case__organisation_code=organisation.code, case__stage__in=(Stage.ACKNOWLEDGED, Stage.IN_HAND)
    )
    found = rows.exclude(signers=[]).filter(~Exists(mine)).select_related("campaign").order_by("for_on", "pk")
    return list(found[:3])


@dataclass(frozen=True, slots=True)
class Locality:
    """One place below the campaign's, with how far its tasks are. Those that only help a higher level are left out."""

    region: Region
    total: int
    closed: int
    overdue: int

    @property
    def share(self) -> int | None:
        return 100 * self.closed // self.total if self.total else None

    @property
    def tone(self) -> str:
        if not self.total:
            return "neutral"
        if self.overdue:
            return "red" if 5 * self.overdue > self.total else "orange"
        return "green" if self.closed == self.total else "teal"


def by_locality(*, ctx: Context, campaign: Campaign) -> list[Locality]:
    """地区完成情况: the places right below the campaign's own, each with all that lies within it. Two statements."""
    today = day_of(ctx.at)
    rows = CampaignTask.objects.visible_to(ctx.actor).filter(campaign=campaign, is_supporting=False)
    counted = (
        rows.exclude(case__stage=Stage.WITHDRAWN)
        .order_by()
        .values("case__region_path")
        .annotate(
            total=Count("pk", filter=Q(case__is_ongoing=False)),
            closed=Count("pk", filter=Q(case__is_ongoing=False, case__is_open=False)),
            overdue=Count("pk", filter=Q(case__is_open=True, case__due_on__lt=today)),
        )
    )
    places = [
        *Region.objects.filter(parent=campaign.region_id).order_by("code"),
        *Region.objects.filter(pk=campaign.region_id),
    ]
    sums = {place.pk: [0, 0, 0] for place in places}
    for row in counted:
        home = next((p for p in places if row["case__region_path"].startswith(p.path)), None)
        if home is not None:
            for n, name in enumerate(("total", "closed", "overdue")):
                sums[home.pk][n] += row[name]
    found = [Locality(place, *sums[place.pk]) for place in places]
    return [line for line in found if line.total or line.region.pk != campaign.region_id]


@dataclass(frozen=True, slots=True)
class Screen:
    """大屏: what can be read from five metres."""

    situation: figures.Situation
    due: Mapping[str, int]
    behind: Sequence[morning.Behind]
    campaigns: Sequence[CampaignLine]
    dates: Sequence[tuple[Campaign, Entry]]
    gaps: int
    at: datetime


def screen(*, ctx: Context) -> Screen:
    found = morning_of(ctx=ctx).value
    running = list(campaigns(ctx=ctx, state=CampaignState.PUBLISHED).order_by("until_on", "name")[:6])
    today = day_of(ctx.at)
    dates = [(c, e) for c in running for e in entries_of(c) if e.on >= today]
    return Screen(
        situation=figures.situation(ctx=ctx).value,
        due=found.due,
        behind=found.behind[:5],
        campaigns=with_tallies(ctx=ctx, rows=running),
        dates=sorted(dates, key=lambda d: d[1].on)[:5],
        gaps=found.gaps,
        at=ctx.at,
    )


def entries_of(campaign: Campaign) -> list[Entry]:
    """日程 of one campaign: phases and report days, as its plan names them."""
    if campaign.from_on is None or campaign.until_on is None:
        return []
    return dues.calendar_entries(
        phases=dues.milestones(campaign.phases),
        reports=campaign.reports,
        from_on=campaign.from_on,
        until_on=campaign.until_on,
    )


def open_on(*, ctx: Context, first: date, last: date) -> Iterable[Case]:
    """Open cases that fall due within some days, the most urgent first."""
    return with_names(Case.objects.visible_to(ctx.actor).filter(OPEN, due_on__range=(first, last))).order_by(
        URGENT, "id"
    )
