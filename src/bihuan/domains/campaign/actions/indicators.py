"""指标: set, measured, computed; and the exception to a soft one. 依据 A18."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.campaign.actions.cascade import require_living
from bihuan.domains.campaign.actions.limits import require_milestones
from bihuan.domains.campaign.actions.opening import TheCampaign
from bihuan.domains.campaign.models import CampaignTask, Indicator, IndicatorException, Measurement
from bihuan.domains.campaign.queries.indicators import not_excepted
from bihuan.domains.campaign.rules import indicators, limits
from bihuan.domains.campaign.terms import CampaignGrants, Comparison, ExceptionState
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.scopes import EvidenceList, pieces
from bihuan.loop.kinds import formula_of
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation

TheIndicator = Annotated[Ref[Indicator], Label("指标", "Indicator", widget="hidden")]
TheException = Annotated[Ref[IndicatorException], Label("例外", "Exception", widget="hidden")]
Name = Annotated[str, Field(min_length=2, max_length=200), Label("指标", "Indicator")]
Op = Annotated[Comparison, Label("比较", "Comparison")]
Number = Annotated[Decimal, Field(max_digits=18, decimal_places=4), Label("目标值", "Target")]
Unit = Annotated[str, Field(max_length=20), Label("计量单位", "Unit of measure")]
Soft = Annotated[bool, Label("软性（原则上、力争）", "Softened by the plan")]
ByFormula = Annotated[
    str, Label("由公式计算（不选则人工填报）", "Computed by (none: entered)", widget="choice:campaign.formulas")
]
#: Values are shared out over so many rows in one transaction; a place has fewer units.
MOST = 2_000
Units = Annotated[list[Ref[Organisation]], Label("适用单位（不选为全部）", "Units it holds for (none: all)")]
Why = Annotated[str, Field(min_length=2, max_length=300), Label("理由", "Reason", widget="textarea")]


class ComputesItself(Problem):
    code = "campaign_indicator_computed"
    status = 409


class NotMeasuredHere(Problem):
    code = "campaign_not_measured_here"


class AlreadyDecided(Problem):
    code = "campaign_exception_decided"
    status = 409


def of_task(ctx: Context, task: CampaignTask, *, text: str) -> None:
    """At dispatch: a row for every number the plan puts on a task, softened where its clause is."""
    known = {c.value for c in Comparison}
    for said in task.indicators:
        target = limits.decimal_of(said.get("value"))
        if target is None or said.get("op") not in known:
            continue
        ctx.create(
            Indicator(
                campaign=task.campaign,
                task=task,
                name=str(said["raw"])[:200],
                op=said["op"],
                target=target,
                unit=str(said.get("unit") or "")[:20],
                is_soft=limits.is_soft(text, str(said["raw"])),
            )
        )


@action(
    "campaign.add_indicator",
    label=Text("增加指标", "Add an indicator"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, campaign, **_: campaign.place,
    icon="plus",
)
def add_indicator(
    *,
    ctx: Context,
    campaign: TheCampaign,
    name: Name,
    op: Op,
    target: Number,
    unit: Unit = "",
    is_soft: Soft = False,
    formula: ByFormula = "",
    units: Units = [],  # noqa: B006  # read only: the door makes a list of its own
) -> Indicator:
    """增加指标 of the whole campaign."""
    require_living(campaign)
    if formula:
        formula_of(formula)
    return ctx.create(
        Indicator(
            campaign=campaign,
            name=name.strip(),
            op=op.value,
            target=target,
            unit=unit,
            is_soft=is_soft,
            formula=formula,
            units=[u.code for u in units],
        )
    )


@action(
    "campaign.change_indicator",
    label=Text("修改指标", "Change the indicator"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, indicator, **_: indicator.campaign.place,
    icon="pencil",
)
def change_indicator(
    *,
    ctx: Context,
    indicator: TheIndicator,
    op: Op,
    target: Number,
    is_soft: Soft = False,
    formula: ByFormula = "",
    units: Units = [],  # noqa: B006  # read only: the door makes a list of its own
) -> Indicator:
    """修改指标: what is known of each unit is held against the new target."""
    require_living(indicator.campaign)
    if formula:
        formula_of(formula)
    codes = [u.code for u in units]
    changed = ctx.change(indicator, op=op.value, target=target, is_soft=is_soft, formula=formula, units=codes)
    for unit in Measurement.objects.filter(indicator=indicator, is_current=True).select_related("organisation"):
        _settle(ctx, indicator, unit.organisation)
    return changed


@action(
    "campaign.drop_indicator",
    label=Text("不作为指标", "Not an indicator"),
    needs=CampaignGrants.PUBLISH,
    scope=lambda *, indicator, **_: indicator.campaign.place,
    icon="x",
    tone="secondary",
)
def drop_indicator(*, ctx: Context, indicator: TheIndicator, because: Why) -> Indicator:
    """不作为指标: 超过20年 chooses plants, it measures nobody. Its values stay on record."""
    return ctx.change(indicator, is_dropped=True, dropped_because=because.strip())


def _measured_at(*, ctx: Context, organisation: Organisation, **_: Any) -> Place:
    return Place(organisation.region_path, frozenset([organisation.code]))


@action(
    "campaign.measure",
    label=Text("填报实测值", "Enter a value"),
    needs=(LoopGrants.HANDLE, CampaignGrants.PUBLISH),
    scope=_measured_at,
    icon="chart-bar",
    labels={"organisation": Label("单位", "Unit"), "evidence": Label("佐证材料", "Evidence", widget="evidence")},
)
def measure(
    *,
    ctx: Context,
    indicator: TheIndicator,
    organisation: Ref[Organisation],
    value: Annotated[Decimal, Field(max_digits=18, decimal_places=4), Label("实测值", "Value")],
    on: Annotated[date, Label("实测日期", "Measured on", widget="date")],
    source: Annotated[str, Field(min_length=2, max_length=200), Label("来源", "Source")],
    evidence: EvidenceList | None = None,
) -> Measurement:
    """填报实测值, with its day and source. An older value entered late does not replace a newer one."""
    require_living(indicator.campaign)
    indicators.require_not_ahead(on=on, today=day_of(ctx.at))
    if indicator.formula:
        raise ComputesItself(
            Text(
                "这个指标由“{f}”自动计算，不能填报；请更正台账。",
                "This indicator is computed by “{f}”; correct the register instead of entering a value.",
            ).format(f=formula_of(indicator.formula).label)
        )
    _require_concerned(indicator, organisation)
    given = pieces(ctx=ctx, ids=evidence or [])
    return _note(ctx, indicator, organisation, value=value, on=on, source=source.strip(), evidence=given)


class Found(BaseModel):
    """One computed value, as the job hands it over."""

    organisation: str
    value: Decimal
    basis: str


@action(
    "campaign.note_values",
    label=Text("记录计算值", "Note computed values"),
    needs=CampaignGrants.DISPATCH,
    scope=lambda *, indicator, **_: indicator.campaign.place,
    faces=(),
)
def note_values(*, ctx: Context, indicator: Ref[Indicator], found: list[Found]) -> None:
    """记录计算值: only where the value differs from the one that stands."""
    label = formula_of(indicator.formula).label.zh
    units = {o.code: o for o in Organisation.objects.filter(code__in={f.organisation for f in found[:MOST]})}
    standing = dict(
        Measurement.objects.filter(indicator=indicator, is_current=True).values_list("organisation_code", "value")
    )
    for one in found[:MOST]:
        if one.organisation in units and standing.get(one.organisation) != one.value:
            _note(
                ctx,
                indicator,
                units[one.organisation],
                value=one.value,
                on=day_of(ctx.at),
                source=f"{label}：{one.basis}"[:200],
                is_computed=True,
            )


@action(
    "campaign.ask_exception",
    label=Text("申请例外", "Ask for an exception"),
    needs=LoopGrants.HANDLE,
    scope=_measured_at,
    icon="help",
    labels={"organisation": Label("单位", "Unit")},
)
def ask_exception(
    *, ctx: Context, indicator: TheIndicator, organisation: Ref[Organisation], reason: Why
) -> IndicatorException:
    """申请例外 to a number that the plan itself softens (原则上、力争)."""
    require_living(indicator.campaign)
    indicators.require_soft(is_soft=indicator.is_soft, name=indicator.name)
    _require_concerned(indicator, organisation)
    return ctx.create(
        IndicatorException(
            indicator=indicator,
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            reason=reason.strip(),
            asked_by=ctx.actor.id,
            asked_at=ctx.at,
        )
    )


def _decided_at(*, ctx: Context, exception: IndicatorException, **_: Any) -> Place:
    """The verifier's side: who verifies the task; for an indicator of the campaign, its supervisor or issuer."""
    task, campaign = exception.indicator.task, exception.indicator.campaign
    if task is not None:
        return Place(task.case.region_path, frozenset([task.case.supervisor_code]))
    supervisor = campaign.supervisor.code if campaign.supervisor else campaign.organisation_code
    return Place(campaign.region_path, frozenset([supervisor]))


