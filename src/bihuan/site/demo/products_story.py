"""云州市的产品: three products with data sheet, label and code, each of another enterprise. Names are made up, the chemistry isn't."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.products.terms import ProductsGrants
from bihuan.registers.registrations.terms import HolderKind, RegistrationsGrants
from bihuan.site.demo.building import City, Say

KEEPER: Final = service_actor(
    "demo.products", *ProductsGrants, RegistrationsGrants.READ, RegistrationsGrants.EDIT, PartiesGrants.READ
)
SHEETS: Final = Path(__file__).resolve().parent / "data_sheets"
_MEASURED: Final = "检验报告 YZ-2026-0311（虚构）"

#: What is registered of each; its owner is the enterprise of the demo with this number.
PRODUCTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "owner": 0,
        "file": "methanol.txt",
        "fields": {
            "name": "甲醇",
            "name_en": "Methanol",
            "classes": "易燃液体，类别2；急性毒性-经口，类别3；急性毒性-经皮，类别3；急性毒性-吸入，类别3；特异性靶器官毒性-一次接触，类别1",
            "p_codes": "P210；P233；P240；P260；P280；P301+P310；P303+P361+P353；P304+P340；P308+P311；P370+P378；P403+P235；P405；P501",
            "un_number": "1230", "transport_class": "3", "packing_group": "II", "volumes": "0.1 L；1 L；20 L；200 L",
            "national_address": "https://example.org/whp", "national_number": "990102000123",
        },
        "components": ["甲醇；67-56-1；≥99.9"],
        "published": ["flash_point", "boiling_point", "lower_explosive_limit", "upper_explosive_limit", "autoignition"],
    },
    {
        "owner": 2,
        "file": "chlorine.txt",
        "fields": {
            "name": "液氯",
            "name_en": "Chlorine",
            "classes": "氧化性气体，类别1；加压气体，液化气体；急性毒性-吸入，类别2；皮肤腐蚀/刺激，类别2；严重眼损伤/眼刺激，类别2A；特异性靶器官毒性-一次接触，类别3（呼吸道刺激）；危害水生环境-急性，类别1",
            "p_codes": "P220；P244；P260；P271；P273；P280；P284；P304+P340；P305+P351+P338；P310；P370+P376；P391；P403+P233；P405；P410+P403；P501",
            "un_number": "1017", "transport_class": "2.3", "volumes": "100 L；800 L",
            "national_address": "https://example.org/whp", "national_number": "990102000207",
        },
        "components": ["氯；7782-50-5；≥99.6"],
        "published": ["boiling_point", "melting_point"],
    },
    {
        "owner": 3,
        "file": "thinner.txt",
        "fields": {
            "name": "TX-1 稀释剂",
            "name_en": "Thinner TX-1",
            "is_mixture": True,
            "classes": "易燃液体，类别2；皮肤腐蚀/刺激，类别2；严重眼损伤/眼刺激，类别2A；生殖毒性，类别2；特异性靶器官毒性-一次接触，类别3（麻醉效应）；特异性靶器官毒性-反复接触，类别2；吸入危害，类别1；危害水生环境-长期，类别3",
            "p_codes": "P201；P210；P233；P240；P260；P273；P280；P301+P330+P331；P303+P361+P353；P305+P351+P338；P308+P313；P370+P378；P403+P235；P405；P501",
            "un_number": "1263", "transport_class": "3", "packing_group": "II", "volumes": "0.5 L；5 L；20 L；200 L",
        },
        "components": ["甲苯；108-88-3；60–70", "甲醇；67-56-1；15–20", "乙酸乙酯；141-78-6；10–15"],
        "measured": [("flash_point", "4", "°C"), ("boiling_point", "66", "°C")],
    },
)  # fmt: skip


def run(city: City, *, at: datetime, say: Say) -> None:
    ctx = Context(actor=KEEPER, at=at)
    owners = [(c, u) for c, u in sorted(city.units.items()) if c.startswith("YZ-E")]
    for said in PRODUCTS:
        code, owner = owners[said["owner"]]
        product = _do(
            ctx, "products.add", code=f"{code}-P1", organisation=owner, address="云州化工园区东一路 8 号（虚构）",
            telephone="000-88000100", emergency_telephone="000-88000119",
            national_on=date(2025, 6, 3) if "national_number" in said["fields"] else None, **said["fields"],
        )  # fmt: skip
        product = _do(ctx, "products.compose", product=product, components=said["components"])
        product = _do(ctx, "products.take_elements", product=product)
        for name in said.get("published", ()):
            product = _do(ctx, "products.accept_property", product=product, property=name)
        for name, value, unit in said.get("measured", ()):
            product = _do(
                ctx, "products.enter_property", product=product, property=name, value=Decimal(value), unit=unit, source=_MEASURED,
            )  # fmt: skip
        _do(
            ctx, "products.write_sheet", product=product, number=f"SDS-{code[-3:]}-01", revision="2.0",
            dated_on=(at - timedelta(days=40)).date(), text=(SHEETS / said["file"]).read_text(encoding="utf-8"),
        )  # fmt: skip
    for number, (_, owner) in enumerate(owners[:8]):
        _do(
            ctx, "registrations.add", code=f"9901020{number + 1:05d}", kind=HolderKind.ENTERPRISE, organisation=owner,
            certificate=f"9901{number + 1:05d}", valid_until=(at + timedelta(days=50 + number * 130)).date(),
        )  # fmt: skip
    _do(ctx, "registrations.add", code="990100P00001", kind=HolderKind.PARK, organisation=city.units["P1-GWH"])
    say("products", len(PRODUCTS))


def _do(ctx: Context, action: str, **values: Any) -> Any:
    return perform(registry().actions[action], ctx=ctx, **values).value
