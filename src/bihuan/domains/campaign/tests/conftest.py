"""A city's plan, read and under review, and the office that reviews it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import reviewing
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanUnit
from bihuan.domains.campaign.terms import Decision
from bihuan.domains.campaign.tests import plays
from bihuan.parties.models import Organisation
from cast import AT, Cast, context


@pytest.fixture
def cast(db) -> Cast:
    made = Cast.build()
    made.committee = plays.committee_of(made)
    return made


@pytest.fixture
def office(cast):
    """市安委办 with all of a campaign in its hands."""
    return context(plays.office_of(cast))


@pytest.fixture
def import_plan(cast, office):
    def run(name: str = "plan.txt", content: bytes | None = None) -> Campaign:
        made = plays.open_plan(ctx=office, committee=cast.committee, region=cast.city, name=name, content=content)
        queue.drain(at=AT)
        return Campaign.objects.get(pk=made.pk)

    return run


@pytest.fixture
def campaign(import_plan) -> Campaign:
    """Read, nothing decided by a person yet."""
    return import_plan()


@pytest.fixture
def desk(cast, office, campaign):
    """What a reviewer does, in short words."""

    def item(no: str) -> PlanItem:
        return PlanItem.objects.get(campaign=campaign, no=no)

    def unit(name: str) -> PlanUnit:
        return PlanUnit.objects.get(campaign=campaign, name=name)

    def decide(
        name: str, *organisations: Organisation, decision: Decision | None = None, because: str = ""
    ) -> PlanUnit:
        chosen = decision or (Decision.ORGANISATION if len(organisations) == 1 else Decision.LIST)
        return perform(
            reviewing.decide_unit,
            ctx=office,
            unit=unit(name),
            decision=chosen,
            organisations=list(organisations),
            because=because,
        ).value

    def change(no: str, **said: object) -> PlanItem:
        row = item(no)
        inputs = {
            "no": row.no,
            "text": row.text,
            "section": row.section,
            "units": row.units,
            "due_on": row.due_on,
            "is_ongoing": row.is_ongoing,
            "indicators": row.indicators,
            "dispatch": row.dispatch,
            "supervisor": row.supervisor,
        } | said
        return perform(reviewing.change_item, ctx=office, item=row, **inputs).value

    def settle() -> Campaign:
        """Everything a person has to decide, decided."""
        decide("市能源局", decision=Decision.NOT_OURS, because="市能源局不属市安委会成员单位")
        decide("各区应急管理局", cast.district_emergency, decision=Decision.LIST)
        change("5", supervisor=cast.emergency)
        return Campaign.objects.get(pk=campaign.pk)

    return SimpleNamespace(item=item, unit=unit, decide=decide, change=change, settle=settle)
