"""What must not change the ledger: names, numbering, brackets, wrapping, years, order, file format, invisible characters.

Each document is read as it is and in another guise; the two ledgers differ only by what the guise renamed.
Own documents always; the real ones of the reference folder where it is present.
"""

from __future__ import annotations

import html
import io
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bihuan.engines.plan_reader.documents.door import open_document
from bihuan.engines.plan_reader.documents.plain import text_source
from bihuan.engines.plan_reader.ledger import Ledger
from bihuan.engines.plan_reader.reader import read

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("BIHUAN_SHARED", str(HERE.parents[5] / "shared"))) / "plans"
OWN = sorted((HERE / "plans").glob("*.txt"))
REAL = sorted(SHARED.glob("*.txt")) if SHARED.is_dir() else []
MISSING = [] if REAL else [pytest.param(None, marks=pytest.mark.skip(reason=f"no real plans at {SHARED}"))]
EVERY = [pytest.param(p, id=p.stem) for p in (*OWN, *REAL)] + MISSING
#: 04 is a table of tab-separated rows, 05 a document without any line break.
PROSE = [p for p in EVERY if p.id not in ("04",)]
LINED = [p for p in EVERY if p.id not in ("04", "05")]
_IGNORED = re.compile(r"[\s，,。;；：:、（）()【】\[\]“”\"']+")


def bare(text: str) -> str:
    return _IGNORED.sub("", text).translate({0xFF10 + i: str(i) for i in range(10)}).replace("％", "%")


def facts(ledger: Ledger) -> list[tuple]:
    """What a ledger says of its tasks, without numbers, sections and punctuation."""
    return [
        (
            bare(task.text),
            tuple((bare(r.unit), str(r.role)) for r in task.responsible),
            tuple((d.date, d.ongoing) for d in task.deadlines),
            tuple((i.op, i.value, i.unit) for i in task.indicators),
        )
        for task in ledger.tasks
    ]


def around(ledger: Ledger) -> tuple:
    return (
        sorted(due for r in ledger.reporting for due in r.due),
        sorted((p.start or "", p.end) for p in ledger.phases),
    )


def of(text: str) -> Ledger:
    return read(text_source(text))


def same(path: Path, change: Callable[[str], str], *, named: Callable[[str], str] = lambda s: s) -> None:
    """Reading after the change gives what changing the reading gives."""
    text = path.read_text(encoding="utf-8")
    before, after = of(text), of(change(text))
    wanted = [
        (named(t), tuple((named(u), r) for u, r in units), due, measures) for t, units, due, measures in facts(before)
    ]
    assert wanted
    assert facts(after) == wanted
    assert around(after) == around(before)


NAMES = {
    "清河": "澄江", "东岭": "西岗", "平湾": "长汀", "北滩": "南屿", "西河": "大渡口", "松原岭": "苍山", "白石": "青龙桥", "桃源山": "云台",
    "临沧湖": "镜月湖", "云溪": "碧水", "常州": "永宁", "天津": "海宁", "南开": "崇德", "新北": "江南", "江苏": "岭东",
    "应急管理局": "安全监督局", "应急局": "安监局", "交通运输局": "运输管理局", "公安局": "治安局", "市场监管局": "质量监督局",
    "生态环境局": "环境保护局", "住房和城乡建设局": "城乡和住房建设局", "工业和信息化局": "经济和信息化局", "发展改革委": "计划委员会",
    "教育局": "教育和体育局", "卫生健康局": "卫生局", "自然资源局": "国土资源局", "财政局": "财务局", "安委会": "安全生产委员会",
}  # fmt: skip
_NAME = re.compile("|".join(sorted(NAMES, key=len, reverse=True)))


def renamed(text: str) -> str:
    return _NAME.sub(lambda m: NAMES[m.group()], text)


@pytest.mark.parametrize("path", LINED)
def test_other_names_of_places_and_units_change_only_the_names(path):
    same(path, renamed, named=renamed)


def half_width(text: str) -> str:
    return text.translate(str.maketrans("（），；：", "(),;:"))


def square(text: str) -> str:
    return re.sub(r"（([^（）]*(?:牵头|负责|配合|责任单位)[^（）]*)）", r"【\1】", text)


def full_width_digits(text: str) -> str:
    return text.translate({ord(str(i)): chr(0xFF10 + i) for i in range(10)} | {ord("."): "．", ord("%"): "％"})


