"""Plays of the actions on evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bihuan.core.access.context import Actor, Held, service_actor
from bihuan.core.access.scope import EVERYWHERE, Scope
from bihuan.core.evidence.models import Upload, owner_of
from bihuan.core.evidence.terms import EvidenceGrants
from cast import AT, Cast, saved
from plays import Play

GRANTS = (EvidenceGrants.ADD.value, EvidenceGrants.READ.value)


def able(actor: Actor, unit: Any) -> Actor:
    """Somebody who holds the grants of evidence for their own organisation, and nothing else."""
    scope = Scope(organisation=unit.code)
    return replace(actor, held=tuple(Held(g, scope) for g in GRANTS))


def manager(cast: Cast) -> Actor:
    return able(cast.safety_manager, cast.works)


def stranger(cast: Cast) -> Actor:
    return able(cast.stranger, cast.neighbour)


def timer(scope: Scope = EVERYWHERE) -> Actor:
    service = service_actor("evidence.timer", *GRANTS)
    return replace(service, held=tuple(Held(g, scope) for g in GRANTS))


def sent(cast: Cast) -> Upload:
    file = cast.evidence(manager(cast), cast.works).file
    said: dict[str, Any] = {"name": "a.png", "size": 3, "digest": file.pk, "file": file, "finished_at": AT}
    return saved(Upload(owner=owner_of(cast.safety_manager), **said))


def begin_upload(cast: Cast) -> Play:
    return Play(manager(cast), {"name": "a.pdf", "size": 9, "digest": "a" * 64}, stranger_may=True)


def receive(cast: Cast) -> Play:
    said = {"name": "a.pdf", "size": 9, "digest": "a" * 64, "media_type": "application/pdf"}
    return Play(manager(cast), said, stranger_may=True)


def abandon_upload(cast: Cast) -> Play:
    upload = saved(Upload(owner="user:x", name="a.pdf", size=9, digest="a" * 64))
    return Play(timer(), {"owner": "user:x", "id": str(upload.pk)}, stranger_may=True)


def add(cast: Cast) -> Play:
    return Play(manager(cast), {"upload": sent(cast), "title": "整改照片"}, stranger=stranger(cast))


def revise(cast: Cast) -> Play:
    said = {"evidence": cast.evidence(manager(cast), cast.works), "upload": sent(cast)}
    return Play(manager(cast), said, stranger=stranger(cast))


def describe(cast: Cast) -> Play:
    said = {"title": "整改后照片", "kind": "photo", "effective_on": date(2026, 11, 1)}
    return Play(manager(cast), {"evidence": cast.evidence(manager(cast), cast.works), **said}, stranger=stranger(cast))


def note_expiry(cast: Cast) -> Play:
    evidence = cast.evidence(manager(cast), cast.works)
    type(evidence).objects.filter(pk=evidence.pk).update(effective_on=date(2026, 1, 1), expires_on=date(2026, 11, 25))
    elsewhere = timer(Scope(region_path=cast.next_city.path))
    return Play(timer(), {"evidence": evidence}, stranger=elsewhere)


PLAYS = {
    "evidence.begin_upload": begin_upload,
    "evidence.receive": receive,
    "evidence.abandon_upload": abandon_upload,
    "evidence.add": add,
    "evidence.revise": revise,
    "evidence.describe": describe,
    "evidence.note_expiry": note_expiry,
}
