"""重大危险源辨识: units identified per second on one core, from a workbook of 1 000 enterprises × 30 substances. `python -m
bench.hazard`.

The workbook is generated (one unit an enterprise, two in five chemicals by category, the rest from Table 1). Reading,
calculating and writing a sheet are timed apart.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

from openpyxl import Workbook as Book

from bihuan.core.records.sheets.reading import Workbook
from bihuan.engines.major_hazard.cells import COLUMNS
from bihuan.engines.major_hazard.grading import calculate
from bihuan.engines.major_hazard.inventory import read_inventory
from bihuan.engines.major_hazard.printing.excel import excel_sheet
from bihuan.engines.major_hazard.printing.word import word_sheet
from bihuan.engines.major_hazard.sheet import CalculationSheet
from bihuan.engines.major_hazard.tables import tables_at

TABLES = tables_at(date(2026, 11, 22))
PAIRS = ("J2;W5.3", "J5", "J3;W2", "W10", "W5.4", "W9.2", "W11")


def workbook(path: Path, *, enterprises: int, substances: int) -> None:
    chance = random.Random(4)
    named = [row for row in TABLES.named if not row.is_conditional]
    book = Book(write_only=True)
    sheet = book.create_sheet()
    sheet.append([column.heading.zh for column in COLUMNS])
    for enterprise in range(enterprises):
        residents = chance.choice((0, 20, 40, 70, 300))
        for number in range(substances):
            said = {
                "enterprise": f"企业{enterprise:04d}", "unit_code": "U-1", "unit_name": "罐区", "unit_kind": "储罐区",
                "residents": residents, "holder": f"V-{number}", "basis": "SDS 第2部分", "mass_unit": "t",
                "design_maximum": round(chance.uniform(0.1, 40), 3),
            }  # fmt: skip
            if number % 5 < 3:
                said |= {"name": named[(enterprise + number) % len(named)].name, "symbols": chance.choice(PAIRS)}
            else:
                said |= {"name": f"中间体{number}", "symbols": chance.choice(PAIRS)}
            sheet.append([said.get(column.key) for column in COLUMNS])
    book.save(path)


def picture(folder: Path, sheet: CalculationSheet) -> None:
    """The sheet of one unit as a reviewer gets it, and what it looks like."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "sheet.docx"
    written.write_bytes(word_sheet(sheet))
    for step in (
        ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(written)],
        ["pdftoppm", "-r", "80", "-png", str(folder / "sheet.pdf"), str(folder / "sheet")],
    ):
        if shutil.which(step[0]) is None:
            print(f"no {step[0]} here: the sheet stands in {written}")
            return
        subprocess.run(step, check=True, capture_output=True, timeout=180)
    print("pictures: " + ", ".join(sorted(p.name for p in folder.glob("sheet*.png"))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enterprises", type=int, default=1000)
    parser.add_argument("--substances", type=int, default=30)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--picture", default="", help="a folder: the sheet of one unit as .docx, .pdf and .png, by LibreOffice"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inventory.xlsx"
        workbook(path, enterprises=args.enterprises, substances=args.substances)
        reading, working, grades = [], [], {}
        for _ in range(args.repeat):
            began = time.perf_counter()
            with Workbook(path) as book:
                rows = ((row.number, row.cells) for row in book.rows())
                inventory = read_inventory(headings=book.headings, rows=rows, tables=TABLES)
            assert not inventory.wrong, inventory.wrong[:3]
            read_at = time.perf_counter()
            sheets = [calculate(unit=unit, tables=TABLES) for unit in inventory.units]
            working.append(time.perf_counter() - read_at)
            reading.append(read_at - began)
        for sheet in sheets:
            grade = sheet.grade.value if sheet.grade else "-"
            grades[grade] = grades.get(grade, 0) + 1
        began = time.perf_counter()
        for sheet in sheets[:20]:
            word_sheet(sheet)
        word = (time.perf_counter() - began) / 20
        began = time.perf_counter()
        for sheet in sheets[:20]:
            excel_sheet(sheet)
        excel = (time.perf_counter() - began) / 20
    if args.picture:
        picture(Path(args.picture), sheets[0])
    rows_read = args.enterprises * args.substances
    read, work = statistics.median(reading), statistics.median(working)
    print(
        f"{rows_read} rows of {args.enterprises} units, grades {dict(sorted(grades.items()))}, median of {args.repeat}"
    )
    print(f"reading and checking: {read:6.2f} s, {rows_read / read:8,.0f} rows/s")
    print(f"identifying, grading: {work:6.2f} s, {args.enterprises / work:8,.0f} units/s")
    print(f"both:                 {read + work:6.2f} s, {args.enterprises / (read + work):8,.0f} units/s")
    print(f"a sheet of {args.substances} lines: .docx {word * 1000:.0f} ms, .xlsx {excel * 1000:.0f} ms")


if __name__ == "__main__":
    main()
