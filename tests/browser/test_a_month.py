"""一个月: the office, a department, a county and a leader each do their month by the pages, and one waits for the other.

In Chinese at a desk, with the leader on a phone; the core of it once more in English, all on phones. The days are
those of a clock of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from bihuan.core import clock
from bihuan.core.access.models import Assignment, LoginSession, User
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.core.notices.models import Notice
from bihuan.domains.campaign.actions import cascade, publishing, reports, reviewing
from bihuan.domains.campaign.models import Campaign, PlanFiling, Report
from bihuan.domains.campaign.queries import family
from bihuan.domains.campaign.terms import CoverState, Relation
from bihuan.domains.campaign.tests import plays
from bihuan.domains.office_documents.models import Instruction
from bihuan.domains.office_documents.terms import InstructionStep
from bihuan.domains.supervision.models import Circular, ProblemEntry, WarningLetter
from bihuan.domains.supervision.tests import plays as supervision_plays
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Organisation
from browser.hands import go, picture, press, write_report
from browser_checks import arrive, assert_sound
from cast import AT, Cast, context

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Half past nine in the morning of each day.
MONDAY, TUESDAY, THURSDAY, FRIDAY, LATER = (
    datetime(2026, 11, 23, 1, 30, tzinfo=UTC) + timedelta(days=n) for n in (0, 1, 3, 4, 14)
)
PERIOD = {"kind": "monthly", "from_on": "2026-11-01", "last_on": "2026-11-30"}
OFFICE = ("campaign_office", "supervision_office", "documents_office", "handler")
LEADER = ("reader", "campaign_reader", "report_signer", "instructing_leader")
DISTRICT_PLAN = """东湖区危险化学品安全风险集中治理实施方案

一、重点任务

1.推进城镇人口密集区危险化学品生产企业搬迁改造，2026年12月底前完成1家企业搬迁。（东湖区应急管理局负责）

2.组织开展危险化学品使用单位安全状况调查，逐户建立一企一档。（东湖区应急管理局负责）

二、时序安排

