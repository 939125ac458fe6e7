"""What whoever issued a case, or supervises it, does beside verifying."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves, rules
from bihuan.loop.actions.scopes import Note, TheCase, directed_at, handled_at
from bihuan.loop.kinds import kind_of
from bihuan.loop.models import Case, CaseParty, NotApplicable
from bihuan.loop.terms import Level, LoopGrants, Move, PartyRole, ProofRhythm
from bihuan.parties.models import Organisation, Region, Thing


def handled_or_directed_at(*, ctx: Context, case: Case, **_: Any) -> Place:
    handled, directed = handled_at(ctx=ctx, case=case), directed_at(ctx=ctx, case=case)
    return Place(case.region_path, handled.organisations | directed.organisations)


def issued_at(*, ctx: Context, region: Region, issuer: Organisation | None = None, **_: Any) -> Place:
    """A unit may issue in its own name; a region's office anywhere in its region."""
    return Place(region.path, frozenset([issuer.code] if issuer else []))


@action(
    "case.issue",
    label=Text("下发事项", "Issue a case"),
    needs=LoopGrants.DIRECT,
    scope=issued_at,
    icon="send",
    labels={
        "region": Label("区域", "Region"),
        "owner": Label("责任单位", "Owner"),
        "supervisor": Label("核验单位", "Verified by"),
        "issuer": Label("交办单位", "Issued by"),
        "thing": Label("对象", "Thing"),
    },
)
def issue(
    *,
    ctx: Context,
    title: Annotated[str, Label("事项", "Title")],
    region: Ref[Region],
    owner: Ref[Organisation],
    supervisor: Ref[Organisation],
    due_on: Annotated[date | None, Label("期限", "Limit", widget="date")] = None,
    text: Annotated[str, Label("内容", "What is to be done", widget="textarea")] = "",
    clause: Annotated[str, Label("依据", "Basis", widget="textarea")] = "",
    level: Annotated[Level, Label("等级", "Level")] = Level.ORDINARY,
    issuer: Ref[Organisation] | None = None,
    thing: Ref[Thing] | None = None,
) -> Case:
    """下发事项: a case of the general kind, by hand."""
    rules.require_coming(due_on=due_on, today=day_of(ctx.at))
    return moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind="general",
            title=title,
            text=text,
            clause=clause,
            owner=owner,
            supervisor=supervisor,
            issuer=issuer,
            region=region,
            due_on=due_on,
            level=level,
            thing=thing,
        ),
    )


@action("case.extend", label=Text("准予延期", "Extend"), needs=LoopGrants.DIRECT, scope=directed_at, icon="clock")
def extend(
    *,
    ctx: Context,
    case: TheCase,
    new_due_on: Annotated[date, Label("延至", "New limit", widget="date")],
    note: Note,
) -> Case:
    """延期. The original limit stays on record beside the new one."""
    rules.require_later_deadline(due_on=case.due_on, new_due_on=new_due_on, today=day_of(ctx.at))
    changes = moves.reset_deadline(case=case, due_on=new_due_on)
    return moves.advance(
        ctx=ctx, case=case, move=Move.EXTEND, note=note, wanted_due_on=None, wanted_because="", **changes
    )


@action(
    "case.hand_over",
    label=Text("移交", "Hand over"),
    needs=LoopGrants.DIRECT,
    scope=directed_at,
    icon="external-link",
    labels={"to": Label("移交给", "Hand over to")},
)
def hand_over(*, ctx: Context, case: TheCase, to: Ref[Organisation], note: Note) -> Case:
    """移交: another unit owns the case from here on; the old owner keeps seeing it as a cooperating unit."""
    rules.require_independent_supervisor(owner=to.code, supervisor=case.supervisor_code)
    return hand_over_case(ctx=ctx, case=case, to=to, note=note)


def hand_over_case(*, ctx: Context, case: Case, to: Organisation, note: str) -> Case:
    CaseParty.objects.filter(case=case, role=PartyRole.OWNER).delete()
    for unit, role in ((to, PartyRole.OWNER), (case.owner, PartyRole.COOPERATE)):
        CaseParty.objects.get_or_create(
            case=case, organisation=unit, role=role.value, defaults={"organisation_code": unit.code}
        )
    return moves.advance(
        ctx=ctx,
        case=case,
        move=Move.HAND_OVER,
        note=note,
        owner=to,
        organisation_code=to.code,
        owner_person=None,
    )


