"""What a label and a data sheet say, ready to be set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bihuan.engines.ghs.terms import Signal


@dataclass(frozen=True, slots=True)
class SafetyLabel:
    """安全标签, its elements in the order of GB 15258. A label is a document in Chinese."""

    name: str
    name_en: str = ""
    components: Sequence[str] = ()
    pictograms: Sequence[str] = ()
    signal: Signal | None = None
    hazards: Sequence[str] = ()
    #: 防范说明 by group: heading and sentences.
    precautions: Sequence[tuple[str, Sequence[str]]] = ()
    supplier: str = ""
    address: str = ""
    telephone: str = ""
    emergency_telephone: str = ""
    un_number: str = ""
    #: 一企一品一码: what the code of the national registration says, and what is written beside it.
    code: str = ""
    code_words: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"kind": "text", "text": self.text}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Lines of a name and what it is."""

    rows: Sequence[tuple[str, str]]

    def to_json(self) -> dict[str, Any]:
        return {"kind": "pairs", "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def to_json(self) -> dict[str, Any]:
        return {"kind": "table", "head": list(self.head), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Signs:
    """Pictograms in a row, with the signal word."""

    pictograms: Sequence[str]
    signal: str


@dataclass(frozen=True, slots=True)
class Section:
    """安全技术说明书的一个部分."""

    number: int
    title: str
    blocks: Sequence[Paragraph | Pairs | Table | Signs]


@dataclass(frozen=True, slots=True)
class DataSheet:
    """安全技术说明书."""

    product: str
    product_en: str
    supplier: str
    number: str
    revision: str
    dated: str
    basis: str
    sections: Sequence[Section]
    #: Said on each page where it isn't fit to be handed out, such as a missing section.
    warning: str = ""


@dataclass(frozen=True, slots=True)
class CodeTag:
    """现场码: the code of one of our own things, to be put up at it."""

    address: str
    name: str
    code: str
    organisation: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a batch of one label: its batch number and the numbers on the single labels."""

    batch: str
    first: int
    last: int
    total: int
    mark: str = field(default="")
