"""监测数据平面: samples per second judged and durably stored, bus, fold and historian as processes. `./run bench stream`.

Columnar batches are published straight into the log with many in flight, `sync_interval: always`. The clock stops when
the fold has told an alarm that lies in the very last batch and the history's manifest has reached that sequence: every
row judged, and every row in a synced Parquet file. History writes a segment at least every second here, so that the
wait for its timer (30 s by default) is not taken for work. Everything, the generator too, shares this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from bench._costs import cost
from bench.soak import PARTITION, Plane, connected, patiently
from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.folds.steps import last_step
from bihuan.streams.history.manifest import Manifest


def settings_of(points: int) -> list[PointSettings]:
    levels = (("H", 80.0), ("HH", 90.0), ("L", 20.0), ("LL", 10.0))
    limits = tuple(Limit(kind=KIND[k], value=v, deadband=2.0, on_delay_ms=1000) for k, v in levels)
    return [PointSettings(point=n, version=1, limits=limits, lost_after_ms=10**8) for n in range(points)]


POOL = 4_000_000


def values(rng: np.random.Generator) -> np.ndarray:
    """Noise quantised like a 12-bit transmitter; every batch is another stretch of it, so nothing repeats by the point."""
    return np.round(rng.normal(50, 6, POOL).clip(25, 75) * 40.95) / 40.95


async def measure(points: int, rows: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-stream-") as folder:
        plane = Plane(Path(folder))
        plane.env["BIHUAN_HISTORY_SEGMENT_SECONDS"] = "1"
        try:
            plane.start("bus")
            url, user = plane.settings.url(), plane.settings.user()
            await patiently(lambda: connected(url, user))
            async with client.connect(url=url, user=user, name="bench") as nc:
                js = client.jetstream(nc, timeout=60)
                await patiently(lambda: js.stream_info("DEAD"))
                await asyncio.sleep(0.5)
                base = time.time_ns() // 10**6
                everyone = settings_of(points)
                for i in range(0, points, 2000):
                    data = wire.pack_settings(everyone[i : i + 2000], at=base)
                    await js.publish(layout.telemetry(PARTITION, layout.SETTINGS), data)
                for part in ("folds", "history"):
                    plane.start(part)
                await asyncio.sleep(8)  # the kernel is compiled or read from its cache before the clock starts
                await drive(plane, js, points, rows, seconds)
        finally:
            plane.stop()


async def drive(plane: Plane, js, points: int, rows: int, seconds: float) -> None:
    rng, subject = np.random.default_rng(1), layout.telemetry(PARTITION, "acme")
    pool, quality = values(rng), np.zeros(rows, np.uint8)
    starts = rng.integers(0, POOL - rows, 100_000)
    number = [((np.arange(rows) + n * rows) % points).astype(np.int32) for n in range(max(1, points // rows))]
    before = {name: cost(x.pid) for name, x in plane.parts.items()}
    flying: set[asyncio.Task] = set()
    began, cpu, sent, sweep = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF), 0, 0
    now = time.time_ns() // 10**6
    while time.monotonic() - began < seconds:
        at = np.full(rows, now + (sweep * rows // points), np.int64)
        start = starts[sweep % len(starts)]
        samples = Samples(number[sweep % len(number)], at, pool[start : start + rows], quality)
        flying.add(asyncio.create_task(js.publish(subject, wire.pack(samples, received_at=int(at[0])))))
        sent, sweep = sent + rows, sweep + 1
        if len(flying) >= 32:
            _, flying = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*flying)
    accepted = time.monotonic() - began
    mine = resource.getrusage(resource.RUSAGE_SELF)
    at = now + sweep * rows // points + 1
    for late in (0, 1500):  # over the limit longer than its delay: the last alarm of the run
        one = Samples(np.array([1], np.int32), np.array([at + late]), np.array([99.0]), np.zeros(1, np.uint8))
        ack = await js.publish(subject, wire.pack(one, received_at=at + late))
    judged = stored = None
    while judged is None or stored is None:
        await asyncio.sleep(0.02)
        if judged is None:
            _, step = await last_step(js, PARTITION)
            judged = time.monotonic() - began if step and step.last >= ack.seq else None
        if stored is None and Manifest(plane.settings.history).newest().last_seq >= ack.seq:
            stored = time.monotonic() - began
        if time.monotonic() - began > 10 * seconds + 120:
            raise TimeoutError
    after = {name: cost(x.pid) for name, x in plane.parts.items()}
    version = Manifest(plane.settings.history).newest()
    kept = sum(x.rows for x in version.files)
    busy = mine.ru_utime + mine.ru_stime - cpu.ru_utime - cpu.ru_stime
    print(f"{points} points, {rows} rows a message, {sent / 1e6:.1f} M samples, load {os.getloadavg()[0]:.1f}")
    print(f"  on the bus, synced   {sent / accepted / 1e6:6.2f} M/s   generator {busy / accepted:4.0%} of a core")
    print(f"  judged               {sent / judged / 1e6:6.2f} M/s")
    print(f"  in history           {sent / stored / 1e6:6.2f} M/s   {kept} rows kept of {sent + 2}")
    total = max(judged, stored)
    print(
        f"  both                 {sent / total / 1e6:6.2f} M/s   {sum(x.size for x in version.files) / kept:.2f} B a row"
    )
    for name, x in after.items():
        used = x.cpu - before[name].cpu
        print(f"  {name:8} {used / total:5.0%} of a core, {used / sent * 1e6:5.2f} s a million, {x.rss:5.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    asyncio.run(measure(args.points, args.rows, args.seconds))


if __name__ == "__main__":
    main()
