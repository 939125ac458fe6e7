"""清单与责任链: what stands on a unit's lists now, who holds which post with how much on it, and what hangs on one person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.domains.responsibilities.models import Clause, Gap, HandOver, LeaderItem, YearlyList
from bihuan.domains.responsibilities.terms import LINES, ListKind
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Membership, Organisation, Person, Post
from bihuan.parties.queries import get_organisation


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of a list, as it is shown, published and printed."""

    no: str
    text: str
    basis: str = ""
    due: str = ""
    post: str = ""
    person: str = ""

    def as_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("no", "text", "basis", "due", "post", "person")}


def clauses(*, organisation: Organisation, on: date) -> QuerySet[Clause]:
    rows = Clause.objects.filter(organisation=organisation, from_on__lte=on)
    rows = rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
    return rows.select_related("post", "person").order_by("number")


def rows_of(*, organisation: Organisation, kind: ListKind, year: int, on: date) -> list[ListRow]:
    """As they stand today. The tasks of a year: those due in it, or closed in it, or open without a limit."""
    if kind is ListKind.RESPONSIBILITIES:
        return [
            ListRow(
                str(c.number), c.text, c.basis, "", c.post.name if c.post else "", c.person.name if c.person else ""
            )
            for c in clauses(organisation=organisation, on=on)
        ]
    if kind is ListKind.LEADERS:
        items = LeaderItem.objects.filter(case__owner=organisation, year=year).exclude(case__stage=Stage.WITHDRAWN)
        cases = [
            (i.case, i.person) for i in items.select_related("case", "person").order_by("person__name", "case__due_on")
        ]
    else:
        rows = _tasks(organisation, year).select_related("owner_person").order_by("due_on", "number")
        cases = [(c, c.owner_person) for c in rows[:5_000]]
    return [
        ListRow(
            case.number,
            case.title,
            case.source or case.clause[:60],
            "持续推进" if case.is_ongoing else case.due_on.isoformat() if case.due_on else "",
            "",
            person.name if person else "",
        )
        for case, person in cases
    ]


def _tasks(organisation: Organisation, year: int) -> QuerySet[Case]:
    rows: QuerySet[Case] = Case.objects.filter(owner=organisation).exclude(stage=Stage.WITHDRAWN.value)
    rows = rows.exclude(kind="leader_item")
    of_year = Q(due_on__year=year) | Q(due_on__isnull=True, is_open=True) | Q(closed_at__year=year)
    return rows.filter(of_year)


def digest_of(rows: Sequence[ListRow]) -> str:
    said = json.dumps([r.as_json() for r in rows], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PersonLine:
    person: Person
    posts: list[str]
    cases: int
    overdue: int
    clauses: int


@dataclass(frozen=True, slots=True)
class UnitView:
    """责任链: unit → post → person, with what hangs on each. 依据 A07."""

    unit: Organisation
    clauses: list[Clause]
    people: list[PersonLine]
    empty_posts: list[Post]
    #: Open cases without a person.
    nobody: int
    published: list[YearlyList]
    hand_overs: list[HandOver]


def see_unit(*, ctx: Context, code: str) -> Organisation:
    """The unit, for who may see its lists: they name people."""
    unit = get_organisation(ctx=ctx, code=code)
    if not any(ctx.actor.may(g, unit.place) for g in Clause.view_grants()):
        raise NotFound
    return unit


def unit_view(*, ctx: Context, unit: Organisation) -> UnitView:
    today = day_of(ctx.at)
    held = Membership.objects.filter(organisation=unit, from_on__lte=today, post__isnull=False)
    held = held.filter(Q(until_on__isnull=True) | Q(until_on__gt=today)).select_related("post")
    posts: dict[UUID, list[str]] = {}
    for membership in held:
        posts.setdefault(membership.person_id, []).append(str(membership.post))
    open_cases = Case.objects.filter(owner=unit, is_open=True).order_by()
    counted = {
        r["owner_person"]: r
        for r in open_cases.values("owner_person").annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    }
    listed = list(clauses(organisation=unit, on=today))
    people = [
        PersonLine(
            p,
            posts.get(p.pk, []),
            counted.get(p.pk, {}).get("n", 0),
            counted.get(p.pk, {}).get("late", 0),
            sum(c.person_id == p.pk for c in listed),
        )
        for p in Person.objects.filter(organisation=unit)
        .filter(Q(left_on__isnull=True) | Q(left_on__gt=today))
        .order_by("name")
    ]
    return UnitView(
        unit=unit,
        clauses=listed,
        people=sorted(people, key=lambda line: (-len(line.posts), -line.cases, line.person.name)),
        empty_posts=list(Post.objects.filter(organisation=unit).exclude(pk__in=held.values("post")).order_by("name")),
        nobody=counted.get(None, {}).get("n", 0),
        published=list(
            YearlyList.objects.filter(organisation=unit).defer("rows").order_by("-year", "kind", "-version_no")[:30]
        ),
        hand_overs=list(HandOver.objects.filter(organisation=unit).select_related("leaver", "successor")[:10]),
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """交接前: what hangs on one person, in numbers."""

    cases: int
    overdue: int
    clauses: int
    posts: int

    @property
    def total(self) -> int:
        return self.cases + self.clauses + self.posts


def open_cases_of(person: Person) -> QuerySet[Case]:
    return Case.objects.filter(owner_person=person, organisation_code=person.organisation_code, is_open=True).order_by(
        "pk"
    )


def memberships_of(person: Person, on: date) -> QuerySet[Membership]:
    rows = Membership.objects.filter(person=person, organisation_id=person.organisation_id, from_on__lt=on)
    return rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=on)).order_by("pk")


