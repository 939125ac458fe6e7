"""方案谱系与对照的规则: circles, inherited responsibility, what answers what, where it promises less."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.domains.campaign.rules import comparing, families
from bihuan.domains.campaign.rules.comparing import Difference, PlanTask
from bihuan.domains.campaign.terms import CoverState, FilingState


@pytest.mark.parametrize(
    ("child", "to", "links"),
    [
        ("a", "a", []),
        ("a", "b", [("b", "a")]),
        ("a", "b", [("b", "c"), ("c", "d"), ("d", "a")]),
        ("a", "b", [("b", "c"), ("c", "b"), ("b", "a")]),
    ],
)
def test_a_plan_never_stands_above_itself(child, to, links):
    with pytest.raises(families.CircularFamily):
        families.require_no_circle(child=child, to=to, links=links)


def test_two_superior_plans_with_one_above_both_are_no_circle():
    families.require_no_circle(child="a", to="c", links=[("a", "b"), ("b", "d"), ("c", "d")])


def test_from_the_marker_on_every_task_binds_every_level():
    said = [
        "市应急管理局负责",
        "市发改委负责，各级安委会负责落实，以下均需各级安委会落实，不再列出",
        "市资规局牵头",
    ]
    assert families.inherited(said) == [False, True, True]
    assert families.inherited(["以下简称各单位，名单不再列出"]) == [False]


@pytest.mark.parametrize(
    ("live", "doubts", "exempt", "state"),
    [
        (0, 0, False, CoverState.GAP),
        (0, 0, True, CoverState.NOT_APPLICABLE),
        (1, 0, False, CoverState.COVERED),
        (1, 1, False, CoverState.DOUBTFUL),
        (2, 1, False, CoverState.COVERED),
    ],
)
def test_a_task_is_covered_by_one_that_holds(live, doubts, exempt, state):
    assert families.cover_state(live=live, doubts=doubts, not_applicable=exempt) is state


@pytest.mark.parametrize(
    ("filed", "today", "state"),
    [
        (None, date(2022, 2, 28), FilingState.WAITING),
        (None, date(2022, 3, 1), FilingState.LATE),
        (date(2022, 2, 28), date(2022, 6, 1), FilingState.FILED),
        (date(2022, 3, 1), date(2022, 6, 1), FilingState.FILED_LATE),
    ],
)
def test_the_due_day_of_a_filing_is_still_in_time(filed, today, state):
    assert families.filing_state(filed_on=filed, due_on=date(2022, 2, 28), today=today) is state


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_live": False},
        {"is_of_superior": False},
        {"parent_is_live": False},
        {"reason": "  "},
        {"reason": "无"},
    ],
)
def test_a_cover_that_is_not_true_is_refused(wrong):
    right = {"is_live": True, "is_of_superior": True, "parent_is_live": True, "reason": None}
    families.require_honest_cover(**right)
    families.require_honest_cover(**(right | {"reason": "本县无化工园区"}))
    with pytest.raises(families.FalseCover):
        families.require_honest_cover(**(right | wrong))


PARENTS = [
    PlanTask("1", "对投入使用超过15年的生产装置逐套评估，形成“一装置一策”整治方案。", date(2026, 10, 31)),
    PlanTask("2", "加强学校、医院、科研院所实验室危险化学品管理，建立采购、领用、处置台账。", date(2026, 8, 31)),
    PlanTask(
        "3",
        "化工园区配备不少于8名专职监管人员，具有化工专业背景的人员占比不低于75%。",
        None,
        True,
        ((">=", "8", "名"), (">=", "75", "%")),
    ),
    PlanTask(
        "4", "建设危险化学品车辆专用停车场，停车位不少于120个。", date(2026, 12, 31), False, ((">=", "120", "个"),)
    ),
]
CHILDREN = [
    PlanTask("a", "加强全区中小学校、医院实验室危险化学品管理，逐校建立采购、领用、处置台账。", date(2026, 9, 30)),
    PlanTask("b", "对使用超过15年的老旧生产装置逐套开展评估，形成“一装置一策”方案。", date(2026, 9, 30)),
    PlanTask(
        "c",
        "园区管委会配备不少于6名专职监管人员，化工专业背景人员占比不低于75%。",
        None,
        True,
        ((">=", "6", "名"), (">=", "75", "%")),
    ),
    PlanTask("d", "开展醇基燃料入户宣传。", date(2026, 6, 30)),
]


def test_a_new_plan_is_laid_beside_its_superior():
    found = comparing.compare(parents=PARENTS, children=CHILDREN)
    assert [(p.parent.key, p.child.key if p.child else None) for p in found.pairs] == [
        ("1", "b"),
        ("2", "a"),
        ("3", "c"),
        ("4", None),
    ]
    assert [c.key for c in found.added] == ["d"]
    by_key = {p.parent.key: p for p in found.pairs}
    assert by_key["1"].is_sure
    assert by_key["1"].differences == ()
    assert by_key["2"].differences == (Difference.LATER,)
    assert by_key["3"].differences == (Difference.WEAKER,)


def test_a_plan_compared_with_itself_answers_every_task_surely_and_adds_nothing():
    found = comparing.compare(parents=PARENTS, children=PARENTS)
    assert all(p.child and p.child.key == p.parent.key and p.is_sure and not p.differences for p in found.pairs)
    assert not found.added


@pytest.mark.parametrize(
    ("parent", "child", "expected"),
    [
        ((">=", "10", "名"), (">=", "10", "名"), ()),
        ((">=", "10", "名"), ("==", "12", "名"), ()),
        ((">=", "10", "名"), (">", "9", "名"), (Difference.WEAKER,)),
        ((">", "50", "%"), (">=", "50", "%"), (Difference.WEAKER,)),
        ((">", "50", "%"), (">=", "51", "%"), ()),
        (("<=", "9", "人"), ("<=", "9", "人"), ()),
        (("<=", "9", "人"), ("<=", "10", "人"), (Difference.WEAKER,)),
        (("==", "100", "%"), (">=", "100", "%"), ()),
        ((">=", "10", "名"), (">=", "10", "%"), (Difference.NUMBER_MISSING,)),
    ],
)
def test_a_number_is_answered_by_one_at_least_as_strict(parent, child, expected):
    one = PlanTask("1", "x", None, False, (parent,))
    other = PlanTask("2", "x", None, False, (child,))
    assert comparing.differences(parent=one, child=other) == expected


def test_a_cover_about_something_else_is_doubted():
    assert Difference.UNLIKE in comparing.doubts(parent=PARENTS[3], child=CHILDREN[3])
    assert Difference.UNLIKE not in comparing.doubts(parent=PARENTS[1], child=CHILDREN[0])
