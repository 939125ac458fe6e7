"""One chemical, for the contract suite."""

from __future__ import annotations

from bihuan.registers.chemicals.module import REGISTER
from register_plays import plays_of

PLAYS = plays_of(
    REGISTER,
    example=lambda cast: {
        "code": "C-101", "name": "甲醇", "organisation": cast.works, "handling": "stored", "serial": 1022, "cas": "67-56-1",
        "symbols": "W5.3", "basis": "SDS 2025-03 第2部分",
    },
)  # fmt: skip
