"""闭环规则: pure; no clock, no database. The one table of legal transitions, from which docs/rules/case.md is drawn."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.kernel.calendar import WorkingCalendar
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.terms import DeadlineColour, EscalationDeed, Move, ProofRhythm, Stage

#: Monday to Friday, where no calendar is asked for.
PLAIN = WorkingCalendar(frozenset(), frozenset(), frozenset())

#: 节前检查 goes before a holiday of at least so many days, and its case is made so many days ahead at most.
HOLIDAY_DAYS = 3
PRE_HOLIDAY_AHEAD = timedelta(days=15)

_WORKING = (Stage.ACKNOWLEDGED, Stage.IN_HAND)
_UNFINISHED = (Stage.ISSUED, Stage.ACKNOWLEDGED, Stage.IN_HAND)
_OPEN = (*_UNFINISHED, Stage.SUBMITTED)

#: Every legal transition: the move, from which stages, to which one. `None` leaves the stage as it is.
TRANSITIONS: Mapping[Move, tuple[tuple[Stage, ...], Stage | None]] = {
    Move.ACKNOWLEDGE: ((Stage.ISSUED,), Stage.ACKNOWLEDGED),
    Move.PROGRESS: (_WORKING, Stage.IN_HAND),
    Move.SUBMIT: (_WORKING, Stage.SUBMITTED),
    Move.CLOSE_OUT: ((Stage.SUBMITTED,), Stage.CLOSED_OUT),
    Move.ACCEPT_PROOF: ((Stage.SUBMITTED,), Stage.IN_HAND),
    Move.SEND_BACK: ((Stage.SUBMITTED,), Stage.IN_HAND),
    Move.EXTEND: (_OPEN, None),
    Move.HAND_OVER: (_UNFINISHED, Stage.ISSUED),
    Move.CHASE: (_OPEN, None),
    Move.SUPERVISE: (_OPEN, None),
    Move.WITHDRAW: (_OPEN, Stage.WITHDRAWN),
    Move.REOPEN: ((Stage.CLOSED_OUT,), Stage.IN_HAND),
}


class IllegalMove(Problem):
    code = "illegal_move"
    status = 409


class NotIndependent(Problem):
    code = "verifier_not_independent"
    status = 403


class EvidenceMissing(Problem):
    code = "evidence_missing"


class BadDeadline(Problem):
    code = "bad_deadline"


class Unfinished(Problem):
    code = "unfinished_parts"
    status = 409


def stage_after(*, move: Move, stage: Stage) -> Stage:
    """The stage a move leads to, or why it can't be made now."""
    from_stages, to = TRANSITIONS[move]
    if stage not in from_stages:
        raise IllegalMove(
            Text(
                "事项现在是“{stage}”，不能“{move}”；须在“{allowed}”时进行。请刷新后再看。",
                "The case is “{stage}” now, so “{move}” can't be done; it needs “{allowed}”. Reload and look again.",
            ).format(
                stage=stage.label,
                move=move.label,
                allowed=Text("、".join(s.label.zh for s in from_stages), ", ".join(s.label.en for s in from_stages)),
            )
        )
    return stage if to is None else to


def moves_from(stage: Stage) -> list[Move]:
    return [move for move, (stages, _) in TRANSITIONS.items() if stage in stages]


def require_independent_supervisor(*, owner: str, supervisor: str) -> None:
    """核验单位不得是责任单位."""
    if owner == supervisor:
        raise NotIndependent(
            Text(
                "核验单位不能就是责任单位：自己办的事由别人核验。请另选核验单位。",
                "The verifying unit can't be the owner: what one does, another verifies. Choose another supervisor.",
            )
        )


def is_independent_verifier(*, owner: str, submitted_by: str, verifier: str, verifier_unit: str | None) -> bool:
    """Neither the person who submitted, nor anybody of the owner unit, verifies."""
    same_person = bool(submitted_by) and person_behind(submitted_by) == person_behind(verifier)
    return not same_person and verifier_unit != owner


def require_independent_verifier(*, owner: str, submitted_by: str, verifier: str, verifier_unit: str | None) -> None:
    if not is_independent_verifier(
        owner=owner, submitted_by=submitted_by, verifier=verifier, verifier_unit=verifier_unit
    ):
        raise NotIndependent(
            Text(
                "办理人和责任单位的人不能核验自己的事项，请由核验单位的其他人核验。",
                "Whoever handled the case, or belongs to its owner, can't verify it. Somebody of the supervising unit must.",
            )
        )


def person_behind(actor: str) -> str:
    """The person of an actor id: `user:<id>` in the browser and `token:<id>:<token>` by program are one and the same."""
    kind, _, rest = actor.partition(":")
    return rest.split(":", 1)[0] if kind in ("user", "token") else actor


def require_evidence(*, given: int, required: int) -> None:
    if given < required:
        raise EvidenceMissing(
            Text(
                "提交时须附佐证材料至少 {n} 件，现有 {m} 件。请上传文件或照片后再提交。",
                "At least {n} pieces of evidence are required, {m} given. Attach files or photos and submit again.",
            ).format(n=required, m=given),
            where={"evidence": Text("请附佐证材料。", "Attach evidence.")},
        )


def require_later_deadline(*, due_on: date | None, new_due_on: date, today: date) -> None:
    """延期: only to a later day, and not into the past."""
    if new_due_on < today or (due_on is not None and new_due_on <= due_on):
        raise BadDeadline(
            Text(
                "新期限须晚于原期限，且不早于今天。",
                "The new limit must be later than the old one and not before today.",
            ),
            where={"new_due_on": Text("日期太早。", "Too early.")},
        )


