"""警示函 → 约谈 → 承诺, and the ruling on a question between departments. 依据 C14, A17."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.supervision.actions import numbers
from bihuan.domains.supervision.models import Ruling, WarningLetter
from bihuan.domains.supervision.rules import requirements
from bihuan.domains.supervision.terms import RULING_KIND, WARNING_KIND, RulingBody, SupervisionGrants, WarningStep
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.handling import submit_case
from bihuan.loop.actions.scopes import EvidenceList, directed_at, handled_at, pieces
from bihuan.loop.models import Case, CaseStep
from bihuan.loop.terms import Level, LoopGrants, Move, PartyRole, Stage
from bihuan.parties.models import Organisation

Warned = Annotated[Ref[Organisation], Label("被警示单位", "Who is warned")]
WarnedBy = Annotated[Ref[Organisation], Label("发函单位", "Issued by")]
TheWarning = Annotated[Ref[WarningLetter], Label("警示函", "Warning", widget="hidden")]
TheRuling = Annotated[Ref[Ruling], Label("请示", "Request", widget="hidden")]
Asking = Annotated[Ref[Organisation], Label("请示单位（牵头部门）", "Who asks (the lead)")]
Office = Annotated[Ref[Organisation], Label("受理单位", "Who receives it")]
Concerned = Annotated[list[Ref[Organisation]], Label("涉及单位", "Departments concerned")]
RuledOnto = Annotated[Ref[Organisation], Label("裁定责任单位", "Who is to do it")]


@action(
    "supervision.warn",
    label=Text("发警示函", "Send a warning"),
    needs=SupervisionGrants.CONDUCT,
    scope=lambda *, ctx, unit, issuer, **_: Place(unit.region_path, frozenset([issuer.code])),
    icon="alert-triangle",
    tone="warning",
)
def warn(
    *,
    ctx: Context,
    unit: Warned,
    issuer: WarnedBy,
    reason: Annotated[str, Field(min_length=4), Label("事由", "Why", widget="textarea")],
    due_on: Annotated[date, Label("整改期限", "Limit", widget="date")],
    is_talk_wanted: Annotated[bool, Label("约谈", "With a talk")] = True,
) -> WarningLetter:
    """警示函: a case of the unit that lags; the talk and the promise follow on it."""
    today = day_of(ctx.at)
    if due_on < today:
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    number = numbers.written(series="warning", word="警示", year=today.year)
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=WARNING_KIND,
            title=f"警示函（{number}）：{unit.name}",
            text=reason,
            source=number,
            owner=unit,
            supervisor=issuer,
            issuer=issuer,
            region=unit.region,
            due_on=due_on,
            level=Level.IMPORTANT,
        ),
    )
    return ctx.create(WarningLetter(case=case, number=number, reason=reason, is_talk_wanted=is_talk_wanted))


@action(
    "supervision.record_talk",
    label=Text("记录约谈", "Record the talk"),
    needs=SupervisionGrants.CONDUCT,
    scope=lambda *, ctx, warning, **_: directed_at(ctx=ctx, case=warning.case),
    icon="message",
)
def record_talk(
    *,
    ctx: Context,
    warning: TheWarning,
    talked_on: Annotated[date, Label("约谈日期", "Held on", widget="date")],
    record: Annotated[str, Field(min_length=4), Label("约谈记录", "Record", widget="textarea")],
    evidence: EvidenceList | None = None,
) -> WarningLetter:
    """约谈: recorded by who warned."""
    requirements.require_step(now=warning.step, wanted=WarningStep.TALK)
    if talked_on > day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("约谈日期不能晚于今天。", "The talk can't lie in the future."))
    case = warning.case
    given = pieces(ctx=ctx, ids=evidence or [])
    if case.stage_term in (Stage.ACKNOWLEDGED, Stage.IN_HAND):
        moves.advance(ctx=ctx, case=case, move=Move.PROGRESS, note=f"约谈：{record}", evidence=given)
    else:  # a unit that doesn't even acknowledge is talked to all the same
        moves.advance(
            ctx=ctx,
            case=case,
            move=Move.CHASE,
            note=f"约谈：{record}",
            evidence=given,
            times_chased=case.times_chased + 1,
        )
    return ctx.change(warning, talked_on=talked_on, talk_record=record)


@action(
    "supervision.promise",
    label=Text("作出承诺", "Promise"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, warning, **_: handled_at(ctx=ctx, case=warning.case),
    icon="certificate",
)
def promise(
    *,
    ctx: Context,
    warning: TheWarning,
    words: Annotated[str, Field(min_length=4), Label("承诺", "What is promised", widget="textarea")],
    due_on: Annotated[date, Label("承诺完成日期", "By", widget="date")],
    evidence: EvidenceList | None = None,
) -> WarningLetter:
    """承诺: by the unit warned; it can shorten the limit, not lengthen it."""
    requirements.require_step(now=warning.step, wanted=WarningStep.PROMISE)
    case, today = warning.case, day_of(ctx.at)
    if due_on < today or (case.due_on is not None and due_on > max(case.due_on, today)):
        raise loop_rules.BadDeadline(
            Text(
                "承诺日期须不早于今天，也不晚于警示函的期限；确需延期，请另行申请。",
                "The promise lies between today and the warning's limit; ask for an extension if need be.",
            ),
            where={"due_on": Text("请改日期。", "Change the day.")},
        )
    given = pieces(ctx=ctx, ids=evidence or [])
    changes = moves.reset_deadline(case=case, due_on=due_on)
    moves.advance(ctx=ctx, case=case, move=Move.PROGRESS, note=f"承诺：{words}", evidence=given, **changes)
    return ctx.change(warning, promise=words, promised_on=today)


def require_promise(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: the kind's own rule."""
    requirements.require_promise_kept(now=WarningLetter.objects.get(case=case).step)


