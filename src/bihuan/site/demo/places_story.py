"""云州市的园区、装置、使用单位与风险: what stands in the registers of places. All of it made up."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.project_screening.terms import ScreeningGrants
from bihuan.domains.register_checks import jobs as checks
from bihuan.domains.register_checks.terms import ChecksGrants
from bihuan.domains.risk_grading.terms import RiskGradingGrants
from bihuan.engines.static_risk.tables import doc19_at
from bihuan.kernel.calendar import day_of
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Thing
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.enterprises.terms import EnterprisesGrants
from bihuan.registers.installations.terms import InstallationsGrants
from bihuan.registers.licences.terms import LicencesGrants
from bihuan.registers.parks.terms import ParksGrants
from bihuan.registers.places_of_use.terms import PlacesOfUseGrants
from bihuan.registers.supervisors.terms import Sector, SupervisorsGrants
from bihuan.site.demo.building import City, Say
from bihuan.site.demo.city import PLACES

KEEPER: Final = service_actor(
    "demo.places",
    *ParksGrants, *InstallationsGrants, *LicencesGrants, *PlacesOfUseGrants, *SupervisorsGrants, *RiskGradingGrants,
    *ScreeningGrants, *EnterprisesGrants, PartiesGrants.READ, PartiesGrants.MANAGE_PLACES,
)  # fmt: skip
_CHECKER: Final = service_actor(
    "register_checks.open_finding_cases", *ChecksGrants, PartiesGrants.READ, LoopGrants.READ
)
_PARKS: Final = (("990100-P1", "P1-GWH", "云州化工园区"), ("990100-P2", "P2-GWH", "北港化工园区"))
#: Sector, department. Schools are left out on purpose: nobody is in charge of them.
_SECTORS: Final = (
    (Sector.ENERGY, "YZ-GX"), (Sector.INDUSTRY, "YZ-GX"), (Sector.TRADE, "YZ-SJ"), (Sector.WASTE, "YZ-HJ"),
    (Sector.BUILDING, "YZ-JT"), (Sector.REPAIR, "YZ-JT"),
)  # fmt: skip
_USERS: Final = (
    ("东湖中学化学实验室", "laboratory", Sector.SCHOOLS, "乙醇", "64-17-5", "化学实验", "analysis", "40", "10"),
    (
        "云州自来水厂加氯间",
        "water_works",
        Sector.BUILDING,
        "次氯酸钠溶液",
        "",
        "饮用水消毒",
        "disinfection",
        "90000",
        "3000",
    ),
    ("海产冷库制冷机房", "cold_store", Sector.TRADE, "氨", "7664-41-7", "制冷", "refrigeration", "800", "4000"),
    ("永丰机动车维修喷漆房", "workshop", Sector.REPAIR, "二甲苯", "1330-20-7", "喷漆稀释", "solvent", "600", "80"),
    ("同心印染助剂间", "store", Sector.INDUSTRY, "过氧化氢溶液", "7722-84-1", "漂白", "treatment", "12000", "1500"),
)


def _do(ctx: Context, action: str, **values: Any) -> Any:
    return perform(registry().actions[action], ctx=ctx, **values).value


def run(city: City, *, now: datetime, say: Say) -> None:
    ctx = Context(actor=KEEPER, at=now - timedelta(days=1))
    today = day_of(now)
    for region, unit, name in _PARKS:
        _park(ctx, city, region, unit, name)
    for sector, code in _SECTORS:
        _do(
            ctx, "sector_duties.add", code=f"FG-{sector.value}", region=city.regions["990100"], sector=sector,
            department=city.units[code], basis="云州市使用安全专项治理方案 四（虚构）",
        )  # fmt: skip
    owners = [(c, u) for c, u in sorted(city.units.items()) if c.startswith("YZ-E")]
    for number, (code, owner) in enumerate(owners[:8]):
        _plant(ctx, code, owner, number, today)
    districts = [u for c, u in owners if "-P" not in u.region.code]
    for number, (name, kind, sector, chemical, cas, purpose, way, used, stored) in enumerate(_USERS):
        owner = districts[number]
        west, south, east, north = next(p.box for p in PLACES if p.code == owner.region.code)  # type: ignore[misc]
        place = _do(
            ctx, "places_of_use.add", code=f"SY-{number + 1:03d}", name=name, organisation=owner, type=kind, sector=sector,
            longitude=Decimal(f"{west + (east - west) * 0.4 + 0.004 * number:.6f}"),
            latitude=Decimal(f"{south + (north - south) * 0.6:.6f}"), checked_on=today - timedelta(days=30 + number),
        )  # fmt: skip
        _do(
            ctx, "use_records.add", code=f"SY-{number + 1:03d}-01", place_of_use=place.thing, name=chemical, cas=cas, purpose=purpose,
            way_of_use=way, used_yearly=Decimal(used), stored_at_most=Decimal(stored), declared_on=today - timedelta(days=60),
        )  # fmt: skip
    _assess(ctx, owners)
    _projects(ctx, city, owners)
    checks.open_finding_cases(ctx=Context(actor=_CHECKER, at=now))
    say("places", len(_PARKS) + 8 + len(_USERS))


def _park(ctx: Context, city: City, region: str, unit: str, name: str) -> None:
    west, south, east, north = next(p.box for p in PLACES if p.code == region)  # type: ignore[misc]
    park = _do(
        ctx, "parks.add", code=f"{unit}-P", name=name, organisation=city.units[unit], region=city.regions[region], type="chemical",
        recognition_document="云政办发〔2021〕10号（虚构）", recognised_on=date(2021, 12, 20), planned_area=Decimal("9.6"), safety_staff=Decimal(8),
        longitude=Decimal(f"{(west + east) / 2:.6f}"), latitude=Decimal(f"{(south + north) / 2:.6f}"),
    )  # fmt: skip
    _do(ctx, "parks.draw_bounds", thing=park.thing, geometry=_ring(west, south, east, north), system="cgcs2000")
    if region.endswith("P1"):
        park.refresh_from_db()
        line = _ring(west - 0.01, south - 0.01, east + 0.01, north + 0.01)
        _do(
            ctx, "parks.draw_control_line", park=park, geometry=line, system="cgcs2000", document="云资规〔2021〕33号（虚构）",
        )  # fmt: skip


def _ring(west: float, south: float, east: float, north: float) -> str:
    corner = (east - west) * 0.08
    ring = [
        [west + corner, south], [east, south], [east, north - corner], [east - corner, north], [west, north], [west, south + corner],
        [west + corner, south],
    ]  # fmt: skip
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _plant(ctx: Context, code: str, owner: Any, number: int, today: date) -> None:
    """A unit, a warehouse with stock, equipment and a licence; some of it not as it should be."""
    thing = Thing.objects.get(code=f"{code}-Q")
    unit = _do(
        ctx, "process_units.add", code=f"{code}-PU1", name="一号装置", organisation=owner, processes=("氯化工艺", "加氢工艺", "聚合工艺")[number % 3],
        fire_class="A", in_use_since=date(2008 + number, 6, 1), people_limit=Decimal(9), people_present=Decimal(8 + (number == 2) * 3),
        has_automatic_control=number % 3 != 1, has_emergency_cut_off=True,
    )  # fmt: skip
    house = _do(
        ctx, "warehouses.add", code=f"{code}-W1", name="甲类仓库", organisation=owner, type="closed", fire_class="A", floor_area=Decimal(750),
    )  # fmt: skip
    for k, (name, goods_class, most, live) in enumerate(
        (
            ("甲醇", "3", "40", "22"),
            ("过氧化氢溶液", "5.1", "12", "8"),
            ("氢氧化钠", "8", "30", "31" if number == 4 else "12"),
        )
    ):
        room = "A区" if number == 1 and k < 2 else f"{'ABC'[k]}区"
        _do(
            ctx, "warehouse_stock.add", code=f"{code}-W1-{k + 1}", warehouse=house.thing, room=room, name=name, goods_class=goods_class,
            design_maximum=Decimal(most), live=Decimal(live),
        )  # fmt: skip
    _do(
        ctx, "equipment.add", code=f"{code}-R1", name="R-101 反应釜", organisation=owner, type="reactor", installation=unit.thing,
        built_on=date(2003 + number * 2, 6, 1), is_special=True, registration_number=f"容15云A{number:05d}",
        inspected_until=today + timedelta(days=400 - 450 * (number == 3)),
    )  # fmt: skip
    _do(
        ctx, "licences.add", code=f"（云）WH安许证字〔2025〕{number + 1:04d}", holder=thing, kind="safe_production", scope="危险化学品生产（虚构）",
            issuer="" if number == 6 else "云州市应急管理局",
        issued_on=today - timedelta(days=1000), until_on=today + timedelta(days=45 if number == 0 else 95 + number * 60),
    )  # fmt: skip


def _assess(ctx: Context, owners: list[tuple[str, Any]]) -> None:
    """Six enterprises assessed: two with a good deal lost, one unfinished, one red at once."""
    table = doc19_at(day_of(ctx.at))
    plain = {item.code: 0 for item in table.items}
    none = {rule.code: False for rule in table.direct_red}
    lost: tuple[dict[str, int], ...] = (
        {"1.1": 1, "3.1": 2, "4.1": 2, "9.3": 1, "12.2": 1}, {"1.3": 1, "3.1": 1, "12.3": 1}, {"8.1": 1, "9.1": 2, "10.1": 1, "5.1": 1},
        {"2.3": 3, "12.2": 1}, {"1.2": 1, "8.5": 3}, {},
    )  # fmt: skip
    for number, said in enumerate(lost):
        enterprise = Thing.objects.get(code=f"{owners[number][0]}-Q").enterprise
        answers = {**plain, **said}
        if number == 5:
            answers = {code: n for code, n in answers.items() if not code.startswith("10")}
        direct = {**none, "R3": number == 4}
        _do(ctx, "risk_grading.assess", enterprise=enterprise, answers=answers, direct=direct)
    for number, (grade, plan) in enumerate(
        (("B", ""), ("C", "2027年3月底前补齐自动控制"), ("D", "停产整治，2026年底前复评"))
    ):
        enterprise = Thing.objects.get(code=f"{owners[number][0]}-Q").enterprise
        _do(
            ctx, "risk_grading.grade_enterprise", enterprise=enterprise, grade=grade, document="云应急〔2026〕9号（虚构）",
            graded_on=day_of(ctx.at), plan=plan,
        )  # fmt: skip


def _plans(ctx: Context, city: City) -> None:
    """Where chemical projects may lie: the parks, and a wetland in the north of one where they may not."""
    boxes = {p.code: p.box for p in PLACES}
    parks = [box for code, _, _ in _PARKS if (box := boxes[code]) is not None]
    west, south, east, north = parks[0]
    wetland = _square(west + (east - west) * 0.55, south + (north - south) * 0.75, east, north)
    for name, plan, use, areas in (
        ("国土空间规划·化工用地（虚构）", "town", "allows", [_square(*box) for box in parks]),
        ("国土空间规划·生态保护红线（虚构）", "town", "refuses", [wetland]),
        ("产业规划·化工片区（虚构）", "industry", "allows", [_square(*box) for box in parks]),
    ):
        _do(
            ctx, "project_screening.import_plan", region=city.regions["990100"], name=name, plan=plan, use=use, system="cgcs2000",
            document="云政复〔2024〕5号（虚构）", from_on=date(2024, 6, 1),
            areas=[{"name": "湿地" if use == "refuses" else f"{'甲乙'[n]}区", "geometry": area} for n, area in enumerate(areas)],
        )  # fmt: skip


def _square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def _projects(ctx: Context, city: City, owners: list[tuple[str, Any]]) -> None:
    place = city.regions["990100"]
    _plans(ctx, city)
    west, south, east, north = next(p.box for p in PLACES if p.code == _PARKS[0][0])  # type: ignore[misc]
    wide, high = (east - west) * 0.12, (north - south) * 0.12
    # One site lies well inside, one isn't drawn yet, one lies in the wetland.
    sites = (
        _square(west + wide * 2, south + high * 2, west + wide * 3, south + high * 3),
        None,
        _square(east - wide * 2, north - high * 2, east - wide, north - high),
    )
    for number, (kind, name, cas, condition) in enumerate(
        (
            ("forbidden", "光气", "75-44-5", ""),
            ("restricted", "液氯", "7782-50-5", "只作配套自用"),
            ("controlled", "丙烯腈", "107-13-1", "专家论证"),
        )
    ):
        _do(
            ctx, "restricted_chemicals.add", code=f"JXK-2026-{number + 1:03d}", region=place, restriction=kind, name=name, cas=cas,
            condition=condition, document="云州市禁限控目录（2026年版，虚构）", from_on=date(2026, 1, 1),
        )  # fmt: skip
    for number, (name, kind, after, million, substances) in enumerate(
        (
            ("年产五万吨聚醚项目", "new", "III", "126000", ["环氧丙烷 75-56-9"]),
            ("氯化亚砜扩建项目", "extend", "I", "32000", ["液氯 7782-50-5"]),
            ("特种胶粘剂项目", "new", "none", "64000", ["乙酸乙酯 141-78-6"]),
        )
    ):
        owner = owners[number][1]
        # Its boundary has been drawn since the city was built.
        owner.region.refresh_from_db()
        project = _do(
            ctx, "project_screening.register_project", number=f"XM-2026-{number + 1:03d}", name=name, organisation=owner, region=owner.region,
            kind=kind, substances=substances, grade_before="II", grade_after=after, in_park="yes", fits_plans="yes", conditions_met="yes",
            investment=Decimal(million),
        )  # fmt: skip
        if sites[number] is not None:
            _do(
                ctx,
                "project_screening.draw_site",
                project=project,
                geometry=json.dumps(sites[number]),
                system="cgcs2000",
            )
