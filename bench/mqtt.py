"""MQTT 接入: JSON batches over 200 MQTT connections, taken in, judged and kept. `./run bench mqtt`.

Each connection publishes with QoS 1 and waits for its PUBACK before the next batch. The client is forty lines of MQTT 3.1.1 on
plain sockets, so that the generator costs little; what it costs is printed. The clock stops when the last row is judged and kept.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import struct
import tempfile
import time
from pathlib import Path

import numpy as np

from bench._costs import cost
from bench.soak import PARTITION, Plane, connected, patiently
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.server import free_port
from bihuan.streams.folds.steps import last_step
from bihuan.streams.generating import ENTERPRISE, encode_json, tag
from bihuan.streams.history.manifest import Manifest
from bihuan.streams.intake.tags import Tag, TagMap
from bihuan.streams.settings import from_environment
from bihuan.streams.workloads import settings_of


def text(words: str) -> bytes:
    return struct.pack(">H", len(words)) + words.encode()


def packet(kind: int, body: bytes) -> bytes:
    size, head = len(body), bytearray([kind])
    while True:
        head.append(size % 128 | (128 if size > 127 else 0))
        size //= 128
        if not size:
            return bytes(head) + body


class Device:
    def __init__(self, number: int, points: range) -> None:
        self.name, self.points, self.number = f"d{number}", points, 0

    async def connect(self, port: int, user: str, password: str) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        body = (
            text("MQTT")
            + bytes([4, 0b11000010])
            + struct.pack(">H", 60)
            + text(self.name)
            + text(user)
            + text(password)
        )
        self.writer.write(packet(0x10, body))
        answer = await self.reader.readexactly(4)
        assert answer[3] == 0, f"refused: {answer[3]}"

    async def publish(self, payload: bytes) -> None:
        self.number = self.number % 65535 + 1
        body = text(f"RAW/{ENTERPRISE}/{self.name}") + struct.pack(">H", self.number) + payload
        self.writer.write(packet(0x32, body))
        answer = await self.reader.readexactly(4)
        assert answer[0] == 0x40, answer


async def measure(connections: int, rows: int, seconds: float) -> None:
    points = connections * rows
    with tempfile.TemporaryDirectory(prefix="bench-mqtt-") as folder:
        plane = Plane(Path(folder))
        plane.env |= {"BIHUAN_HISTORY_SEGMENT_SECONDS": "1", "BIHUAN_BUS_MQTT_PORT": str(free_port())}
        plane.settings = from_environment(plane.env)
        user = plane.settings.register.issue(ENTERPRISE)
        try:
            plane.start("bus")
            url, ours = plane.settings.url(), plane.settings.user()
            await patiently(lambda: connected(url, ours))
            async with client.connect(url=url, user=ours, name="bench") as nc:
                js = client.jetstream(nc, timeout=30)
                await patiently(lambda: js.key_value(layout.POINTERS))
                for n in range(0, points, 2000):
                    some = [settings_of(p, lost_after_ms=10**8) for p in range(n, min(n + 2000, points))]
                    await js.publish(layout.telemetry(PARTITION, layout.SETTINGS), wire.pack_settings(some, at=0))
                tags = tuple(Tag(tag=tag(n), point=n) for n in range(points))
                made = TagMap(enterprise=ENTERPRISE, partition=PARTITION, version=1, tags=tags)
                await (await js.key_value(layout.POINTERS)).put(f"tags.{ENTERPRISE}", wire.pack_json(made.to_json()))
                for part in ("intake", "folds", "history"):
                    plane.start(part)
                devices = [Device(n, range(n * rows, (n + 1) * rows)) for n in range(connections)]
                for device in devices:
                    await device.connect(plane.settings.mqtt_port, user.name, user.password)
                told = 0
                for value in (95.0, 50.0):  # everybody has read the settings when an alarm came and went
                    told = await answered(js, devices[0], value, after=told)
                await drive(plane, js, devices, rows, seconds, told)
        finally:
            plane.stop()


async def answered(js, device: Device, value: float, *, after: int) -> int:
    at = time.time_ns() // 10**6
    await device.publish(encode_json([(tag(0), at, value, 0)], sent_at=at))
    while True:
        number, step = await last_step(js, PARTITION)
        if number > after and step and step.transitions:
            return number
        await asyncio.sleep(0.05)


async def drive(plane: Plane, js, devices: list[Device], rows: int, seconds: float, told: int) -> None:
    rng = np.random.default_rng(1)
    pool = np.round(np.round(rng.normal(50, 5, 100_000).clip(25, 75) * 40.95) / 40.95, 4).tolist()
    before = {name: cost(x.pid).cpu for name, x in plane.parts.items()}
    began, mine, messages = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF), 0

    async def one(device: Device) -> int:
        count = 0
        while time.monotonic() - began < seconds:
            at, start = time.time_ns() // 10**6, int(rng.integers(0, 90_000))
            batch = [
                (tag(p), at, v if p % 5 < 4 else 1.0, 0) for p, v in zip(device.points, pool[start:], strict=False)
            ]
            await device.publish(encode_json(batch, sent_at=at))
            count += 1
        return count

    messages = sum(await asyncio.gather(*(one(x) for x in devices)))
    accepted, sent = time.monotonic() - began, messages * rows
    used = resource.getrusage(resource.RUSAGE_SELF)
    last = [(tag(0), time.time_ns() // 10**6 + 1, 95.0, 0)]
    await devices[0].publish(encode_json(last, sent_at=last[0][1]))
    kept = judged = 0.0
    while not (kept and judged):
        await asyncio.sleep(0.02)
        version = Manifest(plane.settings.history).newest()
        number, step = await last_step(js, PARTITION)
        judged = judged or (time.monotonic() - began if number > told and step and step.transitions else 0.0)
        kept = kept or (
            time.monotonic() - began if sum(x.rows for x in version.files if x.kind == "samples") > sent + 2 else 0.0
        )
        if time.monotonic() - began > 10 * seconds + 120:
            raise TimeoutError
    busy = used.ru_utime + used.ru_stime - mine.ru_utime - mine.ru_stime
    print(f"{len(devices)} connections, {rows} values a batch, {messages} batches, load {os.getloadavg()[0]:.1f}")
    print(
        f"  acknowledged {sent / accepted / 1e3:6.0f} 000 samples/s, {messages / accepted:.0f} batches/s; generator {busy / accepted:.0%}"
    )
    print(f"  judged       {sent / judged / 1e3:6.0f} 000 samples/s")
    print(
        f"  in history   {sent / kept / 1e3:6.0f} 000 samples/s, {sum(x.rows for x in version.files if x.kind == 'samples')} rows of {sent + 3}"
    )
    for name, x in plane.parts.items():
        print(f"  {name:8} {(cost(x.pid).cpu - before[name]) / max(judged, kept):5.0%} of a core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    asyncio.run(measure(args.connections, args.rows, args.seconds))


if __name__ == "__main__":
    main()
