"""装置模型: a feed tank, a cooled stirred reactor (A → B, exothermic) and a product tank, with gas detectors around the feed.

Explicit steps of a tenth of a second. Every flow leaves one place and enters another in the same step, so mass and energy
are neither made nor lost; the ledger says what crossed the fence. Noise is on the measurements only, from a seed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams.intake.tags import Tag, TagMap

STEP: Final = 0.1  # s
GRAVITY: Final = 9.81
GAS: Final = 8.314
KELVIN: Final = 273.15
AMBIENT: Final = 25.0
AIR_PRESSURE: Final = 101.325  # kPa

DENSITY: Final = 800.0  # kg/m³, liquid A and B alike
HEAT: Final = 2.5  # kJ/(kg K), liquid A and B alike
MOLAR_MASS: Final = 0.046  # kg/mol of A's vapour
LEL: Final = 0.033  # volume share at which A's vapour can burn (invented liquid, about that of an alcohol)
REACTION_HEAT: Final = 300.0  # kJ set free per kg of A that reacts
RATE: Final = 5.0e6  # 1/s
ACTIVATION: Final = 62_000.0  # J/mol
BASE_TEMPERATURE: Final = 60.0  # °C, what the reactor is kept at
JACKET_HEAT: Final = 1_500.0  # kJ/K, the water in the jacket
COOLANT_HEAT: Final = 4.18
COOLANT_IN: Final = 15.0  # °C
TRANSFER: Final = 6.0  # kW/K between reactor and jacket
FEED_AREA: Final = 12.0  # m²
REACTOR_VOLUME: Final = 8.0  # m³
PRODUCT_AREA: Final = 4.0  # m²
DISCHARGE: Final = 0.62  # of a sharp-edged hole
EVAPORATION: Final = 1.0 / 600.0  # 1/s, of what lies in the bund
CELL: Final = 400.0  # m³ of air around one detector
VENTILATION: Final = 2.0  # m³/s through each cell
DETECTOR_LAG: Final = 15.0  # s
SHARES: Final = (0.5, 0.3, 0.15, 0.05)  # of the vapour, by nearness of the detector


class UnknownScenario(Problem):
    code = "plant.unknown_scenario"


@dataclass(frozen=True, slots=True, kw_only=True)
class Valves:
    """What an operator or a fault sets; the controllers do the rest."""

    feed: float = 2.0  # kg/s from the storage outside to the feed tank, trimmed by its level
    transfer: float = 2.0  # kg/s pumped to the reactor
    delivery: float = 2.0  # kg/s out of the product tank, trimmed by its level
    coolant_most: float = 12.0  # kg/s the cooling pump can give
    level_control: bool = True
    hole_area: float = 0.0  # m², at the bottom of the feed tank


#: What happens, after how many seconds from its beginning.
SCENARIOS: Final[Mapping[str, Mapping[str, float | bool]]] = MappingProxyType(
    {
        "normal": {},
        "leak": {"hole_area": 5.0e-5},
        "cooling-failure": {"coolant_most": 0.0},
        "overfill": {"delivery": 0.0, "level_control": False},
    }
)


def valves_of(scenario: str) -> Valves:
    if scenario not in SCENARIOS:
        raise UnknownScenario(
            Text("没有“{s}”这个工况，可选：{k}", "There is no scenario “{s}”; there are: {k}").format(
                s=scenario, k=", ".join(SCENARIOS)
            )
        )
    return replace(Valves(), **SCENARIOS[scenario])  # type: ignore[arg-type]


@dataclass(slots=True)
class Ledger:
    """收支: what crossed the plant's fence since the beginning, in kg and kJ (against 0 °C)."""

    mass_in: float = 0.0
    mass_out: float = 0.0
    heat_in: float = 0.0
    heat_out: float = 0.0
    reacted: float = 0.0