@action(
    "supervision.ask_ruling",
    label=Text("书面请示", "Ask for a ruling"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, organisation, **_: organisation.place,
    icon="gavel",
)
def ask_ruling(
    *,
    ctx: Context,
    organisation: Asking,
    office: Office,
    title: Annotated[str, Field(min_length=2, max_length=300), Label("请示事项", "Question")],
    question: Annotated[str, Field(min_length=4), Label("情况和建议", "Facts and proposal", widget="textarea")],
    due_on: Annotated[date, Label("请于何日前答复", "Answer wanted by", widget="date")],
    concerned: Concerned | None = None,
    evidence: EvidenceList | None = None,
) -> Ruling:
    """书面请示: a case of the office that must answer, verified by the department that asked."""
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    partners = [(o, PartyRole.COOPERATE) for o in concerned or [] if o.pk not in (organisation.pk, office.pk)]
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=RULING_KIND,
            title=title,
            text=question,
            source=f"{organisation.name}书面请示"[:120],
            owner=office,
            supervisor=organisation,
            issuer=organisation,
            partners=partners,
            region=office.region,
            due_on=due_on,
        ),
    )
    step = CaseStep.objects.filter(case=case).first()
    moves.attach(ctx=ctx, case=case, evidence=pieces(ctx=ctx, ids=evidence or []), step=step)
    return ctx.create(Ruling(case=case, asked_by=organisation, question=question))


@action(
    "supervision.give_ruling",
    label=Text("作出裁定", "Rule"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, ruling, **_: handled_at(ctx=ctx, case=ruling.case),
    icon="gavel",
)
def give_ruling(
    *,
    ctx: Context,
    ruling: TheRuling,
    body: Annotated[RulingBody, Label("裁定机关", "Ruled by")],
    words: Annotated[str, Field(min_length=4), Label("裁定", "Ruling", widget="textarea")],
    responsible: RuledOnto | None = None,
    due_on: Annotated[date | None, Label("责任单位的完成期限", "Limit of who is to do it", widget="date")] = None,
    evidence: EvidenceList | None = None,
) -> Ruling:
    """裁定: answered to who asked; who is to do something about it gets a case of its own."""
    case = ruling.case
    follow_up = ruling.follow_up
    if responsible is not None and follow_up is None:
        follow_up = moves.issue(
            ctx=ctx,
            new=moves.NewCase(
                kind="general",
                title=f"落实裁定：{case.title}"[:300],
                text=words,
                clause=f"{body.label.zh}裁定（{case.number}）",
                source=case.title[:120],
                owner=responsible,
                supervisor=case.owner,
                issuer=case.owner,
                region=case.region,
                due_on=due_on,
            ),
        )
    submit_case(
        ctx=ctx,
        case=case,
        note=f"{body.label.zh}裁定：{words}",
        evidence=evidence or [],
        made_by_kind=RULING_KIND,
    )
    return ctx.change(
        ruling,
        body=body.value,
        ruling=words,
        ruled_on=day_of(ctx.at),
        responsible=responsible,
        follow_up=follow_up,
    )
