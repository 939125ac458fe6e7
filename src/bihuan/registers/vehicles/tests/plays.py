"""One vehicle, for the contract suite."""

from __future__ import annotations

from bihuan.registers.vehicles.module import REGISTER
from register_plays import plays_of

PLAYS = plays_of(
    REGISTER,
    example=lambda cast: {
        "code": "C-001", "name": "一号罐车", "organisation": cast.works, "plate": "云A12345", "type": "tank_truck",
    },
)  # fmt: skip
