"""The rules, as tables; no database."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.domains.campaign.rules import dispatching, dues, passages, units
from bihuan.domains.campaign.rules.dispatching import Decided, Draft
from bihuan.domains.campaign.rules.dues import Due, Milestone
from bihuan.domains.campaign.rules.passages import Mark
from bihuan.domains.campaign.terms import Decision, Dispatch, DueFrom
from bihuan.engines.plan_reader.terms import Role
from bihuan.loop.terms import PartyRole

LEAD, OWNER, COOP, BY_DUTY = Role.LEAD, Role.OWNER, Role.COOP, Role.BY_DUTY


@pytest.mark.parametrize(
    ("name", "collective"),
    [
        ("各区人民政府", True),
        ("各成员单位", True),
        ("区安委会成员单位", True),
        ("全区危险化学品企业", True),
        ("相关街道办事处", True),
        ("各级安委会", True),
        ("行业主管部门", True),
        ("市应急管理局", False),
        ("区安委会办公室", False),
        ("市发展和改革委员会", False),
        ("公安南开分局", False),
        ("滨开区", False),
    ],
)
def test_nobody_bears_a_collective_name(name, collective):
    assert units.is_collective(name) is collective


@pytest.mark.parametrize(
    ("name", "kind", "ending", "below"),
    [
        ("各街道办事处", "town", "", True),
        ("各镇（街道）", "town", "", True),
        ("各区人民政府", "government", "", True),
        ("各有关部门", "department", "", False),
        ("各成员单位", "department", "", False),
        ("全区危险化学品企业", "enterprise", "", True),
        ("各区应急管理局", "", "应急管理局", True),
        ("各县市区公安局", "", "公安局", True),
    ],
)
def test_a_collective_name_proposes_its_likely_members(name, kind, ending, below):
    found = units.likely_members(name)
    assert (found.kind, found.ending, found.below) == (kind, ending, below)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["动员部署", "完成治理任务", "完成总结验收"], "完成治理任务"),
        (["动员部署阶段", "排查整治阶段", "集中攻坚阶段", "巩固提升阶段"], "集中攻坚阶段"),
        (["完成总结验收"], "完成总结验收"),
        ([], None),
    ],
)
def test_tasks_without_a_date_follow_the_milestone_that_finishes_control(names, expected):
    found = [Milestone(n, date(2027, i + 1, 1)) for i, n in enumerate(names)]
    chosen = dues.control_milestone(found)
    assert (chosen.name if chosen else None) == expected


OWN, STONE, END = date(2027, 1, 1), date(2027, 2, 2), date(2027, 3, 3)


@pytest.mark.parametrize(
    ("own", "ongoing", "stone", "end", "expected"),
    [
        (OWN, False, STONE, END, Due(OWN, DueFrom.OWN)),
        (OWN, True, STONE, END, Due(OWN, DueFrom.OWN)),
        (None, True, STONE, END, Due(None, DueFrom.RHYTHM)),
        (None, False, STONE, END, Due(STONE, DueFrom.MILESTONE, "治理")),
        (None, False, None, END, Due(END, DueFrom.END)),
        (None, False, None, None, Due(None, DueFrom.MISSING)),
    ],
)
def test_a_limit_is_the_plans_own_or_its_milestone_or_its_end(own, ongoing, stone, end, expected):
    milestone = Milestone("治理", stone) if stone else None
    assert dues.due_of(own=own, is_ongoing=ongoing, milestone=milestone, until_on=end) == expected


@pytest.mark.parametrize(
    ("due", "days"),
    [
        ("2027-02-28", ["2027-02-28"]),
        ("03-25", ["2027-03-25"]),
        ("monthly:31", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("quarterly", ["2027-03-31"]),
        ("at once", []),
        ("12-25", []),
    ],
)
def test_reports_fall_on_their_days_within_the_campaign(due, days):
    found = dues.calendar_entries(
        phases=[],
        reports=[{"raw": "报送", "who": "各部门", "due": [due]}],
        from_on=date(2027, 1, 1),
        until_on=date(2027, 5, 1),
    )
    assert [e.on.isoformat() for e in found] == days


DECIDED = {
    "甲": Decided("甲", Decision.ORGANISATION, ("A",)),
    "乙": Decided("乙", Decision.ORGANISATION, ("B",)),
    "丙": Decided("丙", Decision.ORGANISATION, ("C",)),
    "各区": Decided("各区", Decision.LIST, ("D1", "D2", "A")),
    "上级": Decided("上级", Decision.NOT_OURS),
    "未定": Decided("未定", Decision.UNDECIDED),
}


@pytest.mark.parametrize(
    ("named", "dispatch", "expected"),
    [
        ([("乙", COOP), ("甲", LEAD)], Dispatch.ONE, [("A", [("B", PartyRole.COOPERATE)])]),
        ([("甲", OWNER), ("乙", OWNER)], Dispatch.ONE, [("A", [("B", PartyRole.SEPARATE_LEAD)])]),
        ([("甲", LEAD), ("乙", LEAD)], Dispatch.ONE, [("A", [("B", PartyRole.LEAD)])]),
        ([("甲", BY_DUTY), ("乙", BY_DUTY)], Dispatch.ONE, [("A", [("B", PartyRole.BY_DUTY)])]),
        ([("甲", BY_DUTY), ("乙", BY_DUTY), ("丙", COOP)], Dispatch.EACH, [("A", [("C", PartyRole.COOPERATE)]), ("B", [("C", PartyRole.COOPERATE)])]),
        ([("各区", OWNER)], Dispatch.EACH, [("D1", []), ("D2", []), ("A", [])]),
        ([("各区", COOP), ("甲", LEAD)], Dispatch.ONE, [("A", [("D1", PartyRole.COOPERATE), ("D2", PartyRole.COOPERATE)])]),
        ([("上级", LEAD), ("甲", COOP)], Dispatch.ONE, [("A", [])]),
        ([("上级", LEAD)], Dispatch.ONE, []),
    ],
)  # fmt: skip
def test_lead_answers_before_owner_before_by_duty_and_nobody_twice(named, dispatch, expected):
    made = dispatching.assignments(units=named, decided=DECIDED, dispatch=dispatch)
    assert [(a.owner, list(a.partners)) for a in made] == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ([("各区应急管理局", BY_DUTY)], Dispatch.EACH),
        ([("各街道办事处", OWNER), ("市安委办", COOP)], Dispatch.EACH),
        ([("市安委办", LEAD), ("各街道办事处", OWNER)], Dispatch.ONE),
        ([("市教育局", BY_DUTY), ("市财政局", BY_DUTY)], Dispatch.ONE),
        ([], Dispatch.ONE),
    ],
)
def test_only_collective_answering_units_are_dispatched_one_by_one(named, expected):
    assert dispatching.default_dispatch(named) is expected


@pytest.mark.parametrize(
    ("named", "supervisor", "source", "codes"),
    [
        ([("甲", OWNER)], "S", DueFrom.OWN, []),
        ([("未定", OWNER)], "S", DueFrom.OWN, ["undecided"]),
        ([("没见过", OWNER)], "S", DueFrom.OWN, ["undecided"]),
        ([("丙", OWNER)], "S", DueFrom.OWN, ["gone"]),
        ([("上级", OWNER)], "S", DueFrom.OWN, ["nobody"]),
        ([], "S", DueFrom.OWN, ["nobody"]),
        ([("甲", OWNER)], "A", DueFrom.OWN, ["own_supervisor"]),
        ([("乙", OWNER), ("甲", OWNER)], "A", DueFrom.OWN, []),
        ([("甲", OWNER)], "", DueFrom.OWN, ["no_supervisor"]),
        ([("甲", OWNER)], "X", DueFrom.OWN, ["supervisor_gone"]),
        ([("甲", OWNER)], "S", DueFrom.MISSING, ["no_due"]),
    ],
)
def test_everything_in_the_way_of_publishing_is_named(named, supervisor, source, codes):
    draft = Draft("k", "1", tuple(named), Due(None, source), Dispatch.ONE, supervisor)
    found = dispatching.obstacles(drafts=[draft], decided=DECIDED, living={"A", "B", "S"})
    assert [o.code for o in found] == codes


def test_a_plan_without_tasks_is_not_published():
    assert [o.code for o in dispatching.obstacles(drafts=[], decided={}, living=set())] == ["no_tasks"]


@pytest.mark.parametrize(("on", "ongoing", "past"), [(date(2027, 1, 9), False, 1), (date(2027, 1, 10), False, 0), (date(2027, 1, 9), True, 0), (None, False, 0)])  # fmt: skip
def test_only_a_limit_before_today_is_past(on, ongoing, past):
    draft = Draft("k", "1", (), Due(on, DueFrom.OWN), Dispatch.ONE, "S", ongoing)
    assert len(dispatching.past_dates(drafts=[draft], today=date(2027, 1, 10))) == past


def test_marks_cut_the_text_and_overlapping_ones_share_pieces():
    text = "第一行\n甲乙丙丁戊\n末行"
    marks = [Mark(4, 7, "task", "t1"), Mark(6, 9, "task", "t2"), Mark(6, 7, "doubt", "d")]
    found = passages.paragraphs(text, marks)
    assert [[p.text for p in line.pieces] for line in found] == [["第一行"], ["甲乙", "丙", "丁戊"], ["末行"]]
    assert [p.tasks for p in found[1].pieces] == [("t1",), ("t1", "t2"), ("t2",)]
    assert found[1].pieces[1].doubts == ("d",)
    assert all(text[p.start : p.start + len(p.text)] == p.text for line in found for p in line.pieces)


def test_a_mark_over_several_lines_marks_each_of_them():
    found = passages.paragraphs("甲乙\n丙丁", [Mark(1, 4, "task", "t")])
    assert [[(p.text, p.tasks) for p in line.pieces] for line in found] == [
        [("甲", ()), ("乙", ("t",))],
        [("丙", ("t",)), ("丁", ())],
    ]


def test_a_split_is_found_in_the_source_over_its_line_breaks():
    source = "前文　甲乙\n丙丁戊"
    at = passages.source_position(source, start=3, end=9, text="甲乙丙丁戊", at=3)
    assert source[3:at] == "甲乙\n丙"
