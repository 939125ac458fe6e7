"""Reads of places of use: 一图一表、两表一单 are counted from them, within what the reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.parties.models import Organisation, Region
from bihuan.parties.terms import ThingState
from bihuan.registers.places_of_use.models import PlaceOfUse, UseRecord
from bihuan.registers.places_of_use.terms import PlacesOfUseGrants
from bihuan.registers.supervisors import queries as supervision
from bihuan.registers.supervisors.terms import Sector

#: Rows of one sheet; a bureau's own list is far below.
MOST = 50_000


def require_reader(ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in PlacesOfUseGrants):
        raise NotFound


def places(*, ctx: Context) -> QuerySet[PlaceOfUse]:
    rows: QuerySet[PlaceOfUse] = PlaceOfUse.objects.visible_to(ctx.actor).exclude(thing__state=ThingState.RETIRED)
    return rows


def records(*, ctx: Context) -> QuerySet[UseRecord]:
    rows: QuerySet[UseRecord] = UseRecord.objects.visible_to(ctx.actor).filter(is_ended=False)
    return rows.select_related("place_of_use", "place_of_use__organisation", "place_of_use__region")


@dataclass(frozen=True, slots=True)
class SectorLine:
    """One line of the table by area and sector."""

    region: Region
    sector: Sector
    department: Organisation | None
    places: int


def by_sector(*, ctx: Context) -> list[SectorLine]:
    """一表: area × sector × department × number of users."""
    require_reader(ctx)
    counted = (
        places(ctx=ctx).order_by().values("thing__region", "sector").annotate(n=Count("pk")).order_by("thing__region", "sector")
    )  # fmt: skip
    rows = list(counted)
    regions = {r.pk: r for r in Region._base_manager.filter(pk__in={row["thing__region"] for row in rows})}
    known = supervision.duties()
    made = [
        SectorLine(
            regions[row["thing__region"]],
            Sector(row["sector"]),
            supervision.department_for(
                sector=row["sector"], region_path=regions[row["thing__region"]].path, known=known
            ),
            row["n"],
        )
        for row in rows
    ]
    order = list(Sector)
    return sorted(made, key=lambda line: (line.region.path, order.index(line.sector)))


def without_supervisor(*, ctx: Context) -> list[PlaceOfUse]:
    """问题清单: places of use that nobody supervises, as far as the reader sees."""
    rows = list(places(ctx=ctx).values_list("thing", "sector", "thing__region_path")[:MOST])
    left = supervision.without((thing, sector, path) for thing, sector, path in rows)
    found = places(ctx=ctx).filter(thing__in=left[:500])
    return list(found.select_related("thing", "thing__organisation", "thing__region"))


def panel_of_place(*, ctx: Context, row: PlaceOfUse) -> Mapping[str, Any] | None:
    """使用台账 on the page of a place of use."""
    return {"records": list(records(ctx=ctx).filter(place_of_use=row.thing_id)[:200])}
