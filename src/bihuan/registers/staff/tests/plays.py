"""One member of staff, for the contract suite."""

from __future__ import annotations

from bihuan.registers.staff.module import REGISTER
from register_plays import plays_of

PLAYS = plays_of(
    REGISTER,
    example=lambda cast: {
        "code": "BG-001", "name": "张三", "organisation": cast.works, "post": "危化品监管岗", "duty": "inspector", "is_full_time": True,
        "degree": "bachelor", "practice_years": "3", "joined_on": "2025-03-01",
    },
)  # fmt: skip
