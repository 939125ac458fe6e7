"""谁主管谁负责: the supervisor of an object: said for itself, otherwise by the sector at the nearest place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bihuan.core.access.context import Context
from bihuan.parties.models import Organisation, Thing
from bihuan.parties.rules import ancestors
from bihuan.registers.supervisors.models import SectorDuty, Supervisor
from bihuan.registers.supervisors.terms import Sector, SupervisorRole

#: Set by registers that know the sector of their things.
SECTORED = ("enterprise", "place_of_use")


def duties() -> dict[tuple[str, str], Organisation]:
    """行业分工 in force: by region path and sector. A few dozen rows."""
    rows = SectorDuty._base_manager.filter(is_ended=False).select_related("department")
    return {(r.region_path, r.sector): r.department for r in rows}


def department_for(
    *, sector: str, region_path: str, known: Mapping[tuple[str, str], Organisation] | None = None
) -> Organisation | None:
    """The department of this sector at the nearest place up the tree."""
    table = duties() if known is None else known
    return next((table[path, sector] for path in ancestors(region_path) if (path, sector) in table), None)


def supervisors_of(thing: Thing) -> list[Supervisor]:
    rows = Supervisor._base_manager.filter(thing=thing, is_ended=False)
    return list(rows.select_related("department").order_by("role", "code"))


def without(things: Iterable[tuple[Any, str, str]]) -> list[Any]:
    """没有行业主管部门的对象, of (thing id, sector, region path): neither said for itself nor by its sector."""
    known = duties()
    rows = list(things)
    said = set(
        Supervisor._base_manager.filter(is_ended=False, role=SupervisorRole.SECTOR.value).values_list(
            "thing", flat=True
        )
    )
    # Many objects, few places and sectors: each pair is looked up once.
    open_lines = {
        (sector, path)
        for sector, path in {(sector, path) for _, sector, path in rows}
        if not sector or department_for(sector=sector, region_path=path, known=known) is None
    }
    return [key for key, sector, path in rows if key not in said and (sector, path) in open_lines]


def panel_of_thing(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """主管部门 on the page of an object."""
    if row.thing.kind not in SECTORED:
        return None
    sector = getattr(row, "sector", "") or ""
    by_sector = department_for(sector=sector, region_path=row.thing.region_path) if sector else None
    said = supervisors_of(row.thing)
    has_sector = any(s.role == SupervisorRole.SECTOR.value for s in said)
    return {
        "said": [(SupervisorRole(s.role), s) for s in said],
        "sector": Sector(sector) if sector else None,
        "by_sector": None if has_sector else by_sector,
        "is_missing": not has_sector and by_sector is None,
    }