@dataclass(slots=True)
class Plant:
    valves: Valves = field(default_factory=Valves)
    time: float = 0.0
    feed_mass: float = 24_000.0
    feed_temperature: float = AMBIENT
    reactor_a: float = 1_090.0
    reactor_b: float = 2_910.0
    reactor_temperature: float = 65.5
    jacket_temperature: float = 23.2
    product_a: float = 1_750.0
    product_b: float = 4_650.0
    product_temperature: float = 65.0
    pool: float = 0.0  # spilt and not yet evaporated, at ambient temperature
    vapour: list[float] = field(default_factory=lambda: [0.0] * len(SHARES))
    seen: list[float] = field(default_factory=lambda: [0.0] * len(SHARES))  # what the slow detectors show, kg/m³
    coolant: float = 3.0
    ledger: Ledger = field(default_factory=Ledger)

    # --- what is inside the fence -------------------------------------------------------------------------------

    @property
    def reactor_mass(self) -> float:
        return self.reactor_a + self.reactor_b

    @property
    def product_mass(self) -> float:
        return self.product_a + self.product_b

    @property
    def mass(self) -> float:
        return self.feed_mass + self.reactor_mass + self.product_mass + self.pool + sum(self.vapour)

    @property
    def heat(self) -> float:
        """Sensible heat of liquids and jacket. What is spilt leaves the balance with its heat."""
        liquids = (
            self.feed_mass * self.feed_temperature
            + self.reactor_mass * self.reactor_temperature
            + self.product_mass * self.product_temperature
        )
        return HEAT * liquids + JACKET_HEAT * self.jacket_temperature

    @property
    def feed_level(self) -> float:
        return self.feed_mass / DENSITY / FEED_AREA

    @property
    def product_level(self) -> float:
        return self.product_mass / DENSITY / PRODUCT_AREA

    @property
    def reactor_pressure(self) -> float:
        """kPa gauge: a fixed amount of inert gas above the liquid, warmed and squeezed."""
        space = max(0.2, REACTOR_VOLUME - self.reactor_mass / DENSITY)
        at_start = (REACTOR_VOLUME - 4_000.0 / DENSITY) / (BASE_TEMPERATURE + KELVIN)
        return AIR_PRESSURE * (1.5 * at_start * (self.reactor_temperature + KELVIN) / space - 1.0)

    # --- time ---------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self._step(STEP)

    def _step(self, dt: float) -> None:
        valves, book = self.valves, self.ledger
        received = self._trimmed(valves.feed, above=2.5 - self.feed_level) * dt
        moved = min(valves.transfer * dt, self.feed_mass)
        spilt = min(self._spill() * dt, self.feed_mass - moved)
        overflow = max(0.0, 0.5 * (self.reactor_mass - 4_000.0) / 60.0 + moved / dt) * dt
        overflow = min(overflow, self.reactor_mass)
        delivered = min(self._trimmed(valves.delivery, above=self.product_level - 2.0) * dt, self.product_mass)
        reacting = min(self._rate() * self.reactor_a * dt, self.reactor_a)
        self._cool()
        through_wall = TRANSFER * (self.reactor_temperature - self.jacket_temperature) * dt
        into_coolant = COOLANT_HEAT * self.coolant * (self.jacket_temperature - COOLANT_IN) * dt

        self._mix_feed(received, moved + spilt)
        self._react(moved, overflow, reacting, through_wall)
        self.jacket_temperature += (through_wall - into_coolant) / JACKET_HEAT
        self._deliver(delivered)
        self._spread(spilt, dt)

        book.mass_in += received
        book.mass_out += delivered
        book.heat_in += HEAT * received * AMBIENT + REACTION_HEAT * reacting
        book.heat_out += HEAT * (delivered * self.product_temperature + spilt * self.feed_temperature) + into_coolant
        book.reacted += reacting
        self.time += dt

    def _trimmed(self, flow: float, *, above: float) -> float:
        """A proportional level controller around the flow that is set."""
        return max(0.0, flow + 4.0 * above) if self.valves.level_control else flow

    def _spill(self) -> float:
        """Torricelli: what runs out of a hole at the bottom, kg/s."""
        return DISCHARGE * self.valves.hole_area * DENSITY * math.sqrt(2.0 * GRAVITY * max(0.0, self.feed_level))

    def _rate(self) -> float:
        """Arrhenius, 1/s; above 200 °C the liquid has long left such a vessel, so the model stops growing there."""
        kelvin = min(self.reactor_temperature, 200.0) + KELVIN
        return RATE * math.exp(-ACTIVATION / (GAS * kelvin))

    def _cool(self) -> None:
        wanted = 3.0 + 0.8 * (self.reactor_temperature - BASE_TEMPERATURE)
        self.coolant = min(max(0.0, wanted), self.valves.coolant_most)

    def _mix_feed(self, received: float, gone: float) -> None:
        """Mixed first, drawn afterwards at the mixed temperature."""
        total = self.feed_mass + received
        if total > 0:
            self.feed_temperature = (self.feed_mass * self.feed_temperature + received * AMBIENT) / total
        self.feed_mass = total - gone

    def _react(self, moved: float, overflow: float, reacting: float, through_wall: float) -> None:
        mass = self.reactor_mass + moved
        heat = HEAT * (self.reactor_mass * self.reactor_temperature + moved * self.feed_temperature)
        self.reactor_temperature = (heat + REACTION_HEAT * reacting - through_wall) / (HEAT * mass)
        self.reactor_a += moved - reacting
        self.reactor_b += reacting
        share = self.reactor_a / mass
        self.reactor_a -= overflow * share
        self.reactor_b -= overflow * (1.0 - share)
        before = self.product_mass
        self.product_a += overflow * share
        self.product_b += overflow * (1.0 - share)
        if self.product_mass > 0:
            warm = before * self.product_temperature + overflow * self.reactor_temperature
            self.product_temperature = warm / self.product_mass

    def _deliver(self, delivered: float) -> None:
        """What leaves has the tank's composition and temperature."""
        mass = self.product_mass
        if mass > 0:
            self.product_a *= 1.0 - delivered / mass
            self.product_b *= 1.0 - delivered / mass

    def _spread(self, spilt: float, dt: float) -> None:
        evaporated = min(self.pool, EVAPORATION * self.pool * dt)
        self.pool += spilt - evaporated
        for n, share in enumerate(SHARES):
            away = VENTILATION * self.vapour[n] / CELL * dt
            self.vapour[n] += share * evaporated - away
            self.ledger.mass_out += away
            self.seen[n] += (self.vapour[n] / CELL - self.seen[n]) * dt / DETECTOR_LAG


