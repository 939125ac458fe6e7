"""派发: who owns a task, who takes part, and what still stands in the way of publishing. 依据 A08."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bihuan.domains.campaign.rules.dues import Due
from bihuan.domains.campaign.rules.units import is_collective
from bihuan.domains.campaign.terms import PARTNER_ROLE, ROLE_ORDER, Decision, Dispatch, DueFrom
from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.terms import PartyRole


class NotReady(Problem):
    code = "campaign_not_ready"


class PastDates(Problem):
    code = "campaign_past_dates"
    status = 409


@dataclass(frozen=True, slots=True)
class Decided:
    """One name of the plan and who is meant by it."""

    name: str
    decision: Decision
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A task as reviewed: what publishing will make of it."""

    key: str
    no: str
    units: tuple[tuple[str, Role], ...]
    due: Due
    dispatch: Dispatch
    supervisor: str
    is_ongoing: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """One case to be: its owner, and the others with their roles."""

    owner: str
    partners: tuple[tuple[str, PartyRole], ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What a person has to settle before publishing; at which task, or at which name."""

    code: str
    label: Text
    #: The whole sentence, with the name in it.
    text: Text
    task: str = ""
    no: str = ""
    unit: str = ""


def default_dispatch(units: Sequence[tuple[str, Role]]) -> Dispatch:
    """A statement whose answering units are all collective names goes to each of those meant: none of them is the first."""
    top = next((role for role in ROLE_ORDER if any(r is role for _, r in units)), None)
    names = [name for name, role in units if role is top]
    return Dispatch.EACH if names and all(is_collective(n) for n in names) else Dispatch.ONE


def assignments(
    *, units: Sequence[tuple[str, Role]], decided: Mapping[str, Decided], dispatch: Dispatch
) -> list[Assignment]:
    """A unit named twice keeps the role that answers first. Lead before owner before by duty before cooperating."""
    best: dict[str, Role] = {}
    for role in ROLE_ORDER:
        for name, said in units:
            if said is role and name in decided:
                for code in decided[name].codes:
                    best.setdefault(code, role)
    if not best:
        return []
    everyone = list(best)
    if dispatch is Dispatch.ONE:
        owner, *others = everyone
        return [Assignment(owner, tuple((code, PARTNER_ROLE[best[code]]) for code in others))]
    answering = [code for code in everyone if best[code] is not Role.COOP] or everyone
    helping = tuple((code, PartyRole.COOPERATE) for code in everyone if code not in answering)
    return [Assignment(code, helping) for code in answering]


def obstacles(*, drafts: Sequence[Draft], decided: Mapping[str, Decided], living: Collection[str]) -> list[Obstacle]:
    """Everything that must be settled first, in the order of the plan; nothing twice."""
    if not drafts:
        nothing = Text("没有任务可派发。", "There are no tasks to dispatch.")
        return [Obstacle("no_tasks", nothing, nothing)]
    found: dict[tuple[str, str, str], Obstacle] = {}
    for draft in drafts:
        for obstacle in _of_draft(draft, decided, living):
            found.setdefault((obstacle.code, obstacle.task, obstacle.unit), obstacle)
    return list(found.values())


def _of_draft(draft: Draft, decided: Mapping[str, Decided], living: Collection[str]) -> Iterable[Obstacle]:
    open_names = False
    for name, _ in draft.units:
        said = decided.get(name)
        if said is None or said.decision is Decision.UNDECIDED:
            open_names = True
            yield Obstacle(
                "undecided",
                Text("指哪家单位尚未认定：", "Not decided who is meant by"),
                _UNDECIDED.format(name=name),
                unit=name,
            )
        elif gone := [code for code in said.codes if code not in living]:
            open_names = True
            yield Obstacle(
                "gone",
                Text("对应的单位已撤销：", "An abolished unit is meant by"),
                _GONE.format(name=name, n=len(gone)),
                unit=name,
            )
    if open_names:
        return
    made = assignments(units=draft.units, decided=decided, dispatch=draft.dispatch)
    if not made:
        yield Obstacle(
            "nobody",
            Text("没有可派发的责任单位：任务", "No unit to dispatch to: task"),
            _NOBODY.format(no=draft.no),
            task=draft.key,
            no=draft.no,
        )
    if not draft.supervisor:
        yield Obstacle(
            "no_supervisor",
            Text("没有核验单位：任务", "No verifying unit: task"),
            _NO_SUPERVISOR.format(no=draft.no),
            task=draft.key,
            no=draft.no,
        )
    elif draft.supervisor not in living:
        yield Obstacle(
            "supervisor_gone",
            Text("核验单位已撤销：任务", "The verifying unit was abolished: task"),
            _SUPERVISOR_GONE.format(no=draft.no),
            task=draft.key,
            no=draft.no,
        )
    elif any(a.owner == draft.supervisor for a in made):
        yield Obstacle(
            "own_supervisor",
            Text("由核验单位自己负责，须另选核验单位：任务", "Owned by its own verifying unit; choose another: task"),
            _OWN_SUPERVISOR.format(no=draft.no),
            task=draft.key,
            no=draft.no,
        )
    if draft.due.source is DueFrom.MISSING:
        yield Obstacle(
            "no_due",
            Text("没有期限，方案也没有节点：任务", "No limit, and the plan has no milestone: task"),
            _NO_DUE.format(no=draft.no),
            task=draft.key,
            no=draft.no,
        )


_UNDECIDED = Text("“{name}”指哪家单位尚未认定。", "Who is meant by “{name}” is not decided.")
_GONE = Text(
    "“{name}”对应的单位中有 {n} 家已撤销或不存在，请改为其承接单位。",
    "{n} of the organisations meant by “{name}” were abolished or don't exist; name their successors.",
)
_NOBODY = Text(
    "任务 {no} 没有可派发的责任单位。请补充单位，或删去此任务。",
    "Task {no} has no unit to dispatch to. Add one, or drop the task.",
)
_NO_SUPERVISOR = Text(
    "任务 {no} 没有核验单位。请在“行动设置”中选定。", "Task {no} has no verifying unit. Choose one in the settings."
)
_SUPERVISOR_GONE = Text(
    "任务 {no} 的核验单位已撤销。请另选。", "The verifying unit of task {no} was abolished. Choose another."
)
_OWN_SUPERVISOR = Text(
    "任务 {no} 由核验单位自己负责，须另选核验单位：自己办的事由别人核验。",
    "Task {no} is owned by its own verifying unit. Choose another: what one does, another verifies.",
)
_NO_DUE = Text(
    "任务 {no} 没有期限，方案也没有节点。请填期限，或在“行动设置”中填结束日期。",
    "Task {no} has no limit and the plan no milestone. Enter one, or the campaign's end in the settings.",
)


def require_ready(found: Sequence[Obstacle]) -> None:
    if found:
        raise NotReady(
            Text(
                "还有 {n} 处须先处理，未发布。第一处：{first}",
                "{n} things must be settled first, so nothing was published. The first: {first}",
            ).format(n=len(found), first=found[0].text)
        )


def past_dates(*, drafts: Iterable[Draft], today: date) -> list[Draft]:
    """Tasks that would be overdue at birth. An ongoing one is not: its next proof is due with its rhythm."""
    return [d for d in drafts if d.due.on is not None and d.due.on < today and not d.is_ongoing]


def require_past_confirmed(*, past: Sequence[Draft], confirmed: bool) -> None:
    if past and not confirmed:
        raise PastDates(
            Text(
                "有 {n} 项任务的期限已过，派发后即为逾期（如任务 {no}：{day}）。确需照此派发请勾选确认。",
                "{n} tasks have limits in the past and would be overdue at once (task {no}: {day}). Tick the box to go on.",
            ).format(n=len(past), no=past[0].no, day=past[0].due.on),
            where={"confirm_past": Text("请确认。", "Please confirm.")},
        )
