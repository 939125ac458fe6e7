"""报告: called for by day, written, signed, sent and frozen; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from types import SimpleNamespace

import pytest
from docx import Document
from openpyxl import load_workbook

from bihuan.core.access.context import service_actor
from bihuan.core.actions.problems import Denied, NotFound, StaleVersion
from bihuan.core.actions.runner import perform
from bihuan.core.notices.models import Notice
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import calling, reports
from bihuan.domains.campaign.models import Campaign, Report, Reporter, ReportSignature, ReportSnapshot
from bihuan.domains.campaign.queries import office as office_pages
from bihuan.domains.campaign.queries import reports as queries
from bihuan.domains.campaign.rules.figures import UnknownFigure
from bihuan.domains.campaign.rules.reports import NotSaid, SameHand, SignatureMissing
from bihuan.domains.campaign.terms import ReportKind, ReportState
from bihuan.domains.campaign.tests import plays
from bihuan.domains.campaign.web import report_file
from bihuan.loop import jobs as loop_jobs
from bihuan.loop.actions import verifying
from bihuan.loop.actions.handling import WrongPerson
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Organisation, Person
from cast import AT, context

#: 云州市 plan.txt asks for reports on 3-25, 6-25 and 9-25.
MARCH = datetime(2027, 3, 15, 2, 0, tzinfo=UTC)


def by_day(cast, on: datetime) -> None:
    jobs.call_reports(ctx=context(plays.service("campaign.call_reports"), at=on))


@pytest.fixture
def running(cast, office) -> Campaign:
    made = plays.published_plan_of(cast, committee=cast.committee)
    perform(
        reports.name_reporter, ctx=office, campaign=made, organisation=cast.industry, person=cast.person(cast.industry)
    )
    return Campaign.objects.get(pk=made.pk)


@pytest.fixture
def clerk(cast):
    return cast.department_clerk


@pytest.fixture
def report(cast, running, clerk):
    """The quarterly report of 市工信局, called for by the job."""
    by_day(cast, MARCH)
    return Report.objects.get()


@pytest.fixture
def desk(cast, clerk):
    def write(report: Report, text: str = "已销号{已销号}项。", at: datetime = MARCH, **more) -> Report:
        said = {"title": report.title, "sections": [{"key": "progress", "heading": "进展", "text": text}]} | more
        return perform(reports.write_report, ctx=context(clerk, at=at), report=report, **said).value

    def send(report: Report, at: datetime = MARCH) -> Report:
        now = Report.objects.get(pk=report.pk)
        return perform(reports.send_report, ctx=context(clerk, at=at), report=now).value

    return SimpleNamespace(write=write, send=send)


def test_a_report_is_called_for_fifteen_days_ahead_once_and_by_its_reporter(cast, running):
    by_day(cast, datetime(2027, 3, 9, 2, 0, tzinfo=UTC))
    assert not Report.objects.exists()
    for _ in range(2):
        by_day(cast, datetime(2027, 3, 10, 2, 0, tzinfo=UTC))
    report = Report.objects.get()
    assert (report.kind, report.for_on, report.until_on) == (ReportKind.QUARTERLY, date(2027, 3, 25), date(2027, 4, 1))
    assert report.case.due_on == date(2027, 3, 25)
    assert report.case.owner_person.name == "张三"
    assert report.case.supervisor_code == cast.office.code


def test_an_abolished_unit_is_replaced_by_its_successor_and_one_without_is_left_out(cast, running, office):
    perform(reports.name_reporter, ctx=office, campaign={"id": str(running.pk)}, organisation=cast.works)
    Organisation.objects.filter(pk__in=[cast.industry.pk, cast.works.pk]).update(abolished_on=date(2027, 1, 1))
    Organisation.objects.filter(pk=cast.industry.pk).update(successor=cast.district_emergency)
    by_day(cast, MARCH)
    assert [r.organisation for r in Report.objects.all()] == [cast.district_emergency]
    assert Report.objects.get().case.owner_person is None


def test_a_report_counts_the_units_own_tasks_and_links_them(report, running):
    content = queries.content_of(report=report, at=MARCH)
    own = Case.objects.filter(campaign_task__campaign=running, owner=report.organisation)
    assert content["figures"]["total"] == {"value": own.count(), "rows": list(own.values_list("number", flat=True))}
    assert set(content["rows"]) == set(own.values_list("number", flat=True))
    linked = [p["code"] for s in content["sections"] for line in s["lines"] for p in line.get("pieces", ())]
    assert {"total", "closed", "overdue"} <= set(linked)


def test_a_report_is_frozen_with_its_figures_and_is_sent_once(cast, desk, report):
    desk.write(report)
    desk.send(report)
    before = queries.view_of(ctx=context(cast.officer), report=Report.objects.get()).content
    task = Case.objects.get(campaign_task__isnull=False, owner=cast.industry)
    Case.objects.filter(pk=task.pk).update(stage=Stage.CLOSED_OUT, is_open=False, closed_at=MARCH)
    after = queries.view_of(ctx=context(cast.officer), report=Report.objects.get()).content
    assert after == before
    assert queries.content_of(report=Report.objects.get(), at=MARCH)["figures"]["closed"]["value"] == 1
    assert Report.objects.get().case.stage == Stage.SUBMITTED
    for again in (desk.write, desk.send):
        with pytest.raises(reports.AlreadySent):
            again(Report.objects.get())
    snapshot = ReportSnapshot.objects.get()
    assert snapshot.digest == queries.digest_of(snapshot.content)


def test_a_report_sent_back_is_written_again_and_both_versions_stand(cast, desk, report):
    desk.write(report)
    desk.send(report)
    perform(verifying.send_back, ctx=context(cast.officer, at=MARCH), case=Report.objects.get().case, note="缺问题")
    desk.write(Report.objects.get(), "存在问题：逾期{已逾期}项。")
    desk.send(report)
    assert [s.content["sections"][0]["lines"][0]["pieces"][0]["text"] for s in ReportSnapshot.objects.all()] == [
        "已销号",
        "存在问题：逾期",
    ]


def test_what_nobody_wrote_is_not_sent_and_nothing_to_report_is_said(cast, desk, report, clerk, running, office):
    with pytest.raises(NotSaid):
        desk.send(report)
    perform(reports.say_nothing, ctx=context(clerk, at=MARCH), report=report, because="本期无此类任务")
    desk.send(report)
    found = queries.received(ctx=context(office.actor, at=MARCH), campaign=running)
    assert found.lines[0].cells[0][1] is ReportState.NOTHING


def test_silence_shows_as_late(cast, report, running, office):
    found = queries.received(ctx=context(office.actor, at=datetime(2027, 3, 26, 2, 0, tzinfo=UTC)), campaign=running)
    assert found.counts[ReportState.LATE] == 1


def test_a_wrong_figure_is_refused_when_typed(desk, report):
    with pytest.raises(UnknownFigure):
        desk.write(report, "已完成{完成数}项。")


def test_of_two_editors_the_second_is_told(desk, report):
    desk.write(report)
    with pytest.raises(StaleVersion):
        desk.write(report, "我也写了。")


@pytest.fixture
def double(cast, running, office, report):
    Report.objects.update(signers=["党委主要负责人", "政府主要负责人"])
    return Report.objects.get()


def sign(cast, capacity: str, who: str):
    actor = cast.actor(who, "handler", cast.industry)
    return perform(
        reports.sign_report, ctx=context(actor, at=MARCH), report=Report.objects.get(), capacity=capacity
    ).value


def test_two_people_sign_before_it_goes_out_and_a_change_voids_them(cast, desk, double):
    desk.write(double)
    sign(cast, "党委主要负责人", "secretary")
    with pytest.raises(SignatureMissing):
        desk.send(double)
    with pytest.raises(SameHand):
        sign(cast, "政府主要负责人", "secretary")
    desk.write(Report.objects.get(), "改过了。")
    assert not ReportSignature.objects.filter(void_at__isnull=True).exists()
    sign(cast, "党委主要负责人", "secretary")
    sign(cast, "政府主要负责人", "mayor")
    desk.send(double)
    assert [s["capacity"] for s in ReportSnapshot.objects.get().content["signatures"]] == [
        "党委主要负责人",
        "政府主要负责人",
    ]


def test_what_is_sent_is_what_was_signed_though_the_ledger_moved(cast, desk, double):
    desk.write(double)
    sign(cast, "党委主要负责人", "secretary")
    sign(cast, "政府主要负责人", "mayor")
    Case.objects.filter(campaign_task__isnull=False).update(stage=Stage.CLOSED_OUT, is_open=False, closed_at=MARCH)
    desk.send(double)
    content = dict(ReportSnapshot.objects.get().content)
    assert content["figures"]["closed"]["value"] == 0
    content.pop("signatures")
    assert {s.digest for s in ReportSignature.objects.filter(void_at__isnull=True)} == {queries.digest_of(content)}


def test_an_unasked_signature_is_refused(cast, desk, report):
    desk.write(report)
    with pytest.raises(SignatureMissing):
        sign(cast, "党委主要负责人", "secretary")


def test_a_supplement_is_numbered_and_leaves_what_was_sent(cast, desk, report, clerk):
    with pytest.raises(reports.NotYetSent):
        perform(reports.supplement_report, ctx=context(clerk, at=MARCH), report=report)
    desk.write(report)
    sent = desk.send(report)
    made = perform(reports.supplement_report, ctx=context(clerk, at=MARCH), report=sent).value
    assert (made.supplement_no, made.supplement_of_id, made.case.due_on) == (1, report.pk, date(2027, 4, 10))
    assert made.title.endswith("补充报告（第1号）")
    desk.write(made, at=datetime(2027, 4, 2, 2, 0, tzinfo=UTC))
    perform(
        reports.send_report,
        ctx=context(clerk, at=datetime(2027, 4, 2, 2, 0, tzinfo=UTC)),
        report=Report.objects.get(pk=made.pk),
    )
    second = perform(reports.supplement_report, ctx=context(clerk, at=MARCH), report=Report.objects.get(pk=made.pk))
    assert (second.value.supplement_no, second.value.supplement_of_id) == (2, report.pk)


def test_the_consolidated_report_merges_and_names_the_missing(cast, desk, report, running, office):
    upward = perform(
        reports.open_report,
        ctx=context(office.actor, at=MARCH),
        campaign={"id": str(running.pk)},
        kind=ReportKind.QUARTERLY,
        from_on=date(2027, 1, 1),
        last_on=date(2027, 3, 31),
        due_on=date(2027, 3, 28),
    ).value
    words = _text(queries.content_of(report=upward, at=MARCH))
    assert "应报1家，已报0家" in words
    assert f"未报1家：{cast.industry.name}" in words
    desk.write(report)
    desk.send(report)
    assert "应报1家，已报1家" in _text(queries.content_of(report=upward, at=MARCH))
    assert queries.content_of(report=upward, at=MARCH)["figures"]["total"]["value"] == 4


def _text(content) -> str:
    return "".join(p["text"] for s in content["sections"] for line in s["lines"] for p in line.get("pieces", ()))


def test_the_word_file_says_what_the_page_says(report):
    content = queries.content_of(report=report, at=MARCH)
    made = Document(BytesIO(report_file.as_word(report=report, content=content, red=True)))
    lines = [p.text for p in made.paragraphs if p.text]
    assert lines == [
        "云州市工业和信息化局文件",
        "关于《云州市危险化学品安全风险集中治理实施方案》2027年第一季度工作进展情况的报告",
        "云州市安全生产委员会办公室：",
        "一、总体进展",
        "截至2027年3月15日，云州市工业和信息化局承担任务1项，其中有明确期限的1项、持续推进的0项。"
        "已销号0项，完成率0%；本期销号0项，本期认可持续推进任务的证明0次。",
        "在办任务中，期限内0项，临近到期0项，已逾期1项，待核验0项。另有配合上级任务0项，不计入完成率。",
        "二、本期销号的任务",
        "本期销号：无。",
        "三、存在的问题",
        "目前逾期任务1项，督办0项；本期催办0次，退回0次。",
        "已逾期（1项）",
        "四、下一步工作",
        "（请填写）",
        "云州市工业和信息化局",
        "2027年3月15日",
    ]
    assert made.tables[0].rows[1].cells[0].text == "2"


def test_in_the_excel_file_the_rows_add_up_to_the_figures(report):
    content = queries.content_of(report=report, at=MARCH)
    book = load_workbook(BytesIO(report_file.as_excel(report=report, content=content)))
    said = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=3, max_col=2)}
    rows = [row[0].value for row in book.worksheets[1].iter_rows(min_row=2, max_col=1)]
    for name in ("任务总数", "有期限任务", "已逾期"):
        assert rows.count(name) == said[name]


def test_the_list_of_reports_costs_the_same_however_many(cast, running, office, report, django_assert_num_queries):
    ctx = context(office.actor, at=MARCH)
    with django_assert_num_queries(2):
        queries.received(ctx=ctx, campaign=running)
    with django_assert_num_queries(2):
        queries.facts(campaign=running)
    for unit in (cast.emergency, cast.district_emergency):
        perform(reports.name_reporter, ctx=office, campaign={"id": str(running.pk)}, organisation=unit)
    by_day(cast, MARCH)
    with django_assert_num_queries(2):
        assert len(queries.received(ctx=ctx, campaign=running).lines) == 3


def test_another_unit_sees_nothing_of_a_report(cast, report):
    assert not Report.objects.visible_to(cast.stranger).exists()
    assert Report.objects.visible_to(cast.department_clerk).count() == 1
    assert Report.objects.visible_to(replace(cast.department_clerk, held=())).count() == 0
    assert AT < MARCH


NOVEMBER = {
    "kind": ReportKind.MONTHLY,
    "from_on": date(2026, 11, 1),
    "last_on": date(2026, 11, 30),
    "due_on": date(2026, 11, 25),
}


def test_the_office_asks_for_a_report_by_hand_once_and_not_for_yesterday(running, office):
    ask = {"ctx": office, "campaign": {"id": str(running.pk)}}
    with pytest.raises(reports.BadReportPeriod):
        perform(calling.request_reports, **ask, **(NOVEMBER | {"due_on": date(2026, 11, 21)}))
    perform(calling.request_reports, **ask, **NOVEMBER)
    made = Report.objects.get()
    assert (made.kind, made.case.due_on, made.until_on) == (ReportKind.MONTHLY, date(2026, 11, 25), date(2026, 12, 1))
    with pytest.raises(calling.NobodyToAsk):
        perform(calling.request_reports, **ask, **NOVEMBER)


def test_a_reporter_who_left_is_nobody_and_can_not_be_named(cast, running, office):
    person = Reporter.objects.get().person
    Person.objects.filter(pk=person.pk).update(left_on=MARCH.date())
    by_day(cast, MARCH)
    assert Report.objects.get().case.owner_person is None
    line = queries.received(ctx=context(office.actor, at=MARCH), campaign=running).lines[0]
    assert (line.reporter is not None, line.person) == (True, None)
    name = {"campaign": {"id": str(running.pk)}, "organisation": cast.industry, "person": {"id": str(person.pk)}}
    with pytest.raises((WrongPerson, NotFound)):
        perform(reports.name_reporter, ctx=context(office.actor, at=MARCH), **name)


def test_a_report_of_a_unit_abolished_meanwhile_is_its_successors_with_the_tasks_of_both(cast, running, report, clerk):
    task = Case.objects.get(campaign_task__campaign=running, owner=cast.industry)
    Case.objects.filter(pk=task.pk).update(stage=Stage.CLOSED_OUT, is_open=False, closed_at=MARCH)
    Organisation.objects.filter(pk=cast.industry.pk).update(
        abolished_on=date(2027, 3, 16), successor=cast.district_emergency
    )
    later = MARCH.replace(day=17)
    service = service_actor("loop.pass_on_abolished", "loop.escalate", "case.read", "parties.read")
    loop_jobs.pass_on_abolished(ctx=context(service, at=later))
    passed_on = Report.objects.get()
    assert passed_on.case.organisation_code == cast.district_emergency.code
    content = queries.content_of(report=passed_on, at=later)
    assert content["unit"] == cast.district_emergency.name
    own = Case.objects.filter(campaign_task__campaign=running, owner=cast.district_emergency).count()
    assert (content["figures"]["closed"]["value"], content["figures"]["total"]["value"]) == (1, own + 1)


def test_a_report_upward_is_signed_by_those_it_names_who_need_not_handle_it(cast, running, office):
    made = perform(
        reports.open_report,
        ctx=office,
        campaign={"id": str(running.pk)},
        signers=["主任", "主任", "副市长"],
        **NOVEMBER,
    ).value
    assert made.signers == ["主任", "副市长"]
    sections = [{"key": "progress", "heading": "进展", "text": "已销号{已销号}项。"}]
    writer = context(cast.actor("scribe", "handler", made.organisation))
    perform(reports.write_report, ctx=writer, report=made, title=made.title, sections=sections)
    leader = context(cast.actor("leader", "report_signer", cast.office, region=cast.city))
    assert [r.pk for r in office_pages.to_sign(ctx=leader, organisation=made.organisation)] == [made.pk]
    perform(reports.sign_report, ctx=leader, report={"id": str(made.pk)}, capacity="副市长")
    assert office_pages.to_sign(ctx=leader, organisation=made.organisation) == []
    with pytest.raises(Denied):
        perform(reports.send_report, ctx=leader, report={"id": str(made.pk)})


def test_until_it_is_late_only_the_reporter_named_is_told(cast, running):
    named, colleague = cast.user("named", cast.industry), cast.user("colleague", cast.industry)
    Person.objects.filter(pk=Reporter.objects.get().person_id).update(user=named)
    by_day(cast, MARCH)
    case = Report.objects.get().case

    def told() -> set:
        return set(Notice.objects.filter(link=case.get_absolute_url()).values_list("recipient", flat=True))

    assert told() == {named.pk}
    clock = plays.service("loop.escalate_due")
    loop_jobs.escalate_due(ctx=context(clock, at=MARCH.replace(day=24)))
    assert told() == {named.pk}
    loop_jobs.escalate_due(ctx=context(clock, at=MARCH.replace(day=26)))
    assert {named.pk, colleague.pk} <= told()
