"""What stands in the PDF, at which size, and what is refused."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from pdfminer.high_level import extract_text
from pdfminer.pdfpage import PDFPage

from bihuan.engines.ghs.terms import Signal
from bihuan.engines.safety_documents import printing
from bihuan.engines.safety_documents.content import (
    CodeTag,
    DataSheet,
    Pairs,
    Paragraph,
    Run,
    SafetyLabel,
    Section,
    Signs,
    Table,
)
from bihuan.engines.safety_documents.sizes import BadVolume, read_volumes, size_for

ON = date(2026, 11, 22)
LABEL = SafetyLabel(
    name="甲醇",
    name_en="Methanol",
    components=("甲醇 67-56-1 ≥99.9%",),
    pictograms=("GHS02", "GHS06", "GHS08"),
    signal=Signal.DANGER,
    hazards=("高度易燃液体和蒸气", "吞咽会中毒"),
    precautions=(("预防措施", ("远离热源", "保持容器密闭")), ("事故响应", ("如误吞咽：漱口",))),
    supplier="云州东方化工有限公司",
    address="云州化工园区",
    telephone="000-88000001",
    emergency_telephone="000-88000119",
    un_number="1230",
    code="https://example.org/990102000123",
    code_words="登记号 990102000123",
)


def pages(pdf: bytes) -> list[tuple[float, float]]:
    boxes = [page.mediabox for page in PDFPage.get_pages(io.BytesIO(pdf))]
    return [(round((b[2] - b[0]) / 72 * 25.4, 1), round((b[3] - b[1]) / 72 * 25.4, 1)) for b in boxes]


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", "", extract_text(io.BytesIO(pdf)))


@pytest.mark.parametrize(
    ("volume", "width", "height", "is_simplified"),
    [
        ("0.1", 60, 40, True), ("0.101", 75, 50, False), ("3", 75, 50, False), ("3.1", 100, 75, False),
        ("50", 100, 75, False), ("50.1", 150, 100, False), ("500", 150, 100, False), ("501", 200, 150, False),
        ("1000", 200, 150, False), ("1000.1", 300, 200, False),
    ],
)  # fmt: skip
def test_the_volume_sets_the_size(volume, width, height, is_simplified):
    size = size_for(volume=Decimal(volume), on=ON)
    assert (size.width, size.height, size.is_simplified) == (width, height, is_simplified)


def test_volumes_are_read_in_their_units():
    assert read_volumes("200 L；500mL、20, 1m3".replace(",", "；")) == tuple(map(Decimal, ("0.5", "20", "200", "1000")))
    for bad in ("二十升", "-5", "0", "5 kg", "99999999"):
        with pytest.raises(BadVolume):
            read_volumes(bad)


@pytest.mark.fonts
def test_a_label_has_its_elements_in_order_on_a_page_of_its_size():
    pdf = printing.label_pdf(LABEL, size=size_for(volume=Decimal(20), on=ON))
    assert pages(pdf) == [(100.0, 75.0)]
    said = words(pdf)
    order = ["甲醇", "Methanol", "危险", "高度易燃液体和蒸气", "【预防措施】", "【事故响应】", "请参阅化学品安全技术说明书", "供应商", "应急咨询电话"]  # fmt: skip
    places = [said.index(word) for word in order]
    assert places == sorted(places)
    assert "登记号990102000123" in said


@pytest.mark.fonts
def test_a_small_container_gets_the_simplified_label():
    said = words(printing.label_pdf(LABEL, size=size_for(volume=Decimal("0.05"), on=ON)))
    assert "预防措施" not in said
    for word in (
        "甲醇",
        "危险",
        "高度易燃液体和蒸气",
        "000-88000119",
        "云州东方化工有限公司",
        "请参阅化学品安全技术说明书",
    ):
        assert word in said


@pytest.mark.fonts
def test_what_does_not_fit_in_readable_type_is_refused():
    long = SafetyLabel(name="甲醇", precautions=(("预防措施", ("远离热源、热表面、火花、明火以及其他点火源" * 40,)),))
    with pytest.raises(printing.LabelTooFull):
        printing.label_pdf(long, size=size_for(volume=Decimal(1), on=ON))


@pytest.mark.fonts
def test_a_text_is_never_read_as_markup():
    odd = '#panic("x") $y$ *z* \\ [b] @c "q" \u202e'
    assert "#panic" in words(printing.label_pdf(SafetyLabel(name=odd), size=size_for(volume=Decimal(20), on=ON)))


@pytest.mark.fonts
def test_a_sheet_holds_every_number_once():
    size = size_for(volume=Decimal(20), on=ON)
    one = printing.label_pdf(LABEL, size=size)
    pdf = printing.label_sheet_pdf(one, size=size, run=Run("B7", 7, 13, 20), name="甲醇")
    assert pages(pdf) == [(210.0, 297.0)] * 2
    assert sorted(map(int, re.findall(r"№(\d+)/20", words(pdf)))) == list(range(7, 14))


def test_labels_larger_than_half_a_page_stand_alone():
    for volume, expected in (
        (1, (False, 2, 5)),
        (20, (False, 2, 3)),
        (200, (True, 1, 2)),
        (800, (False, 1, 1)),
        (2000, (True, 1, 1)),
    ):
        made = printing.grid_of(size_for(volume=Decimal(volume), on=ON))
        assert made[1] * made[2] >= expected[1] * expected[2]


@pytest.mark.fonts
def test_codes_are_printed_21_a_page():
    tags = [CodeTag(f"https://example.org/s/{n:024d}", f"储罐{n}", f"V-{n}", "云州东方化工有限公司") for n in range(22)]
    pdf = printing.code_sheet_pdf(tags, title="储罐")
    assert len(pages(pdf)) == 2
    assert "V-21" in words(pdf)


@pytest.mark.fonts
def test_a_data_sheet_counts_its_pages_and_bears_its_warning():
    sections = [
        Section(n, f"部分{n}", (Paragraph("内容\n" * 12), Pairs((("沸点", "64.7 ℃"),)), Table(("组分", "CAS"), (("甲醇", "67-56-1"),)), Signs(("GHS02",), "危险")))
        for n in range(1, 17)
    ]  # fmt: skip
    sheet = DataSheet(
        "甲醇",
        "Methanol",
        "云州东方化工有限公司",
        "SDS-1",
        "2.0",
        "2026-11-01",
        "按照 GB/T 16483 编制",
        sections,
        warning="尚缺第4部分",
    )
    pdf = printing.data_sheet_pdf(sheet)
    said = words(pdf)
    assert all(f"第{n}部分" in said for n in range(1, 17))
    number = len(pages(pdf))
    assert f"第{number}页，共{number}页" in said
    assert said.count("尚缺第4部分") == number


def test_volumes_of_a_batch_leave_nothing_out():
    parts = list(printing.volumes(100_000, each=3_000))
    assert parts[0] == (1, 3000)
    assert parts[-1][1] == 100_000
    assert all(after[0] == before[1] + 1 for before, after in pairwise(parts))
