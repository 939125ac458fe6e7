"""A year's assessment from scheme to league table, with an appeal on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from docx import Document

from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.domains.assessment import actions, queries
from bihuan.domains.assessment.models import Appeal, Scheme, ScoreSheet
from bihuan.domains.assessment.rules import scoring
from bihuan.domains.assessment.terms import Measure
from bihuan.domains.assessment.tests import plays
from bihuan.domains.assessment.web import as_word
from bihuan.loop.models import Case
from cast import TODAY, context


@pytest.fixture
def office(cast):
    return context(plays.office_of(cast))


def test_each_measure_counts_the_rows_an_independent_look_finds(cast):
    done = {"stage": "closed_out", "is_open": False}
    in_time = plays.task_of(cast, closed_at=datetime(2026, 10, 1, tzinfo=UTC), due_on=date(2026, 10, 31), **done)
    late = plays.task_of(cast, closed_at=datetime(2026, 11, 2, tzinfo=UTC), due_on=date(2026, 10, 31), **done)
    overdue = plays.task_of(cast, due_on=date(2026, 11, 1), times_sent_back=2)
    to_come = plays.task_of(cast, is_supervised=True)
    plays.task_of(cast, due_on=date(2025, 12, 31))
    plays.task_of(cast, stage="withdrawn", is_open=False)
    plays.task_of(cast, is_ongoing=True)
    problem = plays.task_of(cast, kind="problem", due_on=date(2026, 11, 30))
    warning = plays.task_of(cast, kind="warning")
    found = queries.counted(unit=cast.industry, year=2026, on=TODAY)
    numbers = {m: (len(c.rows), set(c.against)) for m, c in found.items()}
    assert numbers == {
        Measure.CLOSED_SHARE: (4, {overdue.number, to_come.number}),
        Measure.IN_TIME_SHARE: (4, {late.number, overdue.number}),
        Measure.PROBLEM_SHARE: (1, {problem.number}),
        Measure.REPORT_SHARE: (0, set()),
        Measure.SENT_BACK: (5, {overdue.number}),
        Measure.SUPERVISED: (5, {to_come.number}),
        Measure.WARNINGS: (0, {warning.number}),
    }
    assert in_time.number in found[Measure.CLOSED_SHARE].rows


def test_a_locality_answers_for_all_that_lies_in_it(cast):
    Case.objects.filter(pk=plays.task_of(cast).pk).update(owner=cast.district_emergency, region_path=cast.district.path)
    type(cast.district_emergency).objects.filter(pk=cast.office.pk).update(
        kind="government", region=cast.district, region_path=cast.district.path
    )
    cast.office.refresh_from_db()
    assert len(queries.counted(unit=cast.office, year=2026, on=TODAY)[Measure.CLOSED_SHARE].rows) == 1


def test_the_sheet_is_scored_published_and_seen_by_its_unit_only_then(cast, office):
    plays.task_of(cast, due_on=date(2026, 11, 1))
    scheme = plays.scheme_of(cast)
    sheet, clerk = plays.sheet_of(cast, scheme), context(cast.department_clerk)
    scored = perform(actions.score_units, ctx=office, scheme=scheme).value
    with pytest.raises(NotFound):
        queries.get_sheet(ctx=clerk, sheet_id=sheet.pk)
    with pytest.raises(actions.StillToJudge):
        perform(actions.publish, ctx=office, scheme=scored)
    sheet = plays.published(cast, scheme)
    # 30 for closing and 20 for being in time are lost, 4 of 5 were judged by hand.
    assert (sheet.total, queries.get_sheet(ctx=clerk, sheet_id=sheet.pk).pk) == (Decimal("49.00"), sheet.pk)
    with pytest.raises(actions.AlreadyPublished):
        perform(actions.score_units, ctx=office, scheme=Scheme.objects.get())
    with pytest.raises(actions.AlreadyPublished):
        perform(actions.judge, ctx=office, sheet=sheet, key=plays.BY_HAND, value="5", words="再评")
    assert [(line.place, line.sheet.organisation.code) for line in queries.league(scheme=Scheme.objects.get())] == [
        (1, cast.district_emergency.code),
        (2, cast.industry.code),
    ]
    said = "".join(c.text for row in Document(BytesIO(as_word(sheet))).tables[0].rows for c in row.cells)
    assert Case.objects.get().number in said


def test_an_appeal_gives_back_at_most_what_the_line_lost_and_the_total_follows(cast, office):
    appeal = plays.appealed(cast)
    with pytest.raises(scoring.BadPoints):
        perform(actions.decide_appeal, ctx=office, appeal=appeal, granted="30.01", decision="材料属实")
    before = ScoreSheet.objects.get(pk=appeal.sheet_id).total
    perform(actions.decide_appeal, ctx=office, appeal=Appeal.objects.get(), granted="10", decision="材料属实")
    sheet = ScoreSheet.objects.get(pk=appeal.sheet_id)
    line = next(one for one in sheet.lines if one["key"] == "c1")
    assert (sheet.total - before, line["score"], line["back"]) == (Decimal("10"), "10.00", "10")
    assert Case.objects.get(kind="assessment_appeal").stage == "submitted"
    with pytest.raises(actions.AlreadyAppealed):
        perform(actions.appeal, ctx=context(cast.department_clerk), sheet=sheet, key="c1", words="仍有异议，请复核")


def test_only_what_is_judged_by_hand_is_judged_and_only_what_is_published_appealed(cast, office):
    sheet = plays.sheet_of(cast)
    with pytest.raises(actions.NoSuchLine):
        perform(actions.judge, ctx=office, sheet=sheet, key="c1", value="5", words="加分")
    with pytest.raises(actions.NoSuchLine):
        perform(actions.judge, ctx=office, sheet=sheet, key="zz", value="5", words="加分")
    with pytest.raises(actions.NotPublished):
        perform(actions.appeal, ctx=context(cast.department_clerk), sheet=sheet, key="c1", words="对此有异议")


def test_the_league_stands_beside_last_years(cast):
    plays.published(cast, plays.scheme_of(cast, year=2025, title="2025年度考核"))
    plays.task_of(cast, due_on=date(2026, 11, 1))
    scheme = plays.scheme_of(cast)
    plays.published(cast, scheme)
    lines = queries.league(scheme=Scheme.objects.get(pk=scheme.pk))
    assert [(line.place, line.before) for line in lines] == [(1, 1), (2, 1)]
    assert [year for year, _ in queries.history(sheet=plays.sheet_of(cast, scheme))] == [2025, 2026]


def test_a_pursuit_follows_from_a_published_result_or_a_case_of_the_unit(cast, office):
    said = plays.pursuit_of(cast)
    made = perform(actions.record_pursuit, ctx=office, **said).value
    assert queries.pursuits(ctx=office) == [made]
    late = plays.task_of(cast, due_on=date(2026, 11, 1))
    perform(actions.record_pursuit, ctx=office, **(said | {"sheet": None, "case": late, "measure": "talk"}))
    for wrong in ({"sheet": None}, {"unit": cast.emergency}, {"unit": cast.emergency, "sheet": None, "case": late}):
        with pytest.raises(actions.NoCause):
            perform(actions.record_pursuit, ctx=office, **(said | wrong))
    with pytest.raises(actions.NotYetDecided):
        perform(actions.record_pursuit, ctx=office, **(said | {"decided_on": TODAY + timedelta(days=1)}))
    draft = plays.sheet_of(cast, plays.scheme_of(cast, title="尚未公布"))
    with pytest.raises(actions.NotPublished):
        perform(actions.record_pursuit, ctx=office, **(said | {"sheet": draft}))
    with pytest.raises(NotFound):
        queries.pursuits(ctx=context(cast.department_clerk))
