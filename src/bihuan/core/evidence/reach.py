"""可见范围: who may see a piece besides its owner, its uploader and the holders of the grant. Upper layers declare it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from bihuan.core.access.context import Actor
from bihuan.core.access.scope import Place


@dataclass(frozen=True, slots=True)
class EvidenceReach:
    """Declared by whoever links evidence to rows of its own: `Q` over `Evidence` for what this actor sees through them.

    `lambda actor: Q(pk__in=CaseEvidence.objects.filter(case__in=Case.objects.visible_to(actor)).values("evidence"))`
    """

    name: str
    seen_by: Callable[[Actor], Q]


@dataclass(frozen=True, slots=True)
class OrganisationPlaces:
    """Declared once, by whoever knows organisations: where one lies, by its code; None where there is none."""

    find: Callable[[str], Place | None]
