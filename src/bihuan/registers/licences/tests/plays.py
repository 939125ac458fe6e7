"""One licence, for the contract suite."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.parties.models import Thing
from bihuan.registers.licences.models import Licence
from bihuan.registers.licences.module import REGISTER
from cast import Cast, saved
from register_plays import plays_of


def a_holder(cast: Cast, code: str = "E-109") -> Thing:
    works = cast.works
    return Thing.objects.filter(code=code).first() or saved(
        Thing(
            code=code, kind="enterprise", name="云州东方化工有限公司", organisation=works, organisation_code=works.code,
            region=cast.park, region_path=cast.park.path, scan_key=f"key-{code}",
        )
    )  # fmt: skip


def a_licence(cast: Cast, code: str = "云WH-001", until: date = date(2027, 1, 1), **said: Any) -> Licence:
    holder = a_holder(cast)
    values = {"kind": "safe_production", "scope": "甲醇"}
    return saved(
        Licence(
            code=code, holder=holder, until_on=until, region_path=holder.region_path,
            organisation_code=holder.organisation_code, **(values | said),
        )
    )  # fmt: skip


PLAYS = plays_of(
    REGISTER,
    example=lambda c: {
        "code": "云WH-002",
        "holder": a_holder(c),
        "kind": "trade",
        "scope": "甲醇",
        "until_on": "2027-06-30",
    },
)
