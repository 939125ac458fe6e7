"""One place of use and one record, for the contract suite."""

from __future__ import annotations

from typing import Any

from bihuan.parties.models import Thing
from bihuan.registers.places_of_use.models import PlaceOfUse
from bihuan.registers.places_of_use.module import PLACES, RECORDS
from cast import Cast, saved
from register_plays import plays_of


def a_place_thing(cast: Cast, code: str = "SY-09") -> Thing:
    works = cast.works
    return Thing.objects.filter(code=code).first() or saved(
        Thing(
            code=code, kind="place_of_use", name="东方实验室", organisation=works, organisation_code=works.code,
            region=cast.park, region_path=cast.park.path, scan_key=f"key-{code}",
        )
    )  # fmt: skip


def a_place(cast: Cast, code: str = "SY-09", sector: str = "schools", **said: Any) -> PlaceOfUse:
    return saved(PlaceOfUse(thing=a_place_thing(cast, code), type="laboratory", sector=sector, **said))


PLAYS = {
    **plays_of(
        PLACES,
        example=lambda c: {"code": "SY-1", "name": "东方实验室", "organisation": c.works, "type": "laboratory", "sector": "schools"},
    ),
    **plays_of(
        RECORDS,
        example=lambda c: {
            "code": "SY-09-01", "place_of_use": a_place_thing(c), "name": "乙醇", "purpose": "化学实验", "way_of_use": "analysis",
            "used_yearly": "120", "stored_at_most": "30", "declared_on": "2026-11-01",
        },
    ),
}  # fmt: skip
