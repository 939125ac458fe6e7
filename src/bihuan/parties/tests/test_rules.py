"""Rules of parties."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.parties import rules
from bihuan.parties.rules import (
    BadRegionCode,
    DatedValue,
    KnownUnit,
    ancestors,
    nearest,
    normal_name,
    region_path,
    resolve_unit,
)
from bihuan.parties.terms import RegionKind


def test_a_path_lists_every_place_it_lies_in():
    assert ancestors("33/3399/339902/") == ["33/3399/339902/", "33/3399/", "33/", ""]
    assert ancestors("") == [""]


@pytest.mark.parametrize("code", ["", "33/99", "三三", "1" * 21])
def test_a_region_code_that_would_break_the_path_is_refused(code):
    with pytest.raises(BadRegionCode):
        region_path(parent_path="", code=code)


CITY, DISTRICT = "33/3399/", "33/3399/339902/"
VALUES = [
    DatedValue("", date(2020, 1, 1), 20, "省方案"),
    DatedValue(CITY, date(2022, 1, 1), 15, "市方案"),
    DatedValue(CITY, date(2026, 3, 1), 10, "市新方案"),
]


@pytest.mark.parametrize(
    ("path", "on", "value"),
    [
        (DISTRICT, date(2026, 3, 1), 10),
        (DISTRICT, date(2026, 2, 28), 15),
        (CITY, date(2022, 1, 1), 15),
        (CITY, date(2021, 12, 31), 20),
        ("44/", date(2026, 3, 1), 20),
    ],
)
def test_the_nearest_place_counts_and_there_the_latest_value_in_force(path, on, value):
    found = nearest(VALUES, path=path, on=on)
    assert found is not None
    assert found.value == value


def test_before_the_first_value_there_is_none():
    assert nearest(VALUES, path=CITY, on=date(2019, 12, 31)) is None


UNITS = [
    KnownUnit("FGW", "云州市发展和改革委员会"),
    KnownUnit("YJ", "云州市应急管理局"),
    KnownUnit("ZG", "云州市自然资源和规划局", ("市资规局",)),
    KnownUnit("DH-YJ", "东湖区应急管理局"),
    KnownUnit("DH-JX", "东湖区经济和信息化局"),
    KnownUnit("AWB", "云州市安全生产委员会办公室", ("市安委办",)),
]
REGIONS = ("云州市", "东湖区")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("市发改委", "FGW"),
        ("市发展改革委", "FGW"),
        ("云州市发展和改革委员会", "FGW"),
        ("市应急局", "YJ"),
        ("市应急管理局", "YJ"),
        ("区应急管理局", "DH-YJ"),
        ("区经信局", "DH-JX"),
        ("市资规局", "ZG"),
        ("市自然资源和规划局", "ZG"),
        ("市安委会办公室", "AWB"),
        ("市安委办", "AWB"),
    ],
)
def test_a_short_name_finds_its_unit(written, code):
    matches = resolve_unit(written, UNITS, regions=REGIONS)
    assert matches[0].code == code
    assert matches[0].certain


def test_an_unknown_unit_is_never_certain():
    assert not any(m.certain for m in resolve_unit("市体育局", UNITS, regions=REGIONS))


def test_a_name_that_two_units_share_is_not_certain():
    twins = [KnownUnit("A", "东湖区应急管理局"), KnownUnit("B", "西山区应急管理局")]
    matches = resolve_unit("区应急局", twins, regions=("东湖区", "西山区"))
    assert {m.code for m in matches} == {"A", "B"}
    assert not any(m.certain for m in matches)


def test_brackets_do_not_change_a_name():
    assert normal_name("区党工委（区委）宣传统战部") == "区党工委宣传统战部"


def test_regions_are_read_from_lines_and_from_a_pasted_sheet():
    found = rules.read_regions(["990101101，东湖街道，街道", "", "990101101201\t湖滨社区\t村（社区）\t990101101"])
    assert [(line.code, line.kind, line.parent) for line in found] == [
        ("990101101", RegionKind.TOWN, ""),
        ("990101101201", RegionKind.VILLAGE, "990101101"),
    ]
    for wrong in ("990101101，东湖街道", "990101101，东湖街道，片区", "990101101，，街道"):
        with pytest.raises(rules.BadRegionLine):
            rules.read_regions([wrong])


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        (RegionKind.VILLAGE, RegionKind.TOWN, True),
        (RegionKind.GRID, RegionKind.VILLAGE, True),
        (RegionKind.GRID, RegionKind.PARK, True),
        (RegionKind.VILLAGE, RegionKind.GRID, False),
        (RegionKind.GRID, RegionKind.CITY, False),
        (RegionKind.VILLAGE, None, False),
        (RegionKind.PARK, RegionKind.CITY, True),
    ],
)
def test_a_grid_lies_in_a_village_and_a_village_in_a_town(kind, parent, fits):
    if fits:
        rules.require_below(kind=kind, parent=parent, name="甲")
    else:
        with pytest.raises(rules.WrongLevel):
            rules.require_below(kind=kind, parent=parent, name="甲")
