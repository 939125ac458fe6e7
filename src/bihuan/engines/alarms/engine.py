"""报警引擎: the deterministic step of a fold. Log entries in, transitions out; the same entries, the same
transitions.

Four kinds of entry: samples, clock ticks, settings, commands of people. None asks a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bihuan.engines.alarms import kernel
from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.life import Acknowledgement, Hiding, Life, Transition
from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Patterns, PointSettings
from bihuan.engines.alarms.tables import RAW, Array, Tables
from bihuan.engines.alarms.terms import Happening

LONGEST_STEP_MS = 5000  # a tick says at most this much time has passed: what was down was not watching


@dataclass(frozen=True, slots=True)
class Judged:
    transitions: list[Transition]
    fate: Array  # per row: judged, duplicate, conflict, late, future, unknown


class Engine:
    """One partition. `epoch` and sequences are the fold's business; here only their order matters."""

    def __init__(self, patterns: Patterns | None = None) -> None:
        self.patterns = patterns or Patterns()
        self.tables = Tables()
        self.life = Life(self.tables, self.patterns)
        self.tick_clock = 0
        self._out = np.zeros(4096, RAW)

    def judge(self, samples: Samples, *, seq: int, received_at: int) -> Judged:
        self.life.begin(seq=seq, at=received_at, tick=self.tick_clock)
        fate = np.zeros(len(samples), np.uint8)
        x, tab, row = samples, self.tables, 0
        while True:
            row, n = kernel.judge(
                tab.points,
                tab.limits,
                tab.index_of,
                x.point,
                x.at,
                x.value,
                x.quality,
                received_at,
                self.patterns.lateness_ms,
                self.patterns.future_ms,
                self.tick_clock,
                row,
                fate,
                self._out,
            )
            self._tell(n)
            if row >= len(samples):
                return Judged(self.life.out, fate)

    def tick(self, *, seq: int, at: int, elapsed_ms: int) -> list[Transition]:
        """时钟: `elapsed_ms` since the tick before, by a clock that doesn't jump; `at` is wall time, for
        shelves.
        """
        self.tick_clock += max(0, min(elapsed_ms, LONGEST_STEP_MS))
        self.life.begin(seq=seq, at=at, tick=self.tick_clock)
        tab, point = self.tables, 0
        while point < tab.count:
            point, n = kernel.pass_time(tab.points, tab.limits, tab.count, self.tick_clock, point, self._out)
            self._tell(n)
        self.life.pass_time()
        return self.life.out

    def configure(self, changes: Iterable[PointSettings], *, seq: int, at: int) -> list[Transition]:
        self.life.begin(seq=seq, at=at, tick=self.tick_clock)
        for settings in changes:
            moved = list(self.tables.apply(settings, tick=self.tick_clock))
            index = self.tables.index(settings.point)
            self.life.groups[index] = settings.group
            self._needed(index, settings)
            for limit, old, new in moved:
                detail = {"old": old, "new": new if new == new else None, "audit": settings.audit}
                self.life.tell(Happening.LIMIT_MOVED, limit, detail=detail)
        return self.life.out

    def _needed(self, index: int, settings: PointSettings) -> None:
        wanted = {x.kind.slot: x.acknowledgements for x in settings.limits if x.acknowledgements > 1}
        for slot in range(t.SLOTS):
            if slot in wanted:
                self.life.needed[index * t.SLOTS + slot] = wanted[slot]
            else:
                self.life.needed.pop(index * t.SLOTS + slot, None)

    def command(self, command: Mapping[str, Any], *, seq: int, at: int) -> list[Transition]:
        """操作: {"do", "point", "limit", "by", …} as the log carries it. A refusal is a transition too, never
        a crash.
        """
        self.life.begin(seq=seq, at=at, tick=self.tick_clock)
        do, by = str(command.get("do", "")), str(command.get("by", ""))
        index = self.tables.index(int(command.get("point", -1)))
        kind = command.get("limit")
        limit = index * t.SLOTS + t.KIND[str(kind)].slot if index >= 0 and kind in t.KIND else -1
        why = self._obey(do, limit, command, by, at) if limit >= 0 else "no such limit"
        if why:
            self.life.refuse(limit, command=do, by=by, why=why, point=int(command.get("point", -1)))
        return self.life.out

    def _obey(self, do: str, limit: int, command: Mapping[str, Any], by: str, at: int) -> str:
        alarm = self.life.alarms.get(limit)
        reason = str(command.get("reason", "")).strip()
        reference = str(command.get("reference", ""))
        if do == "acknowledge":
            until = command.get("until")
            if not by:
                return "an acknowledgement is a person's"
            if until is not None and (not isinstance(until, int) or until <= at):
                return "an acknowledgement expires in the future"
            if until is not None and until - at > self.patterns.longest_acknowledgement_ms:
                return "the acknowledgement lasts longer than allowed"
            said = Acknowledgement(int(command.get("occurrence") or 0), until)
            if not self.life.may_acknowledge(limit, said, by=by):
                return "nothing to acknowledge"
            self.life.acknowledge(limit, said, by=by)
        elif do == "shelve":
            until = command.get("until")
            if not reason or not isinstance(until, int) or until <= at:
                return "a shelf needs a reason and an end in the future"
            if until - at > self.patterns.longest_shelf_ms:
                return "the shelf is longer than allowed"
            if command.get("role") not in self.patterns.shelving_roles:
                return "this role may not shelve"
            self.life.hide(limit, "shelf", Happening.SHELVED, Hiding(reason, by, until, reference))
        elif do in ("suppress", "take_out"):
            if not reason:
                return "a reason is needed"
            where, kind = _HIDE[do]
            self.life.hide(limit, where, kind, Hiding(reason, by, None, reference))
        elif do in _UNHIDE:
            where, kind = _UNHIDE[do]
            if alarm is None or getattr(alarm, where) is None:
                return "it was not hidden that way"
            self.life.unhide(limit, where, kind, by=by, reason=reason)
        else:
            return "no such command"
        return ""

    def _tell(self, count: int) -> None:
        for raw in self._out[:count]:
            _, limit, what, occurrence, at, began, value = raw.item()
            self.life.process(what, limit, occurrence, at, began, value)


_HIDE = {
    "suppress": ("suppression", Happening.SUPPRESSED),
    "take_out": ("out_of_service", Happening.TAKEN_OUT),
}
_UNHIDE = {
    "unshelve": ("shelf", Happening.UNSHELVED),
    "unsuppress": ("suppression", Happening.UNSUPPRESSED),
    "put_back": ("out_of_service", Happening.PUT_BACK),
}