#: The lines of 10 are broken at a width, which other digits would change.
@pytest.mark.parametrize("change", [half_width, square, full_width_digits], ids=lambda c: c.__name__)
@pytest.mark.parametrize("path", [p for p in PROSE if p.id != "10"])
def test_the_shape_of_brackets_and_digits_does_not_matter(path, change):
    same(path, change)


CHINESE = "一二三四五六七八九十"


def arabic_parens(text: str) -> str:
    """（三） → （3）, throughout."""
    number = {c: i for i, c in enumerate(CHINESE, 1)} | {f"十{c}": 10 + i for i, c in enumerate(CHINESE[:9], 1)}
    return re.sub(r"（(十?[一二三四五六七八九十])）", lambda m: f"（{number[m.group(1)]}）", text)


def ideographic_comma(text: str) -> str:
    """1. → 1、 at the start of a line."""
    return re.sub(r"(?m)^(\s*\d{1,2})[.．](?!\d)", r"\1、", text)


def circles(text: str) -> str:
    """1. → ① at the start of a line, as far as there are circles."""
    return re.sub(
        r"(?m)^(\s*)(\d{1,2})[.．、](?!\d)",
        lambda m: m.group(1) + chr(0x2460 + int(m.group(2)) - 1) if int(m.group(2)) <= 20 else m.group(),
        text,
    )


def one_glyph(text: str) -> str:
    """（一） → ㈠, 1. → ⒈."""
    text = re.sub(r"（([一二三四五六七八九十])）", lambda m: chr(0x3220 + CHINESE.index(m.group(1))), text)
    return re.sub(
        r"(?m)^(\s*)(\d{1,2})[.．](?!\d)",
        lambda m: (
            m.group(1) + (chr(0x2488 + int(m.group(2)) - 1) if int(m.group(2)) <= 20 else m.group()[len(m.group(1)) :])
        ),
        text,
    )


@pytest.mark.parametrize("change", [arabic_parens, ideographic_comma, circles, one_glyph], ids=lambda c: c.__name__)
@pytest.mark.parametrize("path", [p for p in LINED if p.id != "06"])
def test_the_style_of_numbers_does_not_matter(path, change):
    same(path, change)


def wrapped(width: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = []
        for line in text.split("\n"):
            line = line.strip()
            lines += [line[i : i + width] for i in range(0, len(line), width)] or [""]
        return "\n".join(lines)

    return change


@pytest.mark.parametrize("width", [28, 36, 45])
@pytest.mark.parametrize("path", [p for p in LINED if p.id != "10"])
def test_hard_wrapped_lines_are_joined(path, width):
    same(path, wrapped(width))


@pytest.mark.parametrize("path", [p for p in LINED if p.id not in ("06", "07", "09", "10")])
def test_a_document_without_any_line_break_gives_the_same_tasks(path):
    text = path.read_text(encoding="utf-8")
    title = of(text).title
    joined = re.sub(r"\s*\n\s*", "", text)
    assert facts(of(joined)) == facts(of(text))
    assert title


def indented(text: str) -> str:
    return "\n\n".join("\u3000\u3000" + line.strip() for line in text.split("\n") if line.strip())


def invisible(text: str) -> str:
    """Soft hyphens, zero-width and non-breaking blanks strewn in, as copies from web pages have them."""
    out = []
    for i, ch in enumerate(text):
        out.append(ch)
        if ch not in "\n\t" and i % 7 == 3:
            out.append("\u200b\u00ad\ufeff"[i % 3])
        if ch in "。、；" and i % 5 == 1:
            out.append("\u00a0")
    return "".join(out)


def paged(text: str) -> str:
    """A page number and a running head after every fifth paragraph."""
    out = []
    for i, line in enumerate(text.split("\n")):
        out.append(line)
        if i % 5 == 4:
            out += ["", f"- {i // 5 + 1} -", "内部资料 注意保存", ""]
    return "\n".join(out)


def bookmarked(text: str) -> str:
    return re.sub(r"(?m)^(\s*)(?=[一二三（\d])", r"\1[bookmark: _GoBack]", text)


@pytest.mark.parametrize("change", [indented, invisible, paged, bookmarked], ids=lambda c: c.__name__)
@pytest.mark.parametrize("path", [p for p in LINED if p.id != "10"])
def test_blank_lines_and_page_furniture_do_not_matter(path, change):
    same(path, change)


@pytest.mark.parametrize("path", PROSE)
def test_a_plan_of_another_year_has_its_dates_moved(path):
    text = path.read_text(encoding="utf-8")
    text = text.translate({0xFF10 + i: str(i) for i in range(10)})
    before, after = of(text), of(re.sub(r"20(\d\d)(?=年|—|-|〕|）)", lambda m: f"20{int(m.group(1)) + 4}", text))

    def moved(day: str | None) -> str | None:
        if day is None or len(day) != 10 or not day[:4].isdigit():
            return day
        y, m, d = map(int, day.split("-"))
        return date(y + 4, m, d).isoformat()

    assert [[moved(d.date) for d in t.deadlines] for t in before.tasks] == [
        [d.date for d in t.deadlines] for t in after.tasks
    ]
    assert [moved(p.end) for p in before.phases] == [p.end for p in after.phases]
    assert [[moved(x) for x in r.due] for r in before.reporting] == [list(r.due) for r in after.reporting]
    assert [[r.unit for r in t.responsible] for t in before.tasks] == [
        [r.unit for r in t.responsible] for t in after.tasks
    ]


@pytest.mark.parametrize("path", [p for p in LINED if p.id not in ("03", "06")])
def test_chapters_in_another_order_give_the_same_tasks(path):
    text = path.read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=\s*[一二三四五六七八九]、)", text)
    head, chapters = parts[0], [p if p.endswith("\n") else p + "\n" for p in parts[1:]]
    turned = [re.sub(r"^\s*[一二三四五六七八九]、", f"{CHINESE[i]}、", c) for i, c in enumerate(reversed(chapters))]
    before, after = of(text), of(head + "".join(turned))
    assert len(chapters) > 1
    assert sorted(facts(after)) == sorted(facts(before))
    assert around(after) == around(before)