@action(
    "campaign.decide_exception",
    label=Text("决定例外", "Decide on the exception"),
    needs=LoopGrants.VERIFY,
    scope=_decided_at,
    signs_off=True,
    icon="shield",
)
def decide_exception(
    *,
    ctx: Context,
    exception: TheException,
    grant: Annotated[bool, Label("准予例外", "Grant it")],
    because: Annotated[str, Field(min_length=2, max_length=300), Label("决定理由", "Why", widget="textarea")],
    until_on: Annotated[date | None, Label("例外期至（留空不限）", "Until (empty: without end)", widget="date")] = None,
) -> IndicatorException:
    """决定例外: by the verifier's side, never by whoever asked or by the unit that misses the number."""
    if exception.state != ExceptionState.ASKED:
        raise AlreadyDecided(Text("这项例外已经决定。", "This exception has been decided already."))
    loop_rules.require_independent_verifier(
        owner=exception.organisation_code,
        submitted_by=exception.asked_by,
        verifier=ctx.actor.id,
        verifier_unit=ctx.actor.organisation,
    )
    if until_on is not None and until_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(
            Text("例外期不能早于今天。", "It can't end before today."),
            where={"until_on": Text("日期太早。", "Too early.")},
        )
    state = ExceptionState.GRANTED if grant else ExceptionState.REFUSED
    return ctx.change(
        exception,
        state=state.value,
        decided_by=ctx.actor.id,
        decided_at=ctx.at,
        decided_because=because.strip(),
        until_on=until_on if grant else None,
    )


