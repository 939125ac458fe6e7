"""命令行: `bihuan hazard template FILE`, `bihuan hazard identify INVENTORY.xlsx`, without a database."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from bihuan.core.clock import now
from bihuan.core.records.sheets.reading import Failed, Formula, Workbook
from bihuan.engines.major_hazard.cells import Unreadable
from bihuan.engines.major_hazard.grading import calculate
from bihuan.engines.major_hazard.inventory import Inventory, read_inventory
from bihuan.engines.major_hazard.printing.excel import excel_sheet
from bihuan.engines.major_hazard.printing.word import word_sheet
from bihuan.engines.major_hazard.sheet import STANDARD, CalculationSheet, shown
from bihuan.engines.major_hazard.tables import tables_at
from bihuan.engines.major_hazard.template import template
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

FORMS = ("docx", "xlsx", "json")
#: So many faults are listed on a terminal; `--json` has them all.
LISTED = 50


class FileMissing(Problem):
    code = "file_missing"


class UnitMissing(Problem):
    code = "unit_missing"


def hazard_command(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bihuan hazard", description=f"重大危险源辨识与分级（{STANDARD}）")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("template", help="清单模板 / the form to fill in")
    making.add_argument("file", type=Path, metavar="FILE.xlsx")
    working = commands.add_parser("identify", help="清单 → 辨识与分级 / inventory → grades")
    working.add_argument("inventory", type=Path, metavar="INVENTORY.xlsx")
    working.add_argument("--json", action="store_true", help="计算书以 JSON 输出 / print the sheets as JSON")
    working.add_argument("--unit", help="只算这个单元编号 / only units with this code")
    working.add_argument(
        "--sheets", type=Path, metavar="FOLDER", help="把计算书写到这个文件夹 / write the sheets there"
    )
    working.add_argument("--as", dest="forms", default="docx", help="docx,xlsx,json（默认 docx）")
    for command in (making, working):
        command.add_argument("--on", type=date.fromisoformat, help="适用哪一天的标准，默认今天 / the law of which day")
    chosen = parser.parse_args(list(argv))
    on = chosen.on or day_of(now())
    if chosen.command == "template":
        chosen.file.write_bytes(template(tables=tables_at(on)))
        Console(stderr=True).print(f"{chosen.file}", markup=False, highlight=False)
        return 0
    forms = [form for form in chosen.forms.split(",") if form]
    if unknown := set(forms) - set(FORMS):
        parser.error(f"--as: {', '.join(sorted(unknown))} ≠ {', '.join(FORMS)}")
    return _identify(chosen, forms, on)


def _identify(chosen: argparse.Namespace, forms: list[str], on: date) -> int:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        inventory = _read(chosen.inventory, on, progress)
        if inventory.wrong:
            progress.stop()
            _tell_wrong(chosen, inventory)
            return 1
        units = [unit for unit in inventory.units if chosen.unit in (None, unit.code)]
        if not units:
            raise UnitMissing(Text("清单里没有单元 {u}。", "The inventory has no unit {u}.").format(u=chosen.unit))
        bar = progress.add_task(str(Text("辨识分级", "Identifying")), total=len(units))
        sheets: list[CalculationSheet] = []
        for unit in units:
            sheets.append(calculate(unit=unit, tables=tables_at(on)))
            if chosen.sheets:
                _write(sheets[-1], len(sheets), chosen.sheets, forms)
            progress.advance(bar)
    if chosen.json:
        said = {"standard": STANDARD, "on": on.isoformat(), "units": [sheet.to_json() for sheet in sheets]}
        json.dump(said, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        _print(sheets)
    return 0


def _read(path: Path, on: date, progress: Progress) -> Inventory:
    if not path.is_file():
        raise FileMissing(Text("找不到文件 {f}。", "There is no file {f}.").format(f=path))
    with Workbook(path) as book:
        bar = progress.add_task(str(Text("读取清单", "Reading the inventory")), total=None)

        def rows() -> Iterator[tuple[int, Sequence[Any]]]:
            for count, row in enumerate(book.rows(), start=1):
                if count % 500 == 0:
                    progress.update(bar, completed=count)
                yield row.number, [_cell(value) for value in row.cells]

        return read_inventory(headings=book.headings, rows=rows(), tables=tables_at(on))


def _cell(value: Any) -> Any:
    return Unreadable(value.text) if isinstance(value, Formula | Failed) else value


def _tell_wrong(chosen: argparse.Namespace, inventory: Inventory) -> None:
    if chosen.json:
        json.dump({"wrong": [cell.to_json() for cell in inventory.wrong]}, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    errors = Console(stderr=True)
    said = Text("清单有 {n} 处错误，未作任何计算：", "The inventory has {n} faults; nothing was calculated:")
    errors.print(str(said.format(n=len(inventory.wrong))), markup=False, highlight=False)
    for cell in inventory.wrong[:LISTED]:
        errors.print(f"  {cell.cell} {cell.heading}: {cell.text}", markup=False, highlight=False)
    if len(inventory.wrong) > LISTED:
        errors.print(f"  … +{len(inventory.wrong) - LISTED}", markup=False, highlight=False)


def _write(sheet: CalculationSheet, number: int, folder: Path, forms: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # The number keeps two enterprises with the same code apart, and the name free of what a file name can't hold.
    stem = f"{number:05d}-{re.sub(r'[^0-9A-Za-z一-鿿._-]+', '_', sheet.code)[:40]}"
    if "docx" in forms:
        (folder / f"{stem}.docx").write_bytes(word_sheet(sheet))
    if "xlsx" in forms:
        (folder / f"{stem}.xlsx").write_bytes(excel_sheet(sheet))
    if "json" in forms:
        text = json.dumps(sheet.to_json(), ensure_ascii=False, indent=1)
        (folder / f"{stem}.json").write_text(text, encoding="utf-8")


def _print(sheets: Sequence[CalculationSheet]) -> None:
    console = Console()
    table = Table()
    for heading in (
        Text("企业", "Enterprise"),
        Text("单元", "Unit"),
        Text("类型", "Kind"),
        Text("S", "S"),
        Text("α", "α"),
        Text("R", "R"),
        Text("级别", "Grade"),
        Text("超储", "Over-stored"),
    ):
        table.add_column(str(heading), overflow="fold")
    for sheet in sheets:
        table.add_row(
            sheet.enterprise,
            f"{sheet.code} {sheet.name}",
            str(sheet.kind.label),
            shown(sheet.s),
            shown(sheet.factor),
            shown(sheet.r),
            str(sheet.grade.label) if sheet.grade else str(Text("不构成", "None")),
            str(len(sheet.over_stored) or ""),
        )
    console.print(table)
    counts: dict[str, int] = {}
    for sheet in sheets:
        key = str(sheet.grade.label if sheet.grade else Text("不构成", "None"))
        counts[key] = counts.get(key, 0) + 1
    summary = "；".join(f"{name} {count}" for name, count in sorted(counts.items()))
    state = sheets[0].state.label
    console.print(f"{STANDARD}（{sheets[0].on.isoformat()}，{state}）：{summary}", markup=False, highlight=False)
