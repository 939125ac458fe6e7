"""Inner moves of a case: part of an action's unit of work, unreachable from outside.

Each move runs the table of transitions and the kind's own rule; a guarded move is refused unless its kind's own
action makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.evidence.models import Evidence
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import rules, telling
from bihuan.loop.escalation import plan_for
from bihuan.loop.events import CaseMoved
from bihuan.loop.kinds import kind_of
from bihuan.loop.models import Case, CaseEvidence, CaseObject, CaseParty, CaseStep, Counter
from bihuan.loop.rules import EscalationStep
from bihuan.loop.terms import EscalationDeed, Level, Move, PartyRole, ProofRhythm, Stage
from bihuan.parties.models import Organisation, Person, Region, Thing
from bihuan.parties.queries import calendar_at


class Guarded(Problem):
    code = "guarded_move"
    status = 409


class UnitGone(Problem):
    code = "unit_abolished"


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a source says of a case to be opened."""

    kind: str
    title: str
    owner: Organisation
    supervisor: Organisation
    region: Region
    text: str = ""
    clause: str = ""
    source: str = ""
    issuer: Organisation | None = None
    partners: Sequence[tuple[Organisation, PartyRole]] = ()
    owner_person: Person | None = None
    thing: Thing | None = None
    parent: Case | None = None
    level: Level = Level.ORDINARY
    due_on: date | None = None
    is_ongoing: bool = False
    proof_rhythm: ProofRhythm | None = None
    objects: Sequence[str] = field(default=())


def _next_number(*, year: int) -> str:
    counter, _ = Counter.objects.get_or_create(series=str(year))
    counter = Counter.objects.select_for_update().get(pk=counter.pk)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{year}-{counter.last:06d}"


def issue(*, ctx: Context, new: NewCase) -> Case:
    """下发: open a case under the rules that hold today."""
    rules.require_independent_supervisor(owner=new.owner.code, supervisor=new.supervisor.code)
    for unit in (new.owner, new.supervisor, *(o for o, _ in new.partners)):
        if unit.abolished_on is not None and unit.abolished_on <= day_of(ctx.at):
            raise UnitGone(
                Text(
                    "“{n}”已撤销，不能派发。请改派其承接单位。", "“{n}” was abolished; dispatch to its successor."
                ).format(n=unit.name)
            )
    kind_of(new.kind)
    today = day_of(ctx.at)
    rhythm = new.proof_rhythm or (ProofRhythm.QUARTERLY if new.is_ongoing else None)
    calendar = calendar_at(new.region.path)
    due_on = new.due_on or (rules.end_of_period(rhythm=rhythm, on=today, calendar=calendar) if rhythm else None)
    steps = plan_for(kind=new.kind, region_path=new.region.path, on=today)
    case = ctx.create(
        Case(
            number=_next_number(year=today.year),
            kind=new.kind,
            title=new.title[:300],
            text=new.text,
            clause=new.clause,
            source=new.source,
            thing=new.thing,
            owner=new.owner,
            organisation_code=new.owner.code,
            owner_person=new.owner_person,
            supervisor=new.supervisor,
            supervisor_code=new.supervisor.code,
            region=new.region,
            region_path=new.region.path,
            parent=new.parent,
            level=new.level.value,
            stage=Stage.ISSUED.value,
            stage_since=ctx.at,
            due_on=due_on,
            first_due_on=due_on,
            is_ongoing=new.is_ongoing,
            proof_rhythm=rhythm.value if rhythm else "",
            escalation=[{"days": s.days, "deed": s.deed.value, "whom": list(s.whom)} for s in steps],
            next_escalation_on=(
                rules.next_step_on(steps=steps, due_on=due_on, fired=(), calendar=calendar) if due_on else None
            ),
        )
    )
    parties = {(new.owner, PartyRole.OWNER), (new.supervisor, PartyRole.SUPERVISOR), *new.partners}
    if new.issuer is not None:
        parties.add((new.issuer, PartyRole.ISSUER))
    CaseParty.objects.bulk_create(
        [
            CaseParty(case=case, organisation=o, organisation_code=o.code, role=r.value)
            for o, r in sorted(parties, key=_order)
        ]
    )
    for name in new.objects:
        ctx.create(CaseObject(case=case, name=name))
    _note(ctx=ctx, case=case, move=Move.ISSUE, before="", note="", organisation=new.issuer)
    return case


