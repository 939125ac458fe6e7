"""The catalogue and its lists, against the reference tables and as people look for things."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

import pytest

from bihuan.kernel.cas import require_cas
from bihuan.law.state import LawState
from bihuan.registers.chemicals.rules.catalogue import catalogue_at
from bihuan.registers.chemicals.rules.mixtures import ComponentsWrong, judge_mixture
from bihuan.registers.chemicals.rules.particulars import wrong_cas, wrong_symbols, wrong_together, wrong_un
from bihuan.registers.chemicals.rules.properties import all_properties, properties_of
from bihuan.registers.chemicals.terms import Listing, Property

BOOK = catalogue_at(date(2026, 11, 22))


def rows(folder, name):
    with (folder / "standards" / "tables" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_serial_is_there_and_every_cas_number_is_right():
    assert set(BOOK.by_serial) == set(range(1, 2829))
    assert len({e.serial for e in BOOK.entries if e.is_highly_toxic}) == 148
    for entry in BOOK.entries:
        for cas in entry.cas:
            assert require_cas(cas) == cas


@pytest.mark.shared
def test_row_by_row_it_is_the_reference_table(shared_folder):
    said = rows(shared_folder, "hazchem_catalogue.csv")
    assert len(said) == len(BOOK.entries)
    pieces = lambda text: tuple(part.strip() for part in text.split(";") if part.strip())  # noqa: E731
    for entry, row in zip(BOOK.entries, said, strict=True):
        assert (str(entry.serial), entry.name) == (row["serial"], row["name_zh"].strip())
        assert (entry.aliases, entry.cas) == (pieces(row["alias_zh"]), pieces(row["cas"]))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("listing", "file"),
    [
        (Listing.EXPLOSIVE_PRECURSOR, "yizhibao_2017.csv"),
        (Listing.DRUG_PRECURSOR, "yizhidu.csv"),
        (Listing.KEY_SUPERVISED, "key_supervised_chemicals_74.csv"),
    ],
)
def test_row_by_row_the_lists_are_the_reference_tables(shared_folder, listing, file):
    said = rows(shared_folder, file)
    held = BOOK.lists[listing].value
    assert [row["name"] for row in held] == [row["name_zh"].strip() for row in said]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("甲醇", "甲醇"),
        ("木醇", "甲醇"),
        ("67-56-1", "甲醇"),
        ("1022", "甲醇"),
        ("jc", "甲醇"),
        ("液氯", "氯"),
        ("ＴＮＴ", "2,4,6-三硝基甲苯"),
    ],
)
def test_it_is_found_by_name_alias_number_and_initials(text, name):
    assert name in [entry.name for entry in BOOK.find(text)[:12]]


def test_a_whole_name_comes_before_pieces_of_others():
    assert BOOK.find("苯")[0].name == "苯"
    assert BOOK.find("氨")[0].name == "氨"


def test_what_is_not_there_is_not_found():
    assert BOOK.find("不存在的东西") == []


@pytest.mark.parametrize(
    ("name", "listings"),
    [
        ("氯", {Listing.HIGHLY_TOXIC, Listing.KEY_SUPERVISED, Listing.NAMED_THRESHOLD}),
        ("甲苯", {Listing.DRUG_PRECURSOR, Listing.KEY_SUPERVISED, Listing.NAMED_THRESHOLD}),
        ("高锰酸钾", {Listing.DRUG_PRECURSOR, Listing.EXPLOSIVE_PRECURSOR}),
    ],
)
def test_a_chemical_is_in_its_lists(name, listings):
    entry = next(e for e in BOOK.find(name) if e.name == name)
    assert {item.listing for item in BOOK.listed(entry)} >= listings


def test_a_list_can_be_leafed_through_alone():
    toxic = BOOK.find("", listing=Listing.HIGHLY_TOXIC)
    assert len({entry.serial for entry in toxic}) == 148


def test_the_entries_of_2026_that_are_not_held_are_told_from_their_day_on():
    assert (catalogue_at(date(2026, 4, 15)).missing.value, catalogue_at(date(2026, 4, 16)).missing.value) == (0, 5)
    assert BOOK.held.state is LawState.UNCHECKED


def test_a_property_has_its_source_and_a_missing_one_is_missing():
    methanol, chlorine = properties_of("67-56-1"), properties_of("7782-50-5")
    flash = methanol[Property.FLASH_POINT]
    assert flash is not None
    assert (flash.value, flash.unit, flash.source) == ("9", "°C", "IEC 60079-20-1 (2010)")
    assert chlorine[Property.FLASH_POINT] is None
    assert all(value.source for values in all_properties().values() for value in values)


def test_a_lower_limit_is_below_its_upper_limit():
    for cas in all_properties():
        found = properties_of(cas)
        low, high = found[Property.LOWER_EXPLOSIVE_LIMIT], found[Property.UPPER_EXPLOSIVE_LIMIT]
        if low and high:
            assert Decimal(low.value) < Decimal(high.value), cas


@pytest.mark.parametrize(
    ("components", "managed"),
    [
        ([("甲醇", "70"), ("水", "30")], True),
        ([("甲醇", "69.99"), ("水", "30.01")], False),
        ([("甲醇", "40"), ("乙醇", "30")], True),
        ([("某物", "100")], False),
    ],
)
def test_from_seventy_per_cent_of_listed_components_a_mixture_is_managed(components, managed):
    verdict = judge_mixture(
        components=[(name, Decimal(share)) for name, share in components], catalogue=BOOK, floor=Decimal(70)
    )
    assert verdict.is_managed is managed


def test_components_above_the_whole_are_refused():
    with pytest.raises(ComponentsWrong, match="110"):
        judge_mixture(components=[("甲醇", Decimal(60)), ("乙醇", Decimal(50))], catalogue=BOOK, floor=Decimal(70))


def test_fields_of_a_row_are_checked():
    assert "校验位应为 1" in wrong_cas("67-56-2").zh
    assert wrong_cas("67-56-1") is None
    assert wrong_un("UN1230") is None
    assert wrong_un("12") is not None
    assert wrong_symbols("无") is None
    assert wrong_symbols("W5.3；J5") is None
    assert "矛盾" in wrong_symbols("W5.3；W5.4").zh


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, set()),
        ({"cas": "7782-50-5"}, {"cas"}),
        ({"serial": 2829}, {"serial"}),
        ({"basis": ""}, {"basis"}),
        ({"serial": None, "cas": "7782-50-5"}, set()),
    ],
)
def test_fields_of_a_row_must_fit_each_other(values, wrong):
    right = {"serial": 1022, "cas": "67-56-1", "symbols": "W5.3", "basis": "SDS"}
    assert set(wrong_together(**(right | values))) == wrong
