"""What happens by the clock: escalation and duties. Service actors call these; offices set the plans."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.evidence.models import Evidence
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves, rules, telling
from bihuan.loop.actions.directing import hand_over_case
from bihuan.loop.actions.scopes import place_of_region
from bihuan.loop.events import CaseEscalated
from bihuan.loop.kinds import kind_of, population_of
from bihuan.loop.models import Case, Duty, DutyCase, EscalationPlan
from bihuan.loop.terms import EscalationDeed, LoopGrants, Move, ProofRhythm
from bihuan.parties.models import Organisation, Region
from bihuan.parties.queries import calendar_at


@action("case.escalate", label=Text("自动催办", "Escalate"), needs=LoopGrants.ESCALATE, faces=())
def escalate(*, ctx: Context, case: Ref[Case]) -> Case:
    """到点催办: do every step of the case's own plan whose day has come, once."""
    if not case.is_open or case.due_on is None:
        return ctx.change(case, next_escalation_on=None)
    steps = moves.steps_of(case)
    calendar, today = calendar_at(case.region_path), day_of(ctx.at)
    due = rules.steps_due(steps=steps, due_on=case.due_on, fired=case.escalated, today=today, calendar=calendar)
    fired = [*case.escalated, *(s.days for s in due)]
    for step in due:
        if step.deed is EscalationDeed.CHASE:
            moves.advance(ctx=ctx, case=case, move=Move.CHASE, times_chased=case.times_chased + 1)
        elif step.deed is EscalationDeed.SUPERVISE and not case.is_supervised:
            moves.advance(ctx=ctx, case=case, move=Move.SUPERVISE, is_supervised=True)
        telling.tell_of_step(ctx=ctx, case=case, step=step, late=(today - case.due_on).days)
        ctx.emit(
            CaseEscalated(
                case_id=case.pk,
                number=case.number,
                deed=step.deed.value,
                days=step.days,
                due_on=case.due_on,
                region_path=case.region_path,
                whom=step.whom,
                organisations=moves.organisations_of(case),
            )
        )
    later = rules.next_step_on(steps=steps, due_on=case.due_on, fired=fired, calendar=calendar)
    return ctx.change(case, escalated=fired, next_escalation_on=later)


@action(
    "loop.tell_of_expiry",
    label=Text("证据到期告知", "Tell of evidence that expires"),
    needs=LoopGrants.ESCALATE,
    faces=(),
)
def tell_of_expiry(*, ctx: Context, evidence: Ref[Evidence]) -> None:
    """证据到期. A piece replaced meanwhile worries nobody; a closed case stays closed on what held then."""
    if evidence.is_superseded or evidence.expires_on is None:
        return
    cases = Case.objects.filter(caseevidences__evidence=evidence, is_open=True).distinct().order_by("number")
    telling.tell_of_expiry(ctx=ctx, evidence=evidence, cases=list(cases[:50]))


@action("case.pass_on", label=Text("随机构撤并移交", "Pass on to the successor"), needs=LoopGrants.ESCALATE, faces=())
def pass_on(*, ctx: Context, case: Ref[Case]) -> Case:
    """随机构撤并移交: the owner was abolished; its successor owns what is unfinished. One that verifies it can't."""
    owner = case.owner
    if owner.successor is None or owner.successor.code == case.supervisor_code:
        return case
    note = f"“{owner.name}”已撤销，由“{owner.successor.name}”承接"
    return hand_over_case(ctx=ctx, case=case, to=owner.successor, note=note)


class PlanStep(BaseModel):
    """One step as an office writes it."""

    days: Annotated[int, Field(ge=-365, le=365)]
    deed: EscalationDeed
    whom: list[str]


@action(
    "loop.set_escalation_plan",
    label=Text("设置催办规则", "Set the escalation plan"),
    needs=LoopGrants.CONFIGURE,
    scope=place_of_region,
    icon="settings",
)
def set_escalation_plan(
    *,
    ctx: Context,
    region: Ref[Region],
    steps: Annotated[list[PlanStep], Label("步骤", "Steps")],
    from_on: Annotated[date, Label("生效日期", "From")],
    basis: Annotated[str, Label("依据", "Basis")],
    kind: Annotated[str, Label("事项类别（留空为全部）", "Kind (empty for all)")] = "",
) -> EscalationPlan:
    """设置催办规则. Cases opened before keep the plan they were opened under."""
    if kind:
        kind_of(kind)
    written = [{"days": s.days, "deed": s.deed.value, "whom": s.whom} for s in sorted(steps, key=lambda s: s.days)]
    return ctx.create(
        EscalationPlan(kind=kind, region=region, region_path=region.path, steps=written, from_on=from_on, basis=basis)
    )


