"""云州市的重大危险源: units with what they hold, who leads them, what is on file. All of it made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.hazard_responsibility.terms import LeadRole, ResponsibilityGrants
from bihuan.domains.major_hazard_filing.terms import FilingGrants
from bihuan.kernel.calendar import day_of
from bihuan.parties import actions as parties
from bihuan.parties.models import Organisation
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.chemicals.terms import ChemicalsGrants
from bihuan.registers.major_hazards.terms import MajorHazardsGrants
from bihuan.site.demo.building import City, Say

KEEPER: Final = service_actor(
    "demo.hazards",
    *ChemicalsGrants,
    *MajorHazardsGrants,
    *FilingGrants,
    *ResponsibilityGrants,
    PartiesGrants.READ,
    PartiesGrants.MANAGE,
)
_SDS: Final = "SDS 2025-03 第2部分"
#: Name, CAS number, category, conditions, design maximum (t).
_HELD: Final = (
    ("甲醇", "67-56-1", "易燃液体2", "ordinary", 2000),
    ("液氨", "7664-41-7", "J3；W2", "", 380),
    ("苯", "71-43-2", "易燃液体2", "ordinary", 900),
    ("乙酸乙酯", "141-78-6", "易燃液体2", "ordinary", 320),
    ("液氯", "7782-50-5", "J3", "", 24),
    ("液化石油气", "68476-85-7", "W2", "", 120),
)
_RESIDENTS: Final = (0, 20, 45, 80, 160)
_NAMES: Final = ("赵明", "钱伟", "孙强", "李娜", "周杰", "吴敏", "郑华", "王磊", "冯涛", "陈静", "褚亮", "卫国")
_UNITS: Final = 10


def run(city: City, *, now: datetime, say: Say) -> None:
    """Ten units of ten enterprises: one without leads, one over-stored, one not on file, one soon to be evaluated."""
    ctx = Context(actor=KEEPER, at=now - timedelta(days=2))
    owners = [(c, u) for c, u in sorted(city.units.items()) if c.startswith("YZ-E")][:_UNITS]
    for number, (code, owner) in enumerate(owners):
        unit = _unit(ctx, code, owner, number)
        if number != 3:
            _lead(ctx, owner, unit, number)
        if number % 4 != 2:
            age = 3 * 365 - 40 if number == 1 else 200 + number * 40
            _do(ctx, "major_hazard_filing.file", unit=unit, number=f"云危源备〔{code[-3:]}〕", evaluated_on=day_of(now) - timedelta(days=age),
                filed_on=day_of(now) - timedelta(days=max(3, age - 30)))  # fmt: skip
    say("hazards", len(owners))


def _do(ctx: Context, action: str, **values: Any) -> Any:
    return perform(registry().actions[action], ctx=ctx, **values).value


def _unit(ctx: Context, code: str, owner: Organisation, number: int) -> Any:
    unit = _do(
        ctx, "hazard_units.add", code=f"{code}-U1", name=f"{owner.name[:6]}罐区", organisation=owner, kind="tank_farm",
        residents=Decimal(_RESIDENTS[number % len(_RESIDENTS)]), residents_basis="走访核实（虚构）",
    )  # fmt: skip
    for k in range(2):
        name, cas, symbols, conditions, most = _HELD[(number + k * 2) % len(_HELD)]
        chemical = "W5.3" if conditions else symbols
        _do(
            ctx, "chemicals.add", code=f"{code}-C{k + 1}", name=name, organisation=owner, handling="stored", cas=cas,
            symbols=chemical, basis=_SDS,
        )  # fmt: skip
        share = Decimal("1.06") if (number, k) == (4, 0) else Decimal("0.72")
        _do(
            ctx, "hazard_stock.add", code=f"{code}-U1-{k + 1}", unit=unit.thing, vessel=f"V-{k + 1:02d}", name=name, cas=cas,
            symbols=symbols, conditions=conditions or None, basis=_SDS, design_maximum=Decimal(most), live=Decimal(most) * share,
        )  # fmt: skip
    return unit


def _lead(ctx: Context, owner: Organisation, unit: Any, number: int) -> None:
    for k, role in enumerate(LeadRole):
        person = perform(
            parties.add_person, ctx=ctx, organisation=owner, name=_NAMES[(number * 3 + k) % len(_NAMES)]
        ).value
        _do(
            ctx, "hazard_responsibility.appoint", unit=unit, role=role, person=person,
            from_on=day_of(ctx.at) - timedelta(days=120),
        )  # fmt: skip
