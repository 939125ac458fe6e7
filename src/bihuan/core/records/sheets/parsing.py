"""逐行解析: the rows of a worksheet's XML, as a stream and never wider than wanted, whatever the file claims of its size.

openpyxl opens the book and reads its strings and styles; its own row reader makes an object a cell, which is most of the
time that reading takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from lxml import etree
from openpyxl.utils.datetime import from_excel, from_ISO8601


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that computes. What it would show depends on who opens it, so it isn't taken."""

    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell that shows #N/A, #REF! or the like."""

    text: str


@dataclass(frozen=True, slots=True)
class Book:
    """What a cell's text means: the strings it counts from, the styles that are days, the day that days count from."""

    strings: Sequence[str]
    days: Collection[int]
    epoch: datetime


def rows_of(file: IO[bytes], *, book: Book, width: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Row number as Excel counts, and its cells up to the last that holds something. Empty rows are left out."""
    columns: dict[str, int] = {}
    last = 0
    reading = etree.iterparse(file, events=("end",), tag="{*}row", resolve_entities=False, no_network=True)
    for _, row in reading:
        said = row.get("r")
        last = int(said) if said and said.isdecimal() else last + 1
        space = row.tag[: -len("row")]
        cells: list[Any] = []
        at = -1
        for cell in row.iterchildren(f"{space}c"):
            place = cell.get("r")
            at = _column(place, columns) if place else at + 1
            if at >= width:
                break
            value = _value(cell, space, book)
            if value is None:
                continue
            cells += [None] * (at - len(cells) + 1)
            cells[at] = value
        _forget(row)
        if cells:
            yield last, tuple(cells)


def _forget(row: Any) -> None:
    """What was read is let go, and what stood before it: the tree never grows."""
    row.clear()
    parent = row.getparent()
    while parent is not None and row.getprevious() is not None:
        del parent[0]


def _column(place: str, known: dict[str, int]) -> int:
    """BC12 → 54."""
    letters = place.rstrip("0123456789")
    found = known.get(letters)
    if found is None:
        found = 0
        for letter in letters.upper():
            found = found * 26 + ord(letter) - 64
        found -= 1
        if len(known) < 1_000:
            known[letters] = found
    return found


def _value(cell: Any, space: str, book: Book) -> Any:
    kind = cell.get("t", "n")
    value = formula = inline = None
    for part in cell:
        if part.tag == f"{space}v":
            value = part.text
        elif part.tag == f"{space}f":
            formula = part.text or ""
        elif part.tag == f"{space}is":
            inline = "".join(text.text or "" for text in part.iter(f"{space}t"))
    if formula is not None:
        return Formula(f"={formula}")
    if kind == "inlineStr":
        return inline
    if value is None:
        return None
    return _typed(kind, value, cell.get("s"), book)


def _typed(kind: str, text: str, style: str | None, book: Book) -> Any:
    if kind == "s":
        return book.strings[int(text)]
    if kind == "str":
        return text
    if kind == "b":
        return text == "1"
    if kind == "e":
        return Failed(text)
    if kind == "d":
        return from_ISO8601(text)  # type: ignore[no-untyped-call]  # openpyxl has no types for it
    number: int | float = int(text) if text.lstrip("-").isdecimal() else float(text)
    if style is not None and style != "0" and int(style) in book.days:
        return from_excel(number, book.epoch)
    return number
