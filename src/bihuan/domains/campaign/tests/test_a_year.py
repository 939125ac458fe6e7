"""一年: a campaign from publication to its acceptance report, a day at a time, by the clock alone.

Who does what on which day comes from a seeded die. Beside the product an independent book is kept, in plain dates; at the
end the acceptance report must say what the book says.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from bihuan.core.access.context import service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import publishing, reports
from bihuan.domains.campaign.models import Campaign, CampaignTask, Report, ReportSnapshot
from bihuan.domains.campaign.queries import reports as queries
from bihuan.domains.campaign.terms import ReportKind, ReportState
from bihuan.domains.campaign.tests import plays
from bihuan.domains.campaign.tests.book import Book, morning, told_on
from bihuan.loop import jobs as loop_jobs
from bihuan.loop.actions import handling, verifying
from bihuan.loop.models import Case, CaseStep
from bihuan.loop.terms import LoopGrants, Move, Stage
from cast import context

FIRST, LAST = date(2026, 1, 4), date(2026, 12, 31)
MONTHS = (3, 5, 6, 8, 9, 11)
#: Of the days after the ends of those months, only these are off (国庆), with the working day that follows.
OFF = {date(2026, 10, 1): date(2026, 10, 8), date(2026, 10, 3): date(2026, 10, 8)}


def plan_text() -> str:
    tasks = [
        f"{n}.开展第{n}类场所安全整治，2026年{MONTHS[n % 6]}月底前完成。（市工业和信息化局负责）" for n in range(1, 13)
    ]
    tasks.append("13.配合省应急管理厅开展复核，2026年6月底前完成。（市工业和信息化局负责）")
    return "\n\n".join(
        [
            "云州市危险化学品集中治理实施方案",
            "一、重点任务",
            *tasks,
            "二、实施步骤",
            "（一）动员部署阶段（2026年1月至2月底前）。制定方案。",
            "（二）集中治理阶段（2026年11月底前）。完成治理任务。",
            "（三）总结验收阶段（2026年12月底前）。总结验收。",
            "三、工作要求",
            "各有关部门分别于3月25日、6月25日、9月25日前将季度工作进展情况报送市安委办，12月20日前将验收总结报告报送市安委办。",
        ]
    )


@pytest.fixture
def year(cast, office):
    """Published on the first working Sunday of January, with one reporting unit."""
    at = morning(FIRST)
    ctx = context(office.actor, at=at)
    made = plays.open_plan(ctx=ctx, committee=cast.committee, region=cast.city, content=plan_text().encode())
    queue.drain(at=at)
    perform(publishing.publish, ctx=ctx, campaign={"id": str(made.pk)})
    queue.drain(at=at)
    perform(reports.name_reporter, ctx=ctx, campaign={"id": str(made.pk)}, organisation=cast.industry)
    return Campaign.objects.get(pk=made.pk)


def test_a_year_runs_by_the_clock_and_the_acceptance_report_says_what_the_book_says(cast, office, year):
    die = random.Random(2026)
    clock = service_actor("clock", LoopGrants.ESCALATE, LoopGrants.READ)
    caller = plays.service("campaign.call_reports")
    book = Book()
    for task in CampaignTask.objects.filter(campaign=year).select_related("case"):
        book.due[task.no] = date(2026, MONTHS[int(task.no) % 6], 1)
        number = task.case.number
        month = 6 if task.no == "13" else MONTHS[int(task.no) % 6]
        book.due[task.no] = (date(2026, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        assert task.case.due_on == book.due[task.no], number
    book.ours = set(book.due) - {"13"}
    # Done between two weeks early and four weeks late; three are never done.
    planned = {
        n: due + timedelta(days=die.randint(-14, 28)) for n, due in book.due.items() if n not in {"3", "7", "11"}
    }
    by_no = {t.no: t.case_id for t in CampaignTask.objects.filter(campaign=year)}
    sent: list[tuple[date, dict[str, int]]] = []
    on = FIRST
    while on <= LAST:
        at = morning(on)
        loop_jobs.escalate_due(ctx=context(clock, at=at))
        jobs.call_reports(ctx=context(caller, at=at))
        clerk, verifier = context(cast.department_clerk, at=at), context(office.actor, at=at)
        for no in [n for n, day in planned.items() if day == on]:
            case = perform(handling.acknowledge, ctx=clerk, case=Case.objects.get(pk=by_no[no])).value
            piece = cast.evidence(clerk.actor, cast.industry)
            case = perform(handling.submit, ctx=clerk, case=case, note="完成", evidence=[piece.pk]).value
            perform(verifying.close_out, ctx=verifier, case=case)
            book.closed[no] = on
        for report in Report.objects.filter(for_on=on, sent_at__isnull=True):
            sections = [s | {"text": s["text"].replace("（请填写）", "继续推进。")} for s in report.body]
            said = {"title": report.title, "sections": sections}
            perform(reports.write_report, ctx=clerk, report=report, **said)
            perform(reports.send_report, ctx=clerk, report={"id": str(report.pk)})
            sent.append((on, book.says(on)))
        on += timedelta(days=1)

    days = [(date(2026, 3, 25), "quarterly"), (date(2026, 6, 25), "quarterly"), (date(2026, 9, 25), "quarterly")]
    assert [(r.for_on, r.kind) for r in Report.objects.all()] == [*days, (date(2026, 12, 20), "acceptance")]
    snapshots = ReportSnapshot.objects.order_by("sent_at")
    for (day, expected), snapshot in zip(sent, snapshots, strict=True):
        found = {code: snapshot.content["figures"][code]["value"] for code in expected}
        assert found == expected, day
    acceptance = snapshots.last()
    assert acceptance.report.kind == ReportKind.ACCEPTANCE
    by_number = {c.number: c.campaign_task.no for c in Case.objects.filter(campaign_task__campaign=year)}
    rows = {by_number[n] for n in acceptance.content["figures"]["closed"]["rows"]}
    assert rows == {n for n, d in book.closed.items() if n in book.ours and d <= date(2026, 12, 20)}
    assert acceptance.content["rate"] == "75%"

    # By the clock: whoever is late is chased on the first and put under supervision on the third day.
    moves = CaseStep.objects.filter(case__campaign_task__campaign=year)
    told = lambda n, days: told_on(book.due[n] + timedelta(days=days), OFF)  # noqa: E731
    late = {n for n in book.due if book.closed.get(n, LAST) >= told(n, 1)}
    chased = Counter(
        by_number[number] for number in moves.filter(move=Move.CHASE).values_list("case__number", flat=True)
    )
    assert chased == Counter(late)
    for step in moves.filter(move=Move.CHASE).select_related("case", "case__campaign_task"):
        assert step.at == morning(told(step.case.campaign_task.no, 1))
    supervised = {c.campaign_task.no for c in Case.objects.filter(is_supervised=True, campaign_task__campaign=year)}
    assert supervised == {n for n in late if book.closed.get(n, LAST) >= told(n, 3)}
    assert {c.campaign_task.no for c in Case.objects.filter(campaign_task__campaign=year, is_open=True)} == {
        "3",
        "7",
        "11",
    }

    # Every report came in time; the year's last days go into a supplement.
    states = queries.received(ctx=context(office.actor, at=morning(LAST)), campaign=year).counts
    assert states[ReportState.RECEIVED] == 4
    clerk = context(cast.department_clerk, at=morning(LAST))
    extra = perform(reports.supplement_report, ctx=clerk, report=acceptance.report).value
    assert (extra.supplement_no, extra.case.stage) == (1, Stage.ISSUED)
