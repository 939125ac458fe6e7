"""What the owner of a case does."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves, rules
from bihuan.loop.actions.scopes import EvidenceList, Note, TheCase, handled_at, pieces
from bihuan.loop.kinds import kind_of
from bihuan.loop.models import Case, CaseObject
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.models import Person


class WrongPerson(Problem):
    code = "wrong_person"


@action("case.acknowledge", label=Text("签收", "Acknowledge"), needs=LoopGrants.HANDLE, scope=handled_at, icon="check")
def acknowledge(*, ctx: Context, case: TheCase, note: Note = "") -> Case:
    """签收."""
    return moves.advance(ctx=ctx, case=case, move=Move.ACKNOWLEDGE, note=note)


@action(
    "case.report_progress",
    label=Text("报告进展", "Report progress"),
    needs=LoopGrants.HANDLE,
    scope=handled_at,
    icon="message",
)
def report_progress(*, ctx: Context, case: TheCase, note: Note, evidence: EvidenceList | None = None) -> Case:
    """报告进展."""
    return moves.advance(
        ctx=ctx, case=case, move=Move.PROGRESS, note=note, evidence=pieces(ctx=ctx, ids=evidence or [])
    )


@action(
    "case.settle_object",
    label=Text("完成一个对象", "Settle an object"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, object, **_: handled_at(ctx=ctx, case=object.case),
    icon="check",
)
def settle_object(
    *,
    ctx: Context,
    object: Ref[CaseObject],
    evidence: EvidenceList | None = None,
    not_applicable_because: Annotated[
        str, Label("不适用的理由（适用则留空）", "Why not applicable (empty if it is)")
    ] = "",
) -> CaseObject:
    """对象逐一完成: done with evidence, or not applicable with a reason."""
    case = object.case
    rules.stage_after(move=Move.PROGRESS, stage=case.stage_term)
    given = pieces(ctx=ctx, ids=evidence or [])
    if not not_applicable_because:
        rules.require_evidence(given=len(given), required=1)
    moves.advance(ctx=ctx, case=case, move=Move.PROGRESS, note=f"{object.name}：{not_applicable_because or '已完成'}")
    moves.attach(ctx=ctx, case=case, evidence=given, object=object)
    return ctx.change(
        object, done_at=None if not_applicable_because else ctx.at, not_applicable_because=not_applicable_because
    )


@action(
    "case.submit",
    label=Text("提交核验", "Submit for verification"),
    needs=LoopGrants.HANDLE,
    scope=handled_at,
    icon="send",
)
def submit(*, ctx: Context, case: TheCase, note: Note, evidence: EvidenceList | None = None) -> Case:
    """提交核验: with the evidence its kind requires, and every part of it done."""
    return submit_case(ctx=ctx, case=case, note=note, evidence=evidence or [])


def submit_case(*, ctx: Context, case: Case, note: str, evidence: list[UUID], **more: Any) -> Case:
    """The inside of submitting, for kinds that bring their own action."""
    given = pieces(ctx=ctx, ids=evidence)
    rules.require_evidence(given=len(given), required=kind_of(case.kind).required_evidence)
    rules.require_parts_done(
        open_children=case.children.filter(is_open=True).count(),
        open_objects=[o.name for o in CaseObject.objects.filter(case=case) if not o.is_settled],
    )
    return moves.advance(
        ctx=ctx, case=case, move=Move.SUBMIT, note=note, evidence=given, submitted_by=ctx.actor.id, **more
    )


@action(
    "case.ask_extension",
    label=Text("申请延期", "Ask for an extension"),
    needs=LoopGrants.HANDLE,
    scope=handled_at,
    icon="clock",
)
def ask_extension(
    *,
    ctx: Context,
    case: TheCase,
    new_due_on: Annotated[date, Label("申请延至", "New limit", widget="date")],
    because: Annotated[str, Label("理由", "Reason", widget="textarea")],
) -> Case:
    """申请延期: whoever directs the case decides."""
    rules.stage_after(move=Move.EXTEND, stage=case.stage_term)
    rules.require_later_deadline(due_on=case.due_on, new_due_on=new_due_on, today=day_of(ctx.at))
    return ctx.change(case, wanted_due_on=new_due_on, wanted_because=because[:300])


@action(
    "case.assign_person",
    label=Text("落实责任人", "Assign a person"),
    needs=LoopGrants.HANDLE,
    scope=handled_at,
    icon="user",
    labels={"person": Label("责任人", "Person")},
)
def assign_person(*, ctx: Context, case: TheCase, person: Ref[Person]) -> Case:
    """落实到人: somebody of the owner unit."""
    if person.organisation_code != case.organisation_code or not person.is_here(day_of(ctx.at)):
        raise WrongPerson(
            Text("责任人须是责任单位的在任人员。", "The person must belong to the owner, and not have left."),
            where={"person": Text("请另选。", "Choose another.")},
        )
    return ctx.change(case, owner_person=person)
