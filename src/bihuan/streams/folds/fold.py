"""折叠: the state of a partition and its step. Pure: the same entries give the same transitions, on any machine.

Two engines look at the same log. The live one judges what is on time. What it finds late goes to the retrospective one,
whose alarms (事后报警) are listed and triaged but never sound: they say what was, not what is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np

from bihuan.engines.alarms import snapshot
from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.engine import Engine
from bihuan.engines.alarms.life import Transition, transition_id
from bihuan.engines.alarms.settings import Patterns, PointSettings
from bihuan.engines.alarms.terms import Happening
from bihuan.kernel.problem import Problem
from bihuan.streams import wire
from bihuan.streams.bus import layout

FATES: Final = ("judged", "duplicate", "conflict", "late", "future", "unknown")
_EVER: Final = 10 * 366 * 24 * 3600 * 1000


class Fold:
    def __init__(self, *, epoch: str, seq: int = 0, patterns: Patterns | None = None) -> None:
        self.epoch = epoch
        self.seq = seq
        self.live = Engine(patterns)
        self.past = Engine(_for_the_past(self.live.patterns))
        self.last_tick: int | None = None
        self.counts: dict[str, int] = dict.fromkeys((*FATES, "unordered", "unreadable", "ticks", "entries"), 0)

    def apply(self, *, seq: int, subject: str, data: bytes) -> list[dict[str, Any]]:
        """One entry of the log. An entry nobody can read is counted and passed by: the log can't be argued with."""
        self.seq = seq
        self.counts["entries"] += 1
        what = subject.rsplit(".", 1)[-1]
        past: list[Transition] = []
        try:
            if what == layout.CLOCK:
                live = self._tick(wire.unpack_json(data))
            elif what == layout.SETTINGS:
                live = self._settings(wire.unpack_json(data))
            elif what == layout.COMMANDS:
                command = wire.unpack_json(data)
                live = self.live.command(command, seq=seq, at=int(command["at"]))
            else:
                live, past = self._samples(wire.unpack(data))
        except (Problem, KeyError, TypeError, ValueError, AttributeError):
            self.counts["unreadable"] += 1
            return []
        return [self._told(x, False) for x in live] + [self._told(x, True) for x in past]

    def _told(self, x: Transition, retrospective: bool) -> dict[str, Any]:
        name = transition_id(self.epoch, x)
        return x.to_json() | ({"id": name} if not retrospective else {"id": f"{name}:past", "retrospective": True})

    def _tick(self, tick: dict[str, Any]) -> list[Transition]:
        """Elapsed time is the difference of two ticks in the log, so two owners ticking at once make no time."""
        at = int(tick["at"])
        elapsed = 0 if self.last_tick is None else at - self.last_tick
        self.last_tick = at
        self.counts["ticks"] += 1
        return self.live.tick(seq=self.seq, at=at, elapsed_ms=elapsed)

    def _settings(self, content: dict[str, Any]) -> list[Transition]:
        at = int(content["at"])
        changes = [PointSettings.from_json(x) for x in content["changes"]]
        if "patterns" in content:
            known = asdict(self.live.patterns) | content["patterns"]
            patterns = Patterns(**(known | {"shelving_roles": tuple(known["shelving_roles"])}))
            for engine, its in ((self.live, patterns), (self.past, _for_the_past(patterns))):
                engine.patterns = engine.life.patterns = engine.life.watch.patterns = its
        self.past.configure(changes, seq=self.seq, at=at)
        return self.live.configure(changes, seq=self.seq, at=at)

    def _samples(self, batch: wire.Batch) -> tuple[list[Transition], list[Transition]]:
        judged = self.live.judge(batch.samples, seq=self.seq, received_at=batch.received_at)
        counted = np.bincount(judged.fate, minlength=len(FATES)).tolist()
        for name, n in zip(FATES, counted, strict=True):
            self.counts[name] += n
        if not counted[t.LATE]:
            return judged.transitions, []
        late = self.past.judge(batch.samples[judged.fate == t.LATE], seq=self.seq, received_at=batch.received_at)
        self.counts["unordered"] += int((late.fate == t.LATE).sum())
        silent = (Happening.FLOOD_BEGAN, Happening.FLOOD_ENDED, Happening.CHATTERING)
        return judged.transitions, [x for x in late.transitions if x.kind not in silent]

    def begin_epoch(self, epoch: str) -> None:
        """新纪元: the log begins again; what was active stays active."""
        self.epoch, self.seq, self.last_tick = epoch, 0, None

    def save(self) -> bytes:
        head = {"epoch": self.epoch, "seq": self.seq, "last_tick": self.last_tick, "counts": self.counts}
        parts = (json.dumps(head, sort_keys=True).encode(), snapshot.save(self.live), snapshot.save(self.past))
        return b"".join(len(x).to_bytes(8, "little") + x for x in parts)

    @classmethod
    def load(cls, data: bytes) -> Fold:
        parts, at = [], 0
        for _ in range(3):
            size = int.from_bytes(data[at : at + 8], "little")
            parts.append(data[at + 8 : at + 8 + size])
            at += 8 + size
        head = json.loads(parts[0])
        fold = cls(epoch=head["epoch"], seq=head["seq"])
        fold.last_tick, fold.counts = head["last_tick"], head["counts"]
        fold.live, fold.past = snapshot.load(parts[1]), snapshot.load(parts[2])
        return fold


def _for_the_past(patterns: Patterns) -> Patterns:
    return replace(patterns, lateness_ms=_EVER, future_ms=_EVER)
