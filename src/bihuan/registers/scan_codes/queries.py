"""What a code opens: for everybody the hazards and what to do, and for who may see more, that."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from bihuan.core.access.context import Actor, Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.records.register import Register, all_registers
from bihuan.engines.ghs.pictograms import pictogram_address
from bihuan.engines.ghs.tables import tables_at
from bihuan.engines.ghs.terms import Signal
from bihuan.engines.safety_documents.content import CodeTag
from bihuan.engines.safety_documents.printing import code_svg
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.models import Case
from bihuan.parties.models import Thing
from bihuan.parties.terms import ThingState
from bihuan.registers.chemicals.rules.catalogue import catalogue_at, plain
from bihuan.registers.chemicals.rules.particulars import NEWEST
from bihuan.registers.installations.models import WarehouseStock
from bihuan.registers.installations.terms import WAREHOUSE_KIND
from bihuan.registers.major_hazards.models import Calculation, HazardStock
from bihuan.registers.major_hazards.terms import UNIT_KIND
from bihuan.registers.places_of_use.models import UseRecord
from bihuan.registers.places_of_use.terms import PLACE_KIND
from bihuan.registers.products import queries as products
from bihuan.registers.products.models import Product
from bihuan.registers.products.terms import PRODUCT_KIND
from bihuan.registers.scan_codes.terms import ScanCodesGrants
from bihuan.registers.tanks.models import Tank
from bihuan.registers.vehicles.models import Vehicle
from bihuan.registers.vehicles.terms import VEHICLE_KIND

TANK_KIND = "tank"
MOST_SHOWN = 12
#: What a passer-by reads first, in this order: sections of the data sheet.
URGENT = (
    (4, Text("急救措施", "First aid")),
    (6, Text("泄漏怎么办", "If it leaks")),
    (5, Text("着火怎么办", "If it burns")),
)


class NoPublicAddress(Problem):
    code = "no_public_address"


@dataclass(frozen=True, slots=True)
class Substance:
    """One product as its public page shows it."""

    name: str
    name_en: str
    cas: tuple[str, ...]
    un_number: str
    signal: Signal | None
    pictograms: Sequence[tuple[str, Text]]
    hazards: Sequence[Text]
    advice: Sequence[tuple[Text, str]]
    emergency_telephone: str
    revision: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a vessel is said to hold."""

    name: str
    cas: str


def new_key() -> str:
    """144 random bits."""
    return secrets.token_urlsafe(18)


def thing_of(key: str) -> Thing:
    """The thing of a code that holds. One that was replaced, one that never was and one of a thing that is gone answer alike."""
    rows = Thing._base_manager.filter(Thing.arrived(), scan_key=key).exclude(state=ThingState.RETIRED)
    found: Thing | None = rows.select_related("organisation").first()
    if found is None:
        raise NotFound
    return found


def path_of(thing: Thing) -> str:
    return reverse("scanned", kwargs={"key": thing.scan_key})


def public_base() -> str:
    """The address outsiders reach this installation at: a code that is printed must still open years later."""
    base = settings.BIHUAN_PUBLIC_URL.rstrip("/")
    if not base:
        raise NoPublicAddress(
            Text(
                "还没有设置对外网址（BIHUAN_PUBLIC_URL），印出的码会打不开。请系统管理员设置后再排印。",
                "The public address (BIHUAN_PUBLIC_URL) is not set, so printed codes would open nothing. Have it set first.",
            )
        )
    return str(base)


def drawn(address: str) -> str:
    """The code as the address of a picture in a page."""
    return "data:image/svg+xml;base64," + b64encode(code_svg(address).encode()).decode()


# — for everybody —


def _of_tank(thing: Thing) -> Iterable[Named]:
    return (Named(tank.medium, "") for tank in Tank._base_manager.filter(thing=thing))


def _of_unit(thing: Thing) -> Iterable[Named]:
    rows = HazardStock._base_manager.filter(HazardStock.arrived(), unit=thing, is_removed=False).order_by("code")
    return (Named(row.name, row.cas) for row in rows)


def _of_warehouse(thing: Thing) -> Iterable[Named]:
    rows = WarehouseStock._base_manager.filter(WarehouseStock.arrived(), warehouse=thing, is_removed=False)
    return (Named(row.name, row.cas) for row in rows.order_by("code"))


def _of_place(thing: Thing) -> Iterable[Named]:
    rows = UseRecord._base_manager.filter(UseRecord.arrived(), place_of_use=thing, is_ended=False)
    return (Named(row.name, row.cas) for row in rows.order_by("code"))


def _of_vehicle(thing: Thing) -> Iterable[Named]:
    return (Named(v.medium, "") for v in Vehicle._base_manager.filter(thing=thing).exclude(medium=""))


#: What the registers say is in a thing of each kind. Of other kinds (an enterprise, a reactor) nothing is held one by one.
HELD: Mapping[str, Callable[[Thing], Iterable[Named]]] = {
    TANK_KIND: _of_tank,
    UNIT_KIND: _of_unit,
    WAREHOUSE_KIND: _of_warehouse,
    PLACE_KIND: _of_place,
    VEHICLE_KIND: _of_vehicle,
}


def held_in(thing: Thing) -> list[Named]:
    """What is in it, as the registers say."""
    return list(dict.fromkeys(HELD[thing.kind](thing))) if thing.kind in HELD else []


