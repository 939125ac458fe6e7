"""突出问题: read point by point with the numbers of the document, from the real plans and from other ways of writing them."""

from __future__ import annotations

import pytest

from bihuan.engines.plan_reader.reader import read

PLAN = """某市危险化学品安全风险集中治理实施方案
一、总体要求
坚持预防为主，一是压实责任，二是严格监管。
二、重点治理的突出问题和重大安全风险
各地、各有关部门要认真梳理，重点排查以下问题。
{problems}
三、重点任务
1.开展老旧装置评估，整改突出问题。一是排查，二是整治。（市应急管理局负责，2026年10月底前完成）
四、工作要求
各地要高度重视。
"""


def points(as_source, problems: str) -> list[tuple[str, str, str]]:
    return [(p.no, p.group, p.text) for p in read(as_source(PLAN.format(problems=problems))).problems]


def test_spoken_points_run_on_behind_their_group(as_source):
    text = (
        "（一）安全发展理念不牢问题。一是学习贯彻不深入，对“一是一”的要求把握不准。二是布局不合理。\n"
        "（二）生产环节重大安全风险。一是装置老旧，一是一、二是二的要求没有落实；二是四个系统不完善。"
    )
    assert points(as_source, text) == [
        ("（一）1", "安全发展理念不牢问题", "学习贯彻不深入，对“一是一”的要求把握不准。"),
        ("（一）2", "安全发展理念不牢问题", "布局不合理。"),
        ("（二）1", "生产环节重大安全风险", "装置老旧，一是一、二是二的要求没有落实；"),
        ("（二）2", "生产环节重大安全风险", "四个系统不完善。"),
    ]


@pytest.mark.parametrize(
    ("problems", "found"),
    [
        (
            "（一）责任不落实\n1.监管力量不足。\n2.部门责任不到位。",
            [("（一）1", "责任不落实", "监管力量不足。"), ("（一）2", "责任不落实", "部门责任不到位。")],
        ),
        (
            "（一）责任链条末端松弛。责任写在墙上、落不到班组。\n（二）协同不够紧密。",
            [
                ("（一）", "责任链条末端松弛", "责任写在墙上、落不到班组。"),
                ("（二）", "协同不够紧密", "协同不够紧密。"),
            ],
        ),
        ("1.监管力量不足。\n2.部门责任不到位。", [("1", "", "监管力量不足。"), ("2", "", "部门责任不到位。")]),
        ("一是监管力量不足。二是部门责任不到位。", [("1", "", "监管力量不足。"), ("2", "", "部门责任不到位。")]),
        ("请各地自行梳理。", []),
    ],
    ids=["numbered", "a sentence each", "without groups", "spoken without groups", "none"],
)
def test_other_ways_of_writing_the_points_are_read_too(as_source, problems, found):
    assert points(as_source, problems) == found


def test_a_point_leads_to_its_words_in_the_source(as_source):
    source = as_source(PLAN.format(problems="（一）责任不落实问题。一是监管力量\n不足。"))
    (point,) = read(source).problems
    assert source.read(point.span) == point.text == "监管力量不足。"


@pytest.mark.shared
def test_the_points_of_the_real_plans_are_read_with_their_numbers(real_plans, as_source):
    found = {
        name: read(as_source((real_plans / f"{name}.txt").read_text(encoding="utf-8"))).problems
        for name in ("000", "002", "004")
    }
    groups = {"一": 4, "二": 4, "三": 5, "四": 6, "五": 2, "六": 3}
    assert [p.no for p in found["000"]] == [f"（{g}）{n + 1}" for g, most in groups.items() for n in range(most)]
    assert [p.no for p in found["002"]] == [
        f"（{g}）{n + 1}" for g, most in {"一": 5, "二": 4, "三": 2, "四": 3}.items() for n in range(most)
    ]
    by_no = {p.no: p for p in found["000"]}
    assert by_no["（一）1"].group == "安全发展理念不牢问题"
    assert by_no["（一）1"].text.startswith("学习贯彻")
    assert by_no["（三）5"].text.endswith("“四个系统”不完善。")
    assert by_no["（六）3"].text == "化工园（集中）区专业监管人员专业结构不合理，与监管任务不相适应。"
    assert {p.group for p in found["002"] if p.no.startswith("（四）")} == {"废弃处置环节存在安全风险"}
    assert [p.text for p in found["002"] if p.no == "（一）4"] == ["应急处置能力不足。"]
    assert found["004"] == ()
