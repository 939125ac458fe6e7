"""Plates by their shape, trailers by their plate, loads by what a road carries."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bihuan.registers.vehicles import rules
from bihuan.registers.vehicles.module import REGISTER
from bihuan.registers.vehicles.terms import VehicleType


@pytest.mark.parametrize(
    ("plate", "is_one"),
    [
        ("云A12345", True), ("苏A8K7Z9", True), ("京AD12345", True), ("云A1234挂", True),
        ("云A1234", False), ("云A123456挂", False), ("A12345", False), ("云I12345", False), ("云A1234O", False),
        ("云A·12345", False), ("云A 12345", False), ("云a12345", False), ("", False),
    ],
)  # fmt: skip
def test_a_plate_has_its_shape(plate, is_one):
    assert (rules.wrong_plate(plate) is None) is is_one


@pytest.mark.parametrize(
    ("kind", "plate", "fits"),
    [
        (VehicleType.TANK_TRAILER, "云A1234挂", True),
        (VehicleType.TANK_TRAILER, "云A12345", False),
        (VehicleType.TRACTOR, "云A1234挂", False),
        (VehicleType.VAN, "云A12345", True),
    ],
)
def test_only_trailers_have_plates_of_trailers(kind, plate, fits):
    assert (rules.wrong_pair(type=kind, plate=plate) is None) is fits


def test_kilograms_for_tonnes_are_asked_about():
    load = REGISTER.by_name["approved_load"]
    assert load.asks(Decimal(49)) is None
    assert "千克" in load.asks(Decimal(30_000)).zh
    assert rules.wrong_load(Decimal(0)) is not None
