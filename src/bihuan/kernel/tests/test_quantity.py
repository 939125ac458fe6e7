from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.quantity import AmountNotExact, Quantity, Unit, UnitsDoNotConvert, UnitUnknown, unit_from

MASSES = st.sampled_from([Unit.MILLIGRAM, Unit.GRAM, Unit.KILOGRAM, Unit.TONNE])
AMOUNTS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=9)


def test_a_tonne_is_a_thousand_kilograms():
    assert Quantity(Decimal("0.3"), Unit.TONNE).to(Unit.KILOGRAM).amount == Decimal("300")
    assert Quantity(Decimal("1"), Unit.TONNE) == Quantity(Decimal("1000"), Unit.KILOGRAM)
    assert Quantity(Decimal("999.999"), Unit.KILOGRAM) < Quantity(Decimal("1"), Unit.TONNE)


@given(AMOUNTS, MASSES, MASSES)
def test_there_and_back_is_the_same(amount, unit, other):
    quantity = Quantity(amount, unit)
    assert quantity.to(other).to(unit).amount == amount
    assert quantity == quantity.to(other)
    assert hash(quantity) == hash(quantity.to(other))


@given(AMOUNTS, AMOUNTS, MASSES, MASSES)
def test_a_sum_does_not_depend_on_the_unit(a, b, unit, other):
    left, right = Quantity(a, unit), Quantity(b, other)
    assert left + right == right + left
    assert left + right - right == left


def test_mass_does_not_become_volume():
    with pytest.raises(UnitsDoNotConvert):
        Quantity(Decimal(1), Unit.TONNE).to(Unit.CUBIC_METRE)
    assert Quantity(Decimal(1), Unit.TONNE) != Quantity(Decimal(1), Unit.CUBIC_METRE)


@pytest.mark.parametrize("amount", [0.1, 1, "1", Decimal("NaN"), Decimal("Infinity")])
def test_only_a_finite_decimal_is_an_amount(amount):
    with pytest.raises(AmountNotExact):
        Quantity(amount, Unit.TONNE)


@pytest.mark.parametrize(
    ("written", "unit"),
    [("吨", Unit.TONNE), (" t ", Unit.TONNE), ("KG", Unit.KILOGRAM), ("m³", Unit.CUBIC_METRE)],
)
def test_units_are_read_as_people_write_them(written, unit):
    assert unit_from(written) is unit


def test_an_unknown_unit_names_the_known_ones():
    with pytest.raises(UnitUnknown) as refused:
        unit_from("桶")
    assert "桶" in refused.value.text.zh
    assert "kg" in refused.value.text.zh


def test_every_unit_has_its_scale():
    assert all(Quantity(Decimal(1), unit).to(unit).amount == 1 for unit in Unit)
