"""Plays of the actions on campaigns, and the staging they share with the tests beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bihuan.core.access.context import Actor, Context, Held
from bihuan.core.access.scope import EVERYWHERE, Scope
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.runner import perform
from bihuan.core.evidence import receiving
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import (
    calendar,
    cascade,
    indicators,
    limits,
    opening,
    publishing,
    reports,
    reviewing,
)
from bihuan.domains.campaign.models import (
    CalendarFeed,
    Campaign,
    CampaignTask,
    Indicator,
    IndicatorException,
    Measurement,
    PlanFiling,
    PlanItem,
    PlanRelation,
    PlanUnit,
    Report,
    TaskMilestone,
)
from bihuan.domains.campaign.terms import Decision, Relation, ReportKind
from bihuan.kernel.identity import new_id
from bihuan.loop.actions import directing, handling
from bihuan.loop.models import Case, CaseParty
from bihuan.parties.models import Organisation
from cast import AT, Cast, context, saved
from plays import Play

PLAN = Path(__file__).with_name("plan.txt")
IN_TIME = date(2099, 12, 31)


def committee_of(cast: Cast) -> Organisation:
    """市安委会, over its office."""
    made = saved(
        Organisation(
            code="AWH", name="云州市安全生产委员会", kind="committee", region=cast.city, region_path=cast.city.path
        )
    )
    Organisation.objects.filter(pk=cast.office.pk).update(parent=made)
    cast.office.refresh_from_db()
    return made


def office_of(cast: Cast) -> Actor:
    return cast.actor("campaigner", "campaign_office", cast.office, region=cast.city)


def service(name: str, *, region: str = "") -> Actor:
    """The job's own actor; or one that holds its grants in another region only."""
    scope = Scope(region_path=region)
    held = tuple(Held(str(g), scope) for g in registry().jobs[name].grants)
    return Actor(kind="service", id=f"service:{name}", name=name, held=held, second_factor=True)


def open_plan(
    *, ctx: Context, committee: Organisation, region: Any, name: str = "plan.txt", content: bytes | None = None
) -> Campaign:
    """Uploaded, and waiting to be read."""
    upload = receiving.receive_bytes(ctx=ctx, name=name, content=content or PLAN.read_bytes())
    return perform(
        opening.open_campaign, ctx=ctx, upload=upload, issuer=committee, region=region, document_name=name
    ).value


def read_plan(cast: Cast) -> Campaign:
    made = open_plan(ctx=context(office_of(cast)), committee=committee_of(cast), region=cast.city)
    queue.drain(at=AT)
    return Campaign.objects.get(pk=made.pk)


def settled_plan(cast: Cast, campaign: Campaign | None = None) -> Campaign:
    campaign, ctx = campaign or read_plan(cast), context(office_of(cast))

    def unit(name: str) -> PlanUnit:
        return PlanUnit.objects.get(campaign=campaign, name=name)

    perform(
        reviewing.decide_unit,
        ctx=ctx,
        unit=unit("市能源局"),
        decision=Decision.NOT_OURS,
        organisations=[],
        because="非本级",
    )
    perform(
        reviewing.decide_unit,
        ctx=ctx,
        unit=unit("各区应急管理局"),
        decision=Decision.LIST,
        organisations=[cast.district_emergency],
    )
    perform(reviewing.drop_item, ctx=ctx, item=PlanItem.objects.get(campaign=campaign, no="5"))
    return Campaign.objects.get(pk=campaign.pk)


def publishing_plan(cast: Cast) -> Campaign:
    """Published; the job has not run."""
    return perform(publishing.publish, ctx=context(office_of(cast)), campaign=settled_plan(cast)).value


def published_plan(cast: Cast) -> Campaign:
    made = publishing_plan(cast)
    queue.drain(at=AT)
    return Campaign.objects.get(pk=made.pk)


def published_plan_of(cast: Cast, *, committee: Organisation) -> Campaign:
    """The city's plan, running; the committee is there already."""
    made = open_plan(ctx=context(office_of(cast)), committee=committee, region=cast.city)
    queue.drain(at=AT)
    settled = settled_plan(cast, Campaign.objects.get(pk=made.pk))
    perform(publishing.publish, ctx=context(office_of(cast)), campaign=settled)
    queue.drain(at=AT)
    return Campaign.objects.get(pk=made.pk)


