"""Plays of register checks."""

from __future__ import annotations

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.domains.register_checks.terms import ChecksGrants
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.licences.tests.plays import a_holder
from cast import Cast
from plays import Play

GRANTS = (ChecksGrants.OPEN, ChecksGrants.READ, PartiesGrants.READ, LoopGrants.READ)


def service() -> Actor:
    return service_actor("checks", *(str(g) for g in GRANTS))


def elsewhere(cast: Cast) -> Actor:
    ours, there = service(), Scope(region_path=cast.next_city.path)
    return Actor(
        kind="service", id="service:elsewhere", name="", held=tuple(type(h)(h.grant, there) for h in ours.held)
    )


def open_finding_case(cast: Cast) -> Play:
    assert Organisation.objects.filter(code=cast.district_emergency.code).exists()
    inputs = {"thing": a_holder(cast), "check": "licence", "text": "安全生产许可证到期"}
    return Play(service(), inputs, stranger=elsewhere(cast))


PLAYS = {"register_checks.open_finding_case": open_finding_case}