@action("case.chase", label=Text("催办", "Chase"), needs=LoopGrants.DIRECT, scope=directed_at, icon="bell")
def chase(*, ctx: Context, case: TheCase, note: Note = "") -> Case:
    """催办."""
    return moves.advance(ctx=ctx, case=case, move=Move.CHASE, note=note, times_chased=case.times_chased + 1)


@action(
    "case.supervise",
    label=Text("列入督办", "Put under supervision"),
    needs=LoopGrants.DIRECT,
    scope=directed_at,
    icon="flag",
    tone="warning",
)
def supervise(*, ctx: Context, case: TheCase, note: Note) -> Case:
    """督办."""
    return moves.advance(ctx=ctx, case=case, move=Move.SUPERVISE, note=note, is_supervised=True)


@action(
    "case.withdraw",
    label=Text("撤回", "Withdraw"),
    needs=LoopGrants.DIRECT,
    scope=directed_at,
    confirm=Text("撤回后事项不再办理，确定吗？", "A withdrawn case is no longer handled. Go on?"),
    icon="x",
    tone="danger",
)
def withdraw(*, ctx: Context, case: TheCase, note: Note) -> Case:
    """撤回: with the reason."""
    return moves.advance(ctx=ctx, case=case, move=Move.WITHDRAW, note=note)


@action(
    "case.reopen",
    label=Text("重新打开", "Reopen"),
    needs=LoopGrants.DIRECT,
    scope=directed_at,
    signs_off=True,
    icon="refresh",
    tone="warning",
)
def reopen(
    *,
    ctx: Context,
    case: TheCase,
    note: Note,
    due_on: Annotated[date | None, Label("新期限", "New limit", widget="date")] = None,
) -> Case:
    """重新打开: a look-back found a relapse (回头看)."""
    rules.require_coming(due_on=due_on, today=day_of(ctx.at))
    changes = moves.reset_deadline(case=case, due_on=due_on or case.due_on)
    return moves.advance(ctx=ctx, case=case, move=Move.REOPEN, note=note, closed_at=None, submitted_by="", **changes)


@action(
    "case.cascade",
    label=Text("分解下达", "Cascade to lower levels"),
    needs=LoopGrants.DIRECT,
    scope=handled_or_directed_at,
    icon="hierarchy",
    labels={"to": Label("下达给", "Cascade to")},
)
def cascade(
    *,
    ctx: Context,
    case: TheCase,
    to: list[Ref[Organisation]],
    due_on: Annotated[date | None, Label("期限", "Limit", widget="date")] = None,
) -> Case:
    """分解下达: one child case a unit, verified by the owner of the parent."""
    rules.require_coming(due_on=due_on, today=day_of(ctx.at))
    for unit in to:
        moves.issue(
            ctx=ctx,
            new=moves.NewCase(
                kind=case.kind if not kind_of(case.kind).guarded else "general",
                title=case.title,
                text=case.text,
                clause=case.clause,
                source=case.source,
                owner=unit,
                supervisor=case.owner,
                issuer=case.owner,
                region=unit.region,
                parent=case,
                level=Level(case.level),
                due_on=due_on or case.due_on,
                is_ongoing=case.is_ongoing,
                proof_rhythm=ProofRhythm(case.proof_rhythm) if case.proof_rhythm else None,
            ),
        )
    ctx.about(case)
    return case


@action(
    "case.mark_not_applicable",
    label=Text("注明不适用", "Mark not applicable"),
    needs=LoopGrants.DIRECT,
    scope=directed_at,
    icon="x",
    labels={"organisation": Label("单位", "Organisation")},
)
def mark_not_applicable(
    *, ctx: Context, case: TheCase, organisation: Ref[Organisation], because: Annotated[str, Label("理由", "Reason")]
) -> NotApplicable:
    """不适用: the lower level counts as covered, with a reason."""
    return ctx.create(NotApplicable(case=case, organisation=organisation, because=because))
