"""生成文件: a workload as a file: lines of JSON batches for any program to send, or a recording for `bihuan stream replay`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bihuan.streams import recording, wire
from bihuan.streams.bus import layout
from bihuan.streams.bus.reader import Entry
from bihuan.streams.intake import arrow
from bihuan.streams.intake.decode import encode_json
from bihuan.streams.intake.process import Intake
from bihuan.streams.intake.tags import Tag, TagMap
from bihuan.streams.workloads import TICK_MS, Delivery, Workload

ENTERPRISE: Final = "acme"
PARTITION: Final = 5
EPOCH: Final = "workload"
BASE_MS: Final = 1_800_000_000_000  # where a recording puts the run's beginning


def tag(point: int) -> str:
    return f"P{point:06d}"


def tag_map(w: Workload, *, partition: int = PARTITION) -> TagMap:
    tags = tuple(Tag(tag=tag(n), point=n, low=-50.0, high=150.0) for n in range(w.points))
    return TagMap(enterprise=ENTERPRISE, partition=partition, version=1, tags=tags)


def as_json(d: Delivery, *, base: int) -> bytes:
    x = d.samples
    columns = (x.point.tolist(), (x.at + base).tolist(), x.value.tolist(), x.quality.tolist())
    rows = [(tag(p), at, value, quality) for p, at, value, quality in zip(*columns, strict=True)]
    return encode_json(rows, sent_at=base + d.sent_at)


def as_arrow(d: Delivery, tags: list[str], *, base: int) -> bytes:
    """`tags`: the name of every point of the workload, in their order."""
    x = d.samples
    return arrow.encode(tags, x.point, x.at + base, x.value, x.quality, sent_at=base + d.sent_at)


def summary(w: Workload) -> dict[str, Any]:
    e = w.expected
    return {
        "workload": w.name,
        "seed": w.seed,
        "points": w.points,
        "seconds": w.seconds,
        "rows": e.rows_sent,
        "rows_kept": e.rows_kept,
        "alarms": len(e.crossings),
        "clears": e.clears,
        "input_lost": e.input_lost,
    }


def write_lines(path: Path, w: Workload) -> int:
    """The head, then a line for each delivery: {"due_ms", "source", "batch"}; times count from 0."""
    count = 0
    head = summary(w) | {"crossings": w.expected.crossings, "settings": [x.to_json() for x in w.settings]}
    with path.open("w", encoding="utf-8") as out:
        out.write(json.dumps(head) + "\n")
        for d in w.deliveries():
            out.write(f'{{"due_ms":{d.due_ms},"source":"{d.source}","batch":{as_json(d, base=0).decode()}}}\n')
            count += 1
    return count


def write_recording(path: Path, w: Workload) -> int:
    return recording.write(path, EPOCH, entries(w))


def entries(w: Workload, *, base: int = BASE_MS) -> Iterator[Entry]:
    """The log as the intake would have written it: what it corrects is corrected, a tick a second between."""
    intake = Intake()
    intake.adopt(tag_map(w))
    names = [tag(n) for n in range(w.points)]
    seq, ticked = 1, -TICK_MS
    settings = wire.pack_settings(w.settings, at=base)
    yield _entry(seq, layout.SETTINGS, settings, base)
    for d in w.deliveries():
        while ticked + TICK_MS <= d.due_ms:
            seq, ticked = seq + 1, ticked + TICK_MS
            yield _entry(seq, layout.CLOCK, wire.pack_tick(at=base + ticked), base + ticked)
        received = base + d.due_ms
        taken = intake.take(enterprise=ENTERPRISE, data=as_arrow(d, names, base=base), received_at=received)
        if taken.samples is not None:
            seq += 1
            yield _entry(seq, ENTERPRISE, wire.pack(taken.samples, received_at=received), received)


def _entry(seq: int, what: str, data: bytes, at: int) -> Entry:
    return Entry(seq, layout.telemetry(PARTITION, what), data, at * 1_000_000, None)