def by_office(cast: Cast, **inputs: Any) -> Play:
    far = cast.actor("far", "campaign_office", cast.neighbour, region=cast.next_city)
    return Play(office_of(cast), inputs, stranger=far)


def by_service(cast: Cast, job: str, **inputs: Any) -> Play:
    return Play(service(job), inputs, stranger=service(job, region=cast.next_city.path))


def _open(cast: Cast) -> Play:
    committee = committee_of(cast)
    upload = receiving.receive_bytes(ctx=context(office_of(cast)), name="a.txt", content=PLAN.read_bytes())
    return by_office(cast, upload=upload, issuer=committee, region=cast.city)


def _take_reading(cast: Cast) -> Play:
    campaign = open_plan(ctx=context(office_of(cast)), committee=committee_of(cast), region=cast.city)
    ledger = {"title": "方案", "tasks": [], "phases": [], "reporting": []}
    reading = {"text": "方案", "ledger": ledger}
    return by_service(
        cast, "campaign.read_document", campaign=campaign, digest="0" * 64, reading=reading, suggestions=[]
    )


def _note_unreadable(cast: Cast) -> Play:
    campaign = open_plan(ctx=context(office_of(cast)), committee=committee_of(cast), region=cast.city)
    return by_service(cast, "campaign.read_document", campaign=campaign, code="x", zh="读不了", en="unreadable")


def _first(cast: Cast) -> PlanItem:
    return PlanItem.objects.filter(campaign=read_plan(cast)).first()


def _change_item(cast: Cast) -> Play:
    return by_office(cast, item=_first(cast), no="1", text="改过的任务。", units=[], indicators=[])


def _restore_item(cast: Cast) -> Play:
    item = _first(cast)
    dropped = perform(reviewing.drop_item, ctx=context(office_of(cast)), item=item).value
    return by_office(cast, item=dropped)


def _decide_unit(cast: Cast) -> Play:
    unit = PlanUnit.objects.get(campaign=read_plan(cast), name="市能源局")
    return by_office(cast, unit=unit, decision="organisation", organisations=[cast.industry])


def _resume(cast: Cast) -> Play:
    stopped = perform(
        publishing.note_stop,
        ctx=context(service("campaign.dispatch")),
        campaign=publishing_plan(cast),
        code="x",
        zh="停",
        en="stopped",
    ).value
    return by_office(cast, campaign=stopped)


def _finish(cast: Cast) -> Play:
    campaign = publishing_plan(cast)
    perform(publishing.dispatch_chunk, ctx=context(service("campaign.dispatch")), campaign=campaign)
    return by_service(cast, "campaign.dispatch", campaign=campaign)


def _close(cast: Cast) -> Play:
    campaign = published_plan(cast)
    for case in Case.objects.all():
        perform(directing.withdraw, ctx=context(office_of(cast)), case=case, note="并入新行动")
    return by_office(cast, campaign=campaign)


def family_of(cast: Cast) -> tuple[Campaign, Campaign]:
    """The city's plan running, and a second one of the same office under review that names it as superior."""
    committee = committee_of(cast)
    upper = published_plan_of(cast, committee=committee)
    lower = open_plan(ctx=context(office_of(cast)), committee=committee, region=cast.city)
    queue.drain(at=AT)
    lower = Campaign.objects.get(pk=lower.pk)
    perform(cascade.relate, ctx=context(office_of(cast)), campaign=lower, kind=Relation.SUPERIOR, to=upper)
    return upper, Campaign.objects.get(pk=lower.pk)


def _relate(cast: Cast) -> Play:
    return by_office(cast, campaign=read_plan(cast), kind=Relation.SUPERIOR, cited="《全国方案》")


def _unrelate(cast: Cast) -> Play:
    _, lower = family_of(cast)
    return by_office(cast, relation=PlanRelation.objects.get(campaign=lower))


def _cover(cast: Cast) -> Play:
    upper, lower = family_of(cast)
    parent = PlanItem.objects.filter(campaign=upper, is_dropped=False).first()
    own = PlanItem.objects.filter(campaign=lower).first()
    return by_office(cast, campaign=lower, claims=[{"parent_item": str(parent.pk), "item": str(own.pk)}])


def _exempt(cast: Cast) -> Play:
    upper, lower = family_of(cast)
    parent = PlanItem.objects.filter(campaign=upper, is_dropped=False).first()
    return by_office(cast, campaign=lower, parent_item=parent, because="本地无此类企业")