def _order(party: tuple[Organisation, PartyRole]) -> tuple[str, str]:
    return party[0].code, party[1].value


def advance(
    *,
    ctx: Context,
    case: Case,
    move: Move,
    note: str = "",
    evidence: Iterable[Evidence] = (),
    made_by_kind: str = "",
    facts: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Case:
    """Make one move. `made_by_kind` names the kind whose own action this is; only that opens its guarded moves."""
    kind = kind_of(case.kind)
    to = rules.stage_after(move=move, stage=case.stage_term)
    if move in kind.guarded and made_by_kind != kind.code:
        raise Guarded(
            Text(
                "“{kind}”的“{move}”要走它自己的页面，不能用一般操作完成。",
                "“{move}” of a “{kind}” is made on its own page, not by the general action.",
            ).format(kind=kind.label, move=move.label)
        )
    if rule := kind.rules.get(move):
        rule(ctx=ctx, case=case, facts=dict(facts or {}))
    before = case.stage
    if to.value != before:
        changes |= {"stage": to.value, "stage_since": ctx.at, "is_open": to.is_open}
    if not to.is_open:
        changes |= {"next_escalation_on": None}
    if changes:
        ctx.change(case, **changes)
    else:
        ctx.about(case)
    step = _note(ctx=ctx, case=case, move=move, before=before, note=note)
    attach(ctx=ctx, case=case, evidence=evidence, step=step)
    return case


def attach(
    *,
    ctx: Context,
    case: Case,
    evidence: Iterable[Evidence],
    step: CaseStep | None = None,
    object: CaseObject | None = None,
) -> None:
    """Link pieces of evidence to the step they prove."""
    for piece in evidence:
        ctx.create(CaseEvidence(case=case, evidence=piece, step=step, object=object))


def reset_deadline(*, case: Case, due_on: date | None) -> dict[str, Any]:
    """The changes that give a case a new due day and let its escalation start anew for it."""
    return {"due_on": due_on, "escalated": [], "next_escalation_on": next_step_on(case=case, due_on=due_on, fired=())}


def next_step_on(*, case: Case, due_on: date | None, fired: Iterable[int]) -> date | None:
    """The next day somebody is told of this case, by the calendar of its place."""
    if due_on is None:
        return None
    calendar = calendar_at(case.region_path)
    return rules.next_step_on(steps=steps_of(case), due_on=due_on, fired=fired, calendar=calendar)


def steps_of(case: Case) -> list[EscalationStep]:
    return [EscalationStep(s["days"], EscalationDeed(s["deed"]), tuple(s["whom"])) for s in case.escalation]


def organisations_of(case: Case) -> tuple[str, ...]:
    return tuple(sorted(set(case.parties.values_list("organisation_code", flat=True))))


def _note(
    *, ctx: Context, case: Case, move: Move, before: str, note: str, organisation: Organisation | None = None
) -> CaseStep:
    acting = organisation.pk if organisation is not None else None
    if acting is None and ctx.actor.organisation:
        known = Organisation.objects.filter(code=ctx.actor.organisation).order_by()
        acting = next(iter(known.values_list("pk", flat=True)), None)
    step = ctx.create(
        CaseStep(
            case=case,
            move=move.value,
            from_stage=before,
            to_stage=case.stage,
            at=ctx.happened_at,
            actor=ctx.actor.id,
            organisation_id=acting,
            note=note,
        )
    )
    parties = list(case.parties.order_by().values_list("organisation_code", "role"))
    ctx.emit(
        CaseMoved(
            case_id=case.pk,
            number=case.number,
            kind=case.kind,
            move=move.value,
            from_stage=before,
            to_stage=case.stage,
            region_path=case.region_path,
            organisations=tuple(sorted({code for code, _ in parties})),
        )
    )
    telling.tell_of_move(ctx=ctx, case=case, move=move, parties=parties)
    return step
