"""报告: who reports through whom, reports called for by day, written, signed, said to be nothing, sent, supplemented. 依据 C01–C07."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.campaign.actions.cascade import require_living
from bihuan.domains.campaign.actions.opening import NotADraft, TheCampaign
from bihuan.domains.campaign.models import Campaign, Report, Reporter, ReportSignature, ReportSnapshot
from bihuan.domains.campaign.queries.reports import (
    content_of,
    digest_of,
    has_small_works,
    is_writable,
    practices_of,
    reporters,
)
from bihuan.domains.campaign.rules import figures, reports
from bihuan.domains.campaign.rules.reports import Section
from bihuan.domains.campaign.terms import REPORT_KIND, CampaignGrants, CampaignState, ReportKind
from bihuan.kernel.calendar import day_of
from bihuan.kernel.period import Period
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.handling import WrongPerson, submit_case
from bihuan.loop.actions.scopes import handled_at
from bihuan.loop.terms import LoopGrants, Move, Stage
from bihuan.parties.models import Organisation, Person

#: Days after the end of the period by which a supplement is due.
SUPPLEMENT_DAYS = 10

TheReport = Annotated[Ref[Report], Label("报告", "Report", widget="hidden")]
TheReporter = Annotated[Ref[Reporter], Label("报送单位", "Reporting unit", widget="hidden")]
ReportUnit = Annotated[Ref[Organisation], Label("报送单位", "Unit")]
ReportPerson = Annotated[Ref[Person], Label("报送专人", "Reporter")]
Capacity = Annotated[str, Field(min_length=2, max_length=60)]
Signers = Annotated[list[Capacity], Label("须签字的身份（一行一个）", "Who must sign, one a line")]


class AlreadySent(Problem):
    code = "campaign_report_already_sent"
    status = 409


class NobodyAbove(Problem):
    code = "campaign_nobody_above"


class NotYetSent(Problem):
    code = "campaign_report_not_sent"
    status = 409


class BadReportPeriod(Problem):
    code = "campaign_bad_report_period"


def written_at(*, ctx: Context, report: Report, **_: Any) -> Place:
    return handled_at(ctx=ctx, case=report.case)


def capacities(said: list[str] | None) -> list[str]:
    """须签字的身份: each once, in the order written."""
    return list(dict.fromkeys(s.strip() for s in said or [] if s.strip()))


@action(
    "campaign.name_reporter",
    label=Text("确定报送单位和专人", "Name who reports"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, campaign, **_: campaign.place,
    icon="user-check",
)
def name_reporter(
    *,
    ctx: Context,
    campaign: TheCampaign,
    organisation: ReportUnit,
    person: ReportPerson | None = None,
    signers: Signers | None = None,
) -> Reporter:
    """报送单位与专人: naming it again changes who reports and who signs."""
    require_living(campaign)
    here = person is None or (person.organisation_code == organisation.code and person.is_here(day_of(ctx.at)))
    if not here:
        raise WrongPerson(
            Text("专人须是报送单位的在任人员。", "The reporter must belong to the unit, and not have left."),
            where={"person": Text("请另选。", "Choose another.")},
        )
    wanted = capacities(signers)
    known: Reporter | None = Reporter.objects.filter(campaign=campaign, organisation=organisation).first()
    if known is not None:
        return ctx.change(known, person=person, signers=wanted, ended_on=None)
    return ctx.create(
        Reporter(
            campaign=campaign,
            organisation=organisation,
            organisation_code=organisation.code,
            person=person,
            signers=wanted,
        )
    )


@action(
    "campaign.end_reporter",
    label=Text("不再报送", "Reports no longer"),
    needs=CampaignGrants.PUBLISH,
    icon="x",
    tone="secondary",
)
def end_reporter(*, ctx: Context, reporter: TheReporter) -> Reporter:
    """不再报送: from today on no report is called for; those already called for stay."""
    return ctx.change(reporter, ended_on=day_of(ctx.at))


@action(
    "campaign.call_reports",
    label=Text("布置报告", "Call for reports"),
    needs=CampaignGrants.DISPATCH,
    scope=lambda *, campaign, **_: campaign.place,
    faces=(),
)
def call_reports(
    *, ctx: Context, campaign: TheCampaign, kind: ReportKind, on: date, from_on: date, until_on: date
) -> None:
    """布置报告: one case for each unit that reports and has none for this day yet. An abolished unit's successor reports."""
    call_for(ctx=ctx, campaign=campaign, kind=kind, on=on, period=Period(from_on, until_on))


