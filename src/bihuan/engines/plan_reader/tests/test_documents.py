"""Files of every accepted kind, and every way a file can be bad: each has its own named answer."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bihuan.engines.plan_reader.documents import limits, problems
from bihuan.engines.plan_reader.documents.door import open_document, open_path, require_plan
from bihuan.engines.plan_reader.documents.numbers import chinese
from bihuan.engines.plan_reader.reader import read
from bihuan.engines.plan_reader.terms import Doubt

PLAN = """西河市道路安全整治工作方案
一、主要任务
（一）加强巡查。完善巡查制度，6月底前完成。（市公安局牵头，市交通运输局配合）
（二）加强宣传。开展宣传活动。（市司法局负责）
"""


def docx_of(*paragraphs: str) -> bytes:
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            if item != name:
                new.writestr(item, old.read(item))
        new.writestr(name, content)
    return out.getvalue()


def pdf_of(*lines: str, encrypt: str | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, encrypt=encrypt)
    for i, line in enumerate(lines):
        canvas.drawString(80, 760 - 20 * i, line)
    canvas.rect(50, 50, 300, 300)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def xlsx_of(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ["序号", "工作任务", "责任单位", "完成时限"]
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]><x>&secret;</x>'
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def refused(name: str, data: bytes, problem: type[problems.UnreadableDocument]) -> problems.UnreadableDocument:
    with pytest.raises(problem) as caught:
        open_document(name=name, data=data)
    assert type(caught.value) is problem
    assert caught.value.text.zh
    assert caught.value.text.en
    return caught.value


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"MZ\x90\x00" + b"\x00" * 200),
        ("a.docx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200),
        ("a.txt", pdf_of("text that is long enough")),
        ("a.pdf", docx_of(PLAN)),
        ("a.xlsx", docx_of(PLAN)),
        ("a.html", b"\x7fELF" + b"\x00" * 100),
        ("a.txt", b"<!doctype html><html><body>x</body></html>"),
        ("a.docx", PLAN.encode()),
    ],
    ids=["program as pdf", "picture as docx", "pdf as txt", "docx as pdf", "docx as xlsx", "program as html", "html as txt", "text as docx"],
)  # fmt: skip
def test_a_file_whose_name_does_not_fit_its_content_is_refused(name, data):
    refused(name, data, problems.KindMismatch)


def test_a_file_of_a_kind_nobody_reads_is_refused():
    refused("a.doc", OLD_OFFICE, problems.UnknownKind)
    refused("a.rtf", b"{\\rtf1 text}", problems.UnknownKind)


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "plan.txt"
    with path.open("wb") as file:
        file.truncate(200 * limits.MEBIBYTE)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    with pytest.raises(problems.FileTooLarge, match="200 MB"):
        open_path(path)


def test_a_file_exactly_at_the_limit_is_read_and_one_byte_more_is_not(monkeypatch):
    data = PLAN.encode()
    monkeypatch.setattr(limits, "MAX_FILE", len(data))
    assert read(open_document(name="a.txt", data=data)).tasks
    refused("a.txt", data + b"\n", problems.FileTooLarge)


@pytest.mark.parametrize("suffix", ["docx", "xlsx"])
def test_a_zip_bomb_is_refused(suffix):
    data = docx_of(PLAN) if suffix == "docx" else xlsx_of(HEAD)
    part = "word/media/x.bin" if suffix == "docx" else "xl/media/x.bin"
    refused(f"a.{suffix}", with_part(data, part, b"\0" * 20 * limits.MEBIBYTE), problems.ArchiveBomb)


def test_parts_that_together_unpack_to_too_much_are_refused(monkeypatch):
    data = docx_of(PLAN)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        whole = sum(i.file_size for i in archive.infolist())
    monkeypatch.setattr(limits, "MAX_UNPACKED", whole - 1)
    refused("a.docx", data, problems.ArchiveBomb)


def test_a_pdf_that_unpacks_to_too_much_is_refused(monkeypatch):
    data = pdf_of(*(f"line {i} of a harmless page" for i in range(30)))
    monkeypatch.setattr(limits, "MAX_UNPACKED", 100)
    plain = data.replace(b"/ASCII85Decode ", b"")
    assert plain != data
    import zlib

    bomb = (
        b"%PDF-1.4\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n" + zlib.compress(b"0" * 5000) + b"\nendstream\nendobj\n"
    )
    refused("a.pdf", bomb, problems.ArchiveBomb)


@pytest.mark.parametrize("part", ["word/document.xml", "word/numbering.xml", "docProps/custom.xml"])
def test_an_external_entity_in_a_docx_is_refused(part):
    refused("a.docx", with_part(docx_of(PLAN), part, ENTITY), problems.UnsafeXml)


def test_an_external_entity_in_a_sheet_or_a_page_is_refused():
    refused("a.xlsx", with_part(xlsx_of(HEAD), "xl/worksheets/sheet1.xml", ENTITY), problems.UnsafeXml)
    page = b'<!DOCTYPE html [<!ENTITY s SYSTEM "file:///etc/passwd">]><html><body>&s;</body></html>'
    refused("a.html", page, problems.UnsafeXml)


def test_encrypted_files_are_refused():
    refused("a.pdf", pdf_of("a secret text", encrypt="password"), problems.Encrypted)
    locked = OLD_OFFICE + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 100
    refused("a.docx", locked, problems.Encrypted)


def test_a_scanned_pdf_is_refused():
    assert "OCR" in refused("a.pdf", pdf_of(), problems.NoTextLayer).text.zh


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", docx_of(PLAN)[:-300]),
        ("a.docx", with_part(docx_of(PLAN), "word/document.xml", b"<w:document")),
        ("a.pdf", b"%PDF-1.7\n" + b"garbage " * 40),
        ("a.pdf", pdf_of("x" * 50)[:300]),
        ("a.xlsx", with_part(xlsx_of(HEAD), "xl/workbook.xml", b"<workbook/>")),
    ],
    ids=["cut docx", "broken xml", "garbage pdf", "cut pdf", "empty workbook"],
)
def test_a_damaged_file_is_refused(name, data):
    with pytest.raises((problems.CorruptFile, problems.NoTextLayer, problems.WrongHeadings)):
        open_document(name=name, data=data)


def test_empty_files_are_refused():
    refused("a.txt", b" \n ", problems.EmptyFile)
    refused("a.docx", docx_of(""), problems.EmptyFile)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "utf-32"]
)
def test_text_is_read_in_the_encodings_offices_use(encoding):
    source = open_document(name="a.txt", data=PLAN.encode(encoding))
    assert source.text == PLAN
    assert len(read(source).tasks) == 2


@pytest.mark.parametrize(
    "data", ["Тревожное сообщение о проверке".encode("koi8-r"), PLAN.encode()[:-40] + b"\xff\xfe\xfd" * 30]
)
def test_an_unknown_encoding_is_refused(data):
    refused("a.txt", data, problems.UnknownEncoding)


def test_a_sheet_with_wrong_headings_says_which_row_lacks_what():
    problem = refused(
        "a.xlsx", xlsx_of(["序号", "工作任务", "负责的人"], [1, "加强巡查", "张三"]), problems.WrongHeadings
    )
    assert "第 1 行" in problem.text.zh
    assert "责任单位" in problem.text.zh
    assert "工作任务、" not in problem.text.zh.split("请让")[0]


def test_a_formula_is_refused_with_its_cell():
    problem = refused("a.xlsx", xlsx_of(HEAD, [1, "加强巡查", "市公安局", "=A2"]), problems.FormulaCell)
    assert "D2" in problem.text.zh
    assert list(problem.where) == ["Sheet!D2"]


def test_a_formula_outside_the_table_does_not_matter():
    source = open_document(
        name="a.xlsx", data=xlsx_of([*HEAD, "行数"], [1, "加强巡查", "市公安局", "年底前", "=ROW()"])
    )
    assert [t.no for t in read(source).tasks] == ["1"]


def test_a_task_sheet_becomes_tasks_with_dates_and_merged_units():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["东岭县2026年安全生产任务清单"])
    sheet.append(["序号", "工作任务", "牵头单位", "配合单位", "完成时限"])
    import datetime

    sheet.append([1, "完成矿山排查", "县应急管理局", "县公安局、县自然资源局等部门", datetime.date(2026, 6, 30)])
    sheet.append([2, "建立企业档案", None, None, "9月底前"])
    sheet.append([3, "开展应急演练", "县教育局", None, "长期坚持"])
    sheet.merge_cells("C3:C4")
    out = io.BytesIO()
    book.save(out)
    ledger = read(open_document(name="a.xlsx", data=out.getvalue()))
    assert ledger.title == "东岭县2026年安全生产任务清单"
    assert [[(r.unit, str(r.role)) for r in t.responsible] for t in ledger.tasks] == [
        [("县应急管理局", "lead"), ("县公安局", "coop"), ("县自然资源局", "coop")],
        [("县应急管理局", "lead")],
        [("县教育局", "lead")],
    ]
    assert [[(d.date, d.ongoing) for d in t.deadlines] for t in ledger.tasks] == [
        [("2026-06-30", False)], [("2026-09-30", False)], [(None, True)],
    ]  # fmt: skip


def numbered(level: int, number: int = 1) -> str:
    return f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'


def test_automatic_numbers_of_word_are_written_out():
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    forms = (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(forms)
    )
    numbering = f'<w:numbering {space}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    rows = [(None, "西河市工作方案"), (0, "总体要求"), (None, "坚持底线。"), (0, "主要任务"), (1, "强化排查"),
            (2, "加强巡查。（市公安局负责）"), (2, "加强宣传。（市司法局负责）"), (1, "强化执法"), (2, "开展检查。（市城管局负责）")]  # fmt: skip
    body = "".join(
        f"<w:p>{'' if level is None else numbered(level)}<w:r><w:t>{text}</w:t></w:r></w:p>" for level, text in rows
    )
    data = with_part(docx_of("x"), "word/numbering.xml", numbering.encode())
    data = with_part(data, "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>".encode())
    source = open_document(name="a.docx", data=data)
    assert source.text.split("\n")[1:6] == [
        "一、总体要求",
        "坚持底线。",
        "二、主要任务",
        "（一）强化排查",
        "1.加强巡查。（市公安局负责）",
    ]
    assert [(t.no, t.section) for t in read(source).tasks] == [
        ("1", "二、主要任务 > （一）强化排查"), ("2", "二、主要任务 > （一）强化排查"), ("1", "二、主要任务 > （二）强化执法"),
    ]  # fmt: skip


def test_deleted_words_and_field_codes_of_word_are_left_out():
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        "<w:p><w:r><w:t>加强</w:t></w:r><w:del><w:r><w:delText>旧的</w:delText></w:r></w:del><w:ins><w:r><w:t>新的</w:t></w:r></w:ins>"
        "<w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:t>巡查</w:t><w:softHyphen/></w:r></w:p>"
    )
    data = with_part(
        docx_of("x"), "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>".encode()
    )
    assert open_document(name="a.docx", data=data).text == "加强新的巡查\n"


def test_list_items_of_a_page_get_their_numbers_and_menus_are_left_out():
    page = """<html><head><title>t</title><script>var a="（市公安局负责）"</script></head><body><nav><a>首页</a></nav>
    <h1>西河市工作方案</h1><h2>一、主要任务</h2><ol><li>加强巡查。（市公安局负责）</li><li>加强宣传。（市司法局负责）</li></ol>
    <footer>主办：市政府</footer></body></html>"""
    source = open_document(name="a.html", data=page.encode())
    assert source.text == "西河市工作方案\n一、主要任务\n1.加强巡查。（市公安局负责）\n2.加强宣传。（市司法局负责）\n"
    assert [t.no for t in read(source).tasks] == ["1", "2"]


def test_a_table_in_a_page_with_spanned_cells_is_read_as_tasks():
    page = """<table><tr><th>类别</th><th>工作任务</th><th>责任部门</th></tr>
    <tr><td rowspan="2">巡查</td><td>加强夜间巡查</td><td>市公安局</td></tr><tr><td>加强白天巡查</td><td>市城管局</td></tr></table>"""
    tasks = read(open_document(name="a.html", data=f"<html><body>{page}</body></html>".encode())).tasks
    assert [(t.section, t.text, t.responsible[0].unit) for t in tasks] == [
        ("巡查", "加强夜间巡查", "市公安局"), ("巡查", "加强白天巡查", "市城管局"),
    ]  # fmt: skip


def test_a_day_that_does_not_exist_is_a_warning_at_its_place():
    text = PLAN.replace("6月底前", "2026年2月31日前")
    ledger = read(open_document(name="a.txt", data=text.encode()))
    assert [d.date for d in ledger.tasks[0].deadlines] == [None]
    warned = [w for w in ledger.warnings if w.doubt is Doubt.IMPOSSIBLE_DATE]
    assert [text[w.span.start : w.span.end] for w in warned] == ["2026年2月31日前"]


def test_a_document_without_tasks_is_refused_where_a_plan_is_required():
    ledger = read(open_document(name="a.txt", data="今天天气很好，我们去公园。".encode()))
    with pytest.raises(problems.NotAPlan):
        require_plan(ledger, name="a.txt")


def test_the_numbers_of_lists_are_written_as_officials_write_them():
    assert [chinese(n) for n in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]


def test_headings_without_numbers_make_sections():
    page = """<html><body><h1>西河市工作方案</h1><p>制定本方案。</p><h2>主要任务</h2><h2>强化巡查</h2>
    <p>完善巡查制度。（市公安局负责）</p><h2>强化宣传</h2><p>开展宣传。（市司法局负责）</p><h2>工作要求</h2><p>各地要重视。</p></body></html>"""
    ledger = read(open_document(name="a.html", data=page.encode()))
    assert ledger.title == "西河市工作方案"
    assert [(t.section, t.text) for t in ledger.tasks] == [("强化巡查", "完善巡查制度。"), ("强化宣传", "开展宣传。")]


def test_a_plan_without_any_numbers_gives_a_task_for_each_statement():
    text = "西河市工作方案\n为加强管理，制定本方案。\n完善巡查制度，年底前完成。（市公安局负责）\n开展宣传，2026年6月底前完成。（市司法局牵头，市教育局配合）\n"
    tasks = read(open_document(name="a.txt", data=text.encode())).tasks
    assert [(t.no, t.text, t.responsible_raw) for t in tasks] == [
        ("1", "完善巡查制度，年底前完成。", "市公安局负责"), ("2", "开展宣传，2026年6月底前完成。", "市司法局牵头，市教育局配合"),
    ]  # fmt: skip


def test_a_table_that_repeats_the_tasks_of_the_text_adds_none():
    document = docx.Document()
    for line in PLAN.splitlines():
        document.add_paragraph(line)
    document.add_paragraph("附件：任务分工表")
    table = document.add_table(rows=0, cols=3)
    for row in (
        ["序号", "工作任务", "责任单位"],
        ["1", "完善巡查制度，6月底前完成。", "市公安局"],
        ["2", "建立举报热线", "市信访局"],
    ):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    out = io.BytesIO()
    document.save(out)
    tasks = read(open_document(name="a.docx", data=out.getvalue())).tasks
    assert [t.text for t in tasks] == ["完善巡查制度，6月底前完成。", "开展宣传活动。", "建立举报热线"]


def test_the_page_on_the_reader_states_the_limits_in_force():
    page = (Path(__file__).parents[5] / "docs" / "rules" / "plan-reader.md").read_text(encoding="utf-8")
    stated = (
        f"**{limits.MAX_FILE // limits.MEBIBYTE} MB**", f"**{limits.MAX_UNPACKED // limits.MEBIBYTE} MB**", f"**{limits.MAX_RATIO}**",
        f"**{limits.MAX_PARTS}**", f"**{limits.MAX_PAGES}**", f"**{limits.MAX_CHARACTERS}**", f"**{limits.MAX_ROWS}**",
    )  # fmt: skip
    assert [words for words in stated if words not in page] == []
