"""平面命令: `bihuan bus …`, `bihuan stream …`: plain functions of their arguments, mounted by the site's
command line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from nats.errors import Error as NatsError
from nats.errors import NoServersError
from nats.js.errors import APIError

from bihuan.kernel.problem import Problem
from bihuan.kernel.pulse import Pulse
from bihuan.kernel.text import Text
from bihuan.streams import processes, status
from bihuan.streams.bus import client, copies, layout, space
from bihuan.streams.bus.server import supervise
from bihuan.streams.saying import say
from bihuan.streams.settings import PlaneSettings, from_environment


def bus_command(argv: Sequence[str]) -> int:
    """bihuan bus up | status | issue 企业 | withdraw 企业"""
    parser = argparse.ArgumentParser(prog="bihuan bus", description="总线 the bus")
    sub = parser.add_subparsers(dest="do", required=True)
    up = sub.add_parser("up", help="启动并看护总线 run and watch the bus")
    up.add_argument("--stay", action="store_true", help="外部总线时也不退出 stay with an external bus, too")
    sub.add_parser("status", help="各流占用 how full the streams are").add_argument("--json", action="store_true")
    for name, text in (("issue", "发放凭据 a credential for an enterprise"), ("withdraw", "收回凭据 take it back")):
        sub.add_parser(name, help=text).add_argument("enterprise")
    args = parser.parse_args(argv)
    settings = from_environment()
    return _guarded(
        lambda: {"up": _up, "status": _status, "issue": _issue, "withdraw": _withdraw}[args.do](settings, args)
    )


def stream_command(argv: Sequence[str]) -> int:
    """bihuan stream intake | folds | history | status | record | replay | check | generate | verify"""
    parser = argparse.ArgumentParser(prog="bihuan stream", description="监测数据平面 the telemetry plane")
    sub = parser.add_subparsers(dest="do", required=True)
    sub.add_parser("intake", help="接收 raw messages to samples")
    folds = sub.add_parser("folds", help="报警分区 alarms of the partitions in use")
    folds.add_argument("--only", type=int, nargs="*", help="只做这些分区 only these partitions")
    sub.add_parser("history", help="历史库 write history")
    state = sub.add_parser("status", help="各部分是否在工作 is every part at work")
    state.add_argument("--json", action="store_true")
    record = sub.add_parser("record", help="录制一个分区的日志 a partition's log to a file")
    record.add_argument("partition", type=int)
    record.add_argument("file", type=Path)
    replay = sub.add_parser("replay", help="回放 fold a recording again")
    replay.add_argument("file", type=Path)
    replay.add_argument("--out", type=Path, help="每行一条变化 one transition a line")
    check = sub.add_parser("check", help="核对：回放两次逐字节相同，并与总线上的报警一致")
    check.add_argument("file", type=Path)
    check.add_argument("--partition", type=int, help="与总线上这个分区的报警比较 compare with the bus")
    generate = sub.add_parser("generate", help="生成工作负载 W1–W8 a workload by its seed")
    generate.add_argument("workload", help="W1 … W8")
    generate.add_argument("file", type=Path, help=".rec: 录制文件 a recording; 其他: 每行一批 JSON a batch a line")
    generate.add_argument("--seed", type=int, default=1)
    generate.add_argument("--points", type=int)
    generate.add_argument("--seconds", type=int)
    sub.add_parser("verify", help="核对历史文件摘要 digests of the history's files")
    args = parser.parse_args(argv)
    settings = from_environment()
    run = {"intake": processes.run_intake, "history": processes.run_history}
    if args.do == "status":
        return _guarded(lambda: _state(settings, args))
    if args.do in ("record", "replay", "check", "generate", "verify"):
        from bihuan.streams import file_commands  # late: what runs all day carries none of it

        return _guarded(lambda: getattr(file_commands, args.do)(settings, args))
    if args.do == "folds":
        only = set(args.only) if args.only else None
        pulse = Pulse(settings.home, "folds")
        return _guarded(lambda: _forever(lambda stop: processes.run_folds(settings, stop, say, only=only), pulse))
    pulse = Pulse(settings.home, args.do)
    return _guarded(lambda: _forever(lambda stop: run[args.do](settings, stop, say), pulse))


def _guarded(work: Any) -> int:
    try:
        return int(work() or 0)
    except Problem as why:
        say(why.text)
        return 2
    except (NoServersError, NatsError, APIError, OSError) as why:
        say(Text("连不上总线：{why}", "The bus can't be reached: {why}").format(why=why))
        return 3


def _forever(work: Any, pulse: Pulse) -> int:
    async def beat() -> None:
        """In the loop that does the work: one that hangs falls silent."""
        while True:
            pulse.beat()
            await asyncio.sleep(5)

    async def main() -> None:
        beating = asyncio.create_task(beat())
        try:
            await work(processes.stop_on_signals())
        finally:
            beating.cancel()
            pulse.end()

    asyncio.run(main())
    return 0


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def ensure(settings: PlaneSettings) -> None:
    async with client.connect(url=settings.url(), user=settings.user(), name="layout", patient=False) as nc:
        waiting = settings.home / "bus" / copies.WAITING
        if (
            waiting.is_dir()
        ):  # `bihuan restore` left them: streams that are not there come back before they are made empty
            await copies.put_back_all(nc, waiting)
            shutil.rmtree(waiting)
        await layout.ensure(client.jetstream(nc), replicas=settings.replicas)


def _up(settings: PlaneSettings, args: argparse.Namespace) -> int:
    """With an external cluster there is nothing to run: only the layout is made."""
    if settings.bus_url:
        return _lay_out(settings, stay=args.stay)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    server = settings.server()
    pid = settings.home / "bus" / "supervisor.pid"
    wanted = threading.Event()
    signal.signal(signal.SIGHUP, lambda *_: wanted.set())

    def look() -> bool:
        if wanted.is_set():
            wanted.clear()
            server.settings = settings.server().settings
            server.reload()
        return stopping.is_set()

    def made() -> None:
        _run(ensure(settings))
        say(Text("总线已就绪：{u}", "The bus is ready: {u}").format(u=server.url))

    pid.parent.mkdir(parents=True, exist_ok=True)
    try:
        pid.write_text(str(os.getpid()))
        supervise(server, stopping=look, said=say, ready=made)
    finally:
        pid.unlink(missing_ok=True)
    return 0


def _lay_out(settings: PlaneSettings, *, stay: bool) -> int:
    """`stay` is for a supervisor, which takes an end for a failure."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    _run(ensure(settings))
    say(Text("外部总线已就绪", "The external bus is ready"))
    while stay and not stopping.wait(0.5):
        pass
    return 0


