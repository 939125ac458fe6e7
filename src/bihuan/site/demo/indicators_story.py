"""指标与监管人员: who supervises in the parks and bureaus, what the plan demands of that, and where it is missed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import indicators
from bihuan.domains.campaign.terms import CampaignGrants, Comparison
from bihuan.kernel.calendar import day_of
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.staff.terms import Degree, Duty, StaffGrants
from bihuan.site.demo.story import Teller, in_role

KEEPER: Final = service_actor("demo.staff", *StaffGrants, PartiesGrants.READ)
COUNTER: Final = service_actor(
    "campaign.compute_indicators", CampaignGrants.DISPATCH, PartiesGrants.READ, LoopGrants.READ
)
HANDLES: Final = (LoopGrants.READ, LoopGrants.HANDLE, PartiesGrants.READ)
#: Unit, employed as, how many, how many of them with a relevant degree, years of practice of every second one.
TEAMS: Final = (
    ("P1-GWH", Duty.INSPECTOR, 11, 9, "4"),
    ("P2-GWH", Duty.INSPECTOR, 5, 3, "2"),
    ("YZ-YJ", Duty.ENFORCER, 8, 7, "6"),
    ("DH-YJ", Duty.ENFORCER, 4, 2, "3"),
)
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚"


def run(teller: Teller, *, campaign_id: UUID) -> None:
    _staff(teller)
    office = teller.ctx(teller.city.actor("anwei", at=teller.now), -20)
    reference = {"id": str(campaign_id)}
    parks = [teller.city.units[c] for c in ("P1-GWH", "P2-GWH")]
    said: tuple[tuple[str, Comparison, int, str, str, list[Organisation], bool], ...] = (
        ("化工园区专职监管人员不少于10名", Comparison.AT_LEAST, 10, "名", "staff.inspectors", parks, False),
        ("专业监管人员占专职人员不低于75%", Comparison.AT_LEAST, 75, "%", "staff.professionals", parks, False),
        ("学历与实践兼备者占在职执法人员不低于75%", Comparison.AT_LEAST, 75, "%", "staff.professional_enforcers", [], False),
    )  # fmt: skip
    for name, op, target, measure, formula, units, soft in said:
        perform(
            indicators.add_indicator, ctx=office, campaign=reference, name=name, op=op, target=Decimal(target),
            unit=measure, formula=formula, units=units, is_soft=soft,
        )  # fmt: skip
    entered = perform(
        indicators.add_indicator, ctx=office, campaign=reference, name="一线人员技能提升覆盖率力争达到60%以上",
        op=Comparison.AT_LEAST, target=Decimal(60), unit="%", is_soft=True,
    ).value  # fmt: skip
    for code, values in (("P1-GWH", (31, 44, 52, 63)), ("P2-GWH", (22, 30, 38, 41)), ("DH-YJ", (50, 55, 57, 58))):
        unit = teller.city.units[code]
        for number, value in enumerate(values):
            days = -80 + 20 * number
            ctx = teller.ctx(in_role(unit, *HANDLES), min(days + 2, -1))
            perform(
                indicators.measure, ctx=ctx, indicator={"id": str(entered.pk)}, organisation=unit,
                value=Decimal(value), on=day_of(teller.at(days)), source="培训管理台账",
            )  # fmt: skip
    east = teller.city.units["DH-YJ"]
    perform(
        indicators.ask_exception, ctx=teller.ctx(in_role(east, *HANDLES), -1),
        indicator={"id": str(entered.pk)}, organisation=east, reason="两家搬迁企业年底停产，人员不再参训",
    )  # fmt: skip
    jobs.compute_indicators(ctx=Context(actor=COUNTER, at=teller.at(-1)))


def _staff(teller: Teller) -> None:
    ctx = teller.ctx(KEEPER, -60)
    add = registry().actions["staff.add"]
    for code, duty, heads, learned, years in TEAMS:
        for number in range(heads):
            qualified = number % 4 == 0
            perform(
                add, ctx=ctx, code=f"{code}-{number + 1:02d}", name=f"{SURNAMES[number % len(SURNAMES)]}某",
                organisation=teller.city.units[code], post="危险化学品监管岗", duty=duty, is_full_time=True,
                is_dedicated=number % 5 != 4, other_duties="消防检查" if number % 5 == 4 else "",
                degree=Degree.BACHELOR if number % 3 else Degree.MASTER, has_relevant_degree=number < learned,
                practice_years=Decimal(years) if number % 2 == 0 else Decimal(0),
                qualification="注册安全工程师" if qualified else "",
                qualified_until=day_of(teller.now) + timedelta(days=90 * (number + 1)) if qualified else None,
                joined_on=date(2023, 3, 1),
            )  # fmt: skip
