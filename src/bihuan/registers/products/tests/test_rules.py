"""Reading of components, sections and the national code: what is right, and each way to be wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.registers.products.rules import national_code, parts, sections
from bihuan.registers.products.tests.plays import SHEET

ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("line", "least", "most"),
    [
        ("甲醇；67-56-1；99.9", "99.9", "99.9"),
        ("甲醇;67-56-1;≥99%", "99", "100"),
        ("甲醇｜67-56-1｜60–70", "60", "70"),
        ("水；；≤5", "0", "5"),
        ("水；30", "30", "30"),
    ],
)
def test_a_component_is_read_as_people_write_it(line, least, most):
    found = parts.component_of(line, number=1)
    assert (found.least, found.most) == (Decimal(least), Decimal(most))
    again = parts.component_of(parts.written(found), number=1)
    assert (again.name, again.cas, again.least, again.most) == (found.name, found.cas, found.least, found.most)


@pytest.mark.parametrize(
    "lines",
    [
        ["甲醇"], ["；67-56-1；60"], ["甲醇；67-56-2；60"], ["甲醇；67-56-1；很多"], ["甲醇；67-56-1；70–60"],
        ["甲醇；67-56-1；101"], ["甲醇；67-56-1；0"], ["甲醇；67-56-1；60", "水；；41"], ["甲；；1"] * 61,
    ],
)  # fmt: skip
def test_a_wrong_component_is_refused_with_its_line(lines):
    with pytest.raises(parts.BadComponent):
        parts.components_of(lines)


def test_a_hundred_percent_is_a_whole():
    assert len(parts.components_of(["甲醇；67-56-1；60", "", "水；；40"])) == 2


def test_codes_are_read_whatever_stands_between_them():
    assert parts.codes_of("h225、H301，H225； P301 + P310") == ("H225", "H301", "P301+P310")


def test_a_whole_sheet_falls_into_its_sections():
    found = sections.read(SHEET, on=ON)
    assert sorted(map(int, found)) == list(range(1, 17))
    assert found["4"].startswith("吸入")
    assert sections.read("第十六部分：其他信息\n修订", on=ON) == {"16": "修订"}
    with pytest.raises(sections.NoSections):
        sections.read("甲醇的说明", on=ON)
    with pytest.raises(sections.SectionTwice):
        sections.read("第1部分\na\n第一部分\nb", on=ON)


def test_completeness_is_said_section_by_section():
    found = sections.read(SHEET, on=ON)
    states = sections.states_of(sections={**found, "4": "吸入：就医。", "5": ""}, said_elsewhere={}, on=ON)
    by_number = {state.rule.number: state for state in states}
    assert by_number[4].lacks == ("皮肤", "眼", "食入")
    assert by_number[5].is_empty
    assert by_number[6].is_complete
    fields = sections.states_of(sections={}, said_elsewhere={14: "UN 1230 类别 3 包装类别 II 海洋污染物"}, on=ON)
    assert next(s for s in fields if s.rule.number == 14).is_complete


@pytest.mark.parametrize(
    "address", ["https://example.org/x", "http://whp.example.org/query?id="],
)  # fmt: skip
def test_an_address_of_the_web_is_right(address):
    assert national_code.wrong_address(address) is None


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://example.org", "https://user@example.org", "https://localhost", "登记系统", "https://a.b/ c", "https://[", "https://e.org/" + "x" * 200],
)  # fmt: skip
def test_any_other_address_is_refused(address):
    assert national_code.wrong_address(address) is not None


def test_address_and_number_go_together_and_make_what_the_code_says():
    assert set(national_code.wrong_together(address="https://e.org", number="")) == {"national_number"}
    assert set(national_code.wrong_together(address="", number="123456")) == {"national_address"}
    assert national_code.wrong_together(address="", number="") == {}
    assert national_code.said_by(address="https://e.org", number="123456") == "https://e.org/123456"
    assert national_code.said_by(address="https://e.org/q?id=", number="123456") == "https://e.org/q?id=123456"
    assert national_code.said_by(address="https://e.org/123456", number="123456") == "https://e.org/123456"
    assert national_code.said_by(address="", number="") == ""
    assert national_code.wrong_number("12345") is not None
    assert national_code.wrong_number("9901-02000123") is None