def _state(settings: PlaneSettings, args: argparse.Namespace) -> int:
    found = _run(status.look(settings))
    problems = found.problems()
    if args.json:
        content = {k: getattr(found, k) for k in ("partitions", "owners", "untaken", "historian", "dead_letters")}
        say(json.dumps(content | {"problems": [x.en for x in problems]}))
    else:
        for line in [*found.lines(), *problems]:
            say(line)
    return 1 if problems else 0


def _status(settings: PlaneSettings, args: argparse.Namespace) -> int:
    async def look() -> tuple[list[space.Fullness], list[int]]:
        async with client.connect(url=settings.url(), user=settings.user(), name="status", patient=False) as nc:
            js = client.jetstream(nc, timeout=3)
            return await space.fullness(js), await space.partitions_in_use(js)

    found, partitions = _run(look())
    if args.json:
        rows = [
            {k: getattr(x, k) for k in ("name", "messages", "bytes", "limit", "first_seq", "last_seq")} for x in found
        ]
        say(json.dumps({"streams": rows, "partitions": partitions}))
    else:
        for x in found:
            mark = Text("  ← 空间不足", "  ← running out of space") if x.needs_attention else ""
            say(f"{x.name:10} {x.messages:12,d} msg {x.bytes / 1e6:12,.1f} MB {x.share:6.1%} …{x.last_seq}{mark}")
        say(Text("使用中的分区：{p}", "Partitions in use: {p}").format(p=partitions))
    return 1 if any(x.needs_attention for x in found) else 0


def _issue(settings: PlaneSettings, args: argparse.Namespace) -> int:
    user = settings.register.issue(args.enterprise)
    _tell_supervisor(settings)
    say(json.dumps({"user": user.name, "password": user.password, "subject": f"RAW.{user.enterprise}.<source>"}))
    return 0


def _withdraw(settings: PlaneSettings, args: argparse.Namespace) -> int:
    settings.register.withdraw(args.enterprise)
    _tell_supervisor(settings)
    return 0


def _tell_supervisor(settings: PlaneSettings) -> None:
    pid = settings.home / "bus" / "supervisor.pid"
    if pid.exists():
        os.kill(int(pid.read_text()), signal.SIGHUP)


if __name__ == "__main__":
    which = {"bus": bus_command, "stream": stream_command}
    sys.exit(which[sys.argv[1]](sys.argv[2:]))
