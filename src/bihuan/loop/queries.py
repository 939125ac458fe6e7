"""Reads of cases, each within what the actor may see. Every list costs the same few SQL statements at any size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.access.rows import any_of, below
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Action
from bihuan.core.actions.problems import NotFound
from bihuan.core.evidence.models import Evidence
from bihuan.core.modules import registry
from bihuan.kernel.calendar import day_of, start_of
from bihuan.kernel.text import Text
from bihuan.loop import rules
from bihuan.loop.kinds import CaseButton, CaseKind, Member, Population, kind_of
from bihuan.loop.models import Case, CaseEvidence, CaseObject, CaseParty, CaseStep, Duty, EscalationPlan, NotApplicable
from bihuan.loop.rows import ledger
from bihuan.loop.terms import DeadlineColour, LoopGrants, Move, Stage
from bihuan.parties.models import Organisation, Region
from bihuan.parties.terms import OrganisationKind

PAGE = 50
COUNT_UP_TO = 1_000
WAITING_UP_TO = 100
OF_THING = 20
EXPIRES_SOON = timedelta(days=30)
SYSTEM = Text("系统", "The system")
UNFINISHED = (Stage.ISSUED.value, Stage.ACKNOWLEDGED.value, Stage.IN_HAND.value)


def get_case(*, ctx: Context, number: str) -> Case:
    """The case by its number, or nothing: outside the scope it doesn't exist."""
    found: Case | None = (
        Case.objects.visible_to(ctx.actor)
        .select_related("owner", "supervisor", "region", "parent", "owner_person", "thing")
        .defer("region__boundary")
        .filter(number=number)
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return found


def is_visible(*, ctx: Context, case: Case) -> bool:
    return bool(Case.objects.visible_to(ctx.actor).filter(pk=case.pk).exists())


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed by. Unknown values of the address are passed over, not failed on."""

    stage: str = ""
    colour: str = ""
    kind: str = ""
    owner: str = ""
    text: str = ""
    open_only: bool = False
    supervised: bool = False
    #: today, week, or one day: what falls due then and is open.
    due: str = ""
    #: What a move was made on since a working day ended.
    moved: str = ""
    since: date | None = None

    @classmethod
    def from_query(cls, said: Mapping[str, str]) -> CaseFilter:
        return cls(
            stage=said.get("stage", "") if said.get("stage", "") in {s.value for s in Stage} else "",
            colour=said.get("colour", "") if said.get("colour", "") in {c.value for c in DeadlineColour} else "",
            kind=said.get("kind", "")[:40],
            owner=said.get("owner", "")[:40],
            text=said.get("q", "").strip()[:60],
            open_only=said.get("open") == "1",
            supervised=said.get("supervised") == "1",
            due=said.get("due", "") if said.get("due", "") in ("today", "week") or _day(said.get("due", "")) else "",
            moved=said.get("moved", "") if said.get("moved", "") in {m.value for m in Move} else "",
            since=_day(said.get("since", "")),
        )

    @property
    def is_narrow(self) -> bool:
        return self != CaseFilter()


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def days_of(due: str, *, today: date) -> tuple[date, date]:
    """今天、本周（至周日）、某一天: the first and the last day meant."""
    if due == "week":
        return today, today + timedelta(days=6 - today.weekday())
    on = _day(due) or today
    return on, on


#: The open ones, said so that SQLite sees an equality an index can begin with; `is_open` alone is none to it.
OPEN = Q(is_open__in=(True,))
URGENT = F("due_on").asc(nulls_last=True)


def in_order(ctx: Context) -> QuerySet[Case]:
    """The cases one may see, for a list that is read along an index and cut."""
    rows: QuerySet[Case] = Case.objects.visible_in_order(ctx.actor)
    return rows.order_by()


def cases(*, ctx: Context, narrowed: CaseFilter, cut: bool = False) -> QuerySet[Case]:
    """The cases one may see, narrowed, in no order. `cut`: they will be read in one, and only a page of them."""
    rows: QuerySet[Case] = in_order(ctx) if cut else Case.objects.visible_to(ctx.actor).order_by()
    today = day_of(ctx.at)
    if narrowed.stage:
        rows = rows.filter(stage=narrowed.stage)
    if narrowed.open_only or narrowed.colour in ("red", "yellow", "green"):
        rows = rows.filter(OPEN)
    if narrowed.due:
        rows = rows.filter(OPEN, due_on__range=days_of(narrowed.due, today=today))
    if narrowed.moved:
        steps = CaseStep.objects.filter(case=OuterRef("pk"), move=narrowed.moved)
        if narrowed.since is not None:
            steps = steps.filter(at__gte=evening_of(narrowed.since))
        rows = rows.filter(Exists(steps))
    if narrowed.supervised:
        rows = rows.filter(OPEN, is_supervised=True)
    rows = rows.filter(coloured(narrowed.colour, today))
    if narrowed.kind:
        rows = rows.filter(kind=narrowed.kind)
    if narrowed.owner:
        rows = rows.filter(organisation_code=narrowed.owner)
    if narrowed.text:
        rows = rows.filter(Q(title__contains=narrowed.text) | Q(number=narrowed.text) | Q(text__contains=narrowed.text))
    return rows


def overdue(*, ctx: Context, most: int) -> list[Case]:
    """What has been overdue for longest."""
    return list(with_names(cases(ctx=ctx, narrowed=CaseFilter(colour="red"), cut=True)).order_by(URGENT, "id")[:most])


def coloured(colour: str, today: date) -> Q:
    soon = today + timedelta(days=7)
    return {
        DeadlineColour.RED.value: Q(due_on__lt=today),
        DeadlineColour.YELLOW.value: Q(due_on__gte=today, due_on__lte=soon),
        DeadlineColour.GREEN.value: Q(due_on__gt=soon),
        DeadlineColour.GREY.value: Q(due_on__isnull=True) | Q(is_open=False),
    }.get(colour, Q())


#: What a list shows of a case, and what its buttons ask for. Turning columns into values is a third of a page's work,
#: so a list fetches no more; whoever shows another field adds it here, else each row costs a statement of its own.
LISTED = (
    "id", "version", "number", "kind", "title", "stage", "is_open", "due_on", "closed_at", "is_ongoing",
    "is_supervised", "times_sent_back", "region_path", "organisation_code", "owner__name",
)  # fmt: skip


def with_names(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The columns of a list, without one more statement a row."""
    return rows.select_related("owner").only(*LISTED)


def colour_of(case: Case, *, ctx: Context) -> DeadlineColour:
    return rules.colour_of(due_on=case.due_on, today=day_of(ctx.at), is_open=case.is_open)


#: 下班: what happens after it is news the next morning.
CLOSES = timedelta(hours=17)


def evening_of(on: date) -> datetime:
    return start_of(on) + CLOSES


@dataclass(frozen=True, slots=True)
class Inbox:
    """收件箱: what waits for me. Each part is cut at `PAGE`; its count is exact up to `COUNT_UP_TO`, and then one more."""

    to_acknowledge: list[Case]
    to_handle: list[Case]
    to_verify: list[Case]
    to_decide: list[Case]
    counts: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


def own_units(ctx: Context, grant: LoopGrants) -> list[str]:
    """The organisations I act for with this grant: those of my scopes, and my own unit where a region grant covers it."""
    codes = set(ctx.actor.reach(grant).organisations)
    if ctx.actor.organisation and ctx.actor.has(grant):
        codes.add(ctx.actor.organisation)
    return sorted(codes)


def inbox(*, ctx: Context) -> Inbox:
    seen = in_order(ctx).filter(OPEN)
    handled, verified, directed = (own_units(ctx, g) for g in (LoopGrants.HANDLE, LoopGrants.VERIFY, LoopGrants.DIRECT))
    parts = {
        "to_acknowledge": seen.filter(organisation_code__in=handled, stage=Stage.ISSUED),
        "to_handle": seen.filter(organisation_code__in=handled, stage__in=(Stage.ACKNOWLEDGED, Stage.IN_HAND)),
        "to_verify": seen.filter(supervisor_code__in=verified, stage=Stage.SUBMITTED),
        "to_decide": seen.filter(supervisor_code__in=directed, wanted_due_on__isnull=False),
    }
    lists = {name: list(with_names(rows).order_by(URGENT, "id")[: PAGE + 1]) for name, rows in parts.items()}
    counts = {
        name: parts[name][: COUNT_UP_TO + 1].count() if len(found) > PAGE else len(found)
        for name, found in lists.items()
    }
    return Inbox(**{name: found[:PAGE] for name, found in lists.items()}, counts=counts)


def waiting_count(*, ctx: Context) -> int:
    """The number beside the inbox in the top bar: exact up to 99, which is all it shows."""
    seen = in_order(ctx).filter(OPEN)
    handled, verified = own_units(ctx, LoopGrants.HANDLE), own_units(ctx, LoopGrants.VERIFY)
    mine = seen.filter(organisation_code__in=handled, stage__in=UNFINISHED)[:WAITING_UP_TO]
    to_verify = seen.filter(supervisor_code__in=verified, stage=Stage.SUBMITTED)[:WAITING_UP_TO]
    # Nobody's cases are a query the database is never asked. Two short walks along an index each; one with OR reads all.
    return mine.count() + to_verify.count()


@dataclass(frozen=True, slots=True)
class StepView:
    """One step with the names of who made it and what it proved."""

    step: CaseStep
    by: str
    evidence: tuple[CaseEvidence, ...]

    @property
    def move(self) -> Move:
        return Move(self.step.move)


@dataclass
class CaseView:
    """All of one case that its page shows."""

    ctx: Context
    case: Case
    parties: list[CaseParty] = field(default_factory=list)
    steps: list[StepView] = field(default_factory=list)
    objects: list[CaseObject] = field(default_factory=list)
    children: list[Case] = field(default_factory=list)
    exempt: list[NotApplicable] = field(default_factory=list)

    @cached_property
    def colour(self) -> DeadlineColour:
        return colour_of(self.case, ctx=self.ctx)

    @property
    def evidence(self) -> list[CaseEvidence]:
        return [piece for step in self.steps for piece in step.evidence]

    @cached_property
    def expiring(self) -> list[Evidence]:
        """佐证到期: pieces an open case rests on that have expired or soon will, and were not replaced by a revision."""
        if not self.case.is_open:
            return []
        soon = day_of(self.ctx.at) + EXPIRES_SOON
        pieces = {p.evidence_id: p.evidence for p in self.evidence if not p.evidence.is_superseded}
        found = [e for e in pieces.values() if e.expires_on is not None and e.expires_on <= soon]
        return sorted(found, key=lambda e: (e.expires_on, e.pk))


def case_view(*, ctx: Context, case: Case) -> CaseView:
    links: dict[Any, list[CaseEvidence]] = {}
    for link in CaseEvidence.objects.filter(case=case).select_related("evidence", "evidence__file"):
        links.setdefault(link.step_id, []).append(link)
    steps = list(CaseStep.objects.filter(case=case).select_related("organisation"))
    names = names_of(s.actor for s in steps)
    return CaseView(
        ctx=ctx,
        case=case,
        parties=list(case.parties.select_related("organisation").order_by("role", "organisation_code")),
        steps=[StepView(s, names.get(s.actor, s.actor), tuple(links.get(s.pk, ()))) for s in steps],
        objects=list(CaseObject.objects.filter(case=case)),
        children=list(with_names(in_order(ctx).filter(parent=case).order_by("-id"))),
        exempt=list(NotApplicable.objects.filter(case=case).select_related("organisation")),
    )


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The names behind actor ids, as they are called today. A service is called by what its job does."""
    actors = list(actors)
    wanted = {a: rules.person_behind(a) for a in actors if a.startswith(("user:", "token:"))}
    found = {
        str(pk): name for pk, name in User.objects.filter(pk__in=set(wanted.values())).values_list("pk", "display_name")
    }
    names = {actor: found[key] for actor, key in wanted.items() if key in found}
    jobs = {f"service:{job.name}": str(job.label) for job in registry().jobs.values()}
    return names | {a: jobs.get(a, str(SYSTEM)) for a in actors if a.startswith("service:")}


#: The action behind each move, in the order buttons stand. Kinds may put their own in the place of a guarded one.
_BUTTONS: tuple[tuple[str, Move], ...] = (
    ("case.acknowledge", Move.ACKNOWLEDGE),
    ("case.submit", Move.SUBMIT),
    ("case.report_progress", Move.PROGRESS),
    ("case.close_out", Move.CLOSE_OUT),
    ("case.send_back", Move.SEND_BACK),
    ("case.ask_extension", Move.EXTEND),
    ("case.extend", Move.EXTEND),
    ("case.assign_person", Move.HAND_OVER),
    ("case.chase", Move.CHASE),
    ("case.supervise", Move.SUPERVISE),
    ("case.hand_over", Move.HAND_OVER),
    ("case.cascade", Move.EXTEND),
    ("case.withdraw", Move.WITHDRAW),
    ("case.reopen", Move.REOPEN),
)


def offered(*, ctx: Context, case: Case) -> list[Action]:
    """The actions this person could take on this case now. The door decides again."""
    guarded = kind_of(case.kind).guarded
    possible = set(rules.moves_from(case.stage_term))
    unfit = {"case.supervise"} if case.is_supervised else set()
    if not rules.is_independent_verifier(
        owner=case.organisation_code,
        submitted_by=case.submitted_by,
        verifier=ctx.actor.id,
        verifier_unit=ctx.actor.organisation,
    ):
        unfit |= {"case.close_out", "case.send_back"}  # a button that could only be refused
    names = [n for n, move in _BUTTONS if move in possible and move not in guarded and n not in unfit]
    found = []
    for name in (*names, *(b.action for b in registry().declared(CaseButton))):
        made = registry().actions[name]
        assert made.scope is not None
        place = made.scope(ctx=ctx, case=case)
        if any(ctx.actor.may(need, place) for need in made.needs):
            found.append(made)
    return found


def enterprises(*, region_path: str) -> list[Member]:
    """对象群“全部企业”: every living enterprise of a place."""
    rows = Organisation.objects.filter(below("region_path", region_path), kind=OrganisationKind.ENTERPRISE)
    living = rows.filter(abolished_on__isnull=True).order_by("code")
    return [Member(code, name, code) for code, name in living.values_list("code", "name")]


def panel_of_thing(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """事项 on the page of a thing: those one may see, the open ones first. Nothing for who may see none anywhere."""
    if not any(ctx.actor.has(grant) for grant in Case.view_grants()):
        return None
    thing = getattr(row, "thing", row)
    found = with_names(Case.objects.visible_to(ctx.actor).filter(thing=thing)).order_by("-is_open", "due_on", "-id")
    shown = list(found[: OF_THING + 1])
    return {
        "rows": ledger(shown[:OF_THING], at=ctx.at),
        "more": len(shown) > OF_THING,
        "limit": OF_THING,
    }


def everybody_of(case: Case) -> Place:
    """Where a case lies for the search: its region, and every organisation that has a part in it."""
    return Place(case.region_path, frozenset(case.parties.values_list("organisation_code", flat=True)))


def population_choices(*, ctx: Context) -> list[tuple[str, Text]]:
    return [(p.code, p.label) for p in registry().declared(Population)]


def kind_choices(*, ctx: Context) -> list[tuple[str, Text]]:
    return [(k.code, k.label) for k in registry().declared(CaseKind)]


def require_directing(*, ctx: Context) -> None:
    """The rules by which cases are made and chased are for those who direct."""
    if not any(ctx.actor.has(grant) for grant in (LoopGrants.CONFIGURE, LoopGrants.DIRECT)):
        raise NotFound


def duties(*, ctx: Context) -> QuerySet[Duty]:
    """周期职责一览, the living ones first, each with the number of cases it has made."""
    require_directing(ctx=ctx)
    rows: QuerySet[Duty] = Duty.objects.visible_to(ctx.actor).select_related("region", "supervisor")
    return rows.annotate(number=Count("made")).order_by(F("until_on").desc(nulls_first=True), "name", "id")


def escalation_plans(*, ctx: Context) -> list[EscalationPlan]:
    """催办规则一览: those that hold or will, by place; what a later one of the same place and kind replaced is left out."""
    require_directing(ctx=ctx)
    today, found = day_of(ctx.at), {}
    rows = EscalationPlan.objects.visible_to(ctx.actor).select_related("region")
    for row in rows.order_by("region_path", "kind", "from_on"):
        key = (row.region_path, row.kind, row.from_on if row.from_on > today else None)
        found[key] = row  # the latest that has begun wins; one that is to come stands beside it
    return list(found.values())


def regions_of(*, ctx: Context) -> list[Region]:
    """The regions for which this person may set rules, from the top."""
    reach = ctx.actor.reach(LoopGrants.CONFIGURE)
    return list(Region.objects.filter(any_of(below("path", r) for r in reach.regions)).order_by("path")[:500])
