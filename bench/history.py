"""历史库: bytes a row after compaction, writing, reading a day and a year, beside other stores. `./run bench history`.

The same noisy day (`_noise.py`) goes into every store; the entropy of its generator is the bound nobody gets below on average.
The year is that day's hourly extremes, given to other points on each of its days: what a year's chart reads. Ours syncs every file;
SQLite and DuckDB run with their defaults (SQLite with synchronous=normal), VictoriaMetrics flushes about once a second.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bench import _noise
from bench._costs import size_of
from bench.peer.others import find
from bihuan.engines.alarms.samples import Samples
from bihuan.streams import wire
from bihuan.streams.bus.server import free_port
from bihuan.streams.history.last import LastValues
from bihuan.streams.history.manifest import File
from bihuan.streams.history.read import History
from bihuan.streams.history.segments import (
    COMPACT_LEVEL,
    DAY_MS,
    HOUR_MS,
    SMALLEST_GROUP,
    SegmentWriter,
    hours_of,
    order_of,
    read_samples,
)
from bihuan.streams.history.store import DAYS_A_MERGE, Store

DAY = 19_997  # 2024-10-01
START = DAY * DAY_MS


def timed(work: Callable[[int], Any], *, times: int = 21) -> str:
    took = []
    for n in range(times):
        began = time.perf_counter()
        work(n)
        took.append((time.perf_counter() - began) * 1000)
    return f"{np.median(took):.1f} ms (first {took[0]:.1f}, worst {max(took):.1f})"


def ours(folder: Path, rows: Samples, days: int) -> None:
    store = Store(folder)
    began = time.perf_counter()
    for hour in range(24):
        part = rows[(rows.at >= START + hour * HOUR_MS) & (rows.at < START + (hour + 1) * HOUR_MS)]
        store.append(part, epoch="e", last_seq=hour + 1)
    written = time.perf_counter() - began
    loose = sum(x.size for x in store.version.of("samples")) / len(rows)
    began = time.perf_counter()
    store.compact()
    compacted = time.perf_counter() - began
    (file,) = store.version.of("samples")
    hours = sum(x.size for x in store.version.of("hours")) / len(rows)
    kept = read_samples(folder, [file])
    sorted_ = rows[order_of(rows.point, rows.at)]
    same = all(np.array_equal(getattr(kept, k), getattr(sorted_, k)) for k in ("point", "at", "value", "quality"))
    print(
        f"Bihuan, Parquet: {file.size / len(rows):.2f} B a row compacted ({loose:.2f} before), hourly extremes {hours:.2f} more"
    )
    print(
        f"  written {len(rows) / written / 1e6:.2f} M rows/s in 24 synced segments, compacted {len(rows) / compacted / 1e6:.2f} M/s"
    )
    print(f"  round trip {'exact' if same else 'DIFFERS'}")
    history = History(folder)
    print("  one point, one day, raw:", timed(lambda n: history.rows(points=[n], start=START, end=START + DAY_MS)))
    began = time.perf_counter()
    extremes = hours_of(kept)
    add = [other_day(folder, extremes, n) for n in range(1, days)]
    own = DAYS_A_MERGE - 1  # of the month that goes on: as many days as there can be before it is merged
    store.version = store.manifest.commit(store.version, add=add[:-own])
    print(f"  {days} days of hourly extremes made in {time.perf_counter() - began:.0f} s")
    began, before = time.perf_counter(), store.version
    merged = store.merge_months(today=DAY + days - 1)
    sizes = [sum(x.size for x in v.of("hours") + v.of("months")) / days / len(rows) for v in (before, store.version)]
    print(
        f"  {merged} months merged in {time.perf_counter() - began:.0f} s, {sizes[0]:.2f} → {sizes[1]:.2f} B a row;"
        f" {own} days after them are files of their own"
    )
    store.version = store.manifest.commit(store.version, add=add[-own:])
    end = START + days * DAY_MS

    def year(width: int) -> Callable[[int], Any]:
        return lambda n: history.series(point=n * 7, start=START, end=end, width_ms=width)

    print(f"  one point, {days} days, a value a day: ", timed(year(DAY_MS), times=9))
    print(f"  one point, {days} days, a value an hour:", timed(year(HOUR_MS), times=9))


def other_day(folder: Path, hours: pa.Table, n: int) -> File:
    """The first day's hourly extremes as those of the n-th day, of other points each day: no day is a copy of the last."""
    columns = {x: hours.column(x).to_numpy() for x in hours.column_names}
    points = int(columns["point"].max()) + 1
    turned = (columns["point"] + n * 37) % points
    order = np.argsort(turned, kind="stable")
    columns = {x: (v + n * DAY_MS if x in ("hour", "low_at", "high_at") else v)[order] for x, v in columns.items()}
    columns["point"] = turned[order].astype(np.int32)
    out = SegmentWriter(folder, day=DAY + n, kind="hours", level=COMPACT_LEVEL, group=SMALLEST_GROUP)
    out.write(pa.table(columns, schema=hours.schema))
    return out.finish(from_seq=1, to_seq=24, epoch="e", order=24, unique=True)


