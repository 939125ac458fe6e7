"""One row of each register, for the contract suite."""

from __future__ import annotations

from bihuan.registers.public_bodies.module import LEARNING, MEANS, SET_UPS
from register_plays import plays_of

PLAYS = {
    **plays_of(SET_UPS, example=lambda cast: {
        "code": "JG-001", "organisation": cast.district_emergency, "form": "one_body", "basis": "云编办〔2025〕6号", "from_on": "2025-03-01",
    }),
    **plays_of(MEANS, example=lambda cast: {
        "code": "BZ-2026-01", "organisation": cast.district_emergency, "year": 2026, "kind": "budget", "item": "危化品执法专项经费",
        "needed": "120", "held": "90", "measured_in": "万元", "basis": "2026年部门预算批复",
    }),
    **plays_of(LEARNING, example=lambda cast: {
        "code": "XX-2026-001", "organisation": cast.district_emergency, "kind": "study", "topic": "学习贯彻关于安全生产重要论述",
        "held_on": "2026-02-20", "leader": "党组书记、局长", "took_part": 18, "should": 20, "paper": "党组会议纪要〔2026〕3号",
    }),
}  # fmt: skip
