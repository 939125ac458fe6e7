"""Reads of instructions and documents, each within what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.rows import any_of, below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.office_documents.models import Instruction, OfficeDocument, Receipt
from bihuan.domains.office_documents.terms import OfficeDocumentsGrants
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation
from bihuan.parties.rules import ancestors
from bihuan.parties.terms import OrganisationKind


def require_any(*, ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in OfficeDocument.view_grants()):
        raise NotFound


def instructions(*, ctx: Context) -> list[Instruction]:
    """批示, the latest first: those of the offices one may look into, and one's own."""
    seen = Instruction.objects.visible_to(ctx.actor).values("pk")
    rows = Instruction.objects.filter(Q(pk__in=seen) | Q(instructed_by=ctx.actor.id))
    rows = rows.select_related("organisation", "case", "case__owner", "about")
    return list(rows.order_by("-instructed_on", "-id")[:200])


def documents(*, ctx: Context) -> QuerySet[OfficeDocument]:
    """公文, the latest first, each with how many have signed for it."""
    rows: QuerySet[OfficeDocument] = OfficeDocument.objects.visible_to(ctx.actor).select_related("organisation")
    return rows.annotate(
        sent=Count("receipts"), signed=Count("receipts", filter=Q(receipts__signed_at__isnull=False))
    ).order_by("-sent_at")


def to_sign(*, ctx: Context) -> list[Receipt]:
    """待签收: of the units the reader acts for."""
    codes = sorted(ctx.actor.reach(*OfficeDocument.view_grants()).organisations)
    rows = Receipt.objects.filter(organisation_code__in=codes, signed_at__isnull=True)
    return list(
        rows.select_related("document", "document__organisation", "organisation").order_by("document__sent_at")[:100]
    )


@dataclass(frozen=True, slots=True)
class DocumentView:
    document: OfficeDocument
    receipts: list[Receipt]

    @property
    def signed(self) -> int:
        return sum(r.signed_at is not None for r in self.receipts)


def document_view(*, ctx: Context, document_id: UUID) -> DocumentView:
    """The document; of the receipts, those the reader may see: a unit its own, the office all."""
    rows = OfficeDocument.objects.visible_to(ctx.actor).select_related("organisation", "file")
    found = rows.filter(pk=document_id).first()
    if found is None:
        raise NotFound
    receipts = (
        Receipt.objects.filter(document=found).select_related("organisation").order_by("signed_at", "organisation_code")
    )
    if not any(ctx.actor.may(g, found.place) for g in OfficeDocument.view_grants()):
        receipts = receipts.filter(pk__in=Receipt.objects.visible_to(ctx.actor).values("pk"))
    return DocumentView(found, list(receipts))


def instruction_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    return {"instruction": Instruction.objects.filter(case=case).first()}


def offices(*, ctx: Context) -> list[tuple[str, str]]:
    """交谁拟办: the safety offices of the reader's places and those above them, and one's own unit."""
    places = ctx.actor.reach(OfficeDocumentsGrants.INSTRUCT).regions
    around = {a for path in places for a in ancestors(path)}
    where = any_of([*(below("region_path", p) for p in places), Q(region_path__in=around)])
    rows = Organisation.objects.filter(
        Q(where, kind=OrganisationKind.OFFICE) | Q(code=ctx.actor.organisation or ""), abolished_on__isnull=True
    )
    return list(rows.order_by("-kind", "region_path", "code").values_list("code", "name"))
