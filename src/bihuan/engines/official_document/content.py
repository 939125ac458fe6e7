"""公文要素: what a document says, in the order in which GB/T 9704-2012 puts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Paragraph:
    """正文的一段; `level` 1 is 一、 (黑体), 2 is （一） (楷体), 0 is text."""

    text: str
    level: Literal[0, 1, 2] = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table among the paragraphs; `widths` in shares of the line."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class RedHead:
    """版头: 发文机关标志, 发文字号, and for a document sent upward the 签发人."""

    mark: str
    number: str = ""
    signer: str = ""


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    title: str
    body: Sequence[Paragraph | Table]
    #: 主送机关; empty where there is none.
    addressee: str = ""
    #: 发文机关署名, one a line.
    issued_by: Sequence[str] = ()
    #: 成文日期.
    on: date | None = None
    red_head: RedHead | None = None
    attachments: Sequence[str] = ()
    #: 附注, in brackets below the date: who may be asked.
    note: str = ""


def chinese_date(on: date) -> str:
    """成文日期: Arabic digits, months and days without a leading zero (7.3.5.4)."""
    return f"{on.year}年{on.month}月{on.day}日"