（一）集中治理。2027年9月30日前，完成治理任务。
"""


class Month:
    """The place and its people; each station is what one of them does in one sitting."""

    def __init__(self, make_user: Callable[..., Any], open_page: Callable[..., Any], proof: Path) -> None:
        self.make_user, self.open_page, self.proof = make_user, open_page, proof
        self.at = AT
        self.language, self.width = "zh", 1280
        self.cast = cast = Cast.build()
        committee = plays.committee_of(cast)
        self.city = plays.published_plan_of(cast, committee=committee)
        self.county_clerk = context(
            cast.actor("county", "campaign_office", cast.district_emergency, region=cast.district)
        )
        self.district = self._district_plan()
        for unit in (cast.emergency, cast.district_emergency):
            perform(
                reports.name_reporter,
                ctx=context(plays.office_of(cast)),
                campaign={"id": str(self.city.pk)},
                organisation=unit,
            )
        self.person = cast.person(cast.industry, "林工")
        self.problem = self._problem()
        self.filing = self._filing()

    def _district_plan(self) -> Campaign:
        """Read and published; nothing of it answers the city's plan yet."""
        made = plays.open_plan(
            ctx=self.county_clerk,
            committee=self.cast.district_emergency,
            region=self.cast.district,
            content=DISTRICT_PLAN.encode(),
        )
        queue.drain(at=AT)
        key = {"id": str(made.pk)}
        perform(cascade.relate, ctx=self.county_clerk, campaign=key, kind=Relation.SUPERIOR, to=self.city)
        perform(
            reviewing.set_frame, ctx=self.county_clerk, campaign=key, name="东湖区方案", supervisor=self.cast.office
        )
        perform(publishing.publish, ctx=self.county_clerk, campaign=key)
        queue.drain(at=AT)
        return Campaign.objects.get(pk=made.pk)

    def _problem(self) -> ProblemEntry:
        """A dynamic check has drawn the department and found something."""
        check = supervision_plays.drawn(self.cast, units=[self.cast.industry])
        return supervision_plays.problem_of(
            self.cast,
            title="搬迁企业台账与现场不符",
            owner=self.cast.industry,
            supervisor=self.cast.office,
            due_on=date(2026, 12, 10),
            item=supervision_plays.first_item(check),
        )

    def _filing(self) -> PlanFiling:
        perform(
            cascade.ask_for_plans,
            ctx=context(plays.office_of(self.cast)),
            campaign={"id": str(self.city.pk)},
            organisations=[self.cast.district_emergency],
            due_on=date(2026, 11, 30),
        )
        return PlanFiling.objects.get()

    def now(self) -> datetime:
        return self.at

    def on(self, at: datetime) -> None:
        """The clock moves on, and nobody is logged out by that."""
        self.at = at
        LoginSession.objects.update(authenticated_at=at, last_seen_at=at, expires_at=at + timedelta(days=1))

    def sit_down(
        self, username: str, unit: Organisation, *roles: str, over: Any = None, phone: bool = False
    ) -> tuple[Any, Callable[[str], None]]:
        """Somebody's page, and how he stops at a station: a picture, and the machine's checks."""
        grants = dict.fromkeys(str(g) for role in roles for g in registry().roles[role].grants)
        scope = {"region": over.path} if over is not None else {"organisation": unit.code}
        user = User.objects.filter(username=username).first() or self.make_user(username, *grants, **scope)
        long_ago = AT - timedelta(days=300)
        User.objects.filter(pk=user.pk).update(
            organisation_code=unit.code, region_path=unit.region_path, password_changed_at=long_ago
        )
        Assignment.objects.filter(user=user).update(from_at=long_ago)
        width = 360 if phone else self.width
        page = self.open_page(user, language=self.language, width=width)
        self.on(self.at)

        def stop(name: str) -> None:
            picture(page, f"{self.language}-{width}-{name}")
            assert_sound(page)

        return page, stop

    def task_of(self, unit: Organisation) -> Case:
        return Case.objects.get(kind="campaign_task", owner=unit, campaign_task__campaign=self.city)

    def report_of(self, unit: Organisation) -> Report:
        return Report.objects.get(organisation=unit, is_upward=False)

    def row_of(self, unit: Organisation) -> str:
        return f"main tr:has(th:has-text('{unit.name}'))"

    def upward(self) -> Report:
        return Report.objects.get(is_upward=True)

    # The office ------------------------------------------------------------------------------------------------

    def office(self) -> tuple[Any, Callable[[str], None]]:
        return self.sit_down("zhou", self.cast.office, *OFFICE, over=self.cast.city)

    def office_asks_for_reports(self) -> None:
        page, stop = self.office()
        go(page, "/office/")
        stop("office-monday")
        go(page, f"/campaigns/{self.city.pk}/reports/")
        press(page, "campaign.name_reporter", organisation=self.cast.industry)
        press(
            page, "campaign.request_reports", shot=f"{self.language}-{self.width}-asking", **PERIOD, due_on="2026-11-25"
        )
        stop("office-asked")
        assert Report.objects.filter(for_on=date(2026, 11, 25), sent_at=None).count() == 3

    def office_chases_and_says_so_in_public(self) -> None:
        page, stop = self.office()
        late = self.report_of(self.cast.emergency)
        go(page, "/office/")
        stop("office-thursday")
        go(page, f"/campaigns/{self.city.pk}/reports/")
        press(page, "case.chase", where=self.row_of(self.cast.emergency), note="今天上午请报送，没有情况也请说明。")
        stop("office-chased")
        assert Case.objects.get(pk=late.case_id).times_chased == 1
        go(page, "/supervision/circulars/")
        stop("office-ranking")
        press(page, "supervision.publish_circular", title="十一月工作通报")
        press(
            page,
            "supervision.warn",
            where=self.row_of(self.cast.emergency),
            reason="月度报告逾期未报，催办后仍未说明。",
            due_on="2026-12-04",
        )
        go(page, Circular.objects.get().get_absolute_url())
        page.locator("[data-chart] canvas").first.wait_for()
        stop("office-circular")
        assert WarningLetter.objects.get().case.owner == self.cast.emergency
        ranked = Circular.objects.get().lines
        assert ranked.get(organisation=self.cast.industry).overdue == 0, "sent in time, and not verified yet"
        assert ranked.get(organisation=self.cast.emergency).overdue == 1

    def office_verifies(self) -> None:
        page, stop = self.office()
        tasks = [self.task_of(unit) for unit in (self.cast.industry, self.cast.district_emergency)]
        for case in (*tasks, self.filing.case):
            go(page, case.get_absolute_url())
            press(page, "case.close_out")
            assert Case.objects.get(pk=case.pk).stage == Stage.CLOSED_OUT
        go(page, self.problem.case.get_absolute_url())
        press(page, "supervision.cancel_problem", recheck="现场复查，台账已与现场一致。")
        stop("office-cancelled")
        assert not Case.objects.get(pk=self.problem.case_id).is_open

    def office_merges(self) -> None:
        page, stop = self.office()
        go(page, f"/campaigns/{self.city.pk}/reports/")
        stop("office-received")
        press(page, "campaign.open_report", **PERIOD, due_on="2026-11-28", signers="安委办主任")
        write_report(page, self.upward())
        stop("office-merged")

    def office_sends_and_exports(self) -> None:
        page, stop = self.office()
        report = self.upward()
        go(page, report.get_absolute_url())
        press(page, "campaign.send_report")
        stop("office-sent")
        answer = page.request.get(f"{report.get_absolute_url()}report.docx?sent=1")
        words = "\n".join(p.text for p in Document(BytesIO(answer.body())).paragraphs)
        assert "应报3家，已报3家" in words
        assert "安委办主任：" in words

    def office_sees_to_the_instruction(self) -> None:
        page, stop = self.office()
        go(page, "/documents/")
        press(
            page,
            "office_documents.propose",
            carrier=self.cast.industry,
            proposal="拟请市工信局核实后回报。",
            due_on="2026-12-15",
        )
        stop("office-proposed")

    def office_feeds_back(self) -> None:
        page, stop = self.office()
        case = Instruction.objects.get().case
        go(page, case.get_absolute_url())
        press(page, "case.close_out")
        go(page, "/documents/")
        press(page, "office_documents.feed_back", feedback="已约谈，责任单位当日补报。")
        stop("office-fed-back")

    # A department -----------------------------------------------------------------------------------------------

    def department(self) -> tuple[Any, Callable[[str], None]]:
        return self.sit_down("lin", self.cast.industry, "handler")

    def department_does_its_task(self) -> None:
        page, stop = self.department()
        go(page, "/inbox/")
        stop("department-inbox")
        case = self.task_of(self.cast.industry)
        go(page, case.get_absolute_url())
        press(page, "case.acknowledge")
        press(page, "case.assign_person", person=self.person)
        press(page, "case.report_progress", note="两家已停产，正在清库。", evidence=self.proof)
        press(page, "case.submit", note="三家企业全部搬迁。", evidence=self.proof)
        stop("department-submitted")
        case.refresh_from_db()
        assert (case.stage, case.owner_person) == (Stage.SUBMITTED, self.person)

    def department_answers_the_check(self) -> None:
        page, stop = self.department()
        go(page, self.problem.case.get_absolute_url())
        press(page, "case.acknowledge")
        press(page, "supervision.take_on", person=self.person, measures="逐户核对，更新台账。")
        press(page, "case.submit", note="台账已更新。", evidence=self.proof)
        stop("department-problem")

    def department_reports(self) -> None:
        page, stop = self.department()
        report = self.report_of(self.cast.industry)
        write_report(page, report)
        press(page, "campaign.send_report")
        stop("department-report")
        assert Report.objects.get(pk=report.pk).sent_at == self.at

    def department_carries_out_the_instruction(self) -> None:
        page, _ = self.department()
        go(page, Instruction.objects.get().case.get_absolute_url())
        press(page, "case.acknowledge")
        press(page, "case.submit", note="已核实，补报完毕。", evidence=self.proof)

    def late_department_says_nothing_to_report(self) -> None:
        page, stop = self.sit_down("chen", self.cast.emergency, "handler")
        report = self.report_of(self.cast.emergency)
        go(page, report.case.get_absolute_url())
        stop("late-case")
        go(page, report.get_absolute_url())
        press(page, "campaign.say_nothing", because="本月没有到期任务，无新情况。")
        press(page, "campaign.send_report")
        stop("late-nothing")
        assert Report.objects.get(pk=report.pk).nothing_because

    # A county ---------------------------------------------------------------------------------------------------

    def county(self) -> tuple[Any, Callable[[str], None]]:
        return self.sit_down("he", self.cast.district_emergency, "campaign_office", "handler", over=self.cast.district)

    def county_answers_the_citys_plan(self) -> None:
        page, stop = self.county()
        answers = f"/campaigns/{self.district.pk}/answers/{self.city.pk}/"
        go(page, f"/campaigns/{self.district.pk}/family/")
        stop("county-family")
        go(page, answers)
        with page.expect_navigation():
            page.locator("form.bh-note button[type=submit]").click()
        arrive(page, ".cp-answer")
        stop("county-compared")
        found = family.answers(superior=self.city, plan=self.district)
        gaps = [line.parent for line in found.lines if line.cell.state is CoverState.GAP]
        assert 0 < len(gaps) < len(found.lines)
        for item in gaps:
            page.locator(f"#item-{item.pk} a[data-dialog]").click()
            form = page.locator("#bh-dialog[open] form")
            form.locator("[name=because]").fill("本区无此类企业")
            with page.expect_navigation():
                form.locator("button[type=submit]").click()
            arrive(page, f"#item-{item.pk} .bh-badge")
        stop("county-answered")
        go(page, self.filing.case.get_absolute_url())
        press(page, "campaign.file_plan", plan=self.district)
        stop("county-filed")
        assert PlanFiling.objects.get().plan == self.district

    def county_closes_a_task_and_reports(self) -> None:
        page, stop = self.county()
        case = self.task_of(self.cast.district_emergency)
        go(page, case.get_absolute_url())
        press(page, "case.acknowledge")
        press(page, "case.submit", note="一企一档全部建立。", evidence=self.proof)
        report = self.report_of(self.cast.district_emergency)
        write_report(page, report)
        press(page, "campaign.send_report")
        stop("county-report")
        go(page, case.get_absolute_url())
        assert not page.locator("[data-action='case.close_out']").count(), "nobody verifies his own"

    # A leader ---------------------------------------------------------------------------------------------------

    def leader(self) -> tuple[Any, Callable[[str], None]]:
        return self.sit_down("shen", self.cast.office, *LEADER, over=self.cast.city, phone=True)

    def leader_signs(self) -> None:
        page, stop = self.leader()
        go(page, "/my-unit/")
        stop("leader-card")
        with page.expect_navigation():
            page.locator(f"main a[href='{self.upward().get_absolute_url()}']").click()
        arrive(page, ".cp-sheet")
        press(page, "campaign.sign_report")
        stop("leader-signed")
        go(page, "/my-unit/")
        assert not page.locator(f"main a[href='{self.upward().get_absolute_url()}']").count()

    def leader_instructs(self) -> None:
        page, stop = self.leader()
        go(page, "/cases/?colour=red")
        stop("leader-red")
        go(page, self.report_of(self.cast.emergency).case.get_absolute_url())
        press(
            page,
            "office_documents.instruct",
            shot=f"{self.language}-360-leader-instructs",
            words="请安委办约谈，下周一前报我。",
            office=self.cast.office.code,
        )
        stop("leader-instructed")

    def leader_sees_it_come_back(self) -> None:
        page, stop = self.leader()
        go(page, "/documents/")
        stop("leader-comes-back")
        assert "已约谈，责任单位当日补报。" in page.locator("main").inner_text()
        assert Instruction.objects.get().step is InstructionStep.FED_BACK
        assert Notice.objects.filter(recipient__username="shen", topic="office_documents.instruction").exists()


