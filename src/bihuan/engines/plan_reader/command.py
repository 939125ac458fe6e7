"""命令行: `bihuan plan read FILE… [--json]`, without a database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from bihuan.engines.plan_reader.documents.door import open_path, require_plan
from bihuan.engines.plan_reader.ledger import Deadline, Ledger, Task
from bihuan.engines.plan_reader.reader import read
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

_MANY = 3
_BRIEF = 46

_COLUMNS = (
    Text("编号", "No."),
    Text("任务", "Task"),
    Text("责任单位", "Units"),
    Text("时限", "Due"),
    Text("指标", "Measures"),
)


def read_command(argv: Sequence[str]) -> int:
    """Reads plan documents and prints their ledgers; 1 where any file failed, the others are read all the same."""
    parser = argparse.ArgumentParser(prog="bihuan plan", description="读取方案文件，生成任务台账 / read plan documents")
    commands = parser.add_subparsers(dest="command", required=True)
    reading = commands.add_parser("read", help="文件 → 任务台账 / document → ledger")
    reading.add_argument("files", nargs="+", type=Path, metavar="FILE")
    reading.add_argument("--json", action="store_true", help="台账以 JSON 输出 / print the ledgers as JSON")
    chosen = parser.parse_args(list(argv))
    ledgers, problems = _read_all(chosen.files)
    if chosen.json:
        _print_json(chosen.files, ledgers, problems)
    else:
        _print_tables(chosen.files, ledgers)
    errors = Console(stderr=True)
    for path, problem in problems.items():
        errors.print(f"[red]✗[/red] {path.name}: ", end="")
        errors.print(str(problem), markup=False, highlight=False)
    return 1 if problems else 0


def _read_all(files: Sequence[Path]) -> tuple[dict[Path, Ledger], dict[Path, Problem]]:
    """Every file on its own: one bad file does not stop the rest. A bar shows where many are read."""
    ledgers: dict[Path, Ledger] = {}
    problems: dict[Path, Problem] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=len(files) < _MANY) as progress:
        bar = progress.add_task(str(Text("读取方案", "Reading plans")), total=len(files))
        for path in files:
            try:
                ledgers[path] = require_plan(read(open_path(path)), name=path.name)
            except Problem as problem:
                problems[path] = problem
            progress.advance(bar)
    return ledgers, problems


def _print_json(files: Sequence[Path], ledgers: dict[Path, Ledger], problems: dict[Path, Problem]) -> None:
    """One file: its ledger. Several: a list with the file of each, the failed ones with their problem."""
    if len(files) == 1:
        rows: Any = ledgers[files[0]].to_json() if ledgers else _problem(problems[files[0]])
    else:
        rows = [
            {"file": str(p), **({"ledger": ledgers[p].to_json()} if p in ledgers else _problem(problems[p]))}
            for p in files
        ]
    json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def _problem(problem: Problem) -> dict[str, Any]:
    return {"problem": {"code": problem.code, "zh": problem.text.zh, "en": problem.text.en}}


def _print_tables(files: Sequence[Path], ledgers: dict[Path, Ledger]) -> None:
    console = Console()
    for path in files:
        if path in ledgers:
            _print_ledger(console, path, ledgers[path])


def _print_ledger(console: Console, path: Path, ledger: Ledger) -> None:
    console.print(f"\n{ledger.title or path.name}", style="bold", markup=False)
    facts = Text(
        "地区 {region}；任务 {tasks} 项，报送 {reports} 项，阶段 {phases} 个，提示 {doubts} 条",
        "Region {region}; {tasks} tasks, {reports} reporting duties, {phases} phases, {doubts} notices",
    )
    console.print(
        str(
            facts.format(
                region=ledger.issuer_region or "-",
                tasks=len(ledger.tasks),
                reports=len(ledger.reporting),
                phases=len(ledger.phases),
                doubts=len(ledger.warnings),
            )
        ),
        markup=False,
        highlight=False,
    )
    table = Table(show_lines=False)
    for heading in _COLUMNS:
        table.add_column(str(heading), overflow="fold")
    for task in ledger.tasks:
        table.add_row(*_row(task))
    console.print(table)
    for report in ledger.reporting:
        console.print(f"· {report.who} → {report.to}: {', '.join(report.due) or '-'}", markup=False, highlight=False)
    for phase in ledger.phases:
        console.print(f"· {phase.start or ''} ~ {phase.end} {phase.name}", markup=False, highlight=False)
    for notice in ledger.warnings:
        console.print(f"! [{notice.span.start}–{notice.span.end}] {notice.message}", markup=False, highlight=False)


def _row(task: Task) -> tuple[str, ...]:
    brief = task.text if len(task.text) <= _BRIEF else task.text[:_BRIEF] + "…"
    units = "\n".join(f"{r.unit}（{r.role.label}）" for r in task.responsible)
    due = "\n".join(_due(d) for d in task.deadlines)
    measures = "\n".join(f"{i.op} {i.value:g} {i.unit}" for i in task.indicators)
    return task.no, brief, units, due, measures


def _due(deadline: Deadline) -> str:
    ongoing = str(Text("持续", "ongoing")) if deadline.ongoing else ""
    return " ".join(filter(None, (deadline.date, ongoing))) or deadline.raw
