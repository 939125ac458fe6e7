"""催办规则的取用: the plan that holds for a kind of case at a place on a day."""

from __future__ import annotations

from datetime import date

from bihuan.loop.models import EscalationPlan
from bihuan.loop.rules import DEFAULT_ESCALATION, EscalationStep
from bihuan.loop.terms import EscalationDeed
from bihuan.parties.rules import ancestors


def plan_for(*, kind: str, region_path: str, on: date) -> tuple[EscalationStep, ...]:
    """The nearest place up the tree; there, the kind's own plan before the general one, the latest before older ones."""
    places = ancestors(region_path)
    rows = EscalationPlan.objects.filter(region_path__in=places, kind__in=[kind, ""], from_on__lte=on)
    best = max(rows, key=lambda r: (len(r.region_path), bool(r.kind), r.from_on), default=None)
    if best is None:
        return DEFAULT_ESCALATION
    return tuple(EscalationStep(s["days"], EscalationDeed(s["deed"]), tuple(s["whom"])) for s in best.steps)
