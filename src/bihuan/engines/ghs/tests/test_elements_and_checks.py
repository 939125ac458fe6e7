"""The tables row by row, the elements of classes, and every contradiction with the case beside it that is none."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from bihuan.engines.ghs.checks import Component, Declared, check
from bihuan.engines.ghs.elements import elements_of
from bihuan.engines.ghs.pictograms import CODES, pictogram_svg
from bihuan.engines.ghs.tables import UnknownHazardClass, tables_at
from bihuan.engines.ghs.terms import Signal, Weight

TABLES = tables_at(date(2026, 11, 22))


def classes(*written: str):
    return TABLES.read("\n".join(written))


def methanol(**said) -> Declared:
    made = Declared(
        classes=classes(
            "易燃液体，类别2", "急性毒性-经口，类别3", "急性毒性-经皮，类别3", "急性毒性-吸入，类别3", "特异性靶器官毒性-一次接触，类别1"
        ),
        h_codes=("H225", "H301", "H311", "H331", "H370"),
        p_codes=("P210",),
        pictograms=("GHS02", "GHS06", "GHS08"),
        signal=Signal.DANGER,
        flash_point=Decimal(11),
        boiling_point=Decimal("64.7"),
        un_number="1230",
        transport_class="3",
        packing_group="II",
        components=(Component("甲醇", "67-56-1", Decimal("99.9"), Decimal(100)),),
    )  # fmt: skip
    return replace(made, **said)


def wrong(said: Declared) -> list[str]:
    return [f.field for f in check(said, tables=TABLES) if f.stops]


def missing(said: Declared) -> list[str]:
    return [f.field for f in check(said, tables=TABLES) if f.weight is Weight.MISSING]


def test_a_consistent_sheet_has_nothing_against_it():
    assert check(methanol(), tables=TABLES) == ()


def test_classes_make_their_elements():
    made = elements_of(methanol().classes, tables=TABLES)
    assert made.pictograms == ("GHS02", "GHS06", "GHS08")
    assert made.signal is Signal.DANGER
    assert made.h_codes == ("H225", "H301", "H311", "H331", "H370")


@pytest.mark.parametrize(
    ("said", "pictograms", "signal"),
    [
        (["急性毒性-经口3", "皮肤腐蚀/刺激2"], ("GHS06",), "danger"),
        (["急性毒性-经口4", "皮肤腐蚀/刺激2"], ("GHS07",), "warning"),
        (["皮肤腐蚀/刺激1B", "严重眼损伤/眼刺激2"], ("GHS05",), "danger"),
        (["皮肤腐蚀/刺激1B", "急性毒性-经口4"], ("GHS05", "GHS07"), "danger"),
        (["金属腐蚀物1", "严重眼损伤/眼刺激1"], ("GHS05",), "danger"),
        (["呼吸道致敏1", "皮肤致敏1"], ("GHS08",), "danger"),
        (["致癌性2", "皮肤致敏1"], ("GHS08", "GHS07"), "warning"),
        (["易燃液体4"], (), "warning"),
        (["危害水生环境-长期3"], (), None),
    ],
)
def test_precedence_of_pictograms_and_signal_words(said, pictograms, signal):
    made = elements_of(classes(*said), tables=TABLES)
    assert made.pictograms == pictograms
    assert (made.signal.value if made.signal else None) == signal


def test_a_statement_covered_by_another_may_be_left_out_and_may_stand():
    both = classes("皮肤腐蚀/刺激，类别1B", "严重眼损伤/眼刺激，类别1")
    assert elements_of(both, tables=TABLES).h_codes == ("H314",)
    said = Declared(
        classes=both, h_codes=("H314", "H318"), p_codes=("P280",), pictograms=("GHS05",), signal=Signal.DANGER
    )
    assert wrong(said) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"signal": Signal.WARNING}, "signal"),
        ({"signal": None}, "signal"),
        ({"h_codes": ("H225", "H301", "H311", "H331")}, "h_codes"),
        ({"h_codes": ("H225", "H301", "H311", "H331", "H370", "H350")}, "h_codes"),
        ({"h_codes": ("H225", "H301", "H311", "H331", "H370", "H999")}, "h_codes"),
        ({"pictograms": ("GHS02", "GHS06")}, "pictograms"),
        ({"pictograms": ("GHS02", "GHS06", "GHS08", "GHS07")}, "pictograms"),
        ({"pictograms": ("GHS02", "GHS06", "GHS08", "GHS99")}, "pictograms"),
        ({"p_codes": ("P999",)}, "p_codes"),
        ({"un_number": "1230", "transport_class": "8"}, "transport_class"),
        ({"transport_class": "17"}, "transport_class"),
        ({"packing_group": "I"}, "packing_group"),
        ({"components": (Component("甲醇", "", Decimal(60), Decimal(70)), Component("水", "", Decimal(41), Decimal(45)))}, "components"),
        ({"components": (Component("甲醇", "", Decimal(70), Decimal(60)),)}, "components"),
        ({"components": (Component("甲醇", "67-56-1", Decimal(10), Decimal(50)),) * 2}, "components"),
    ],
)  # fmt: skip
def test_each_contradiction_is_found(change, field):
    assert wrong(methanol(**change)) == [field]


@pytest.mark.parametrize(
    ("flash", "boiling", "category", "is_right"),
    [
        ("-1", "35", "1", True), ("-1", "35.1", "1", False), ("-1", "35.1", "2", True), ("-1", "35", "2", False),
        ("22.9", "80", "2", True), ("23", "80", "2", False), ("23", "80", "3", True), ("60", "150", "3", True),
        ("60.1", "150", "3", False), ("60.1", "150", "4", True), ("93", "200", "4", True), ("93.1", "200", "4", False),
        ("22.9", None, "2", True), ("22.9", None, "1", True), ("22.9", None, "3", False), ("30", None, "3", True),
    ],
)  # fmt: skip
def test_flash_and_boiling_point_against_the_category(flash, boiling, category, is_right):
    row = classes(f"易燃液体，类别{category}")
    due = elements_of(row, tables=TABLES)
    said = Declared(
        classes=row, h_codes=due.h_codes, pictograms=due.pictograms, signal=due.signal, p_codes=("P210",),
        flash_point=Decimal(flash), boiling_point=Decimal(boiling) if boiling else None,
    )  # fmt: skip
    assert wrong(said) == ([] if is_right else ["flash_point"])


def test_a_low_flash_point_without_a_category_is_a_contradiction_and_a_high_one_a_note():
    base = {"classes": classes("致癌性2"), "h_codes": ("H351",), "pictograms": ("GHS08",), "signal": Signal.WARNING, "p_codes": ("P201",)}  # fmt: skip
    assert wrong(Declared(**base, flash_point=Decimal(20), boiling_point=Decimal(80))) == ["flash_point"]
    assert [f.weight for f in check(Declared(**base, flash_point=Decimal(70)), tables=TABLES)] == [Weight.NOTE]
    assert check(Declared(**base, flash_point=Decimal(94)), tables=TABLES) == ()


def test_what_is_missing_is_said_and_never_guessed():
    assert missing(methanol(flash_point=None)) == ["flash_point"]
    assert missing(methanol(boiling_point=None)) == ["boiling_point"]
    assert missing(methanol(transport_class="")) == ["transport_class"]
    assert missing(methanol(un_number="")) == ["un_number"]
    assert missing(Declared()) == ["classes"]
    unknown = check(methanol(un_number="9999"), tables=TABLES)
    assert [f.weight for f in unknown] == [Weight.NOTE]


def test_without_classes_the_statements_are_held_against_the_signs():
    assert wrong(Declared(h_codes=("H225",), signal=Signal.WARNING)) == ["signal"]
    assert wrong(Declared(h_codes=("H225",), signal=Signal.DANGER, pictograms=("GHS06",))) == ["pictograms"]
    assert wrong(Declared(h_codes=("H242",), signal=Signal.WARNING, pictograms=("GHS02",))) == []


def test_exactly_a_hundred_percent_is_right():
    whole = (Component("甲醇", "", Decimal(60), Decimal(70)), Component("水", "", Decimal(40), Decimal(45)))
    assert wrong(methanol(components=whole)) == []


def test_a_class_is_read_as_people_write_it_and_an_unknown_one_refused():
    assert TABLES.read("易燃液体 类别 2；急性毒性－经口3")[0].written == "易燃液体，类别2"
    assert len(TABLES.read("易燃液体，类别2\n易燃液体2")) == 1
    with pytest.raises(UnknownHazardClass):
        TABLES.read("易燃液体，类别9")


def test_the_tables_agree_with_each_other():
    for row in TABLES.categories:
        assert set(row.h_codes) <= set(TABLES.h_statements), row
        assert set(row.pictograms) <= set(TABLES.pictograms), row
        assert TABLES.category_named(row.written) == row
        assert TABLES.category_named(row.label.en) == row
    assert set(CODES) == set(TABLES.pictograms)
    used = {code for row in TABLES.categories for code in row.h_codes}
    assert used == set(TABLES.h_statements)
    for goods in TABLES.goods.values():
        for kind in goods.classes:
            assert kind[0] == "1" or kind in TABLES.goods_classes, goods


@pytest.mark.parametrize("code", CODES)
def test_a_pictogram_is_a_drawing_with_a_red_frame(code):
    drawn = ElementTree.fromstring(pictogram_svg(code))
    assert drawn[0].attrib["stroke"].startswith("#d3")
    assert len(drawn[1]) >= 1


@pytest.mark.shared
def test_every_row_of_the_reference_is_held(shared_folder):
    """Some sentences are shortened there; the label has the full one. The rest agrees to the letter."""
    tables = shared_folder / "standards" / "tables"
    with (tables / "ghs_h_statements.csv").open(encoding="utf-8") as file:
        rows = {row["h_code"]: row["text_zh"] for row in csv.DictReader(file)}
    assert set(rows) <= set(TABLES.h_statements)
    fuller = {code for code, text in rows.items() if TABLES.h_statements[code].text.zh != text}
    assert len(fuller) == 32
    with (tables / "ghs_pictograms.csv").open(encoding="utf-8") as file:
        assert {row["code"] for row in csv.DictReader(file)} == set(TABLES.pictograms)
    with (tables / "dg_classes.csv").open(encoding="utf-8") as file:
        named = {row["div"] if row["div"] != "—" else row["class"]: row["name_zh"] for row in csv.DictReader(file)}
    assert {code: words.zh for code, words in TABLES.goods_classes.items()} == named
    with (tables / "sds_sections.csv").open(encoding="utf-8") as file:
        assert [row["section_zh"] for row in csv.DictReader(file)] == sections()


def sections() -> list[str]:
    from bihuan.law import law

    return [row["zh"] for row in law.at(date(2026, 11, 22)).value("ghs/labels", "sds_sections").value]
