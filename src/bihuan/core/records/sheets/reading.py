"""读取工作簿: a stranger's .xlsx, looked at before it is opened, then read row by row."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from bihuan.core.records.sheets.parsing import Book, Failed, Formula, rows_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

MAX_UNPACKED = 600 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 2_000
MAX_COLUMNS = 200
#: A key that begins so is the example row of the template.
EXAMPLE = "示例"
__all__ = ["EXAMPLE", "Failed", "Formula", "ReadRow", "UnreadableSheet", "Workbook", "letter"]


class UnreadableSheet(Problem):
    """The file as a whole can't be imported."""

    code = "unreadable_sheet"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row; `number` as Excel counts, `cells` as Python has them, a `Formula` or a `Failed`."""

    number: int
    cells: tuple[Any, ...]


def letter(column: int) -> str:
    """0 → A."""
    return get_column_letter(column + 1)


def require_harmless(path: Path) -> None:
    """Refuse what isn't an .xlsx, is locked, carries macros, or would unpack into a flood."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableSheet(
            Text(
                "这是旧版 .xls 文件或加了密码的工作簿。请在 Excel 中去掉密码，并另存为“Excel 工作簿（.xlsx）”。",
                "An old .xls file or a workbook with a password. Remove the password and save it as .xlsx.",
            )
        )
    if not head.startswith(b"PK") or not zipfile.is_zipfile(path):
        raise UnreadableSheet(
            Text(
                "这不是 Excel 工作簿（.xlsx）。请下载模板填写。",
                "Not an Excel workbook (.xlsx). Download the template.",
            )
        )
    try:
        _require_harmless_archive(path)
    except _DAMAGED as broken:
        raise UnreadableSheet(DAMAGED) from broken


DAMAGED = Text(
    "工作簿已损坏或不是标准格式，无法读取。请用 Excel 打开后另存一份再试。",
    "The workbook is damaged or not in the standard format. Open it in Excel, save a copy, try again.",
)
#: What the library of archives raises for a broken, locked or strangely packed one.
_DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError, ValueError)


def _require_harmless_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        names = {p.filename for p in parts}
        unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
        if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or (unpacked > 50 << 20 and unpacked > MAX_RATIO * packed):
            raise UnreadableSheet(
                Text("文件解压后过大，已拒绝打开。", "Unpacked it would be far too large; it was not opened.")
            )
        if any(n.lower().endswith("vbaproject.bin") for n in names):
            raise UnreadableSheet(
                Text(
                    "工作簿含宏，不能导入。请另存为不含宏的 .xlsx。",
                    "The workbook has macros. Save it as .xlsx without macros.",
                )
            )
        if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
            raise UnreadableSheet(Text("这不是 Excel 工作簿（.xlsx）。", "Not an Excel workbook (.xlsx)."))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as file:
                    start = file.read(4096)
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise UnreadableSheet(
                        Text(
                            "工作簿含外部实体声明，已拒绝打开。",
                            "The workbook declares XML entities; it was not opened.",
                        )
                    )


_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z0-9:]+)"')


def merged_ranges(path: Path, *, part: str) -> list[str]:
    """Read from the raw sheet: the streaming reader passes merged cells over in silence."""
    found: list[str] = []
    tail = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        while chunk := file.read(1 << 20):
            window = tail + chunk
            last = 0
            for match in _MERGED.finditer(window):
                found.append(match.group(1).decode())
                last = match.end()
            tail = window[max(last, len(window) - 200) :]
            if len(found) > 20:
                break
    return found


class Workbook:
    """The first sheet of a workbook: its headings, then its rows."""

    def __init__(self, path: Path) -> None:
        require_harmless(path)
        self.file = path.open("rb")  # by handle: the reader would judge a path by its ending
        try:
            self.book = load_workbook(self.file, read_only=True, data_only=False, keep_links=False)
            self.sheet = next(s for s in self.book.worksheets if s.sheet_state == "visible")
            self.part = str(vars(self.sheet)["_worksheet_path"]).lstrip("/")
        except Exception as broken:  # whatever is wrong inside, the user hears the same: it can't be read
            self.file.close()
            raise UnreadableSheet(DAMAGED) from broken
        if merged := merged_ranges(path, part=self.part):
            self.close()
            raise UnreadableSheet(
                Text(
                    "表中有合并单元格：{r}。合并后只有左上角有值，请取消合并并逐行填写。",
                    "Merged cells: {r}. Only the top left one holds a value; unmerge them and fill in each row.",
                ).format(r="、".join(merged[:10]))
            )
        self._rows = self._read()
        first = next(self._rows, None)
        self.headings = [self._heading(c) for c in first.cells] if first is not None else []
        while self.headings and not self.headings[-1]:
            self.headings.pop()

    @staticmethod
    def _heading(cell: Any) -> str:
        return re.sub(r"\s+", "", str(cell)) if cell is not None else ""

    def rows(self) -> Iterator[ReadRow]:
        """Rows that hold anything, cut or filled to the width of the headings."""
        width = len(self.headings)
        for row in self._rows:
            if any(c not in (None, "") and not (isinstance(c, str) and not c.strip()) for c in row.cells):
                cells = row.cells[:width] + (None,) * (width - len(row.cells))
                yield ReadRow(row.number, cells)

    def _read(self) -> Iterator[ReadRow]:
        try:
            inside = vars(self.book)
            book = Book(vars(self.sheet)["_shared_strings"], inside["_date_formats"], self.book.epoch)
            with zipfile.ZipFile(self.file) as archive, archive.open(self.part) as part:
                for number, cells in rows_of(part, book=book, width=MAX_COLUMNS):
                    yield ReadRow(number, cells)
        except UnreadableSheet:
            raise
        except Exception as broken:  # a part that breaks off in the middle
            raise UnreadableSheet(
                Text(
                    "工作簿内容损坏，读到一半中断。请用 Excel 另存一份再试。",
                    "The workbook breaks off in the middle. Save a copy in Excel.",
                )
            ) from broken

    def close(self) -> None:
        self.book.close()
        self.file.close()

    def __enter__(self) -> Workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