def _withdraw_cover(cast: Cast) -> Play:
    play = _exempt(cast)
    made = perform(cascade.exempt, ctx=context(play.actor), **play.inputs).value
    return by_office(cast, cover=made)


def _copy_down(cast: Cast) -> Play:
    upper, lower = family_of(cast)
    PlanItem.objects.filter(campaign=upper).update(is_inherited=True)
    return by_office(cast, campaign=lower, superior=upper)


def _carry_over(cast: Cast) -> Play:
    upper, lower = family_of(cast)
    perform(cascade.relate, ctx=context(office_of(cast)), campaign=lower, kind=Relation.PREDECESSOR, to=upper)
    return by_office(cast, campaign=lower, tasks=[CampaignTask.objects.filter(campaign=upper).first()])


def _ask_for_plans(cast: Cast) -> Play:
    return by_office(
        cast, campaign=published_plan(cast), organisations=[cast.district_emergency], due_on=date(2026, 12, 15)
    )


def _file_plan(cast: Cast) -> Play:
    """A department's special plan beside the city's: it answers the tasks in which the department has a part."""
    ctx = context(office_of(cast))
    upper, lower = family_of(cast)
    perform(cascade.ask_for_plans, ctx=ctx, campaign=upper, organisations=[cast.emergency], due_on=date(2026, 12, 15))
    Campaign.objects.filter(pk=lower.pk).update(
        issuer=cast.emergency, organisation_code=cast.emergency.code, state="published"
    )
    for item in PlanItem.objects.filter(campaign=upper, is_dropped=False):
        perform(cascade.exempt, ctx=ctx, campaign={"id": str(lower.pk)}, parent_item=item, because="由市局直接办理")
    return by_office(cast, filing=PlanFiling.objects.get(), plan={"id": str(lower.pk)})


def _reach_milestone(cast: Cast) -> Play:
    published_plan(cast)
    task = CampaignTask.objects.get(case__owner=cast.industry)
    clerk = cast.department_clerk
    perform(handling.acknowledge, ctx=context(clerk), case=Case.objects.get(pk=task.case_id))
    milestone = saved(TaskMilestone(task=task, on=date(2026, 12, 1), said="12月1日前"))
    piece = cast.evidence(clerk, cast.industry)
    return Play(clerk, {"milestone": milestone, "note": "已完成", "evidence": [piece.pk]}, stranger=cast.stranger)


def _expect_product(cast: Cast) -> Play:
    return by_office(cast, campaign=published_plan(cast), phase="集中治理", due_on=date(2027, 9, 30), what="问题清单")


def _confirm_product(cast: Cast) -> Play:
    play = _expect_product(cast)
    made = perform(limits.expect_product, ctx=context(play.actor), **play.inputs).value
    piece = cast.evidence(play.actor, cast.office)
    return by_office(cast, product=made, note="已建立清单", evidence=[piece.pk])


#: A quarterly report is due on 3-25.
MARCH = datetime(2027, 3, 15, 2, 0, tzinfo=UTC)


def report_of(cast: Cast, *, signers: list[str] | None = None) -> Report:
    """A quarterly report called for from 市工信局."""
    ctx = context(office_of(cast))
    perform(reports.name_reporter, ctx=ctx, campaign=published_plan(cast), organisation=cast.industry, signers=signers)
    jobs.call_reports(ctx=context(service("campaign.call_reports"), at=MARCH))
    return Report.objects.get()


def by_writer(cast: Cast, **inputs: Any) -> Play:
    return Play(cast.department_clerk, inputs, stranger=cast.stranger, at=MARCH)


SECTIONS = [{"key": "progress", "heading": "进展", "text": "已销号{已销号}项。"}]


def written(cast: Cast, *, signers: list[str] | None = None) -> Report:
    report = report_of(cast, signers=signers)
    ctx = context(cast.department_clerk, at=MARCH)
    return perform(reports.write_report, ctx=ctx, report=report, title=report.title, sections=SECTIONS).value


def _call_reports(cast: Cast) -> Play:
    campaign = published_plan(cast)
    perform(reports.name_reporter, ctx=context(office_of(cast)), campaign=campaign, organisation=cast.industry)
    return by_service(
        cast,
        "campaign.call_reports",
        campaign={"id": str(campaign.pk)},
        kind=ReportKind.QUARTERLY,
        on=date(2027, 3, 25),
        from_on=date(2027, 1, 1),
        until_on=date(2027, 4, 1),
    )


