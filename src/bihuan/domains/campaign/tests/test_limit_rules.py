"""期限类型、软性数字、以上以下的规则: both sides of each boundary."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.domains.campaign.rules import limits
from bihuan.domains.campaign.terms import LimitKind
from bihuan.engines.plan_reader.documents.door import open_document
from bihuan.engines.plan_reader.reader import read

DAY = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("dates", "due_on", "is_ongoing", "kind"),
    [
        (["2026-12-31"], DAY, False, LimitKind.FIXED),
        ([], DAY, False, LimitKind.FIXED),
        ([], None, False, LimitKind.CAMPAIGN),
        ([], None, True, LimitKind.ONGOING),
        (["2026-12-31"], DAY, True, LimitKind.THEN_ONGOING),
        (["2026-08-31", "2026-12-31"], DAY, False, LimitKind.MILESTONES),
        (["2026-08-31", "2026-08-31"], DAY, False, LimitKind.FIXED),
        (["2026-08-31", "2026-12-31"], None, True, LimitKind.THEN_ONGOING),
    ],
)
def test_what_kind_of_limit_a_task_has(dates, due_on, is_ongoing, kind):
    assert limits.limit_of(dates=dates, due_on=due_on, is_ongoing=is_ongoing) is kind


@pytest.mark.parametrize(
    ("op", "value", "met"),
    [
        (">=", "9.99", False), (">=", "10", True), (">=", "10.01", True),
        (">", "10", False), (">", "10.01", True),
        ("<=", "10", True), ("<=", "10.01", False),
        ("<", "10", False), ("<", "9.99", True),
        ("==", "10", True), ("==", "10.01", False),
    ],
)  # fmt: skip
def test_yishang_and_yixia_hold_the_number_and_chaoguo_does_not(op, value, met):
    assert limits.meets(op=op, target=Decimal(10), value=Decimal(value)) is met


@pytest.mark.parametrize(
    ("said", "op"),
    [
        ("专职监管人员不少于10名", ">="),
        ("覆盖率达到60%以上", ">="),
        ("作业场所人数9人以下", "<="),
        ("D级园区占比超过50%", ">"),
        ("作业场所不超过9人", "<="),
    ],
)
def test_the_reader_gives_each_phrase_its_comparison(said, op):
    text = f"某市行动方案\n\n一、重点任务\n\n1.加强管理，{said}。（市应急管理局负责）\n"
    task = read(open_document(name="a.txt", data=text.encode())).tasks[0]
    assert [i.op for i in task.indicators] == [op]


def test_a_soft_word_reaches_no_further_than_its_clause():
    text = "新建项目投资额原则上不低于10亿元，监管人员不少于6名。力争年内建成1座"
    assert limits.is_soft(text, "不低于10亿元")
    assert not limits.is_soft(text, "不少于6名")
    assert limits.is_soft(text, "建成1座")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("配合省应急管理厅开展化工园区复核。", False),
        ("积极配合国家有关部门完成试点。", False),
        ("协助省厅推进编码应用。", False),
        ("督促企业配合开展检查。", True),
        ("配合市场监管部门开展检验。", True),
        ("建立部门配合机制。", True),
    ],
)
def test_what_somebody_above_finishes_is_not_ours_to_finish(text, ours):
    assert limits.is_supporting(text) is not ours