def before_submitting(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: every milestone but the last, and no number that is known to be missed."""
    require_milestones(ctx=ctx, case=case, facts=facts)
    missed = not_excepted(
        Measurement.objects.filter(
            indicator__task__case=case,
            indicator__is_dropped=False,
            is_current=True,
            unmet_since__isnull=False,
            organisation_code=case.organisation_code,
        ),
        today=day_of(ctx.at),
    )
    indicators.require_met(list(missed.values_list("indicator__name", "indicator__is_soft")))


def _require_concerned(indicator: Indicator, organisation: Organisation) -> None:
    """A unit the indicator holds for: named by it, a party of its task, or of the campaign's place."""
    if indicator.units:
        concerned = organisation.code in indicator.units
    else:
        inside = organisation.region_path.startswith(indicator.campaign.region_path)
        parties = indicator.task.case.parties if indicator.task else None
        concerned = inside or bool(parties and parties.filter(organisation=organisation).exists())
    if not concerned or indicator.is_dropped:
        raise NotMeasuredHere(
            Text("这个指标不适用于该单位。", "This indicator does not hold for that unit."),
            where={"organisation": Text("请另选单位。", "Choose another unit.")},
        )


def _note(
    ctx: Context,
    indicator: Indicator,
    organisation: Organisation,
    *,
    value: Decimal,
    on: date,
    source: str,
    evidence: Sequence[Any] = (),
    is_computed: bool = False,
) -> Measurement:
    made = ctx.create(
        Measurement(
            indicator=indicator,
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            on=on,
            value=value,
            source=source,
            evidence=evidence[0] if evidence else None,
            is_computed=is_computed,
            is_current=False,
        )
    )
    _settle(ctx, indicator, organisation)
    made.refresh_from_db()
    return made


def _settle(ctx: Context, indicator: Indicator, organisation: Organisation) -> None:
    """Which value counts, and since when it misses the target."""
    rows = list(
        Measurement.objects.filter(indicator=indicator, organisation=organisation).order_by("on", "created_at", "id")
    )
    last = rows[-1]
    since = indicators.unmet_since([(r.on, r.value) for r in rows], op=indicator.op, target=indicator.target)
    for row in rows[:-1]:
        if row.is_current:
            ctx.change(row, is_current=False, unmet_since=None)
    if not last.is_current or last.unmet_since != since:
        ctx.change(last, is_current=True, unmet_since=since)
