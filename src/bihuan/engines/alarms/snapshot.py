"""快照: the engine's whole state as bytes, so that a fold goes on from a sequence instead of from the
beginning.
"""

from __future__ import annotations

import io
import json
import zlib
from collections import deque
from dataclasses import asdict
from typing import Any

import numpy as np

from bihuan.engines.alarms.engine import Engine
from bihuan.engines.alarms.life import Acknowledgement, Alarm, Hiding
from bihuan.engines.alarms.patterns import Group
from bihuan.engines.alarms.settings import Patterns
from bihuan.engines.alarms.terms import SLOTS
from bihuan.kernel.formats import require_known
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

FORMAT = 2  # since 2 an alarm says who has acknowledged it


class UnreadableSnapshot(Problem):
    code = "alarms.unreadable_snapshot"


def save(engine: Engine) -> bytes:
    tab, life, n = engine.tables, engine.life, engine.tables.count
    watch = life.watch
    head = {
        "format": FORMAT,
        "tick": engine.tick_clock,
        "patterns": asdict(engine.patterns),
        "alarms": {str(k): asdict(v) for k, v in sorted(life.alarms.items())},
        "needed": {str(k): v for k, v in sorted(life.needed.items())},
        "groups": {str(k): v for k, v in sorted(life.groups.items())},
        "raises": {str(k): list(v) for k, v in sorted(watch.raises.items())},
        "chattering": sorted(watch.chattering),
        "counted": {str(k): v for k, v in sorted(watch.counted.items())},
        "floods": {k: [list(g.raises), g.active, g.flooding] for k, g in sorted(watch.groups.items())},
    }
    out = io.BytesIO()
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    out.write(len(text).to_bytes(8, "little") + text + n.to_bytes(8, "little"))
    for part in (tab.points[:n], tab.limits[: n * SLOTS], tab.numbers[:n]):
        out.write(part.tobytes())
    return zlib.compress(out.getvalue(), 1)


def load(data: bytes) -> Engine:
    try:
        raw = zlib.decompress(data)
        size = int.from_bytes(raw[:8], "little")
        head = json.loads(raw[8 : 8 + size])
        format = head["format"]
    except (zlib.error, ValueError, KeyError) as why:
        raise UnreadableSnapshot(
            Text(
                "报警快照无法读取，将改从日志重放。",
                "The alarm snapshot can't be read; replay the log instead.",
            )
        ) from why
    # Not folded from the log instead: that was trimmed up to this snapshot.
    require_known(Text("报警快照", "the alarm snapshot"), found=format, known=FORMAT)
    patterns = head["patterns"]
    engine = Engine(Patterns(**(patterns | {"shelving_roles": tuple(patterns["shelving_roles"])})))
    engine.tick_clock = head["tick"]
    at = 8 + size
    n = int.from_bytes(raw[at : at + 8], "little")
    at += 8
    tab = engine.tables
    numbers = np.frombuffer(raw[len(raw) - 4 * n :], np.int32)
    points = np.frombuffer(raw, tab.points.dtype, n, at)
    tab.restore(points, np.frombuffer(raw, tab.limits.dtype, n * SLOTS, at + 64 * n), numbers)
    _people(engine, head)
    return engine


def _people(engine: Engine, head: dict[str, Any]) -> None:
    life, watch = engine.life, engine.life.watch
    for key, facts in head["alarms"].items():
        for where in ("shelf", "suppression", "out_of_service"):
            facts[where] = Hiding(**facts[where]) if facts[where] else None
        facts["people"] = {k: Acknowledgement(**v) for k, v in facts.get("people", {}).items()}
        life.alarms[int(key)] = Alarm(**facts)
    life.needed.update({int(k): v for k, v in head.get("needed", {}).items()})
    life.groups.update({int(k): v for k, v in head["groups"].items()})
    watch.raises.update({int(k): deque(v, maxlen=1000) for k, v in head["raises"].items()})
    watch.chattering.update(head["chattering"])
    watch.counted.update({int(k): v for k, v in head["counted"].items()})
    watch.groups.update({k: Group(deque(r), a, f) for k, (r, a, f) in head["floods"].items()})
