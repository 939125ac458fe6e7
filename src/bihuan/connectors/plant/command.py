"""模拟装置命令: `bihuan plant serve | run | config | adopt`: a plant to try the telemetry plane on, from sensor to alarm."""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from nats.errors import Error as NatsError

from bihuan.connectors.plant.model import SCENARIOS, Instruments, Plant, settings, tag_map, valves_of
from bihuan.connectors.plant.server import PlantServer, node_ids
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.processes import stop_on_signals
from bihuan.streams.settings import PlaneSettings, from_environment


def plant_command(argv: Sequence[str]) -> int:
    """bihuan plant serve | run | config | adopt"""
    parser = argparse.ArgumentParser(prog="bihuan plant", description="模拟装置 a small plant to try things on")
    sub = parser.add_subparsers(dest="do", required=True)
    serve = sub.add_parser("serve", help="作为 OPC UA 服务运行 show it as an OPC UA server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=4840)
    serve.add_argument("--speed", type=float, default=1.0, help="每秒走几秒 plant seconds a second")
    run = sub.add_parser("run", help="把读数写入文件（.csv 或 .parquet） write its readings to a file")
    run.add_argument("file", type=Path)
    run.add_argument("--seconds", type=int, default=3600)
    run.add_argument("--every", type=int, default=1)
    run.add_argument(
        "--from-ms", type=int, help="起始时间（毫秒） moment of the first reading; default: so that it ends now"
    )
    for each in (serve, run):
        each.add_argument("--scenario", choices=sorted(SCENARIOS), default="normal")
        each.add_argument("--at", type=float, default=60.0, help="工况开始于第几秒 when the scenario begins")
        each.add_argument("--seed", type=int, default=1)
    config = sub.add_parser("config", help="网关配置 a gateway's configuration for it")
    config.add_argument("--port", type=int, default=4840)
    adopt = sub.add_parser("adopt", help="把位号表和报警限放上总线 put its tags and limits on the bus")
    for each in (config, adopt):
        each.add_argument("enterprise")
    adopt.add_argument("--partition", type=int, default=0)
    args = parser.parse_args(argv)
    try:
        return {"serve": _serve, "run": _run, "config": _config, "adopt": _adopt}[args.do](args)
    except Problem as why:
        sys.stderr.write(f"{why.text}\n")
        return 2


def _serve(args: argparse.Namespace) -> int:
    plant = Plant()
    server = PlantServer(Instruments(plant, seed=args.seed), host=args.host, port=args.port)
    fault = valves_of(args.scenario)

    async def main() -> None:
        stop = stop_on_signals()
        await server.start()
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        running = asyncio.create_task(server.run(stop, speed=args.speed))
        while not stop.is_set() and plant.time < args.at:
            await asyncio.sleep(0.1)
        plant.valves = fault
        await running
        await server.stop()

    asyncio.run(main())
    return 0


def readings(
    *, scenario: str, at: float, seed: int, seconds: int, every: int, start_ms: int
) -> Iterator[tuple[str, int, float]]:
    plant, fault = Plant(), valves_of(scenario)
    seen = Instruments(plant, seed=seed)
    for second in range(0, seconds, every):
        if plant.time >= at:
            plant.valves = fault
        yield from ((tag, start_ms + 1000 * second, value) for tag, value in seen.read().items())
        plant.advance(every)


def _run(args: argparse.Namespace) -> int:
    start = args.from_ms if args.from_ms is not None else time.time_ns() // 1_000_000 - 1000 * args.seconds
    rows = readings(
        scenario=args.scenario, at=args.at, seed=args.seed, seconds=args.seconds, every=args.every, start_ms=start
    )
    if args.file.suffix == ".parquet":
        tags, moments, values = zip(*rows, strict=True)
        at = pa.array(moments, pa.timestamp("ms", tz="UTC"))
        pq.write_table(pa.table({"tag": pa.array(tags).dictionary_encode(), "at": at, "value": values}), args.file)
        return 0
    with args.file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(("tag", "at", "value"))
        lines.writerows(rows)
    return 0


def _config(args: argparse.Namespace) -> int:
    """TOML and JSON write such plain strings alike."""
    plane = from_environment()
    code = layout.token(args.enterprise)
    head = {
        "enterprise": code,
        "name": "plant-model",
        "url": plane.url(),
        "user": f"e-{code}",
        "password_file": "password",
    }
    source = {"kind": "opcua", "url": f"opc.tcp://127.0.0.1:{args.port}/bihuan/plant"}
    lines = ["[gateway]", *(f"{k} = {json.dumps(v)}" for k, v in head.items()), "", "[[source]]"]
    lines += [f"{k} = {json.dumps(v)}" for k, v in source.items()]
    lines += ["[source.nodes]", *(f"{json.dumps(tag)} = {json.dumps(node)}" for tag, node in node_ids().items())]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _adopt(args: argparse.Namespace) -> int:
    try:
        asyncio.run(adopt(from_environment(), enterprise=args.enterprise, partition=args.partition))
    except (NatsError, OSError) as why:
        sys.stderr.write(f"{Text('连不上总线：{w}', 'The bus cannot be reached: {w}').format(w=why)}\n")
        return 3
    return 0


async def adopt(plane: PlaneSettings, *, enterprise: str, partition: int) -> None:
    """What an administrator does for a real plant through the pages: limits into the log, tags into the bucket."""
    tags = tag_map(enterprise=enterprise, partition=partition)
    async with client.connect(url=plane.url(), user=plane.user(), name="plant", patient=False) as nc:
        js = client.jetstream(nc)
        change = wire.pack_settings(settings(), at=time.time_ns() // 1_000_000)
        await js.publish(layout.telemetry(partition, layout.SETTINGS), change)
        await (await js.key_value(layout.POINTERS)).put(f"tags.{enterprise}", wire.pack_json(tags.to_json()))
