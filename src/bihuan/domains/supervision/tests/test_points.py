"""问题点目录: a plan's own point is told to be the problem it speaks of, from the real plans and in other words."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from bihuan.domains.supervision.queries.points import main_duties, topics
from bihuan.domains.supervision.rules.points import Point, points_of_lines, topics_of
from bihuan.engines.plan_reader.documents.plain import text_source
from bihuan.engines.plan_reader.reader import read

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parents[5]
SHARED = Path(os.environ.get("BIHUAN_SHARED", str(ROOT.parent / "shared"))) / "plans"

#: What a careful reader makes of the points of the plans, in their order.
READ_BY_HAND = {
    "000": [1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27],
    "002": [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 22, 22, 23],
}


def named(text: str) -> list[str]:
    return topics_of(Point(text), topics(on=TODAY))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("源头治理不严不实，企业安全分类整治工作力度不够", "Y03"),
        ("变更后的主要负责人法律意识淡漠，安全生产管理知识欠缺", "Y06"),
        ("环境治理设施未经安全评估的企业复核工作不彻底", "Y24"),
        ("化工集中区认定复核未通过，安全风险等级由C级降D级推进不快", "Y25"),
        ("取消化工园区后，化工企业数量最多的地区安全风险上升", "Y27"),
        ("道路运输事故处置和事故多发路段整治不到位", "Y18"),
        ("会议室灯光不足", None),
    ],
)
def test_a_point_is_known_by_the_words_that_stand_for_it(text, code):
    assert next(iter(named(text)), None) == code


def test_a_point_that_speaks_of_two_problems_has_both():
    assert set(named("反应安全风险评估提出的措施未落实，常态化风险管控机制未有效运行")) == {"Y11", "Y12"}


def test_the_catalogue_has_every_problem_once_and_says_where_it_goes():
    found = topics(on=TODAY)
    assert [t.code for t in found] == [f"Y{n:02}" for n in range(1, 28)]
    assert all(t.name and t.name_en and t.goes_to and all(t.words) for t in found)


def test_the_items_of_main_responsibility_each_have_their_clause():
    items = main_duties(on=TODAY)
    assert len(items) == 20
    assert all(item.group and "《安全生产法》第" in item.text for item in items)


def test_lines_typed_twice_or_left_empty_are_one_point_and_none():
    assert [p.text for p in points_of_lines([" 甲 ", "", "甲", "乙"])] == ["甲", "乙"]


@pytest.mark.shared
@pytest.mark.parametrize("name", READ_BY_HAND)
def test_every_point_of_the_real_plans_is_known(name):
    if not SHARED.is_dir():
        pytest.skip(f"the folder of real plan documents is not there ({SHARED})")
    points = read(text_source((SHARED / f"{name}.txt").read_text(encoding="utf-8"), f"{name}.txt")).problems
    assert [(p.no, named(p.text)[:1]) for p in points] == [
        (p.no, [f"Y{n:02}"]) for p, n in zip(points, READ_BY_HAND[name], strict=True)
    ]
