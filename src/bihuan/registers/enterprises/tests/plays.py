"""One enterprise, for the contract suite."""

from __future__ import annotations

from bihuan.registers.enterprises.module import REGISTER
from register_plays import plays_of

PLAYS = plays_of(
    REGISTER,
    example=lambda cast: {
        "code": "E-101",
        "name": "云州东方化工有限公司",
        "organisation": cast.works,
        "type": "production",
    },
)
