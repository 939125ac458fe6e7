"""A line of the division, and a supervisor of one object, for the contract suite."""

from __future__ import annotations

from bihuan.registers.licences.tests.plays import a_holder
from bihuan.registers.supervisors.module import OBJECTS, SECTORS
from register_plays import plays_of

PLAYS = {
    **plays_of(
        SECTORS,
        example=lambda c: {
            "code": "FG-01", "region": c.district, "sector": "energy", "department": c.industry, "basis": "东湖区方案 四",
        },
    ),
    **plays_of(
        OBJECTS,
        example=lambda c: {
            "code": "ZG-01", "thing": a_holder(c), "role": "sector", "department": c.industry, "basis": "三定方案",
            "from_on": "2026-01-01",
        },
    ),
}  # fmt: skip
