"""Reads of bodies, each within what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.bodies import rules
from bihuan.domains.bodies.models import Advice, Body, Decision, Expert, Meeting, Mirror, Seat
from bihuan.domains.bodies.terms import BodyKind, MirrorState, SeatRole
from bihuan.kernel.calendar import day_of
from bihuan.loop.kinds import Member
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation, Region
from bihuan.parties.terms import OrganisationKind

#: Heads first.
_RANK = {
    role: n
    for n, role in enumerate((SeatRole.HEAD, SeatRole.DEPUTY, SeatRole.OFFICE_HEAD, SeatRole.MEMBER, SeatRole.LIAISON))
}


def require_any(*, ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in Body.view_grants()):
        raise NotFound


def find_bodies(*, ctx: Context, text: str) -> Iterable[Body]:
    """For the picker of a form."""
    rows = Body.objects.visible_to(ctx.actor).filter(dissolved_on__isnull=True)
    return rows.filter(name__contains=text) if text else rows


def find_experts(*, ctx: Context, text: str) -> Iterable[Expert]:
    rows = Expert.objects.visible_to(ctx.actor)
    return rows.filter(name__contains=text) if text else rows


def get_body(*, ctx: Context, body_id: UUID) -> Body:
    rows = Body.objects.visible_to(ctx.actor).select_related("organisation", "region", "mirrors")
    found: Body | None = rows.filter(pk=body_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class BodyLine:
    body: Body
    kind: BodyKind
    seats: int
    last_on: date | None
    next_by: date | None
    missing: int


def bodies(*, ctx: Context) -> list[BodyLine]:
    """机构一览, by place; how many places below lack their own, and by when each must meet again."""
    require_any(ctx=ctx)
    rows = list(
        Body.objects.visible_to(ctx.actor)
        .filter(dissolved_on__isnull=True)
        .select_related("organisation", "region")
        .annotate(last_on=Max("meetings__held_on"))
        .order_by("region_path", "kind", "name")[:500]
    )
    today = day_of(ctx.at)
    seats: dict[UUID, int] = {}
    for key in _sitting(today).filter(body__in=rows).values_list("body", flat=True):
        seats[key] = seats.get(key, 0) + 1
    return [
        BodyLine(
            body,
            BodyKind(body.kind),
            seats.get(body.pk, 0),
            body.last_on,
            next_by(body, body.last_on),
            sum(state is not MirrorState.THERE for _, state, _ in mirrored(body)) if body.is_mirrored_below else 0,
        )
        for body in rows
    ]


def next_by(body: Body, last_on: date | None) -> date | None:
    return rules.next_meeting_by(rhythm=body.rhythm_term, last_on=last_on, since=body.established_on)


def _sitting(on: date) -> QuerySet[Seat]:
    return Seat.objects.filter(from_on__lte=on).filter(Q(until_on__isnull=True) | Q(until_on__gt=on))


def mirrored(body: Body) -> list[tuple[Region, MirrorState, Body | Case | None]]:
    """各地参照设立: every place directly below, and whether it has its own."""
    places = list(Region.objects.filter(parent_id=body.region_id).order_by("path"))
    there = {b.region_id: b for b in Body.objects.filter(mirrors=body, dissolved_on__isnull=True)}
    asked = {m.region_id: m.case for m in Mirror.objects.filter(body=body, case__is_open=True).select_related("case")}
    found: list[tuple[Region, MirrorState, Body | Case | None]] = []
    for place in places:
        if place.pk in there:
            found.append((place, MirrorState.THERE, there[place.pk]))
        elif place.pk in asked:
            found.append((place, MirrorState.ASKED, asked[place.pk]))
        else:
            found.append((place, MirrorState.NONE, None))
    return found


def is_mirrored_in(*, body: Body, region: Region) -> bool:
    return Body.objects.filter(mirrors=body, region=region, dissolved_on__isnull=True).exists()


def government_of(region: Region) -> Organisation | None:
    """Who is asked to set one up there."""
    rows = Organisation.objects.filter(region=region, abolished_on__isnull=True)
    kinds = (
        OrganisationKind.GOVERNMENT,
        OrganisationKind.PARK_ADMINISTRATION,
        OrganisationKind.TOWN,
        OrganisationKind.DEPARTMENT,
    )
    return next((o for kind in kinds for o in rows.filter(kind=kind).order_by("code")[:1]), None)


@dataclass(frozen=True, slots=True)
class BodyView:
    seats: list[Seat]
    former: list[Seat]
    meetings: list[tuple[Meeting, list[Decision]]]
    places: list[tuple[Region, MirrorState, Body | Case | None, Organisation | None]]
    experts: list[tuple[Expert, bool]]
    advice: list[Advice]
    next_by: date | None
    is_late: bool


def body_view(*, ctx: Context, body: Body) -> BodyView:
    today = day_of(ctx.at)
    seats = list(Seat.objects.filter(body=body).select_related("organisation", "person"))
    sitting = [s for s in seats if s.from_on <= today and (s.until_on is None or today < s.until_on)]
    meetings = list(Meeting.objects.filter(body=body).select_related("minutes").prefetch_related("present")[:24])
    seen = Decision.objects.visible_to(ctx.actor).filter(meeting__in=meetings).select_related("case", "case__owner")
    decisions: dict[UUID, list[Decision]] = {}
    for decision in seen.order_by("position"):
        decisions.setdefault(decision.meeting_id, []).append(decision)
    due = next_by(body, meetings[0].held_on if meetings else None)
    return BodyView(
        seats=sorted(sitting, key=lambda s: (_RANK[s.role_term], s.from_on, s.organisation.code)),
        former=[s for s in seats if s.until_on is not None and s.until_on <= today],
        meetings=[(m, decisions.get(m.pk, [])) for m in meetings],
        places=[(r, state, what, government_of(r)) for r, state, what in mirrored(body)]
        if body.is_mirrored_below
        else [],
        experts=[(e, e.from_on <= today < e.until_on) for e in body.experts.order_by("name")],
        advice=list(Advice.objects.filter(body=body).select_related("expert")[:30]),
        next_by=due,
        is_late=due is not None and today > due,
    )


def members(*, region_path: str) -> list[Member]:
    """对象群“议事协调机构”: each by its office, so that a duty can ask each for its meeting."""
    rows = Body.objects.filter(below("region_path", region_path), dissolved_on__isnull=True).select_related(
        "organisation"
    )
    return [Member(str(b.pk), b.name, b.organisation_code) for b in rows.order_by("region_path", "name")]


def decision_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    decision = Decision.objects.filter(case=case).select_related("meeting", "meeting__body").first()
    body = decision.meeting.body if decision else None
    sees = body is not None and Body.objects.visible_to(ctx.actor).filter(pk=body.pk).exists()
    return {"decision": decision, "body": body, "sees": sees}


def mirror_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    asked = Mirror.objects.filter(case=case).select_related("body", "region").first()
    return {"asked": asked, "is_there": bool(asked) and is_mirrored_in(body=asked.body, region=asked.region)}  # type: ignore[union-attr]
