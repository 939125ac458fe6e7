"""One tank, for the contract suite."""

from __future__ import annotations

from bihuan.registers.tanks.module import REGISTER
from register_plays import plays_of

PLAYS = plays_of(
    REGISTER,
    example=lambda cast: {
        "code": "V-101", "name": "甲醇储罐", "organisation": cast.works, "type": "fixed_roof", "medium": "甲醇", "volume": "5000",
    },
)  # fmt: skip