def require_coming(*, due_on: date | None, today: date) -> None:
    """期限不能定到过去: a limit that is set anew lies today or later."""
    if due_on is not None and due_on < today:
        raise BadDeadline(
            Text("期限不能早于今天。", "The limit can't lie in the past."),
            where={"due_on": Text("日期太早。", "Too early.")},
        )


def require_parts_done(*, open_children: int, open_objects: Sequence[str]) -> None:
    """Each of several objects must be done, and every child closed or marked not applicable."""
    if open_objects or open_children:
        names = "、".join(open_objects[:5])
        raise Unfinished(
            Text(
                "还有未完成的部分：下级事项 {n} 项，对象 {m} 个（{names}）。全部完成或注明不适用后再提交。",
                "Parts are unfinished: {n} child cases, {m} objects ({names}). Finish them or mark them not applicable.",
            ).format(n=open_children, m=len(open_objects), names=names or "—")
        )


def is_overdue(*, due_on: date | None, today: date) -> bool:
    """A due day ends at 24:00 local time: on the day itself nothing is overdue yet."""
    return due_on is not None and today > due_on


def colour_of(*, due_on: date | None, today: date, is_open: bool = True, warn_days: int = 7) -> DeadlineColour:
    """到期颜色: red past the limit, yellow within `warn_days` of it, green before, grey without one."""
    if due_on is None or not is_open:
        return DeadlineColour.GREY
    if today > due_on:
        return DeadlineColour.RED
    return DeadlineColour.YELLOW if (due_on - today).days <= warn_days else DeadlineColour.GREEN


def before_next_holiday(*, on: date, calendar: WorkingCalendar) -> date | None:
    """节前: the last working day before the next holiday of three days or more, today's included; None if none is known."""
    found = calendar.next_holiday(after=on, least=HOLIDAY_DAYS)
    return calendar.last_working_day(found.from_ - timedelta(days=1)) if found else None


def end_of_period(*, rhythm: ProofRhythm, on: date, calendar: WorkingCalendar = PLAIN) -> date:
    """The last day of the month, quarter, half-year or year that `on` lies in: when this period's proof is due.

    Before holidays: the last working day before the next one; the end of the year while its arrangement isn't known.
    """
    if rhythm is ProofRhythm.PRE_HOLIDAY:
        return before_next_holiday(on=on, calendar=calendar) or date(on.year, 12, 31)
    months = rhythm.months
    last_month = (on.month - 1) // months * months + months
    return date(on.year, last_month, monthrange(on.year, last_month)[1])


def next_proof(*, rhythm: ProofRhythm, after: date, calendar: WorkingCalendar = PLAIN) -> date:
    """The due day of the period that follows the one `after` lies in."""
    ends = end_of_period(rhythm=rhythm, on=after, calendar=calendar)
    return end_of_period(rhythm=rhythm, on=ends + timedelta(days=1), calendar=calendar)


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """T 加减若干天做什么、对谁做: `days` before (negative) or after (positive) the due day."""

    days: int
    deed: EscalationDeed
    whom: tuple[str, ...]

    def due(self, due_on: date, calendar: WorkingCalendar) -> date:
        """The day it is done: never one on which nobody works. What comes before the limit is done earlier, what
        follows it later; the limit itself stays where the document puts it.
        """
        day = due_on + timedelta(days=self.days)
        return calendar.last_working_day(day) if self.days <= 0 else calendar.next_working_day(day)


#: The product's own default; an office sets its own under 催办规则. Basis: none in law, editable (待核).
DEFAULT_ESCALATION: tuple[EscalationStep, ...] = (
    EscalationStep(-7, EscalationDeed.REMIND, ("owner",)),
    EscalationStep(-1, EscalationDeed.REMIND, ("owner", "lead")),
    EscalationStep(1, EscalationDeed.CHASE, ("owner", "supervisor")),
    EscalationStep(3, EscalationDeed.SUPERVISE, ("owner", "supervisor", "issuer")),
    EscalationStep(10, EscalationDeed.REPORT, ("supervisor", "issuer")),
)


def steps_due(
    *, steps: Iterable[EscalationStep], due_on: date, fired: Iterable[int], today: date, calendar: WorkingCalendar
) -> list[EscalationStep]:
    """Steps whose day has come and that have not been done for this due day, earliest first."""
    done = set(fired)
    return sorted((s for s in steps if s.days not in done and s.due(due_on, calendar) <= today), key=lambda s: s.days)


def next_step_on(
    *, steps: Iterable[EscalationStep], due_on: date, fired: Iterable[int], calendar: WorkingCalendar
) -> date | None:
    """The day the next step falls due, to be looked at again; None when all are done."""
    done = set(fired)
    return min((s.due(due_on, calendar) for s in steps if s.days not in done), default=None)


def diagram() -> str:
    """The transitions as a Mermaid state diagram, for docs/rules/case.md."""
    lines = ["stateDiagram-v2", f"    [*] --> {Stage.ISSUED.value}: {Move.ISSUE.label.zh} {Move.ISSUE.value}"]
    for move, (stages, to) in TRANSITIONS.items():
        lines += [f"    {s.value} --> {(to or s).value}: {move.label.zh} {move.value}" for s in stages]
    lines += [f"    {s.value} --> [*]" for s in (Stage.CLOSED_OUT, Stage.WITHDRAWN)]
    return "\n".join(lines)
