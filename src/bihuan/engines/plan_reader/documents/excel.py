"""Excel: a task table (.xlsx), its headings checked, formulas refused by cell."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bihuan.engines.plan_reader.documents import limits
from bihuan.engines.plan_reader.documents.archive import Parts
from bihuan.engines.plan_reader.documents.problems import FileTooLarge, FormulaCell, WrongHeadings, corrupt
from bihuan.engines.plan_reader.source import Source, SourceBuilder
from bihuan.engines.plan_reader.tables import column_kind
from bihuan.kernel.text import Text

_HEADING_ROWS = 10


def read_xlsx(data: bytes, name: str) -> Source:
    """The sheets that hold task tables, cell by cell."""
    Parts(data, ".xlsx").check_all()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
    ) as error:
        raise corrupt(".xlsx", type(error).__name__) from error
    builder = SourceBuilder()
    complaints: list[Text] = []
    tables = 0
    for sheet in book.worksheets:
        heading = _heading_row(sheet)
        if isinstance(heading, Text):
            complaints.append(heading)
            continue
        _sheet(builder, sheet, heading, tables)
        tables += 1
    if not tables:
        raise WrongHeadings(
            Text(
                "没有找到任务表。"
                + "；".join(c.zh for c in complaints)
                + "。请让表头一行同时含有“工作任务”和“责任单位”（或“牵头单位”）。",
                "No task table was found. "
                + "; ".join(c.en for c in complaints)
                + ". One heading row must hold both 工作任务 (task) and 责任单位 or 牵头单位 (unit).",
            )
        )
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return builder.build(name=name, media=media)


def _heading_row(sheet: Any) -> int | Text:
    """The row that names the columns, or what the nearest one lacks."""
    title = sheet.title
    if sheet.max_row > limits.MAX_ROWS or sheet.max_column > 16384:
        raise FileTooLarge(
            Text(
                f"工作表“{title}”有 {sheet.max_row} 行，超过上限 {limits.MAX_ROWS} 行。请只保留任务表。",
                f"Sheet “{title}” has {sheet.max_row} rows; at most {limits.MAX_ROWS} are read. Keep only the task table.",
            )
        )
    best: tuple[int, int, set[str]] = (0, 1, set())
    for r in range(1, min(sheet.max_row, _HEADING_ROWS) + 1):
        kinds = {k for c in range(1, _width(sheet) + 1) if (k := column_kind(_text(sheet.cell(r, c).value)))}
        if "task" in kinds and kinds & {"lead", "owner"}:
            return r
        if len(kinds) > best[0]:
            best = (len(kinds), r, kinds)
    missing = [
        w
        for w, found in (("工作任务", "task" in best[2]), ("责任单位", bool(best[2] & {"lead", "owner"})))
        if not found
    ]
    return Text(
        f"工作表“{title}”第 {best[1]} 行（A{best[1]} 起）缺少表头：" + "、".join(missing),
        f"sheet “{title}” row {best[1]} (from cell A{best[1]}) lacks the headings " + ", ".join(missing),
    )


def _sheet(builder: SourceBuilder, sheet: Any, heading: int, table: int) -> None:
    for r in range(1, heading):
        words = [_text(sheet.cell(r, c).value) for c in range(1, _width(sheet) + 1)]
        builder.add(" ".join(w for w in words if w), "paragraph")
    hidden = {
        (r, c) for area in sheet.merged_cells.ranges for r in range(area.min_row, area.max_row + 1)
        for c in range(area.min_col, area.max_col + 1) if (r, c) != (area.min_row, area.min_col)
    }  # fmt: skip
    used = [c for c in range(1, _width(sheet) + 1) if column_kind(_text(sheet.cell(heading, c).value))]
    for r in range(heading, sheet.max_row + 1):
        for c in used:
            if (r, c) in hidden:
                continue
            cell = sheet.cell(r, c)
            if cell.data_type == "f":
                where = f"{get_column_letter(c)}{r}"
                raise FormulaCell(
                    Text(
                        f"工作表“{sheet.title}”的单元格 {where} 是公式，读取结果可能与所见不同。请“复制—选择性粘贴—数值”后重新上传。",
                        f"Cell {where} of sheet “{sheet.title}” holds a formula; what is read may differ from what you see. "
                        "Paste it as values and upload again.",
                    ),
                    where={f"{sheet.title}!{where}": Text("公式", "formula")},
                )
            builder.add(_text(cell.value), "cell", table=table, row=r, column=c)


def _width(sheet: Any) -> int:
    return min(int(sheet.max_column), limits.MAX_COLUMNS)


def _text(value: object) -> str:
    """A cell as it reads: dates in the form the reader knows, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).replace("\r", "").replace("\n", " ").strip()
