"""Inner steps of evidence, for actions of upper layers that take an upload and make evidence of it in one go."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bihuan.core.access.context import Actor, Context
from bihuan.core.access.models import User
from bihuan.core.access.scope import Place
from bihuan.core.evidence import events
from bihuan.core.evidence.models import Evidence, Upload, owner_of
from bihuan.core.evidence.problems import BadPeriod, NotFinished, Superseded, UnknownOrganisation
from bihuan.core.evidence.reach import OrganisationPlaces
from bihuan.core.evidence.terms import EvidenceGrants, EvidenceKind, ExpiryStage
from bihuan.core.modules import registry

LOCAL = ZoneInfo("Asia/Shanghai")
MONTH, WEEK = timedelta(days=30), timedelta(days=7)


def today(at: datetime) -> date:
    return at.astimezone(LOCAL).date()


def home_of(actor: Actor) -> Place:
    """Where evidence of this person lies: with their own organisation; without one, where they hold the grant."""
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    if user is not None and (user.organisation_code or user.region_path):
        return Place(user.region_path, frozenset([user.organisation_code] if user.organisation_code else []))
    return where_held(actor)


def where_held(actor: Actor) -> Place:
    """Some place the grant reaches: uploading as such belongs to no place."""
    held = next((h.scope for h in actor.held if h.grant == EvidenceGrants.ADD), None)
    if held is None:
        return Place("")
    return Place(held.region_path or "", frozenset([held.organisation] if held.organisation else []))


def place_for(ctx: Context, organisation_code: str) -> Place:
    if not organisation_code or organisation_code == ctx.actor.organisation:
        return home_of(ctx.actor)
    for declared in registry().declared(OrganisationPlaces):
        if (found := declared.find(organisation_code)) is not None:
            return Place(found.region_path, frozenset([organisation_code]))
    raise UnknownOrganisation


def add(
    ctx: Context,
    *,
    upload: Upload,
    title: str = "",
    kind: EvidenceKind | str = EvidenceKind.OTHER,
    effective_on: date | None = None,
    expires_on: date | None = None,
    place: Place | None = None,
    revises: Evidence | None = None,
) -> Evidence:
    """One piece of evidence from one finished upload. `place` is the owner's; left out, the actor's own."""
    if upload.file_id is None:
        raise NotFinished
    effective = effective_on or today(ctx.happened_at)
    require_period(effective, expires_on)
    lies = place if place is not None else home_of(ctx.actor)
    evidence = ctx.create(
        Evidence(
            title=(title or upload.name)[:200],
            kind=kind,
            file_id=upload.file_id,
            file_name=upload.name,
            effective_on=effective,
            expires_on=expires_on,
            organisation_code=next(iter(sorted(lies.organisations)), ""),
            region_path=lies.region_path,
            uploaded_by=owner_of(ctx.actor),
            revises=revises,
        )
    )
    ctx.emit(
        events.EvidenceAdded(
            evidence.pk, evidence.region_path, evidence.organisation_code, revises.pk if revises else None
        )
    )
    return evidence


def require_period(effective_on: date, expires_on: date | None) -> None:
    if expires_on is not None and expires_on <= effective_on:
        raise BadPeriod


def require_newest(evidence: Evidence) -> None:
    if evidence.is_superseded:
        raise Superseded


def stage_of(expires_on: date, on: date) -> ExpiryStage:
    """A piece that expires on a day still holds on the day before; on the day itself it has expired."""
    left = expires_on - on
    if left <= timedelta(0):
        return ExpiryStage.EXPIRED
    if left <= WEEK:
        return ExpiryStage.WEEK
    return ExpiryStage.MONTH if left <= MONTH else ExpiryStage.NONE