@pytest.fixture
def month(
    db: None,
    make_user: Callable[..., Any],
    open_page: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Month:
    proof = tmp_path / "proof.txt"
    proof.write_text("现场核查记录", encoding="utf-8")
    made = Month(make_user, open_page, proof)
    monkeypatch.setattr(clock, "now", made.now)
    return made


def test_the_office_a_department_a_county_and_a_leader_do_their_month(month: Month) -> None:
    month.on(MONDAY)
    month.office_asks_for_reports()
    month.on(TUESDAY)
    month.department_does_its_task()
    month.department_answers_the_check()
    month.department_reports()
    month.county_answers_the_citys_plan()
    month.county_closes_a_task_and_reports()
    month.on(THURSDAY)
    month.office_chases_and_says_so_in_public()
    month.leader_instructs()
    month.late_department_says_nothing_to_report()
    month.office_verifies()
    month.on(FRIDAY)
    month.office_merges()
    month.leader_signs()
    month.office_sends_and_exports()
    month.office_sees_to_the_instruction()
    month.department_carries_out_the_instruction()
    month.on(LATER)
    month.office_feeds_back()
    month.leader_sees_it_come_back()


def test_the_core_of_the_month_in_english_on_a_phone(month: Month) -> None:
    month.language, month.width = "en", 360
    month.on(MONDAY)
    month.office_asks_for_reports()
    month.on(TUESDAY)
    month.department_does_its_task()
    month.department_reports()
    month.on(THURSDAY)
    month.office_chases_and_says_so_in_public()
    month.leader_instructs()
    month.late_department_says_nothing_to_report()
    month.on(FRIDAY)
    month.office_merges()
    month.leader_signs()