def percent_lel(density: float) -> float:
    """kg of vapour in a cubic metre of air at 25 °C, as a share of the lower explosive limit."""
    volume_share = density / MOLAR_MASS * GAS * (AMBIENT + KELVIN) / (AIR_PRESSURE * 1000.0)
    return 100.0 * volume_share / LEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """测点: what an instrument shows, its unit, and the limits a safety engineer would set."""

    tag: str
    path: str
    unit: str
    noise: float
    limits: Mapping[str, float] = field(default_factory=dict)


POINTS: Final = (
    Point(
        tag="LT-101", path="FeedTank/Level", unit="m", noise=0.004, limits={"L": 0.8, "LL": 0.4, "H": 3.2, "HH": 3.6}
    ),
    Point(tag="TT-101", path="FeedTank/Temperature", unit="°C", noise=0.05, limits={"H": 40.0}),
    Point(tag="FT-101", path="FeedTank/Outflow", unit="t/h", noise=0.03),
    Point(tag="TT-201", path="Reactor/Temperature", unit="°C", noise=0.08, limits={"H": 75.0, "HH": 90.0}),
    Point(tag="PT-201", path="Reactor/Pressure", unit="kPa", noise=0.2, limits={"H": 75.0, "HH": 100.0}),
    Point(tag="TT-202", path="Reactor/Jacket", unit="°C", noise=0.08),
    Point(tag="FT-202", path="Reactor/Coolant", unit="t/h", noise=0.05, limits={"L": 1.8}),
    Point(tag="LT-301", path="ProductTank/Level", unit="m", noise=0.004, limits={"H": 3.0, "HH": 3.5}),
    Point(tag="TT-301", path="ProductTank/Temperature", unit="°C", noise=0.05),
    *(
        Point(tag=f"GT-{n}", path=f"Detectors/GT{n}", unit="%LEL", noise=0.15, limits={"H": 25.0, "HH": 50.0})
        for n in range(401, 401 + len(SHARES))
    ),
)


def settings() -> list[PointSettings]:
    """The limits of every point, numbered in the order of the list; a gas alarm holds for two seconds first."""
    out = []
    for n, point in enumerate(POINTS):
        delay = 2_000 if point.unit == "%LEL" else 0
        limits = tuple(
            Limit(kind=KIND[kind], value=value, deadband=4 * point.noise, on_delay_ms=delay)
            for kind, value in point.limits.items()
        )
        out.append(PointSettings(point=n, version=1, limits=limits))
    return out


def tag_map(*, enterprise: str, partition: int) -> TagMap:
    tags = tuple(Tag(tag=x.tag, point=n, given=x.unit) for n, x in enumerate(POINTS))
    return TagMap(enterprise=enterprise, partition=partition, version=1, tags=tags)


class Instruments:
    """仪表: the model seen through transmitters: noise from a seed, and four decimals."""

    def __init__(self, plant: Plant, *, seed: int) -> None:
        self.plant = plant
        self._chance = np.random.default_rng(seed)

    def true_values(self) -> dict[str, float]:
        p = self.plant
        values = (
            p.feed_level, p.feed_temperature, 3.6 * p.valves.transfer if p.feed_mass > 0 else 0.0, p.reactor_temperature,
            p.reactor_pressure, p.jacket_temperature, 3.6 * p.coolant, p.product_level, p.product_temperature,
            *(min(100.0, percent_lel(x)) for x in p.seen),  # a detector's range ends there
        )  # fmt: skip
        return {point.tag: value for point, value in zip(POINTS, values, strict=True)}

    def read(self) -> dict[str, float]:
        noise = self._chance.standard_normal(len(POINTS))
        true = self.true_values()
        return {x.tag: round(float(true[x.tag] + x.noise * n), 4) for x, n in zip(POINTS, noise, strict=True)}
