"""Reads of registrations: which fall due, and who supervises the holder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q

from bihuan.law import law
from bihuan.parties.models import Organisation
from bihuan.parties.rules import ancestors
from bihuan.parties.terms import OrganisationKind
from bihuan.registers.registrations import rules
from bihuan.registers.registrations.models import Registration
from bihuan.registers.registrations.terms import EMERGENCY


def months(on: date) -> int:
    return int(law.at(on).value("ghs/labels", "renewal").value)


def citation(on: date) -> str:
    held = law.at(on).value("ghs/labels", "renewal")
    return f"{held.citation}（{held.state.label.zh}）"


def falling_due(*, on: date) -> Iterable[Registration]:
    """Certificates within the months before their end, each once for each end."""
    rows = Registration._base_manager.filter(Registration.arrived(), is_removed=False, valid_until__isnull=False)
    rows = rows.filter(Q(reminded_of__isnull=True) | ~Q(reminded_of=F("valid_until"))).select_related(
        "organisation__region"
    )
    return [
        r for r in rows.order_by("valid_until") if rules.is_due(valid_until=r.valid_until, months=months(on), on=on)
    ]


def authority_of(holder: Organisation) -> Organisation | None:
    """The nearest emergency management department of its place."""
    near = Organisation._base_manager.filter(
        kind=OrganisationKind.DEPARTMENT,
        name__contains=EMERGENCY,
        region_path__in=ancestors(holder.region_path),
        abolished_on__isnull=True,
    ).exclude(pk=holder.pk)
    return max(near, key=lambda unit: len(unit.region_path), default=None)