def clauses_of(person: Person, on: date) -> QuerySet[Clause]:
    rows = Clause.objects.filter(person=person, organisation_id=person.organisation_id)
    return rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=on)).order_by("pk")


def carried(*, person: Person, on: date) -> Carried:
    cases = open_cases_of(person).order_by()
    return Carried(
        cases=cases.count(),
        overdue=cases.filter(due_on__lt=on).count(),
        clauses=clauses_of(person, on).count(),
        posts=memberships_of(person, on).count(),
    )


def see_person(*, ctx: Context, person_id: UUID) -> Person:
    found: Person | None = (
        Person.objects.visible_to(ctx.actor).select_related("organisation").filter(pk=person_id).first()
    )
    if found is None or not any(ctx.actor.may(g, found.organisation.place) for g in Clause.view_grants()):
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class LeaderLine:
    person: Person
    items: list[Case]

    @property
    def done(self) -> int:
        return sum(c.stage == Stage.CLOSED_OUT for c in self.items)


def leaders(*, ctx: Context, year: int) -> list[LeaderLine]:
    rows = LeaderItem.objects.visible_to(ctx.actor).filter(year=year).exclude(case__stage=Stage.WITHDRAWN.value)
    found: dict[UUID, LeaderLine] = {}
    for item in rows.select_related("case", "case__owner", "person", "person__organisation").order_by("case__due_on"):
        found.setdefault(item.person_id, LeaderLine(item.person, [])).items.append(item.case)
    return sorted(found.values(), key=lambda line: (line.person.organisation_code, line.person.name))


def units(*, ctx: Context) -> list[tuple[Organisation, int, int]]:
    """Units the reader reaches, with their clauses and those without a person."""
    seen = Clause.objects.visible_to(ctx.actor).order_by()
    today = day_of(ctx.at)
    held = seen.filter(Q(until_on__isnull=True) | Q(until_on__gt=today))
    counted = {
        r["organisation"]: r
        for r in held.values("organisation").annotate(n=Count("pk"), nobody=Count("pk", filter=Q(person__isnull=True)))
    }
    reach = ctx.actor.reach(*Clause.view_grants())
    rows = Organisation.objects.visible_to(ctx.actor).filter(abolished_on__isnull=True)
    own = Q(code__in=sorted(reach.organisations)) if reach.organisations else Q(pk__in=[])
    wanted = rows.filter(Q(pk__in=list(counted)) | own).order_by("region_path", "code")
    return [(u, counted.get(u.pk, {}).get("n", 0), counted.get(u.pk, {}).get("nobody", 0)) for u in wanted[:500]]


def gap_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    gap = Gap.objects.filter(case=case).select_related("region").first()
    line = next((line.label for line in LINES if gap and line.value == gap.line), None)
    return {"gap": gap, "line": line}


def leader_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    return {"item": LeaderItem.objects.filter(case=case).select_related("person").first()}
