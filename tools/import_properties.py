"""Imports physical and safety properties of the catalogue's chemicals from the `chemicals` library.

    pip install chemicals && python tools/import_properties.py [--check]

The library isn't needed to run the product. Only measured or published values are taken, never an estimate (group
contributions, regressions); each names the publication the library has it from. What it lacks stays missing.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import chemicals

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "src" / "bihuan" / "law" / "regulations" / "hazardous-chemicals" / "catalogue-2015.csv"
TARGET = ROOT / "src" / "bihuan" / "registers" / "chemicals" / "reference" / "properties.csv"

#: In the order they are preferred. Anything else the library offers is an estimate or of unknown origin.
PUBLISHED = (
    "IEC 60079-20-1 (2010)",
    "NFPA 497 (2008)",
    "Serat DIPPR (2017)",
    "CRC_ORG",
    "CRC_INORG",
    "COMMON_CHEMISTRY",
    "WEBBOOK",
    "OPEN_NTBKM",
    "Ontario Limits",
)
NAMES = {
    "CRC_ORG": "CRC Handbook of Chemistry and Physics (organic)",
    "CRC_INORG": "CRC Handbook of Chemistry and Physics (inorganic)",
    "COMMON_CHEMISTRY": "CAS Common Chemistry",
    "WEBBOOK": "NIST Chemistry WebBook",
    "OPEN_NTBKM": "Open Notebook Melting Points",
    "Ontario Limits": "Ontario occupational exposure limits",
}


def celsius(kelvin: float) -> str:
    return plain(kelvin - 273.15, 2)


def per_cent(fraction: float) -> str:
    return plain(fraction * 100, 3)


def plain(value: float, places: int) -> str:
    return f"{value:.{places}f}".rstrip("0").rstrip(".")


def limit(value: Any) -> tuple[str, str]:
    amount, unit = value
    return plain(float(amount), 4), unit


def read() -> Iterator[tuple[str, str, str, str, str]]:
    """(CAS, property, value, unit, publication)"""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        numbers = sorted({cas.strip() for row in csv.DictReader(file) for cas in row["cas"].split(";") if cas.strip()})
    lookups: tuple[tuple[str, Any, Any, Callable[[Any], str] | None, str], ...] = (
        ("flash_point", chemicals.T_flash_methods, chemicals.T_flash, celsius, "°C"),
        ("autoignition", chemicals.T_autoignition_methods, chemicals.T_autoignition, celsius, "°C"),
        ("lower_explosive_limit", chemicals.LFL_methods, chemicals.LFL, per_cent, "% vol"),
        ("upper_explosive_limit", chemicals.UFL_methods, chemicals.UFL, per_cent, "% vol"),
        ("boiling_point", chemicals.Tb_methods, chemicals.Tb, celsius, "°C"),
        ("melting_point", chemicals.Tm_methods, chemicals.Tm, celsius, "°C"),
        ("exposure_limit_8_h", chemicals.TWA_methods, chemicals.TWA, None, ""),
        ("exposure_limit_15_min", chemicals.STEL_methods, chemicals.STEL, None, ""),
    )
    for cas in numbers:
        for name, methods, value_of, shown, unit in lookups:
            arguments = {"CASRN": cas} if name.endswith("explosive_limit") else {}
            offered = methods(**arguments) if arguments else methods(cas)
            method = next((m for m in PUBLISHED if m in offered), None)
            if method is None:
                continue
            value = value_of(**arguments, method=method) if arguments else value_of(cas, method=method)
            if value is None:
                continue
            said, in_unit = (shown(value), unit) if shown else limit(value)
            yield cas, name, said, in_unit, NAMES.get(method, method)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["cas", "property", "value", "unit", "source"])
    writer.writerows(read())
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == out.getvalue():
        return 0
    print(f"{'differs' if arguments.check else 'written'}: {TARGET.name} (chemicals {chemicals.__version__})")
    if not arguments.check:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(out.getvalue(), encoding="utf-8")
    return int(arguments.check)


if __name__ == "__main__":
    sys.exit(main())
