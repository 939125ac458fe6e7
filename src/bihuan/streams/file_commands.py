"""文件命令: `bihuan stream record | replay | check | generate | verify`: the plane's log and history as files."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from nats.js.errors import NotFoundError

from bihuan.kernel.text import Text
from bihuan.streams import generating, recording, wire, workloads
from bihuan.streams.bus import client, layout
from bihuan.streams.bus.reader import Entry, OrderedReader
from bihuan.streams.folds.steps import Step
from bihuan.streams.history.store import Store
from bihuan.streams.saying import say
from bihuan.streams.settings import PlaneSettings


def record(settings: PlaneSettings, args: argparse.Namespace) -> int:
    async def work() -> int:
        async with client.connect(url=settings.url(), user=settings.user(), name="record", patient=False) as nc:
            js = client.jetstream(nc)
            until = (await js.stream_info("TELEMETRY")).state.last_seq
            subjects = (f"TELEMETRY.{args.partition}.>",)
            reader = OrderedReader(nc, js, stream="TELEMETRY", subjects=subjects, after=0)
            entries: list[Entry] = []
            while more := await reader.some(most=1024, wait=1.0):
                entries += [e for e in more if e.seq <= until]
                if more[-1].seq >= until:
                    break
            return recording.write(args.file, await layout.epoch_of(js, "TELEMETRY"), entries)

    count = asyncio.run(work())
    say(Text("已录制 {n} 条到 {f}", "{n} entries recorded to {f}").format(n=count, f=args.file))
    return 0


def replay(_: PlaneSettings, args: argparse.Namespace) -> int:
    done = recording.replay(args.file)
    if args.out:
        lines = [json.dumps(x, ensure_ascii=False, sort_keys=True) for x in done.transitions]
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(json.dumps({"transitions": len(done.transitions), "sha256": done.digest, "counts": done.counts}))
    return 0


def check(settings: PlaneSettings, args: argparse.Namespace) -> int:
    whole, restored = recording.replay(args.file), recording.replay(args.file, reload_every=97)
    same = whole.digest == restored.digest
    say(
        Text("两次回放{x}", "Two replays: {x}").format(
            x=Text("相同", "the same") if same else Text("不同", "different")
        )
    )
    if args.partition is None:
        return 0 if same else 1
    told = asyncio.run(_told(settings, args.partition))
    last = max((x["seq"] for x in whole.transitions), default=0)
    told = [x for x in told if x["seq"] <= last]
    agrees = wire.pack_json({"t": told}) == wire.pack_json({"t": whole.transitions})
    words = Text("一致", "agree") if agrees else Text("不一致", "do not agree")
    say(
        Text("总线上 {n} 条变化，与回放{w}", "{n} transitions on the bus and the replay {w}").format(
            n=len(told), w=words
        )
    )
    return 0 if same and agrees else 1


async def _told(settings: PlaneSettings, partition: int) -> list[dict[str, Any]]:
    async with client.connect(url=settings.url(), user=settings.user(), name="check", patient=False) as nc:
        js, seq = client.jetstream(nc), 0
        out: list[dict[str, Any]] = []
        while True:
            try:
                msg = await js.get_msg("ALARMS", seq=seq + 1, subject=layout.alarms(partition), next=True)
            except NotFoundError:
                return out
            seq = int(msg.seq or 0)
            out += Step.unpack(msg.data or b"{}").transitions


def generate(_: PlaneSettings, args: argparse.Namespace) -> int:
    made = workloads.workload(args.workload, seed=args.seed, points=args.points, seconds=args.seconds)
    write = generating.write_recording if args.file.suffix == ".rec" else generating.write_lines
    count = write(args.file, made)
    say(json.dumps(generating.summary(made) | {"entries": count}))
    return 0


def verify(settings: PlaneSettings, _: argparse.Namespace) -> int:
    wrong = Store(settings.history).verify()
    for name in wrong:
        say(Text("文件缺失或与清单不符：{n}", "Missing or not what the manifest says: {n}").format(n=name))
    say(Text("核对完毕，{n} 个问题", "Verified, {n} problems").format(n=len(wrong)))
    return 1 if wrong else 0