def reporting(cast: Cast) -> Campaign:
    """Running, with 市工信局 as its only reporter."""
    campaign = published_plan(cast)
    perform(reports.name_reporter, ctx=context(office_of(cast)), campaign=campaign, organisation=cast.industry)
    return Campaign.objects.get(pk=campaign.pk)


def _request_reports(cast: Cast) -> Play:
    return by_office(
        cast,
        campaign=reporting(cast),
        kind=ReportKind.MONTHLY,
        from_on=date(2026, 11, 1),
        last_on=date(2026, 11, 30),
        due_on=date(2026, 11, 25),
    )


def _end_reporter(cast: Cast) -> Play:
    ctx = context(office_of(cast))
    made = perform(reports.name_reporter, ctx=ctx, campaign=published_plan(cast), organisation=cast.industry)
    return by_office(cast, reporter=made.value)


def _open_report(cast: Cast) -> Play:
    return by_office(
        cast,
        campaign=published_plan(cast),
        kind=ReportKind.QUARTERLY,
        from_on=date(2026, 10, 1),
        last_on=date(2026, 12, 31),
        due_on=date(2026, 12, 28),
    )


def _write_report(cast: Cast) -> Play:
    report = report_of(cast)
    return by_writer(cast, report=report, title=report.title, sections=SECTIONS)


def _supplement(cast: Cast) -> Play:
    sent = perform(reports.send_report, ctx=context(cast.department_clerk, at=MARCH), report=written(cast)).value
    return by_writer(cast, report=sent)


def indicator_of(cast: Cast, **more: Any) -> Indicator:
    published_plan(cast)
    return indicator_on(cast, **more)


def indicator_on(cast: Cast, **more: Any) -> Indicator:
    """A number that the plan puts on the task of 市工信局; softened where `is_soft` says so."""
    task = CampaignTask.objects.get(case__owner=cast.industry)
    said = {"name": "培训覆盖率不低于90%", "op": ">=", "target": Decimal(90), "unit": "%"} | more
    return saved(Indicator(campaign=task.campaign, task=task, **said))


def measured_on(cast: Cast, indicator: Indicator, value: int = 80) -> Measurement:
    return perform(
        indicators.measure,
        ctx=context(cast.department_clerk),
        indicator=indicator,
        organisation=cast.industry,
        value=Decimal(value),
        on=AT.date(),
        source="培训台账",
    ).value


def measured(cast: Cast, value: int = 80, **more: Any) -> Measurement:
    return measured_on(cast, indicator_of(cast, **more), value)


def asked_exception(cast: Cast) -> IndicatorException:
    published_plan(cast)
    return asked_exception_on(cast)


def asked_exception_on(cast: Cast) -> IndicatorException:
    found = measured_on(cast, indicator_on(cast, is_soft=True)).indicator
    return perform(
        indicators.ask_exception,
        ctx=context(cast.department_clerk),
        indicator={"id": str(found.pk)},
        organisation=cast.industry,
        reason="两家企业年底搬迁，不再培训",
    ).value


def copied(case: Case, number: int) -> None:
    """The same case once more, straight in the tables: for what a page costs."""
    task, parties = CampaignTask.objects.get(case=case), list(case.parties.all())
    made = Case.objects.get(pk=case.pk)
    made.pk, made.number = new_id(), f"{case.number}-{number}"
    made.save(force_insert=True)
    for party in parties:
        CaseParty.objects.create(
            case=made, organisation=party.organisation, organisation_code=party.organisation_code, role=party.role
        )
    task.pk, task.case, task.first_owner = new_id(), made, f"{task.first_owner}-{number}"
    task.save(force_insert=True)


def _measure(cast: Cast) -> Play:
    inputs = {"organisation": cast.industry, "value": "80", "on": AT.date(), "source": "培训台账"}
    return Play(cast.department_clerk, {"indicator": indicator_of(cast), **inputs}, stranger=cast.stranger)


def _ask_exception(cast: Cast) -> Play:
    inputs = {"indicator": indicator_of(cast, is_soft=True), "organisation": cast.industry, "reason": "年底搬迁"}
    return Play(cast.department_clerk, inputs, stranger=cast.stranger)


def _note_values(cast: Cast) -> Play:
    found = [{"organisation": cast.industry.code, "value": "70", "basis": "7/10"}]
    indicator = indicator_of(cast, formula="staff.professionals")
    return by_service(cast, "campaign.compute_indicators", indicator=indicator, found=found)


