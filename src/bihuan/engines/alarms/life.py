"""报警的一生: from condition to alarm by ISA-18.2 / IEC 62682: acknowledge, shelve, suppress by design, out
of service.

The kernel says what the process does; this says what an operator owes. Hidden alarms (shelved, suppressed,
out of
service) go on being judged and recorded; they come back as unacknowledged when the hiding ends and they are
active.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.patterns import Watch
from bihuan.engines.alarms.settings import Patterns
from bihuan.engines.alarms.tables import NEVER, Tables
from bihuan.engines.alarms.terms import KINDS, Happening, State

KIND_NAMES = tuple(str(x) for x in KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """报警变化: one line of the transition log. Sample and receive time apart; the fold adds when it judged.

    `number` counts within the log entry `seq`; (epoch, seq, point, limit, kind, number) is its identity for
    ever.
    """

    seq: int
    number: int
    kind: Happening
    point: int
    limit: str
    occurrence: int
    state: State
    hidden: bool
    received_at: int
    sample_at: int | None
    began_at: int | None = None
    value: float | None = None
    limit_value: float | None = None
    version: int = 0
    first_out: bool = False
    repeats: int = 0
    detail: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self).items() if v is not None and v != {}} | {
            "kind": str(self.kind),
            "state": str(self.state),
        }


def transition_id(epoch: str, transition: Transition) -> str:
    """变化编号: the same for every replay of the same log, so a unique constraint makes it once."""
    x = transition
    return f"{epoch}:{x.seq}:{x.point}:{x.limit}:{x.kind}:{x.number}"


@dataclass(slots=True)
class Hiding:
    """搁置/抑制/停用: why, by whom, until when (shelves only)."""

    reason: str
    by: str
    until: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """确认: one person's word that he knows of an occurrence and those before it, until it expires."""

    occurrence: int
    until: int | None = None


@dataclass(slots=True)
class Alarm:
    """报警: one limit of one point and everything a person has done about it."""

    unacknowledged: list[int] = field(default_factory=list)  # occurrences not acknowledged by as many as are needed
    people: dict[str, Acknowledgement] = field(default_factory=dict)
    shelf: Hiding | None = None
    suppression: Hiding | None = None
    out_of_service: Hiding | None = None
    active: bool = False  # as told so far; within a batch the kernel is already further
    raised_at: int = 0  # tick clock
    input_lost: bool = False
    stale_told: bool = False

    @property
    def hidden(self) -> bool:
        return bool(self.shelf or self.suppression or self.out_of_service)

    @property
    def forgettable(self) -> bool:
        return not (self.active or self.unacknowledged or self.hidden)


def state_of(alarm: Alarm) -> State:
    if alarm.out_of_service:
        return State.OOSRV
    if alarm.suppression:
        return State.DSUPR
    if alarm.shelf:
        return State.SHLVD
    if alarm.active:
        return State.UNACK if alarm.unacknowledged else State.ACKED
    return State.RTNUN if alarm.unacknowledged else State.NORM


