"""Word: paragraphs of a .docx in order, automatic numbers written out, tables as cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from bihuan.engines.plan_reader.documents.archive import Parts
from bihuan.engines.plan_reader.documents.numbers import word_number
from bihuan.engines.plan_reader.source import BlockKind, Source, SourceBuilder

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = frozenset(
    _W + t
    for t in (
        "del",
        "moveFrom",
        "instrText",
        "pPr",
        "rPr",
        "footnoteReference",
        "commentReference",
        "delText",
        "sectPr",
    )
)


@dataclass(slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class _Numbering:
    """The automatic numbers of a document, counted as Word counts them."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract_of: dict[str, str] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)

    def label(self, number_id: str, level: int) -> str:
        abstract = self.abstract_of.get(number_id)
        forms = self.levels.get(abstract or "", {})
        if abstract is None or level not in forms:
            return ""
        counter = self.counters.setdefault(abstract, {})
        restart = self.restarts.get(number_id, {}).pop(level, None)
        if restart is not None:
            counter[level] = restart
        else:
            counter[level] = counter.get(level, forms[level].start - 1) + 1
        for deeper in [k for k in counter if k > level]:
            del counter[deeper]
        if forms[level].form in ("bullet", "none"):
            return ""
        text = forms[level].text
        for k, form in forms.items():
            n = counter.get(k, form.start)
            text = text.replace(f"%{k + 1}", word_number(form.form, n))
        return text


def read_docx(data: bytes, name: str) -> Source:
    """A Word document in reading order."""
    parts = Parts(data, ".docx")
    parts.check_all()
    numbering = _numbering(parts)
    body = parts.xml("word/document.xml").find(_W + "body")
    builder = SourceBuilder()
    if body is not None:
        _Walker(builder, numbering).walk(body)
    media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return builder.build(name=name, media=media)


def _value(element: Element | None, default: str = "") -> str:
    return default if element is None else element.get(_W + "val", default)


def _number(text: str, default: int) -> int:
    return int(text) if text.lstrip("-").isdigit() and text.isascii() else default


def _numbering(parts: Parts) -> _Numbering:
    found = _Numbering()
    names = set(parts.names())
    if "word/numbering.xml" in names:
        root = parts.xml("word/numbering.xml")
        for abstract in root.findall(_W + "abstractNum"):
            levels = {}
            for level in abstract.findall(_W + "lvl"):
                levels[_number(level.get(_W + "ilvl", "0"), 0)] = _Level(
                    _value(level.find(_W + "numFmt"), "decimal"),
                    _value(level.find(_W + "lvlText")),
                    _number(_value(level.find(_W + "start"), "1"), 1),
                )
            found.levels[abstract.get(_W + "abstractNumId", "")] = levels
        for num in root.findall(_W + "num"):
            number_id = num.get(_W + "numId", "")
            found.abstract_of[number_id] = _value(num.find(_W + "abstractNumId"))
            for override in num.findall(_W + "lvlOverride"):
                start = override.find(_W + "startOverride")
                if start is not None:
                    level_at = _number(override.get(_W + "ilvl", "0"), 0)
                    found.restarts.setdefault(number_id, {})[level_at] = _number(_value(start), 1)
    if "word/styles.xml" in names:
        for style in parts.xml("word/styles.xml").findall(_W + "style"):
            number = style.find(f"{_W}pPr/{_W}numPr")
            if number is not None:
                level_at = _number(_value(number.find(_W + "ilvl"), "0"), 0)
                found.styles[style.get(_W + "styleId", "")] = (_value(number.find(_W + "numId")), level_at)
    return found


class _Walker:
    """Walks the body; a table's cells carry their place, everything else is a paragraph."""

    def __init__(self, builder: SourceBuilder, numbering: _Numbering) -> None:
        self.builder, self.numbering = builder, numbering
        self.tables = 0

    def walk(self, parent: Element) -> None:
        for child in parent:
            if child.tag == _W + "p":
                self._paragraph(child)
            elif child.tag == _W + "tbl":
                self._table(child)
            elif child.tag == _W + "sdt":
                content = child.find(_W + "sdtContent")
                if content is not None:
                    self.walk(content)
            elif child.tag in (_W + "ins", _W + "smartTag", _W + "customXml"):
                self.walk(child)

    def _paragraph(self, paragraph: Element) -> None:
        boxes: list[Element] = []
        text = "".join(_words(paragraph, boxes))
        kind: BlockKind = (
            "heading" if _value(paragraph.find(f"{_W}pPr/{_W}pStyle")).lower().startswith("heading") else "paragraph"
        )
        if text.strip():
            self.builder.add(self._label(paragraph) + text.strip("\n"), kind)
        for box in boxes:
            self.walk(box)

    def _label(self, paragraph: Element) -> str:
        number = paragraph.find(f"{_W}pPr/{_W}numPr")
        if number is not None:
            number_id = _value(number.find(_W + "numId"))
            return self.numbering.label(number_id, _number(_value(number.find(_W + "ilvl"), "0"), 0))
        style = _value(paragraph.find(f"{_W}pPr/{_W}pStyle"))
        if style in self.numbering.styles:
            return self.numbering.label(*self.numbering.styles[style])
        return ""

    def _table(self, table: Element) -> None:
        number = self.tables
        self.tables += 1
        for r, row in enumerate(table.iter(_W + "tr")):
            column = 0
            for cell in row.findall(_W + "tc"):
                properties = cell.find(_W + "tcPr")
                merge = properties.find(_W + "vMerge") if properties is not None else None
                spanned = _number(_value(properties.find(_W + "gridSpan"), "1"), 1) if properties is not None else 1
                if merge is None or _value(merge) == "restart":
                    lines = [self._label(p) + "".join(_words(p, [])) for p in cell.iter(_W + "p")]
                    self.builder.add(
                        " ".join(w for w in lines if w.strip()).replace("\n", " "),
                        "cell",
                        table=number,
                        row=r,
                        column=column,
                    )
                column += spanned


def _words(element: Element, boxes: list[Element]) -> Iterator[str]:
    """The visible words of a paragraph; text boxes are put aside, deleted text and field codes left out."""
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in (_W + "tab", _W + "ptab"):
            yield " "
        elif child.tag in (_W + "br", _W + "cr"):
            yield "\n"
        elif child.tag == _W + "noBreakHyphen":
            yield "-"
        elif child.tag == _W + "txbxContent":
            boxes.append(child)
        elif child.tag == _MC + "AlternateContent":
            choice = child.find(_MC + "Choice")
            if choice is not None:
                yield from _words(choice, boxes)
        else:
            yield from _words(child, boxes)