def call_for(*, ctx: Context, campaign: Campaign, kind: ReportKind, on: date, period: Period) -> list[Report]:
    made: list[Report] = []
    called = Report.objects.filter(campaign=campaign, kind=kind.value, for_on=on, is_upward=False)
    known = set(called.values_list("organisation_id", flat=True))
    for reporter in reporters(campaign=campaign, today=day_of(ctx.at)):
        unit: Organisation | None = reporter.organisation
        if unit is not None and unit.abolished_on is not None and unit.abolished_on <= day_of(ctx.at):
            unit = unit.successor
        if unit is None or unit.pk in known:
            continue
        known.add(unit.pk)
        made.append(_call(ctx, campaign, unit, kind, on, period, person=reporter.person, signers=reporter.signers))
    return made


def _call(
    ctx: Context,
    campaign: Campaign,
    unit: Organisation,
    kind: ReportKind,
    on: date,
    period: Period,
    *,
    supervisor: Organisation | None = None,
    person: Person | None = None,
    signers: list[str] | None = None,
    is_upward: bool = False,
    supplement_of: Report | None = None,
    number: int = 0,
    due_on: date | None = None,
) -> Report:
    receiver = supervisor or campaign.supervisor or campaign.issuer
    if receiver.pk == unit.pk:
        receiver = campaign.issuer
    if receiver.pk == unit.pk:
        raise NobodyAbove(
            Text(
                "“{name}”不能向自己报送。请选择上级单位。", "“{name}” can't report to itself. Choose who receives it."
            ).format(name=unit.name),
            where={"to": Text("请选择。", "Choose.")},
        )
    assert period.until is not None
    stays = person is not None and person.organisation_code == unit.code and person.is_here(day_of(ctx.at))
    title = reports.title_of(campaign=campaign.name, kind=kind, period=period, supplement=number)[:300]
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=REPORT_KIND,
            title=f"报送：{title}",
            source=campaign.name[:120],
            owner=unit,
            owner_person=person if stays else None,
            supervisor=receiver,
            issuer=campaign.issuer,
            region=unit.region if unit.region_path.startswith(campaign.region_path) else campaign.region,
            due_on=due_on or on,
        ),
    )
    body = reports.sections_of(
        kind,
        is_upward=is_upward,
        has_small_works=has_small_works(campaign=campaign, organisation_code="" if is_upward else unit.code),
        practices=practices_of(ctx=ctx, campaign=campaign) if kind is ReportKind.SUMMING_UP else None,
    )
    return ctx.create(
        Report(
            case=case,
            campaign=campaign,
            organisation=unit,
            organisation_code=unit.code,
            kind=kind.value,
            for_on=on,
            from_on=period.from_,
            until_on=period.until,
            is_upward=is_upward,
            title=title,
            addressee=receiver.name,
            body=[{"key": s.key, "heading": s.heading, "text": s.text} for s in body],
            signers=signers or [],
            supplement_of=supplement_of,
            supplement_no=number,
        )
    )


