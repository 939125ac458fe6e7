"""The model against what can be worked out on paper: balances, Torricelli, the adiabatic rise, a ventilated room."""

from __future__ import annotations

import math

import pytest

from bihuan.connectors.plant import model
from bihuan.connectors.plant.model import SCENARIOS, Instruments, Plant, Valves, valves_of


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_mass_and_energy_are_neither_made_nor_lost(scenario):
    plant = Plant(valves=valves_of(scenario))
    mass, heat = plant.mass, plant.heat
    plant.advance(900)
    book = plant.ledger
    assert plant.mass - mass == pytest.approx(book.mass_in - book.mass_out, abs=1e-6 * mass)
    assert plant.heat - heat == pytest.approx(book.heat_in - book.heat_out, abs=1e-6 * heat)
    assert book.mass_in + book.mass_out > 1000, "something did cross the fence"


def test_what_reacts_leaves_a_and_becomes_b():
    plant = Plant(valves=Valves(feed=0, transfer=0, delivery=0, level_control=False))
    a, b = plant.reactor_a, plant.reactor_b
    plant.advance(300)
    assert plant.ledger.reacted > 1
    assert a - plant.reactor_a == pytest.approx(plant.ledger.reacted)
    assert plant.reactor_b - b == pytest.approx(plant.ledger.reacted)


def test_a_tank_with_a_hole_empties_as_torricelli_says():
    hole = 2.0e-3
    plant = Plant(valves=Valves(feed=0, transfer=0, delivery=0, level_control=False, hole_area=hole))
    before = plant.feed_level
    plant.advance(1200)
    root = math.sqrt(before) - model.DISCHARGE * hole / model.FEED_AREA * math.sqrt(model.GRAVITY / 2) * 1200
    assert plant.feed_level == pytest.approx(root**2, rel=1e-3)


def test_without_cooling_the_heat_of_reaction_stays_in_liquid_and_jacket():
    still = Valves(feed=0, transfer=0, delivery=0, level_control=False, coolant_most=0)
    plant = Plant(valves=still, reactor_temperature=70.0, jacket_temperature=70.0)
    plant.advance(4 * 3600)
    capacity = model.HEAT * plant.reactor_mass + model.JACKET_HEAT
    rise = model.REACTION_HEAT * plant.ledger.reacted / capacity
    assert plant.reactor_a < 5, "the reaction has run its course"
    assert plant.reactor_temperature == pytest.approx(70 + rise, abs=0.1)


def test_vapour_rises_and_goes_as_evaporation_and_ventilation_say():
    """Two first-order steps in a row: k₁·P₀/(k₂ − k₁)·(e^−k₁t − e^−k₂t)."""
    plant = Plant(valves=Valves(feed=0, transfer=0, delivery=0, level_control=False), pool=500.0)
    plant.advance(900)
    k1, k2 = model.EVAPORATION, model.VENTILATION / model.CELL
    whole = k1 * 500.0 / (k2 - k1) * (math.exp(-k1 * 900) - math.exp(-k2 * 900))
    assert plant.vapour == pytest.approx([share * whole for share in model.SHARES], rel=1e-3)


def test_the_lower_explosive_limit_reads_a_hundred_percent():
    """3.3 % of 24.46 l/mol at 25 °C and 46 g/mol is 62 g in a cubic metre."""
    assert model.percent_lel(0.0621) == pytest.approx(100, rel=0.005)


@pytest.mark.parametrize(
    ("scenario", "seconds", "reached"),
    [
        ("leak", 1200, {("GT-401", "H"), ("GT-401", "HH"), ("GT-402", "H")}),
        ("cooling-failure", 1200, {("TT-201", "H"), ("TT-201", "HH"), ("FT-202", "L")}),
        ("overfill", 2000, {("LT-301", "H")}),
        ("normal", 2400, set()),
    ],
)
def test_each_scenario_crosses_its_own_limits_and_no_others(scenario, seconds, reached):
    plant = Plant(valves=valves_of(scenario))
    plant.advance(seconds)
    true = Instruments(plant, seed=1).true_values()
    crossed = {
        (x.tag, kind)
        for x in model.POINTS
        for kind, value in x.limits.items()
        if (true[x.tag] >= value if kind.startswith("H") else true[x.tag] <= value)
    }
    assert crossed == reached


def test_noise_comes_from_the_seed_and_touches_no_state():
    one, two, other = (Instruments(Plant(), seed=s) for s in (7, 7, 8))
    assert [one.read() for _ in range(3)] == [two.read() for _ in range(3)]
    assert one.read() != other.read()
    assert one.plant == other.plant == Plant()


def test_an_unknown_scenario_is_named():
    with pytest.raises(model.UnknownScenario, match="earthquake"):
        valves_of("earthquake")