class Life:
    """Alarms that are not NORM, by limit line. Everything else needs no memory."""

    def __init__(self, tables: Tables, patterns: Patterns) -> None:
        self.tables = tables
        self.patterns = patterns
        self.alarms: dict[int, Alarm] = {}
        self.groups: dict[int, str] = {}  # point index → post that answers for it
        self.needed: dict[int, int] = {}  # limits that more than one person must acknowledge
        self.watch = Watch(patterns)
        self.seq = 0
        self.at = 0  # wall time of the entry being worked on
        self.tick = 0
        self.out: list[Transition] = []

    def begin(self, *, seq: int, at: int, tick: int) -> None:
        self.seq, self.at, self.tick, self.out = seq, at, tick, []

    def tell(self, kind: Happening, limit: int, **more: Any) -> None:
        line = self.tables.limits[limit]
        alarm = self.alarms.get(limit)
        point, slot = divmod(limit, t.SLOTS)
        if "occurrence" not in more:
            more["occurrence"] = int(line["occurrence"])
        more.setdefault("sample_at", None)
        self.out.append(
            Transition(
                seq=self.seq,
                number=len(self.out),
                kind=kind,
                point=int(self.tables.numbers[point]),
                limit=KIND_NAMES[slot],
                state=state_of(alarm) if alarm else State.NORM,
                hidden=alarm.hidden if alarm else False,
                received_at=self.at,
                limit_value=_finite(float(line["value"])),
                version=int(line["version"]),
                **more,
            )
        )

    # What the process did.

    def process(self, what: int, limit: int, occurrence: int, at: int, began: int, value: float) -> None:
        facts: dict[str, Any] = {"occurrence": occurrence, "sample_at": _moment(at), "value": _finite(value)}
        if what == t.RAW_RAISED:
            self._raised(limit, occurrence, began, facts)
        elif what == t.RAW_CLEARED:
            self._cleared(limit, facts)
        elif what == t.RAW_RETURNED:
            self.tell(Happening.RETURNED, limit, **facts)
        elif what == t.RAW_AGAIN:
            self.tell(Happening.AGAIN, limit, **facts)
        elif what == t.RAW_INPUT_LOST:
            self.alarms[limit].input_lost = True
            self.tell(Happening.INPUT_LOST, limit, **facts)
        elif what == t.RAW_INPUT_BACK:
            self.alarms[limit].input_lost = False
            self.tell(Happening.INPUT_BACK, limit, **facts)

    def _raised(self, limit: int, occurrence: int, began: int, facts: dict[str, Any]) -> None:
        alarm = self.alarms.setdefault(limit, Alarm())
        alarm.active, alarm.raised_at, alarm.stale_told = True, self.tick, False
        if not alarm.hidden:
            alarm.unacknowledged.append(occurrence)
        seen = self.watch.raised(limit, self.groups.get(limit // t.SLOTS, ""), tick=self.tick, hidden=alarm.hidden)
        self.tell(
            Happening.RAISED,
            limit,
            began_at=_moment(began),
            first_out=seen.first_out,
            repeats=seen.repeats,
            **facts,
        )
        if seen.chattering:
            self.tell(Happening.CHATTERING, limit, detail={"count": seen.recent}, **facts)
        if seen.flood:
            self._flood(Happening.FLOOD_BEGAN, seen.group, seen.in_window)

    def _cleared(self, limit: int, facts: dict[str, Any]) -> None:
        self.watch.cleared(limit)
        alarm = self.alarms[limit]
        alarm.active = alarm.input_lost = False
        self.tell(Happening.CLEARED, limit, **facts)
        self._forget(limit, alarm)

    def _forget(self, limit: int, alarm: Alarm) -> None:
        if alarm.forgettable:
            del self.alarms[limit]

    def _flood(self, kind: Happening, group: str, count: int) -> None:
        self.out.append(
            Transition(
                seq=self.seq,
                number=len(self.out),
                kind=kind,
                point=-1,
                limit="",
                occurrence=0,
                state=State.NORM,
                hidden=False,
                received_at=self.at,
                sample_at=None,
                detail={"group": group, "count": count},
            )
        )

    # What the clock did.

    def pass_time(self) -> None:
        for limit, alarm in sorted(self.alarms.items()):
            if alarm.people:
                self._expire(limit, alarm)
            if alarm.shelf and alarm.shelf.until is not None and self.at >= alarm.shelf.until:
                self.unhide(limit, "shelf", Happening.UNSHELVED, by="", reason="expired")
                continue
            old = self.tick - alarm.raised_at >= self.patterns.stale_after_ms
            if old and not alarm.stale_told and not alarm.hidden and alarm.active:
                alarm.stale_told = True
                self.tell(Happening.STALE, limit)
        for group, count in self.watch.floods_over(tick=self.tick):
            self._flood(Happening.FLOOD_ENDED, group, count)

    # What people did. Grants were checked before the command entered the log; what makes no sense here is
    # refused.

    def hide(self, limit: int, where: str, kind: Happening, hiding: Hiding) -> None:
        alarm = self.alarms.setdefault(limit, Alarm())
        setattr(alarm, where, hiding)
        detail = {
            "reason": hiding.reason,
            "by": hiding.by,
            "until": hiding.until,
            "reference": hiding.reference,
        }
        self.tell(kind, limit, detail=detail)

    def unhide(self, limit: int, where: str, kind: Happening, *, by: str, reason: str) -> None:
        alarm = self.alarms[limit]
        setattr(alarm, where, None)
        occurrence = int(self.tables.limits[limit]["occurrence"])
        if not alarm.hidden and alarm.active and occurrence not in alarm.unacknowledged:
            alarm.unacknowledged.append(occurrence)
            alarm.people.clear()
        self.tell(kind, limit, detail={"by": by, "reason": reason})
        self._forget(limit, alarm)

    def may_acknowledge(self, limit: int, said: Acknowledgement, *, by: str) -> bool:
        """Whether this person's word adds something: to an occurrence that still asks for people, or to an active alarm
        that others have acknowledged; the same word twice adds nothing.
        """
        alarm = self.alarms.get(limit)
        if alarm is None:
            return False
        known = alarm.people.get(by)
        if known and known.occurrence >= said.occurrence and known.until == said.until:
            return False
        owed = bool(alarm.unacknowledged) and said.occurrence >= alarm.unacknowledged[0]
        return owed or (alarm.active and said.occurrence >= self.tables.limits[limit]["occurrence"])

    def acknowledge(self, limit: int, said: Acknowledgement, *, by: str) -> None:
        alarm, line = self.alarms[limit], self.tables.limits[limit]
        known = alarm.people.get(by)
        highest = max(said.occurrence, known.occurrence if known else 0)
        alarm.people[by] = Acknowledgement(highest, said.until)
        alarm.unacknowledged = [n for n in alarm.unacknowledged if self._missing(limit, alarm, n)]
        missing = self._missing(limit, alarm, said.occurrence)
        detail: dict[str, Any] = {"by": by, "occurrence": said.occurrence}
        detail |= {"until": said.until} if said.until is not None else {}
        self.tell(Happening.ACKNOWLEDGED, limit, detail=detail | ({"missing": missing} if missing else {}))
        if said.occurrence >= line["occurrence"] and not missing:
            line["acked"] = 1
        if line["phase"] == t.LATCHED and not alarm.unacknowledged:
            line["phase"] = t.CLEAR  # the value had returned; the latch waited for a person
            self.tables.points[limit // t.SLOTS]["busy"] -= 1
            self._cleared(limit, {"occurrence": int(line["occurrence"])})
        else:
            self._forget(limit, alarm)

    def _missing(self, limit: int, alarm: Alarm, occurrence: int) -> int:
        """How many more people must acknowledge this occurrence."""
        said = sum(x.occurrence >= occurrence for x in alarm.people.values())
        return max(0, self.needed.get(limit, 1) - said)

    def _expire(self, limit: int, alarm: Alarm) -> None:
        """确认到期: the alarm asks again as long as it is active; one that has returned asks for nothing anew."""
        over = [who for who, x in sorted(alarm.people.items()) if x.until is not None and self.at >= x.until]
        line = self.tables.limits[limit]
        occurrence = int(line["occurrence"])
        for who in over:
            del alarm.people[who]
            asks = alarm.active and not alarm.hidden and occurrence not in alarm.unacknowledged
            if asks and self._missing(limit, alarm, occurrence):
                alarm.unacknowledged.append(occurrence)
                line["acked"] = 0
            self.tell(Happening.ACKNOWLEDGEMENT_EXPIRED, limit, detail={"by": who})

    def refuse(self, limit: int, *, command: str, by: str, why: str, point: int) -> None:
        if limit >= 0:
            self.tell(Happening.REFUSED, limit, detail={"command": command, "by": by, "why": why})
            return
        self._flood(Happening.REFUSED, "", 0)
        self.out[-1].detail.update({"command": command, "by": by, "why": why, "point": point})


def _moment(at: int) -> int | None:
    return None if at == NEVER else int(at)


def _finite(value: float) -> float | None:
    return float(value) if abs(value) < float("inf") else None
