"""报告的规则: which are due on what period, what each figure counts, what must be said and signed."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.domains.campaign.rules import figures, reports
from bihuan.domains.campaign.rules.figures import TaskFacts, When
from bihuan.domains.campaign.rules.reports import Section
from bihuan.domains.campaign.terms import ReportKind, ReportState
from bihuan.domains.campaign.web import ledger_file
from bihuan.kernel.period import Period
from bihuan.loop.terms import Stage

YEAR = {"from_on": date(2022, 1, 1), "until_on": date(2022, 12, 31)}


def called(*reports_said: tuple[str, list[str]], **period: date) -> list[tuple[str, str, str, str]]:
    said = [{"raw": raw, "due": due, "who": "各单位"} for raw, due in reports_said]
    found = reports.called_for(said, **(YEAR | period))
    return [(c.on.isoformat(), c.kind.value, c.period.from_.isoformat(), c.period.until.isoformat()) for c in found]


def test_a_quarterly_report_due_before_its_quarter_ends_tells_of_that_quarter():
    assert called(("将季度工作进展情况报送", ["03-25", "09-25"])) == [
        ("2022-03-25", "quarterly", "2022-01-01", "2022-04-01"),
        ("2022-09-25", "quarterly", "2022-07-01", "2022-10-01"),
    ]


def test_one_due_early_tells_of_the_period_before():
    assert called(("每月5日前报送上月进展", ["monthly:05"]), until_on=date(2022, 2, 10))[-1] == (
        "2022-02-05", "monthly", "2022-01-01", "2022-02-01",
    )  # fmt: skip
    assert called(("季度进展情况", ["2022-04-10"]))[0][2:] == ("2022-01-01", "2022-04-01")


def test_monthly_and_quarterly_on_one_day_are_two_reports():
    found = called(("每月20日前报送进展", ["monthly:20"]), ("每季度末月20日前报送季度总结", ["03-20", "12-20"]))
    assert [(on, kind) for on, kind, *_ in found if on in ("2022-03-20", "2022-12-20")] == [
        ("2022-03-20", "monthly"),
        ("2022-03-20", "quarterly"),
        ("2022-12-20", "monthly"),
        ("2022-12-20", "quarterly"),
    ]


def test_an_acceptance_report_tells_of_the_whole_campaign():
    assert called(("12月25日前将验收总结报告报送", ["12-25"])) == [
        ("2022-12-25", "acceptance", "2022-01-01", "2023-01-01")
    ]


def test_a_plan_that_is_asked_for_is_no_report():
    assert called(("1月15日前将本地区的实施方案报送", ["2022-01-15"])) == []
    assert called(("各镇于2021年1月15日前", ["2022-01-15"])) == []
    assert [c[1] for c in called(("6月25日前报送工作进展情况", ["2022-06-25"]))] == ["progress"]


TODAY = date(2022, 3, 25)
QUARTER = When(Period(date(2022, 1, 1), date(2022, 4, 1)), TODAY)


def task(number: str, stage: Stage = Stage.IN_HAND, due: date | None = date(2022, 6, 30), **more: object) -> TaskFacts:
    return TaskFacts(number, number, f"任务{number}", "市工信局", stage, due, **more)


FACTS = [
    task("1", Stage.CLOSED_OUT, date(2022, 3, 1), first_due_on=date(2022, 3, 1), closed_on=date(2022, 3, 1)),
    task("2", Stage.CLOSED_OUT, date(2022, 3, 31), first_due_on=date(2022, 3, 1), closed_on=date(2022, 3, 2)),
    task("3", Stage.CLOSED_OUT, date(2021, 12, 31), first_due_on=date(2021, 12, 31), closed_on=date(2021, 12, 31)),
    task("4", due=date(2022, 3, 24), chased=(date(2022, 3, 25), date(2021, 12, 30)), is_supervised=True),
    task("5", due=TODAY),
    task("6", due=date(2022, 4, 1)),
    task("7", due=date(2022, 4, 2)),
    task("8", Stage.SUBMITTED, None),
    task("9", is_ongoing=True, proofs=(date(2022, 2, 1), date(2022, 3, 25), date(2022, 3, 26))),
    task("10", Stage.CLOSED_OUT, is_supporting=True, closed_on=date(2022, 2, 2)),
    task("11", due=None, sent_back=(date(2022, 1, 1), date(2022, 3, 31))),
]


@pytest.mark.parametrize(
    ("code", "value", "rows"),
    [
        ("total", 10, "1 2 3 4 5 6 7 8 9 11"),
        ("finite", 9, "1 2 3 4 5 6 7 8 11"),
        ("closed", 3, "1 2 3"),
        ("closed_now", 2, "1 2"),
        ("on_time", 2, "1 3"),
        ("closed_late", 1, "2"),
        ("overdue", 1, "4"),
        ("soon", 2, "5 6"),
        ("in_time", 2, "7 9"),
        ("submitted", 1, "8"),
        ("ongoing", 1, "9"),
        ("proofs", 2, "9"),
        ("supporting", 1, "10"),
        ("sent_back", 1, "11"),
        ("chased", 1, "4"),
        ("supervised", 1, "4"),
    ],
)
def test_each_figure_counts_its_rows(code, value, rows):
    found = figures.counted(FACTS, QUARTER)[code]
    assert (found.value, found.rows) == (value, tuple(rows.split()))


def test_the_rate_is_of_tasks_that_end_and_never_rounds_up_to_a_hundred():
    assert figures.rate(figures.counted(FACTS, QUARTER)) == "33.3%"
    many = [task(str(n), Stage.CLOSED_OUT) for n in range(9999)] + [task("last")]
    assert figures.rate(figures.counted(many, QUARTER)) == "99.9%"
    assert figures.rate(figures.counted(many[:-1], QUARTER)) == "100%"
    assert figures.rate(figures.counted([], QUARTER)) == "—"


def test_a_figure_in_the_text_leads_to_its_rows_and_words_are_put_in():
    values = figures.counted(FACTS, QUARTER)
    found = figures.pieces("截至{日期}，已销号{已销号}项，{不是数字}。", values=values, words={"日期": "3月25日"})
    assert [(p.text, p.code) for p in found] == [
        ("截至", ""), ("3月25日", ""), ("，已销号", ""), ("3", "closed"), ("项，", ""), ("{不是数字}", ""), ("。", ""),
    ]  # fmt: skip
    assert figures.table_of("{表：已逾期}") == "overdue"
    assert figures.table_of("见{表：已逾期}") == ""


@pytest.mark.parametrize("text", ["{已销}", "{表：日期}", "{ }"])
def test_a_figure_by_a_wrong_name_is_refused_when_typed(text):
    with pytest.raises(figures.UnknownFigure):
        figures.require_known(text)


def test_every_figure_a_report_opens_with_is_known():
    for kind in ReportKind:
        for section in reports.sections_of(kind, is_upward=True):
            figures.require_known(section.text)


def test_a_place_left_to_fill_stops_the_report():
    with pytest.raises(reports.NotSaid, match="下一步"):
        reports.require_written([Section("a", "进展", "已完成。"), Section("b", "下一步工作", reports.TO_BE_WRITTEN)])
    reports.require_written([Section("a", "进展", "已完成。")])


def test_two_must_sign_and_one_is_not_enough():
    with pytest.raises(reports.SignatureMissing, match="政府主要负责人"):
        reports.require_signed(needed=["党委主要负责人", "政府主要负责人"], signed=["党委主要负责人"])
    reports.require_signed(needed=["党委主要负责人"], signed=["党委主要负责人", "另一人"])


@pytest.mark.parametrize(
    ("sent_on", "nothing", "started", "today", "state"),
    [
        (None, False, False, date(2022, 3, 25), ReportState.WAITING),
        (None, False, True, date(2022, 3, 25), ReportState.IN_WORK),
        (None, True, True, date(2022, 3, 26), ReportState.LATE),
        (date(2022, 3, 25), False, True, date(2022, 5, 1), ReportState.RECEIVED),
        (date(2022, 3, 25), True, True, date(2022, 5, 1), ReportState.NOTHING),
        (date(2022, 3, 26), True, True, date(2022, 5, 1), ReportState.RECEIVED_LATE),
    ],
)
def test_silence_is_late_and_never_nothing_to_report(sent_on, nothing, started, today, state):
    due = date(2022, 3, 25)
    assert reports.state_of(sent_on=sent_on, is_nothing=nothing, is_started=started, due_on=due, today=today) is state


def test_titles_are_those_of_an_office():
    quarter = Period(date(2022, 7, 1), date(2022, 10, 1))
    assert (
        reports.title_of(campaign="集中治理方案", kind=ReportKind.QUARTERLY, period=quarter)
        == "关于《集中治理方案》2022年第三季度工作进展情况的报告"
    )
    assert reports.title_of(campaign="集中治理方案", kind=ReportKind.ACCEPTANCE, period=quarter, supplement=2).endswith(
        "总结验收情况的补充报告（第2号）"
    )


@pytest.mark.parametrize(
    ("cells", "lines"),
    [(["", None, 3], 1), (["字" * 9], 1), (["字" * 10], 2), (["a" * 19], 1), (["a\nb\nc"], 3), (["字" * 9_999], 27)],
)
def test_a_row_of_a_ledger_is_as_high_as_its_fullest_cell_needs(cells, lines):
    assert ledger_file.height_of(cells, [20] * len(cells)) == 15 * lines


def test_small_chemical_works_are_counted_apart_with_their_objects():
    facts = [
        task("1", Stage.CLOSED_OUT, is_small_works=True, objects=3, objects_done=3),
        task("2", due=date(2022, 3, 1), is_small_works=True, objects=5, objects_done=2),
        task("3", is_small_works=True, is_supporting=True, objects=9),
        task("4", due=date(2022, 3, 1), objects=7),
    ]
    found = figures.counted(facts, QUARTER)
    assert {code: v.value for code, v in found.items() if code.startswith("small")} == {
        "small": 2,
        "small_closed": 1,
        "small_overdue": 1,
        "small_objects": 8,
        "small_objects_done": 5,
    }
    apart = [s.heading for s in reports.sections_of(ReportKind.QUARTERLY, is_upward=False, has_small_works=True)]
    assert apart == ["总体进展", "小化工整治情况", "本期销号的任务", "存在的问题", "下一步工作"]


def test_summing_up_opens_with_what_was_practised_and_waits_for_what_a_person_adds():
    practices = reports.Practices(("一厂一码（市生态环境局）：逐周核对",), ("《核对规范》，自2027-01-01起施行",))
    found = reports.sections_of(ReportKind.SUMMING_UP, is_upward=True, practices=practices)
    assert [s.heading for s in found] == ["主要做法", "制度建设", "工作成效", "长效机制"]
    assert found[0].text.startswith("一厂一码")
    assert found[1].text.startswith("《核对规范》")
    with pytest.raises(reports.NotSaid, match="主要做法、制度建设、长效机制"):
        reports.require_written(found)
    assert called(("于6月25日前将全面总结材料报送", ["2022-06-25"]))[0][1:] == (
        "summing_up",
        "2022-01-01",
        "2023-01-01",
    )
