"""计量单位: linear conversions between what a device says and what the point is kept in."""

from __future__ import annotations

from typing import Final

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: unit: (dimension, factor, offset) with base = value × factor + offset
_UNITS: Final[dict[str, tuple[str, float, float]]] = {
    "": ("none", 1.0, 0.0),
    "℃": ("temperature", 1.0, 0.0),
    "K": ("temperature", 1.0, -273.15),
    "℉": ("temperature", 5 / 9, -160 / 9),
    "Pa": ("pressure", 1e-6, 0.0),
    "kPa": ("pressure", 1e-3, 0.0),
    "MPa": ("pressure", 1.0, 0.0),
    "mbar": ("pressure", 1e-4, 0.0),
    "bar": ("pressure", 0.1, 0.0),
    "psi": ("pressure", 0.006894757293168, 0.0),
    "mm": ("length", 1e-3, 0.0),
    "cm": ("length", 1e-2, 0.0),
    "m": ("length", 1.0, 0.0),
    "%": ("share", 1.0, 0.0),
    "%RH": ("humidity", 1.0, 0.0),
    "%LEL": ("flammable", 1.0, 0.0),
    "m3/h": ("volume flow", 1.0, 0.0),
    "L/min": ("volume flow", 0.06, 0.0),
    "t/h": ("mass flow", 1.0, 0.0),
    "kg/h": ("mass flow", 1e-3, 0.0),
    "t": ("mass", 1.0, 0.0),
    "kg": ("mass", 1e-3, 0.0),
    "m/s": ("speed", 1.0, 0.0),
    "A": ("current", 1.0, 0.0),
    "V": ("voltage", 1.0, 0.0),
    "kW": ("power", 1.0, 0.0),
    "r/min": ("rotation", 1.0, 0.0),
    "ppm": ("volume concentration", 1.0, 0.0),
    "%vol": ("volume concentration", 1e4, 0.0),
    "mg/m3": ("mass concentration", 1.0, 0.0),
    "g/m3": ("mass concentration", 1e3, 0.0),
}
_SPELLINGS: Final = {"°C": "℃", "C": "℃", "°F": "℉", "m³/h": "m3/h", "mg/m³": "mg/m3", "g/m³": "g/m3", "VOL%": "%vol"}
GAS_CONSTANT: Final = 8.314462618  # J/(mol·K); with Pa and K this gives 24.45 L/mol at 25 ℃ and 101.325 kPa
PRESSURE_PA: Final = 101_325.0


class UnitsDoNotMeet(Problem):
    code = "intake.units_do_not_meet"


def conversion(
    given: str,
    wanted: str,
    *,
    molar_mass: float | None = None,
    temperature_c: float = 25.0,
    lel_percent: float | None = None,
) -> tuple[float, float]:
    """Factor and offset from `given` to `wanted`.

    ppm ↔ mg/m³ needs the molar mass and states its temperature; %LEL ↔ volume needs the gas's own limit in % vol.
    """
    a, b = _unit(given, wanted), _unit(wanted, given)
    if a[0] == b[0]:
        return a[1] / b[1], (a[2] - b[2]) / b[1]
    bridge = _bridge(a[0], b[0], molar_mass, temperature_c, lel_percent)
    if bridge is None:
        raise _cannot(given, wanted)
    return a[1] * bridge / b[1], 0.0


def _bridge(a: str, b: str, molar_mass: float | None, celsius: float, lel: float | None) -> float | None:
    volume, mass, flammable = "volume concentration", "mass concentration", "flammable"
    if molar_mass and {a, b} == {volume, mass}:
        per_ppm = molar_mass * 1e-3 * PRESSURE_PA / (GAS_CONSTANT * (celsius + 273.15))  # mg/m³ in one ppm
        return per_ppm if a == volume else 1 / per_ppm
    if lel and {a, b} == {volume, flammable}:
        per_percent = lel / 100 * 1e4  # ppm in one %LEL
        return per_percent if a == flammable else 1 / per_percent
    return None


def _unit(name: str, other: str) -> tuple[str, float, float]:
    found = _UNITS.get(_SPELLINGS.get(name, name))
    if found is None:
        raise _cannot(name, other)
    return found


def _cannot(given: str, wanted: str) -> UnitsDoNotMeet:
    return UnitsDoNotMeet(
        Text(
            "无法把“{a}”换算为“{b}”。请核对量纲；ppm 与 mg/m³ 之间须给出摩尔质量，%LEL 与体积分数之间须给出爆炸下限。",
            "“{a}” can't become “{b}”. Check the dimension; ppm and mg/m³ need the molar mass, %LEL and volume the LEL.",
        ).format(a=given, b=wanted)
    )
