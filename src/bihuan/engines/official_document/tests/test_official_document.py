"""公文版式: the measures of GB/T 9704-2012 stand in the file, and the text comes out as it went in."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from bihuan.engines.official_document import layout
from bihuan.engines.official_document.content import OfficialDocument, Paragraph, RedHead, Table, chinese_date
from bihuan.engines.official_document.writing import to_docx

CONTENT = OfficialDocument(
    title="关于2022年第一季度集中治理进展情况的报告",
    addressee="市安委会办公室",
    body=[
        Paragraph("一、总体进展", 1),
        Paragraph("截至2022年3月25日，承担任务22项。\n其中已销号8项。"),
        Paragraph("（一）逾期情况", 2),
        Table(["编号", "任务"], [["7", "老旧装置评估"], ["=1+1", "不是公式"]], (1, 4), "逾期任务"),
    ],
    issued_by=["东湖区安委会办公室"],
    on=date(2022, 3, 5),
    red_head=RedHead("东湖区安委会办公室文件", "东安办〔2022〕3号", "何芳"),
    attachments=["任务台账", "问题清单"],
)


@pytest.fixture
def made():
    return Document(BytesIO(to_docx(CONTENT)))


def test_the_page_is_a4_with_a_type_area_of_156_by_225(made):
    section = made.sections[0]

    def millimetres(*lengths: int) -> list[float]:
        return [round(n / Mm(1), 1) for n in lengths]

    assert millimetres(section.page_width, section.page_height) == [210, 297]
    assert millimetres(section.top_margin, section.left_margin) == [37, 28]
    wide = section.page_width - section.left_margin - section.right_margin
    high = section.page_height - section.top_margin - section.bottom_margin
    assert millimetres(wide, high) == [156, 225]


def test_22_lines_and_28_characters_fill_the_area(made):
    grid = made.sections[0]._sectPr.find(qn("w:docGrid"))
    pitch = int(grid.get(qn("w:linePitch"))) / 20
    assert pitch * 22 == pytest.approx(225 / 25.4 * 72, abs=1)
    body = next(r for p in made.paragraphs for r in p.runs if p.text == "其中已销号8项。")
    wide = layout.SIZE_3 + int(body._r.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert wide * 28 <= 156 / 25.4 * 72 < wide * 29


def test_the_columns_of_a_table_are_as_wide_as_their_cells(made):
    table = made.tables[0]
    assert [c.width for c in table.columns] == [c.width for c in table.rows[0].cells]


def test_each_part_has_its_type(made):
    by_text = {p.text: p for p in made.paragraphs if p.text}

    def look(text: str) -> tuple[str, float]:
        run = by_text[text].runs[0]
        return run._r.rPr.rFonts.get(qn("w:eastAsia")), run.font.size.pt

    assert look(CONTENT.title) == ("方正小标宋简体", 22)
    assert look("一、总体进展") == ("黑体", 16)
    assert look("（一）逾期情况") == ("楷体_GB2312", 16)
    assert look("其中已销号8项。") == ("仿宋_GB2312", 16)
    assert look("东湖区安委会办公室文件") == ("方正小标宋简体", 36)
    assert str(by_text["东湖区安委会办公室文件"].runs[0].font.color.rgb) == "FF0000"


def test_the_text_comes_out_as_it_went_in(made):
    assert [p.text for p in made.paragraphs if p.text] == [
        "东湖区安委会办公室文件",
        "东安办〔2022〕3号\t签发人：何芳",
        "关于2022年第一季度集中治理进展情况的报告",
        "市安委会办公室：",
        "一、总体进展",
        "截至2022年3月25日，承担任务22项。",
        "其中已销号8项。",
        "（一）逾期情况",
        "逾期任务",
        "附件：1. 任务台账",
        "　　　2. 问题清单",
        "东湖区安委会办公室",
        "2022年3月5日",
    ]
    assert [[c.text for c in row.cells] for row in made.tables[0].rows] == [
        ["编号", "任务"],
        ["7", "老旧装置评估"],
        ["=1+1", "不是公式"],
    ]


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(made):
    section = made.sections[0]
    assert made.settings.odd_and_even_pages_header_footer
    assert [p.alignment for p in (section.footer.paragraphs[0], section.even_page_footer.paragraphs[0])] == [2, 0]
    assert "PAGE" in section.footer._element.xml


def test_the_same_content_gives_the_same_bytes():
    assert to_docx(CONTENT) == to_docx(CONTENT)


def test_what_a_word_file_can_not_hold_is_left_out():
    odd = OfficialDocument(title="甲\x00乙\x0b", body=[Paragraph("丙\x1f\x07丁")])
    assert [p.text for p in Document(BytesIO(to_docx(odd))).paragraphs if p.text] == ["甲乙", "丙丁"]


def test_a_day_is_written_without_leading_zeros():
    assert chinese_date(date(2022, 3, 5)) == "2022年3月5日"


@pytest.mark.parametrize(("letters", "size"), [(5, 36), (12, 36), (13, 34), (20, 22), (21, 22), (0, 36)])
def test_the_mark_of_the_red_head_fits_its_line(letters, size):
    assert layout.size_of_head("局" * letters) == size
    assert letters > 20 or size * letters <= 156 / 25.4 * 72