def last_values(points: int = 100_000) -> None:
    last, number = LastValues(), np.arange(points, dtype=np.int32)
    last.take(Samples(number, np.full(points, START), number / 7, np.zeros(points, np.uint8)))
    print(
        f"Bihuan: last value of {points} points, packed for the answer:",
        timed(lambda _: wire.pack(last.of(), received_at=0)),
    )


def in_duckdb(folder: Path, rows: Samples) -> None:
    rows = rows[order_of(rows.point, rows.at)]
    columns = {k: pa.array(getattr(rows, k)) for k in ("point", "at", "value", "quality")}
    table = pa.table(columns)
    with duckdb.connect(str(folder / "x.duckdb")) as db:
        db.register("day", table)
        began = time.perf_counter()
        db.execute("CREATE TABLE samples AS SELECT * FROM day")
        db.execute("CHECKPOINT")
        took = time.perf_counter() - began
        size = size_of(folder) / len(rows)
        query = 'SELECT "at", value, quality FROM samples WHERE point = ?'
        found = timed(lambda n: db.execute(query, [n]).fetchnumpy())
    print(
        f"DuckDB's own file, sorted: {size:.2f} B a row, written {len(rows) / took / 1e6:.2f} M rows/s; one point, one day: {found}"
    )


def in_sqlite(folder: Path, rows: Samples) -> None:
    db = sqlite3.connect(folder / "x.sqlite")
    db.execute("PRAGMA journal_mode=wal")
    db.execute("PRAGMA synchronous=normal")
    db.execute(
        'CREATE TABLE samples (point INT, "at" INT, value REAL, quality INT, PRIMARY KEY (point, "at")) WITHOUT ROWID'
    )
    columns = [getattr(rows, k).tolist() for k in ("point", "at", "value", "quality")]
    began = time.perf_counter()
    for n in range(0, len(rows), 100_000):
        with db:
            part = zip(*(x[n : n + 100_000] for x in columns), strict=True)
            db.executemany("INSERT INTO samples VALUES (?, ?, ?, ?)", part)
    db.execute("PRAGMA wal_checkpoint(truncate)")
    took = time.perf_counter() - began
    found = timed(lambda n: db.execute("SELECT * FROM samples WHERE point = ?", [n]).fetchall())
    db.close()
    print(
        f"SQLite, key (point, at): {size_of(folder) / len(rows):.2f} B a row, written {len(rows) / took / 1e6:.2f} M rows/s; one point, one day: {found}"
    )


def in_victoria(folder: Path, rows: Samples) -> None:
    program = find("victoria-metrics")
    if not program:
        print("VictoriaMetrics: left out, not found")
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    limits = ["-search.maxUniqueTimeseries=1000000", "-retentionPeriod=100y"]
    command = [program, f"-storageDataPath={folder / 'data'}", f"-httpListenAddr=127.0.0.1:{port}", *limits]
    with (folder / "log").open("ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for(f"{url}/health")
        order = order_of(rows.point, rows.at)
        rows = rows[order]
        bounds = np.searchsorted(rows.point, np.arange(int(rows.point.max()) + 2))
        began = time.perf_counter()
        for n in range(0, len(bounds) - 1, 500):
            lines = []
            for p in range(n, min(n + 500, len(bounds) - 1)):
                part = slice(bounds[p], bounds[p + 1])
                one = {
                    "metric": {"__name__": "v", "p": str(p)},
                    "values": rows.value[part].tolist(),
                    "timestamps": rows.at[part].tolist(),
                }
                lines.append(json.dumps(one))
            urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/import", "\n".join(lines).encode())).read()
        took = time.perf_counter() - began
        get(f"{url}/internal/force_flush")
        get(f"{url}/internal/force_merge")
        time.sleep(5)
        span = f"start={START / 1000}&end={(START + DAY_MS) / 1000}"
        found = timed(lambda n: get(f'{url}/api/v1/export?match[]=v{{p="{n}"}}&{span}'))
        wrong = 0
        for p in range(20):
            said = json.loads(get(f'{url}/api/v1/export?match[]=v{{p="{p}"}}&{span}'))
            wrong += not np.array_equal(np.array(said["values"]), rows.value[bounds[p] : bounds[p + 1]])
        print(
            f"VictoriaMetrics, quality left out: {size_of(folder / 'data') / len(rows):.2f} B a row, written"
            f" {len(rows) / took / 1e6:.2f} M rows/s; one point, one day: {found}; values differ at {wrong} of 20 points"
        )
    finally:
        child.terminate()
        child.wait()


def get(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            get(url)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    args = parser.parse_args()
    fast = args.points // 100
    rows = _noise.day(DAY, points=args.points, fast=fast)
    bound = _noise.entropy(args.points, fast)
    print(
        f"{len(rows)} rows of {args.points} points; entropy of the generator {bound:.2f} B a row; load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory(prefix="bench-history-") as folder:
        places = {x: Path(folder) / x for x in ("ours", "duckdb", "sqlite", "victoria")}
        for place in places.values():
            place.mkdir()
        ours(places["ours"], rows, args.days)
        last_values()
        in_duckdb(places["duckdb"], rows)
        in_sqlite(places["sqlite"], rows)
        in_victoria(places["victoria"], rows)


if __name__ == "__main__":
    main()
