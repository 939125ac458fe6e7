"""What is short, who was trained, who has not studied: counted from the registers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bihuan.core.access.context import Context
from bihuan.registers.public_bodies import queries, rules
from bihuan.registers.public_bodies.models import BodySetUp, EnforcementMeans, LearningRecord
from bihuan.registers.public_bodies.module import wrong_attendance
from bihuan.registers.public_bodies.rules import Attended
from cast import AT, TODAY, Cast, saved


@pytest.mark.parametrize(("needed", "held", "short"), [("6", "5.99", True), ("6", "6", False), ("6", "7", False)])
def test_just_enough_is_enough(needed, held, short):
    assert rules.is_short(needed=Decimal(needed), held=Decimal(held)) is short


@pytest.mark.parametrize(
    ("trainings", "found"),
    [
        ([], None),
        ([(3, 0)], None),
        ([(59, 100)], (59, 100, Decimal("59"))),
        ([(30, 100), (30, 100)], (60, 100, Decimal("60"))),
        ([(80, 90), (80, 100)], (100, 100, Decimal("100"))),
        ([(2, 3)], (2, 3, Decimal("66.66"))),
    ],
)
def test_trainings_of_a_year_add_up_and_nobody_covers_more_than_everybody(trainings, found):
    assert rules.coverage(Attended(*t) for t in trainings) == found


def test_more_took_part_than_should_is_asked_about():
    assert "took_part" in wrong_attendance({"took_part": 21, "should": 20})
    assert not wrong_attendance({"took_part": 20, "should": 20})


def of(unit):
    return {"organisation": unit, "organisation_code": unit.code, "region_path": unit.region_path}


@pytest.mark.django_db
def test_formulas_are_counted_unit_by_unit():
    cast = Cast.build()
    unit = of(cast.emergency)
    means = {"year": 2026, "kind": "vehicle", "measured_in": "辆", "basis": "标准", **unit}
    saved(EnforcementMeans(code="A", item="执法车", needed=6, held=4, is_short=True, **means))
    saved(EnforcementMeans(code="B", item="防化车", needed=1, held=1, **means))
    saved(EnforcementMeans(code="C", item="旧年", needed=9, held=1, is_short=True, **{**means, "year": 2025}))
    saved(BodySetUp(code="J1", form="shared", basis="编办", from_on=date(2024, 1, 1), **unit))
    saved(BodySetUp(code="J2", form="own_organ", basis="编办", from_on=date(2025, 1, 1), **unit))
    skill = {"kind": "skill", "topic": "技能", "leader": "局长", "paper": "通知", "should": 100, **unit}
    saved(LearningRecord(code="L1", held_on=date(2026, 3, 1), took_part=61, **skill))
    saved(LearningRecord(code="L2", held_on=date(2026, 12, 1), took_part=30, **skill))
    computed = {
        f.code: [(c.organisation_code, c.value, c.basis) for c in f.compute(region_path=cast.city.path, on=TODAY)]
        for f in queries.FORMULAS
    }
    code = cast.emergency.code
    assert computed == {
        "public_bodies.means": [(code, Decimal("50"), "1/2")],
        "public_bodies.skill": [(code, Decimal("61"), "61/100")],
        "public_bodies.own_organ": [(code, Decimal("1"), "单独设立安全监管机构")],
    }


@pytest.mark.django_db
def test_who_has_not_studied_stands_first_and_only_ones_own_area_is_listed():
    cast = Cast.build()
    record = {"kind": "study", "topic": "学习贯彻", "leader": "局长", "took_part": 9, "should": 9, "paper": "纪要"}
    saved(LearningRecord(code="L1", held_on=date(2026, 2, 1), **record, **of(cast.emergency)))
    saved(LearningRecord(code="L2", held_on=date(2025, 2, 1), **record, **of(cast.industry)))
    reader = cast.actor("reader", "learning_reader", cast.office, region=cast.city)
    lines = queries.studied(ctx=Context(actor=reader, at=AT), year=2026)
    by_code = {line.unit.code: line.times for line in lines}
    assert by_code[cast.emergency.code] == 1
    assert by_code[cast.industry.code] == 0
    assert [line.times > 0 for line in lines] == sorted(line.times > 0 for line in lines)
    assert all(line.unit.region_path.startswith(cast.city.path) for line in lines)
    far = replace(reader, held=cast.actor("far_reader", "learning_reader", cast.neighbour, region=cast.next_city).held)
    assert cast.emergency.code not in {
        line.unit.code for line in queries.studied(ctx=Context(actor=far, at=AT), year=2026)
    }