def as_docx(text: str) -> bytes:
    document = docx.Document()
    rows = [line.split("\t") for line in text.split("\n") if line.count("\t") >= 2]
    for line in text.split("\n"):
        if line.count("\t") < 2 and line.strip():
            document.add_paragraph(line.strip())
    if rows:
        table = document.add_table(rows=0, cols=max(map(len, rows)))
        for row in rows:
            for cell, words in zip(table.add_row().cells, row, strict=False):
                cell.text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_html(text: str) -> bytes:
    body = []
    for line in text.split("\n"):
        if line.count("\t") >= 2:
            body.append("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in line.split("\t")) + "</tr>")
        elif line.strip():
            body.append(f"<p>&emsp;&emsp;{html.escape(line.strip())}</p>")
    page = "".join(body).replace("</p><tr>", "</p><table><tr>") + "</table>"
    return f"<!DOCTYPE html><html><head><title>x</title></head><body><nav>首页</nav>{page}</body></html>".encode(
        "gb18030"
    )


def as_pdf(text: str) -> bytes:
    """Typeset as offices do: two blanks before a paragraph, a running head, page numbers."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    size, per_line, top = 14, 30, 760
    y, page = top, 1
    canvas.setFont("STSong-Light", size)

    def put(words: str, indent: int) -> None:
        nonlocal y, page
        if y < 90:
            canvas.drawString(280, 50, f"- {page} -")
            canvas.drawString(80, 800, "市政府公报")
            canvas.showPage()
            canvas.setFont("STSong-Light", size)
            y, page = top, page + 1
        canvas.drawString(80 + indent * size, y, words)
        y -= 24

    for line in text.split("\n"):
        rest, indent = line.strip(), 2
        while rest:
            fits = len(rest)
            while pdfmetrics.stringWidth(rest[:fits], "STSong-Light", size) > (per_line - indent) * size:
                fits -= 1
            put(rest[:fits], indent)
            rest, indent = rest[fits:], 0
    canvas.drawString(280, 50, f"- {page} -")
    if page > 1:
        canvas.drawString(80, 800, "市政府公报")
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("make", [as_docx, as_html, as_pdf], ids=lambda m: m.__name__)
@pytest.mark.parametrize("path", [p for p in EVERY if p.id != "10"])
def test_the_file_format_does_not_matter(path, make):
    if make is as_pdf and path.stem == "04":
        pytest.skip("a table in a PDF has no cells")
    text = path.read_text(encoding="utf-8")
    suffix = make.__name__.removeprefix("as_")
    before = of(text)
    after = read(open_document(name=f"plan.{suffix}", data=make(text)))
    assert facts(after) == facts(before)
    assert around(after) == around(before)
    # Two full lines of a PDF, a covering notice over its plan, look like one paragraph.
    assert bare(after.title).endswith(bare(before.title))