def _person(cast: Cast, name: str, unit: Organisation) -> Actor:
    user = cast.user(name, unit)
    own = Held(str(AccessGrants.USE_OWN_ACCOUNT), EVERYWHERE)
    return Actor(kind="user", id=f"user:{user.pk}", name="", held=(own,))


def feed_of(cast: Cast, actor: Actor) -> CalendarFeed:
    return perform(calendar.issue_calendar_feed, ctx=context(actor), digest="e" * 64).value


def _revoke_feed(cast: Cast) -> Play:
    me = _person(cast, "diarist", cast.industry)
    return Play(me, {"feed": feed_of(cast, me)}, stranger=_person(cast, "other", cast.neighbour))


PLAYS = {
    "campaign.issue_calendar_feed": lambda cast: Play(
        _person(cast, "diarist", cast.industry), {"digest": "e" * 64}, stranger_may=True
    ),
    "campaign.revoke_calendar_feed": _revoke_feed,
    "campaign.add_indicator": lambda cast: by_office(
        cast, campaign=published_plan(cast), name="技能提升覆盖率", op=">=", target="60", unit="%"
    ),
    "campaign.change_indicator": lambda cast: by_office(cast, indicator=indicator_of(cast), op=">", target="50"),
    "campaign.drop_indicator": lambda cast: by_office(cast, indicator=indicator_of(cast), because="是选取条件"),
    "campaign.measure": _measure,
    "campaign.note_values": _note_values,
    "campaign.ask_exception": _ask_exception,
    "campaign.decide_exception": lambda cast: by_office(
        cast, exception=asked_exception(cast), grant=True, because="情况属实"
    ),
    "campaign.name_reporter": lambda cast: by_office(
        cast, campaign=published_plan(cast), organisation=cast.industry, signers=["党委主要负责人"]
    ),
    "campaign.end_reporter": _end_reporter,
    "campaign.request_reports": _request_reports,
    "campaign.call_reports": _call_reports,
    "campaign.open_report": _open_report,
    "campaign.write_report": _write_report,
    "campaign.sign_report": lambda cast: by_writer(
        cast, report=written(cast, signers=["党委主要负责人"]), capacity="党委主要负责人"
    ),
    "campaign.say_nothing": lambda cast: by_writer(cast, report=report_of(cast), because="本期无此类任务"),
    "campaign.send_report": lambda cast: by_writer(cast, report=written(cast)),
    "campaign.supplement_report": _supplement,
    "campaign.relate": _relate,
    "campaign.unrelate": _unrelate,
    "campaign.cover": _cover,
    "campaign.exempt": _exempt,
    "campaign.withdraw_cover": _withdraw_cover,
    "campaign.copy_down": _copy_down,
    "campaign.carry_over": _carry_over,
    "campaign.ask_for_plans": _ask_for_plans,
    "campaign.file_plan": _file_plan,
    "campaign.reach_milestone": _reach_milestone,
    "campaign.expect_product": _expect_product,
    "campaign.confirm_product": _confirm_product,
    "campaign.open": _open,
    "campaign.take_reading": _take_reading,
    "campaign.note_unreadable": _note_unreadable,
    "campaign.discard": lambda cast: by_office(cast, campaign=read_plan(cast)),
    "campaign.set_frame": lambda cast: by_office(cast, campaign=read_plan(cast), name="行动", supervisor=cast.office),
    "campaign.change_item": _change_item,
    "campaign.split_item": lambda cast: by_office(cast, item=_first(cast), at=5),
    "campaign.merge_item": lambda cast: by_office(cast, item=_first(cast)),
    "campaign.drop_item": lambda cast: by_office(cast, item=_first(cast)),
    "campaign.restore_item": _restore_item,
    "campaign.add_item": lambda cast: by_office(cast, campaign=read_plan(cast), text="新任务"),
    "campaign.decide_unit": _decide_unit,
    "campaign.publish": lambda cast: by_office(cast, campaign=settled_plan(cast)),
    "campaign.resume": _resume,
    "campaign.dispatch_chunk": lambda cast: by_service(cast, "campaign.dispatch", campaign=publishing_plan(cast)),
    "campaign.finish_dispatching": _finish,
    "campaign.note_stop": lambda cast: by_service(
        cast, "campaign.dispatch", campaign=publishing_plan(cast), code="x", zh="停", en="stopped"
    ),
    "campaign.close": _close,
}