@action(
    "campaign.open_report",
    label=Text("起草上报的报告", "Draft a report upward"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, campaign, **_: campaign.place,
    icon="file-text",
)
def open_report(
    *,
    ctx: Context,
    campaign: TheCampaign,
    kind: Annotated[ReportKind, Label("种类", "Kind")],
    from_on: Annotated[date, Label("报告期起", "Period from", widget="date")],
    last_on: Annotated[date, Label("报告期止", "Period until", widget="date")],
    due_on: Annotated[date, Label("应报日期", "Due", widget="date")],
    to: Annotated[Ref[Organisation] | None, Label("报送给", "To")] = None,
    signers: Signers | None = None,
) -> Report:
    """起草上报的报告: over the whole campaign, with what the units sent merged and the missing ones named."""
    if campaign.state not in (CampaignState.PUBLISHED, CampaignState.CLOSED):
        raise NotADraft(
            Text("方案发布后才有可报告的进展。", "There is nothing to report before the plan is published.")
        )
    require_period(ctx=ctx, from_on=from_on, last_on=last_on, due_on=due_on)
    unit = campaign.supervisor or campaign.issuer
    period = Period(from_on, last_on + timedelta(days=1))
    return _call(ctx, campaign, unit, kind, due_on, period, supervisor=to, signers=capacities(signers), is_upward=True)


def require_period(*, ctx: Context, from_on: date, last_on: date, due_on: date) -> None:
    """报告期: it does not end before it begins, and is not due in the past."""
    if last_on < from_on or due_on < day_of(ctx.at):
        raise BadReportPeriod(
            Text("报告期止早于起，或应报日期已过。", "The period ends before it begins, or the due day has passed."),
            where={"due_on": Text("请核对日期。", "Check the dates.")},
        )


class Written(BaseModel):
    """One section as typed."""

    key: Annotated[str, Field(max_length=30)]
    heading: Annotated[str, Field(min_length=1, max_length=120)]
    text: Annotated[str, Field(max_length=20_000)]


@action(
    "campaign.write_report",
    label=Text("编辑报告", "Write the report"),
    needs=LoopGrants.HANDLE,
    scope=written_at,
    faces=("http",),
    icon="pencil",
)
def write_report(
    *,
    ctx: Context,
    report: TheReport,
    title: Annotated[str, Field(min_length=4, max_length=300), Label("标题", "Title")],
    addressee: Annotated[str, Field(max_length=200), Label("主送", "To")] = "",
    sections: Annotated[list[Written], Field(max_length=30)],
) -> Report:
    """编辑报告: signatures of what stood before become void; what says “nothing to report” is taken back."""
    require_writable(report)
    for section in sections:
        figures.require_known(section.text)
    _take_up(ctx, report)
    _void_signatures(ctx, report)
    return ctx.change(
        report,
        title=title,
        addressee=addressee,
        body=[s.model_dump() for s in sections],
        nothing_because="",
        settled=None,
    )


def require_writable(report: Report) -> None:
    if not is_writable(report):
        raise AlreadySent(
            Text(
                "报告已报送（或已撤回），不能再改。需要补充的，请另发补充报告。",
                "The report was sent (or withdrawn) and can't be changed. Send a supplement.",
            )
        )


def _take_up(ctx: Context, report: Report) -> None:
    if report.case.stage_term is Stage.ISSUED:
        moves.advance(ctx=ctx, case=report.case, move=Move.ACKNOWLEDGE)


def _void_signatures(ctx: Context, report: Report) -> None:
    for signature in ReportSignature.objects.filter(report=report, void_at__isnull=True):
        ctx.change(signature, void_at=ctx.at)


@action(
    "campaign.sign_report",
    label=Text("签字", "Sign"),
    needs=(LoopGrants.HANDLE, CampaignGrants.SIGN),
    scope=written_at,
    signs_off=True,
    confirm=Text(
        "签字后数字和文字按此报送，再改须重新签字。",
        "Figures and words are sent as signed; a change needs new signatures.",
    ),
    icon="certificate",
)
def sign_report(
    *, ctx: Context, report: TheReport, capacity: Annotated[Capacity, Label("身份", "Capacity", widget="hidden")]
) -> ReportSignature:
    """签字: the first settles the figures; each capacity by another person. 依据 C07."""
    require_writable(report)
    if capacity not in report.signers:
        raise reports.SignatureMissing(
            Text("这份报告不需要“{who}”签字。", "This report needs no signature of “{who}”.").format(who=capacity)
        )
    if not report.nothing_because:
        reports.require_written(_sections(report))
    standing = list(ReportSignature.objects.filter(report=report, void_at__isnull=True))
    me = loop_rules.person_behind(ctx.actor.id)
    if any(loop_rules.person_behind(s.signed_by) == me or s.capacity == capacity for s in standing):
        raise reports.SameHand(
            Text(
                "您已签过，或这一身份已有人签字。双签字须由两人分别签。",
                "You have signed, or this capacity is signed already. Two signatures are two people's.",
            )
        )
    _take_up(ctx, report)
    settled: dict[str, Any] = report.settled or content_of(report=report, at=ctx.at)
    if report.settled is None:
        ctx.change(report, settled=settled)
    return ctx.create(
        ReportSignature(
            report=report,
            capacity=capacity,
            name=ctx.actor.name[:60],
            signed_by=ctx.actor.id,
            signed_at=ctx.at,
            digest=digest_of(settled),
        )
    )


@action(
    "campaign.say_nothing",
    label=Text("报告无情况", "Nothing to report"),
    needs=LoopGrants.HANDLE,
    scope=written_at,
    icon="minus",
    tone="secondary",
)
def say_nothing(
    *,
    ctx: Context,
    report: TheReport,
    because: Annotated[str, Field(min_length=4, max_length=300), Label("说明", "In words", widget="textarea")],
) -> Report:
    """报告无情况: said by somebody, in words; silence stays 未报."""
    require_writable(report)
    _take_up(ctx, report)
    _void_signatures(ctx, report)
    return ctx.change(report, nothing_because=because.strip(), settled=None)


@action(
    "campaign.send_report",
    label=Text("报送", "Send"),
    needs=LoopGrants.HANDLE,
    scope=written_at,
    confirm=Text("报送后内容和数字不能再改，确定吗？", "Once sent, words and figures stand. Send?"),
    icon="send",
)
def send_report(*, ctx: Context, report: TheReport) -> Report:
    """报送: frozen with its figures and the rows they count; then the unit above receives it."""
    require_writable(report)
    if not report.nothing_because:
        reports.require_written(_sections(report))
    signatures = list(ReportSignature.objects.filter(report=report, void_at__isnull=True))
    reports.require_signed(needed=report.signers, signed=[s.capacity for s in signatures])
    content: dict[str, Any] = report.settled or content_of(report=report, at=ctx.at)
    content = content | {"signatures": [{"capacity": s.capacity, "name": s.name} for s in signatures]}
    number = ReportSnapshot.objects.filter(report=report).count() + 1
    ctx.create(
        ReportSnapshot(
            report=report,
            number=number,
            sent_at=ctx.at,
            sent_by=ctx.actor.id,
            content=content,
            digest=digest_of(content),
        )
    )
    _take_up(ctx, report)
    submit_case(ctx=ctx, case=report.case, note=report.title, evidence=[], made_by_kind=REPORT_KIND)
    return ctx.change(report, sent_at=ctx.at)


def _sections(report: Report) -> list[Section]:
    return [Section(s["key"], s["heading"], s["text"]) for s in report.body]


@action(
    "campaign.supplement_report",
    label=Text("补充报告", "Supplement"),
    needs=LoopGrants.HANDLE,
    scope=written_at,
    icon="plus",
    tone="secondary",
)
def supplement_report(*, ctx: Context, report: TheReport) -> Report:
    """补充报告: numbered, for what happened between the sending and the end of the period. What was sent stays as it is."""
    if report.sent_at is None:
        raise NotYetSent(Text("报告还没有报送，直接修改即可。", "It is not sent yet: change it."))
    first = report.supplement_of or report
    number = Report.objects.filter(supplement_of=first).count() + 1
    due = max(day_of(ctx.at), first.until_on - timedelta(days=1)) + timedelta(days=SUPPLEMENT_DAYS)
    return _call(
        ctx,
        first.campaign,
        first.organisation,
        ReportKind(first.kind),
        first.for_on,
        Period(first.from_on, first.until_on),
        supervisor=first.case.supervisor,
        person=first.case.owner_person,
        signers=first.signers,
        is_upward=first.is_upward,
        supplement_of=first,
        number=number,
        due_on=due,
    )
