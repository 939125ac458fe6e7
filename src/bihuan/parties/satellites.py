"""对象的台账: what every register of things has in common, so that one declares only its own particulars."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from bihuan.core.access.rows import any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.records.fields import Field
from bihuan.core.records.models import RegisterRow, arrived
from bihuan.core.records.register import Register, Values, all_registers
from bihuan.kernel.text import Text
from bihuan.parties.models import Thing
from bihuan.parties.terms import ThingState


class Satellite(RegisterRow):
    """One-to-one with its thing, which carries code, name, organisation, region and place."""

    thing = models.OneToOneField(Thing, on_delete=models.PROTECT, related_name="%(class)s")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.thing)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        organisations = [Q(thing__organisation_code__in=sorted(reach.organisations))] if reach.organisations else []
        return any_of([*(below("thing__region_path", r) for r in reach.regions), *organisations])

    @classmethod
    def arrived(cls) -> Q:
        return arrived("thing__sheet")

    @property
    def place(self) -> Place:
        return self.thing.place


def _between(low: int, high: int) -> Any:
    def check(value: Decimal) -> Text | None:
        if low <= value <= high:
            return None
        return Text(f"应在 {low} 与 {high} 之间。", f"Must lie between {low} and {high}.")

    return check


CODE = Field(
    "code", Text("编码", "Code"), source="thing__code", in_list=True, sort=True, filter=True, width=18,
    hint=Text("编码一经使用永不改变。", "A code never changes."),
)  # fmt: skip
NAME = Field("name", Text("名称", "Name"), source="thing__name", in_list=True, search=True, width=30)
ORGANISATION = Field(
    "organisation", Text("所属单位", "Organisation"), source="thing__organisation", in_list=True, filter=True, width=26,
    hint=Text("填单位编码或全称。", "Code or full name of the organisation."),
)  # fmt: skip
REGION = Field(
    "region", Text("所在区域", "Region"), source="thing__region", required=False, in_list=True, width=16,
    hint=Text("填区域代码或名称；不填即为单位所在区域。", "Code or name; left empty it is the organisation's."),
)  # fmt: skip
STATE = Field(
    "state",
    Text("状态", "State"),
    source="thing__state",
    terms=ThingState,
    required=False,
    in_list=True,
    filter=True,
    width=10,
)
LONGITUDE = Field(
    "longitude", Text("经度", "Longitude"), source="thing__longitude", unit="°", check=_between(-180, 180), width=13,
    hint=Text("CGCS2000，十进制度。", "CGCS2000, decimal degrees."), example="117.1850000",
)  # fmt: skip
LATITUDE = Field(
    "latitude", Text("纬度", "Latitude"), source="thing__latitude", unit="°", check=_between(-90, 90), width=13,
    hint=Text("CGCS2000，十进制度。", "CGCS2000, decimal degrees."), example="34.2610000",
)  # fmt: skip


def register_of_things(
    *,
    code: str,
    kind: str,
    label: Text,
    model: type[models.Model],
    read: tuple[str, ...],
    edit: tuple[str, ...],
    fields: tuple[Field, ...],
    organisation: Field = ORGANISATION,
    **more: Any,
) -> Register:
    """A register whose rows are things: the common fields around its own."""
    return Register(
        code=code,
        label=label,
        model=model,
        read=read,
        edit=edit,
        fields=(CODE, NAME, organisation, REGION, *fields, STATE, LONGITUDE, LATITUDE),
        base="thing",
        kind={"thing__kind": kind},
        marker="thing__sheet",
        longitude="longitude",
        latitude="latitude",
        shape="thing__shape",
        retired=("thing__state", ThingState.RETIRED.value),
        derive=_derive,
        fresh=_fresh,
        check=_check_place if "check" not in more else _both(more.pop("check")),
        **more,
    )


def _derive(values: Values) -> Mapping[str, Any]:
    """Region and organisation are held twice on a thing, for scoped indexes; a thing without a region lies where its
    organisation does, and without a state it is in use."""
    found: dict[str, Any] = {}
    organisation, region = values.get("organisation"), values.get("region")
    if organisation is not None:
        found["thing__organisation_code"] = organisation.code
        if region is None:
            found |= {"thing__region_id": organisation.region_id, "thing__region_path": organisation.region_path}
    if region is not None:
        found["thing__region_path"] = region.path
    if not values.get("state"):
        found["thing__state"] = ThingState.IN_USE.value
    return found


def _fresh() -> Mapping[str, Any]:
    return {"thing__scan_key": secrets.token_urlsafe(18)}


def _check_place(values: Values) -> Mapping[str, Text]:
    if (values.get("longitude") is None) != (values.get("latitude") is None):
        return {"longitude": Text("经度与纬度应同时填写。", "Longitude and latitude go together.")}
    return {}


def _both(own: Any) -> Any:
    return lambda values: {**_check_place(values), **own(values)}


def lying_with(parent: str) -> Callable[[Values], Mapping[str, Any]]:
    """随所属对象: a row that belongs to a thing has the thing's region and organisation."""

    def derive(values: Values) -> Mapping[str, Any]:
        thing = values.get(parent)
        if thing is None:
            return {}
        return {"region_path": thing.region_path, "organisation_code": thing.organisation_code}

    return derive


def wrong_kind(values: Values, parent: str, *kinds: str, wrong: Text) -> dict[str, Text]:
    """The thing a row belongs to is of one of these kinds; `wrong` names it as `{n}`."""
    thing = values.get(parent)
    return {parent: wrong.format(n=thing.name)} if thing is not None and thing.kind not in kinds else {}


def pages_of(things: Iterable[Any]) -> dict[Any, str]:
    """对象的台账页, by the thing's key: one query a register, not one a thing. A thing in no register has none."""
    by_kind: dict[str, list[Any]] = {}
    for thing in things:
        by_kind.setdefault(thing.kind, []).append(thing.pk)
    found: dict[Any, str] = {}
    for register in all_registers():
        keys = by_kind.get(str(register.kind.get("thing__kind", ""))) if register.base == "thing" else None
        if keys:
            model: Any = register.model
            found |= {row.thing_id: str(row.get_absolute_url()) for row in model._base_manager.filter(thing__in=keys)}
    return found
