"""From the problems a plan lists to every unit's answer: nothing is retyped, nothing stays unanswered in silence."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from bihuan.core.actions.runner import perform
from bihuan.domains.supervision.actions import examining
from bihuan.domains.supervision.models import PointAnswer, ProblemDrive
from bihuan.domains.supervision.queries.examinations import examinations
from bihuan.domains.supervision.rules import requirements
from bihuan.domains.supervision.web.examinations import workbook
from bihuan.journeys.campaign_findings.tests import plays
from bihuan.loop.actions import handling
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from cast import Cast, context

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return Cast.build()


def test_the_points_of_a_plan_are_answered_by_each_unit_and_what_is_present_is_on_the_ledger(cast):
    play = plays._examine_plan(cast)
    perform(examining.examine_plan, ctx=play.ctx, **play.inputs)
    (plan,) = examinations(ctx=play.ctx)
    assert [(line.point.number, line.topics[0].code) for line in plan.lines] == [
        ("（一）1", "Y01"),
        ("（一）2", "Y02"),
        ("（二）1", "Y24"),
    ]
    assert (len(plan.units), plan.present, plan.open) == (2, 0, 6)

    clerk = context(cast.department_clerk)
    first, second, third = PointAnswer.objects.filter(examination__case__owner=cast.industry)
    case = Case.objects.get(pk=first.examination.case_id)
    perform(handling.acknowledge, ctx=clerk, case=case)
    said = {"title": "两家企业的环保设施未评估", "spot": "北区", "due_on": plays.LATER}
    admitted = perform(examining.admit_point, ctx=clerk, answer=third, **said).value
    assert admitted.linked.kind == "problem"
    assert (admitted.linked.owner, admitted.linked.supervisor) == (cast.industry, cast.office)
    assert ProblemDrive.objects.get(problem__case=admitted.linked).drive == admitted.point.plan
    perform(examining.answer_point, ctx=clerk, answer=first, found="absent", note="每月学习一次，有记录")
    with pytest.raises(requirements.ExaminationIncomplete, match="产业布局"):
        perform(handling.submit, ctx=clerk, case=Case.objects.get(pk=case.pk), note="自查完毕")
    perform(examining.answer_point, ctx=clerk, answer=second, found="not_concerned", note="本部门无此职责")
    assert (
        perform(handling.submit, ctx=clerk, case=Case.objects.get(pk=case.pk), note="自查完毕").value.stage
        == Stage.SUBMITTED
    )

    (plan,) = examinations(ctx=play.ctx)
    assert [(line.present, line.absent, line.open) for line in plan.lines] == [(0, 1, 1), (0, 1, 1), (1, 0, 1)]
    sheet = load_workbook(BytesIO(workbook([plan]))).active
    rows = {(r[1], r[5]): (r[6], r[7], r[9]) for r in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows["（二）1", cast.industry.name] == ("存在", "北区", admitted.linked.number)
    assert rows["（二）1", cast.district_emergency.name][0] == "未对照"
    assert len(rows) == 6