def products_in(thing: Thing, *, held: Iterable[Named]) -> tuple[list[Product], list[str]]:
    """The products of its enterprise that say what these are; and the names none was found for."""
    if thing.kind == PRODUCT_KIND:
        return list(Product._base_manager.filter(thing=thing).select_related("thing__organisation")), []
    own = Product._base_manager.filter(Product.arrived(), thing__organisation=thing.organisation_id).exclude(
        thing__state=ThingState.RETIRED
    )
    named = {plain(p.thing.name): p for p in own.select_related("thing__organisation").order_by("-thing__code")}
    numbered = {row["cas"]: p for p in named.values() if not p.is_mixture for row in p.components[:1] if row["cas"]}
    found: dict[Any, Product] = {}
    unknown = []
    for one in held:
        match = named.get(plain(one.name)) or next((numbered[c] for c in _numbers_of(one) if c in numbered), None)
        if match is None:
            unknown.append(one.name)
        else:
            found[match.pk] = match
    return list(found.values())[:MOST_SHOWN], unknown


def _numbers_of(one: Named) -> tuple[str, ...]:
    if one.cas:
        return (one.cas,)
    # The newest edition: a name is looked up, nothing is decided by it.
    entries = catalogue_at(NEWEST).by_name.get(plain(one.name), ())
    return tuple(cas for entry in entries for cas in entry.cas)


def substance(product: Product, *, ctx: Context) -> Substance:
    tables = tables_at(day_of(ctx.at))
    facts = products.facts_of(product, tables=tables)
    sheet = products.current_sheet(product)
    said = sheet.sections if sheet else {}
    return Substance(
        name=facts.name,
        name_en=facts.name_en,
        cas=tuple(c.cas for c in facts.components if c.cas),
        un_number=facts.un_number,
        signal=facts.signal,
        pictograms=[(pictogram_address(c), tables.pictograms[c]) for c in facts.pictograms],
        hazards=[tables.h_statements[c].text for c in facts.h_codes if c in tables.h_statements],
        advice=[(title, said[str(n)]) for n, title in URGENT if said.get(str(n), "").strip()],
        emergency_telephone=facts.emergency_telephone,
        revision=f"{sheet.revision}（{sheet.dated_on.isoformat()}）" if sheet else "",
    )


def public_page(thing: Thing, *, ctx: Context) -> Mapping[str, Any]:
    """Nothing here names a person or an amount."""
    held = held_in(thing)
    found, unknown = products_in(thing, held=held)
    substances = [substance(product, ctx=ctx) for product in found]
    return {
        "thing": thing,
        "substances": substances,
        "unknown": unknown,
        "is_listed": thing.kind in HELD or thing.kind == PRODUCT_KIND,
        "telephones": list(dict.fromkeys(s.emergency_telephone for s in substances if s.emergency_telephone)),
        "state": tables_at(day_of(ctx.at)).state,
    }


# — for who may see more —


def more_of(thing: Thing, *, ctx: Context) -> Mapping[str, Any] | None:
    """Stock, cases and the file of the thing, each through its own scoped query; None where all of them are shut."""
    if ctx.actor.kind == "anonymous":
        return None
    stock = list(_stock_of(thing, ctx.actor).order_by("code")[:MOST_SHOWN])
    cases = list(
        Case.objects.visible_to(ctx.actor).filter(thing=thing, is_open=True).order_by("due_on", "id")[:MOST_SHOWN]
    )
    row = row_of(thing, ctx.actor)
    grade = (
        Calculation.objects.visible_to(ctx.actor).filter(unit__thing=thing, is_current=True).first()
        if thing.kind == UNIT_KIND
        else None
    )
    if not stock and not cases and row is None:
        return None
    return {"stock": stock, "cases": cases, "row": row, "grade": grade.grade_term if grade else None}


def _stock_of(thing: Thing, actor: Actor) -> QuerySet[HazardStock]:
    rows: QuerySet[HazardStock] = HazardStock.objects.visible_to(actor).filter(is_removed=False)
    if thing.kind == UNIT_KIND:
        return rows.filter(unit=thing)
    return rows.filter(Q(vessel=thing.code) | Q(vessel=thing.name), organisation_code=thing.organisation_code)


def row_of(thing: Thing, actor: Actor) -> Any | None:
    """Its row in the register that keeps it, where this actor may see that."""
    for register in registers_of_things():
        if register.kind.get("thing__kind") == thing.kind:
            return register.visible_to(actor).filter(thing=thing).first()
    return None


# — printing —


def registers_of_things() -> list[Register]:
    return [register for register in all_registers() if register.base == "thing"]


def choices(*, ctx: Context) -> Iterable[tuple[str, Text]]:
    """Registers whose things this actor may print codes for."""
    for register in registers_of_things():
        if any(ctx.actor.has(g) for g in (*register.read, *register.edit)):
            yield register.code, register.label


def register_named(code: str, *, actor: Actor) -> Register:
    for register in registers_of_things():
        if register.code == code and any(actor.has(g) for g in (*register.read, *register.edit)):
            return register
    raise NotFound


def printed_things(register: Register, *, actor: Actor) -> QuerySet[Any]:
    """The rows of one register this actor sees, in the order of their codes."""
    return (
        register.visible_to(actor)
        .filter(register.not_retired())
        .select_related("thing__organisation")
        .order_by("thing__code")
    )


def tags_of(rows: Iterable[Any], *, base: str) -> list[CodeTag]:
    return [
        CodeTag(f"{base}{path_of(row.thing)}", row.thing.name, row.thing.code, row.thing.organisation.name)
        for row in rows
    ]


def panel_of_thing(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """现场码 on the page of a thing."""
    thing = row.thing if hasattr(row, "thing") else row
    if not any(ctx.actor.may(g, thing.place) for g in ScanCodesGrants):
        return None
    base = settings.BIHUAN_PUBLIC_URL.rstrip("/")
    return {
        "thing": thing,
        "path": path_of(thing),
        "picture": drawn(f"{base}{path_of(thing)}") if base else "",
    }
