"""Reads of evidence, scoped."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.evidence.models import Evidence, Upload


def get_evidence(*, ctx: Context, evidence_id: UUID) -> Evidence:
    found: Evidence | None = (
        Evidence.objects.visible_to(ctx.actor).select_related("file").filter(pk=evidence_id).first()
    )
    if found is None:
        raise NotFound
    return found


def get_upload(*, ctx: Context, upload_id: UUID) -> Upload:
    found: Upload | None = Upload.objects.visible_to(ctx.actor).filter(pk=upload_id, abandoned_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def revisions_of(*, ctx: Context, evidence: Evidence) -> list[Evidence]:
    """Newest first, as far as this actor may see them."""
    newest = evidence
    while (after := Evidence.objects.filter(revises=newest).first()) is not None:
        newest = after
    chain: list[Evidence] = []
    one: Evidence | None = newest
    while one is not None:
        chain.append(one)
        one = one.revises
    seen = set(Evidence.objects.visible_to(ctx.actor).filter(pk__in=[e.pk for e in chain]).values_list("pk", flat=True))
    return [e for e in chain if e.pk in seen]