@action(
    "loop.add_duty",
    label=Text("新增周期职责", "Add a duty"),
    needs=LoopGrants.CONFIGURE,
    scope=place_of_region,
    icon="refresh",
)
def add_duty(
    *,
    ctx: Context,
    name: Annotated[str, Label("职责", "Duty")],
    region: Ref[Region],
    supervisor: Ref[Organisation],
    population: Annotated[str, Label("对象群", "Population", widget="choice:loop.populations")],
    rhythm: Annotated[ProofRhythm, Label("周期", "Rhythm")],
    from_on: Annotated[date, Label("开始日期", "From", widget="date")],
    kind: Annotated[str, Label("事项类别", "Kind", widget="choice:loop.kinds")] = "general",
    clause: Annotated[str, Label("依据", "Basis")] = "",
) -> Duty:
    """新增周期职责."""
    kind_of(kind)
    population_of(population)
    return ctx.create(
        Duty(
            name=name,
            kind=kind,
            population=population,
            rhythm=rhythm.value,
            region=region,
            region_path=region.path,
            supervisor=supervisor,
            clause=clause,
            from_on=from_on,
        )
    )


class EndsTooEarly(Problem):
    code = "duty_ends_too_early"


@action(
    "loop.end_duty", label=Text("终止", "End the duty"), needs=LoopGrants.CONFIGURE, icon="x", tone="danger",
)  # fmt: skip
def end_duty(
    *, ctx: Context, duty: Ref[Duty], until_on: Annotated[date, Label("终止日期", "Until", widget="date")]
) -> Duty:
    """终止周期职责: from that day on it makes no more cases; those it made go on."""
    if until_on < duty.from_on:
        raise EndsTooEarly(
            Text("终止日期不能早于开始日期。", "It can't end before it begins."),
            where={"until_on": Text("不早于开始日期。", "Not before the beginning.")},
        )
    return ctx.change(duty, until_on=until_on)


class Member(BaseModel):
    """One member of the duty's population, as the job hands it over."""

    key: str
    name: str
    organisation: str


@action(
    "loop.make_duty_cases", label=Text("按周期派发", "Make the cases of a duty"), needs=LoopGrants.ESCALATE, faces=()
)
def make_duty_cases(*, ctx: Context, duty: Ref[Duty], members: list[Member]) -> None:
    """按周期派发: one case a member for the period that today lies in; a member that has one gets no second.

    节前检查 is made shortly before each holiday, and not at all while the arrangement of the year isn't known.
    """
    today, calendar = day_of(ctx.at), calendar_at(duty.region_path)
    rhythm = ProofRhythm(duty.rhythm)
    period = rules.end_of_period(rhythm=rhythm, on=today, calendar=calendar)
    if rhythm is ProofRhythm.PRE_HOLIDAY:
        holiday = rules.before_next_holiday(on=today, calendar=calendar)
        if holiday is None or holiday - today > rules.PRE_HOLIDAY_AHEAD:
            return
    known = set(DutyCase.objects.filter(duty=duty, period=period).values_list("member", flat=True))
    units = {
        o.code: o
        for o in Organisation.objects.filter(code__in={m.organisation for m in members}).select_related("region")
    }
    for member in members:
        if member.key in known:
            continue
        owner = units[member.organisation]
        case = moves.issue(
            ctx=ctx,
            new=moves.NewCase(
                kind=duty.kind,
                title=f"{duty.name}：{member.name}",
                clause=duty.clause,
                source=duty.name,
                owner=owner,
                supervisor=duty.supervisor,
                issuer=duty.supervisor,
                region=owner.region,
                due_on=period,
            ),
        )
        DutyCase(duty=duty, member=member.key, period=period, case=case).save(force_insert=True)
