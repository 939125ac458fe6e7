"""网页: an HTML page as paragraphs, headings, list items (with their numbers) and tables."""

from __future__ import annotations

from html.parser import HTMLParser

from bihuan.engines.plan_reader.documents.numbers import list_label
from bihuan.engines.plan_reader.documents.plain import decode
from bihuan.engines.plan_reader.documents.problems import UnsafeXml
from bihuan.engines.plan_reader.source import BlockKind, Source, SourceBuilder
from bihuan.kernel.text import Text

# fmt: off
_BLOCKS = frozenset((
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "section", "article", "main", "blockquote", "pre", "center",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "td", "th", "caption", "figure", "body",
    "html", "fieldset", "address",
))
_SILENT = frozenset((
    "script", "style", "head", "nav", "header", "footer", "aside", "noscript", "template", "select", "button",
    "svg", "iframe", "object",
))
# fmt: on
_MOST_SPANNED = 100


def read_html(data: bytes, name: str) -> Source:
    """A web page; what is not the article (menus, scripts, page foot) is left out."""
    text, _ = decode(data)
    if "<!ENTITY" in text.upper():
        raise UnsafeXml(
            Text(
                "网页中定义了实体（<!ENTITY …>），可能是攻击文件，已拒绝。请从浏览器另存网页或复制文字后重试。",
                "The page defines entities (<!ENTITY …>), which may be an attack; refused. Save it again from a browser, or paste its text.",
            )
        )
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.flush()
    return reader.builder.build(name=name, media="text/html")


def _spanned(text: str) -> int:
    return min(int(text), _MOST_SPANNED) if text.isascii() and text.isdigit() and int(text[:6]) else 1


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = SourceBuilder()
        self.words: list[str] = []
        self.silent: list[str] = []
        self.kind: BlockKind = "paragraph"
        self.lists: list[list[object]] = []
        self.tables: list[list[int]] = []  # number, row, column
        self.spanned: list[dict[tuple[int, int], int]] = []  # cells of later rows taken by a rowspan
        self.table_count = 0
        self.label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("body", "article", "main"):
            self.silent.clear()  # </head> may be left out
        if tag in _SILENT:
            self.flush()
            self.silent.append(tag)
        if self.silent:
            return
        if tag == "br":
            self.words.append("\n")
            return
        if tag not in _BLOCKS:
            return
        self.flush()
        self._open(tag, {k: v or "" for k, v in attrs})

    def _open(self, tag: str, attrs: dict[str, str]) -> None:
        if tag in ("ul", "ol"):
            start = int(attrs["start"]) if attrs.get("start", "").isascii() and attrs.get("start", "").isdigit() else 1
            style = attrs.get("style", "") + attrs.get("type", "")
            self.lists.append(["" if tag == "ul" else style or "1", start - 1])
        elif tag == "li":
            self.kind = "item"
            if self.lists and self.lists[-1][0]:
                self.lists[-1][1] = int(str(self.lists[-1][1])) + 1
                self.label = list_label(str(self.lists[-1][0]), int(str(self.lists[-1][1])))
        elif tag == "table":
            self.tables.append([self.table_count, -1, -1])
            self.spanned.append({})
            self.table_count += 1
        elif tag == "tr" and self.tables:
            self.tables[-1][1] += 1
            self.tables[-1][2] = -1
        elif tag in ("td", "th") and self.tables:
            self._next_cell(attrs)
            self.kind = "cell"
        elif tag[0] == "h" and tag[1:].isdigit():
            self.kind = "heading"

    def _next_cell(self, attrs: dict[str, str]) -> None:
        """Moves to the next free column; a cell over several rows keeps its column in the rows below."""
        table, taken = self.tables[-1], self.spanned[-1]
        table[2] += 1
        while (table[1], table[2]) in taken:
            table[2] += 1
        wide, high = (_spanned(attrs.get(k, "")) for k in ("colspan", "rowspan"))
        for r in range(table[1], table[1] + high):
            for c in range(table[2], table[2] + wide):
                taken[r, c] = table[2]

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            if tag == self.silent[-1]:
                self.silent.pop()
            return
        if tag not in _BLOCKS:
            return
        if tag in ("td", "th") and self.tables:
            self.kind = "cell"
        self.flush(cell=tag in ("td", "th"))
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "table" and self.tables:
            self.tables.pop()
            self.spanned.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(" ".join(data.split("\n")) if data.strip() else " ")

    def flush(self, *, cell: bool = False) -> None:
        """Ends the paragraph or cell being read."""
        lines = [" ".join(line.split()) for line in "".join(self.words).split("\n")]
        text = "\n".join(line for line in lines if line)
        self.words = []
        if text and self.label and not text.startswith(self.label):
            text = self.label + text
        in_cell = bool(self.tables) and self.tables[-1][2] >= 0
        if in_cell and (text or cell):
            table, row, column = self.tables[-1]
            self.builder.add(text.replace("\n", " "), "cell", table=table, row=row, column=column)
        elif text:
            for line in text.split("\n"):
                self.builder.add(line, self.kind)
        if text:
            self.label = ""
        self.kind = "paragraph"
