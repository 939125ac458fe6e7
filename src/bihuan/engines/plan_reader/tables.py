"""任务表: tables whose heading row names tasks and who answers for them."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.engines.plan_reader.assignments import Found
from bihuan.engines.plan_reader.dates import PlanCalendar
from bihuan.engines.plan_reader.details import read_details
from bihuan.engines.plan_reader.ledger import Notice, Responsible, Span, Task
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.source import Block, Source, clean
from bihuan.engines.plan_reader.stream import Stream, make_stream
from bihuan.engines.plan_reader.terms import Role
from bihuan.engines.plan_reader.units import Unit, parse_statement, split_units

#: Columns in the order in which a heading is tried: 责任单位 must not be taken for 任务.
_KINDS = ("lead", "coop", "owner", "limit", "number", "target", "task", "section")
_HEADINGS = {kind: frozenset(words("table_headings", kind)) for kind in _KINDS}
_HEADING_ROWS = 4


@dataclass(frozen=True, slots=True)
class TaskTable:
    """A table read as tasks: which column holds what, and the cells below the heading."""

    table: int
    columns: dict[int, str]
    rows: list[dict[int, Block]]
    caption: str = ""


def column_kind(heading: str) -> str | None:
    """What a column holds, from its heading; a unit in brackets and blanks do not matter."""
    bare = "".join(c for c in clean(heading).split("（")[0].split("(")[0] if not c.isspace())
    return next((kind for kind in _KINDS if bare in _HEADINGS[kind]), None)


def task_tables(source: Source) -> list[TaskTable]:
    """The tables of a source that have a task column and a unit column."""
    found = []
    for index, cells in source.tables().items():
        rows: dict[int, dict[int, Block]] = {}
        for cell in cells:
            rows.setdefault(cell.row, {})[cell.column] = cell
        ordered = [rows[r] for r in sorted(rows)]
        for k, row in enumerate(ordered[:_HEADING_ROWS]):
            columns = {c: kind for c, cell in row.items() if (kind := column_kind(source.read(cell.span)))}
            kinds = set(columns.values())
            if "task" in kinds and kinds & {"lead", "owner"}:
                found.append(TaskTable(index, _single_task(columns), ordered[k + 1 :]))
                break
    return found


def _single_task(columns: dict[int, str]) -> dict[int, str]:
    """重点任务 beside 具体措施: the last of several task columns is the task, those before it the section."""
    tasks = [c for c in sorted(columns) if columns[c] == "task"]
    return {c: ("section" if kind == "task" and c != tasks[-1] else kind) for c, kind in columns.items()}


def read_tables(source: Source, tables: list[TaskTable], plan: PlanCalendar, notices: list[Notice]) -> list[Task]:
    """One task per row; an empty section, unit or limit cell repeats the one above it (merged cells)."""
    if not tables:
        return []
    stream = make_stream(source)
    starts = {at: i for i, at in reversed(list(enumerate(stream.at)))}
    tasks: list[Task] = []
    for table in tables:
        above: dict[int, Block] = {}
        for n, row in enumerate(table.rows, 1):
            filled = {}
            for c, kind in table.columns.items():
                cell = row.get(c)
                if cell is not None and source.read(cell.span):
                    filled[c] = above[c] = cell
                elif kind in ("section", "lead", "owner", "coop") and c in above and cell is None:
                    filled[c] = above[c]
            task = _row_task(source, stream, starts, table, filled, n, plan, notices)
            if task:
                tasks.append(task)
    return tasks


def _row_task(
    source: Source,
    stream: Stream,
    starts: dict[int, int],
    table: TaskTable,
    row: dict[int, Block],
    n: int,
    plan: PlanCalendar,
    notices: list[Notice],
) -> Task | None:
    def place(block: Block) -> tuple[int, int]:
        inside = [starts[i] for i in range(block.span.start, block.span.end) if i in starts]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    by_kind: dict[str, list[Block]] = {}
    for c in sorted(row):
        by_kind.setdefault(table.columns[c], []).append(row[c])
    if "task" not in by_kind:
        return None
    units: list[Unit] = []
    raw: list[int] = []
    for kind in ("lead", "owner", "coop"):
        role = Role[kind.upper()]
        for block in by_kind.get(kind, []):
            a, b = place(block)
            units += parse_statement(stream.text[a:b], a, stream.gaps, default=role) or [
                Unit(s, e, role) for s, e in split_units(stream.text[a:b], a, stream.gaps)
            ]
            raw += [a, b]
    if not units:
        return None
    text_block = by_kind["task"][0]
    start, end = place(text_block)
    limits = [place(b) for kind in ("limit", "target") for b in by_kind.get(kind, []) if kind == "limit"]
    number = by_kind.get("number")
    no = source.read(number[0].span).rstrip(".、") if number else str(n)
    section = " > ".join(source.read(b.span) for b in by_kind.get("section", []))
    found = Found(no, section, start, end, units, min(raw), min(raw), limits)
    details = read_details(stream, found, plan, notices)
    unit_blocks = [b for kind in ("lead", "owner", "coop") for b in by_kind.get(kind, [])]
    return Task(
        no=no,
        section=section,
        text=source.read(text_block.span),
        responsible=tuple(Responsible(stream.read(u.start, u.end), u.role, stream.span(u.start, u.end)) for u in units),
        responsible_raw="；".join(source.read(b.span) for b in unit_blocks),
        deadlines=details.deadlines,
        indicators=details.indicators,
        span=text_block.span,
        responsible_span=Span(unit_blocks[0].span.start, unit_blocks[0].span.end),
    )
