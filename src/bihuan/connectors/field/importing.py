"""历史导入: `bihuan history import`: the whole file is checked first, every bad row named; only then is anything sent.

The values go the way of live ones, through the intake's tag map, so units and plausibility are the same, and late alarms
are found (事后报警). Batches carry the file's digest and a number: an import that was broken off and started again goes on,
and a file imported twice changes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bihuan.connectors.field import files
from bihuan.connectors.field.readings import Reading
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams import wire
from bihuan.streams.bus import client, layout
from bihuan.streams.history.read import History
from bihuan.streams.intake import arrow
from bihuan.streams.intake.tags import TagMap
from bihuan.streams.intake.worker import BATCH_HEADER
from bihuan.streams.settings import from_environment

SOURCE: Final = "import"
MOST_NAMED: Final = 50  # bad rows said one by one; all are counted
BYTES_A_ROW: Final = 24
Ticked = Callable[[int], None]


class BadRows(Problem):
    code = "import.bad_rows"


class NoTags(Problem):
    code = "import.no_tags"


class TooBig(Problem):
    code = "import.too_big"


@dataclass(slots=True)
class Checked:
    """What one look through the file found."""

    digest: str
    encoding: str | None = None
    good: int = 0
    bad: list[files.BadRow] = field(default_factory=list)
    bad_count: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None


def check(path: Path, tags: TagMap, *, encoding: str | None = None, ticked: Ticked = lambda _: None) -> Checked:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found = Checked(digest, encoding)
    for n, (line, row) in enumerate(files.rows(path, encoding=encoding), 1):
        if isinstance(row, Reading) and row.tag in tags.rows:
            found.good += 1
            found.first = row.at if found.first is None else min(found.first, row.at)
            found.last = row.at if found.last is None else max(found.last, row.at)
        else:
            bad = row if isinstance(row, files.BadRow) else files.BadRow(line, f"unknown tag: {row.tag}")
            found.bad_count += 1
            if isinstance(row, Reading):
                found.unknown[row.tag] += 1
            if len(found.bad) < MOST_NAMED:
                found.bad.append(bad)
        if n % files.ROWS == 0:
            ticked(n)
    return found


def batches(
    path: Path, tags: TagMap, *, sent_at: Callable[[], int], encoding: str | None = None
) -> Iterator[tuple[int, bytes]]:
    """(rows, message): good rows only; cut the same way every time, so that a number means the same rows."""
    part: list[Reading] = []
    for _, row in files.rows(path, encoding=encoding):
        if isinstance(row, Reading) and row.tag in tags.rows:
            part.append(row)
        if len(part) == files.ROWS:
            yield len(part), _message(part, sent_at())
            part = []
    if part:
        yield len(part), _message(part, sent_at())


def _message(part: list[Reading], sent_at: int) -> bytes:
    names = sorted({x.tag for x in part})
    index = {name: n for n, name in enumerate(names)}
    values = [float("nan") if x.value is None else x.value for x in part]
    columns = ([index[x.tag] for x in part], [x.at for x in part], values, [x.quality for x in part])
    return arrow.encode(names, *columns, sent_at=sent_at)


async def bring_in(
    js: JetStreamContext, path: Path, tags: TagMap, found: Checked, *, ticked: Ticked = lambda _: None
) -> int:
    """Sends every good row; answers the raw sequence of the last batch. A bus that is away or full is waited for."""
    await _require_room(js, found.good)
    # Another version of the tag map reads the same rows differently, so it is another import.
    mark, done, seq = f"{SOURCE}-{found.digest[:24]}-{tags.version}", 0, 0
    subject = layout.raw(tags.enterprise, SOURCE)
    cut = batches(path, tags, sent_at=lambda: time.time_ns() // 1_000_000, encoding=found.encoding)
    for number, (rows, data) in enumerate(cut, 1):
        headers = {BATCH_HEADER: f"{mark}:{number}", "Nats-Msg-Id": f"{mark}:{number}"}
        while True:
            try:
                seq = (await js.publish(subject, data, headers=headers, stream="RAW")).seq
                break
            except (NatsError, APIError, TimeoutError):
                await asyncio.sleep(0.5)
        done += rows
        ticked(done)
    return seq


async def _require_room(js: JetStreamContext, rows: int) -> None:
    info = await js.stream_info("RAW")
    free = int(info.config.max_bytes or 0) - info.state.bytes
    if rows * BYTES_A_ROW > free // 2:
        raise TooBig(
            Text(
                "文件有 {n} 行，约需 {a} MB，原始流只剩 {b} MB。请拆分文件，分批导入。",
                "{n} rows need about {a} MB and the raw stream has {b} MB left. Split the file and import it in parts.",
            ).format(n=rows, a=rows * BYTES_A_ROW >> 20, b=free >> 20)
        )


async def tags_of(js: JetStreamContext, enterprise: str) -> TagMap:
    try:
        entry = await (await js.key_value(layout.POINTERS)).get(f"tags.{layout.token(enterprise)}")
    except KeyNotFoundError as why:
        raise NoTags(
            Text("企业 {e} 没有位号表，无法导入。", "{e} has no tag map, so nothing can be imported.").format(
                e=enterprise
            )
        ) from why
    return TagMap.from_json(wire.unpack_json(entry.value or b""))


async def taken_in(js: JetStreamContext, seq: int) -> bool:
    """Whether the intake has passed this raw message."""
    try:
        known = json.loads((await (await js.key_value(layout.POINTERS)).get("intake")).value or b"{}")
    except KeyNotFoundError:
        return False
    return bool(known.get("epoch") == await layout.epoch_of(js, "RAW") and int(known["seq"]) >= seq)


def refuse(found: Checked) -> BadRows:
    named = "\n".join(f"  {x.line}: {x.why}" for x in found.bad)
    more = found.bad_count - len(found.bad)
    rest = f"\n  … +{more}" if more else ""
    return BadRows(
        Text(
            "{n} 行有误，什么也没有导入。改正文件，或加 --accept-good 只导入其余 {g} 行。行号与原因：\n{rows}",
            "{n} rows are wrong and nothing was imported. Mend them, or import the other {g} with --accept-good. By line:\n{rows}",
        ).format(n=found.bad_count, g=found.good, rows=named + rest)
    )


def history_command(argv: Sequence[str]) -> int:
    """bihuan history import | export"""
    parser = argparse.ArgumentParser(prog="bihuan history", description="历史数据 history")
    sub = parser.add_subparsers(dest="do", required=True)
    bring = sub.add_parser("import", help="导入 CSV 或 Parquet（列 tag, at, value[, quality]）")
    bring.add_argument("file", type=Path)
    bring.add_argument("--enterprise", required=True)
    bring.add_argument(
        "--accept-good", action="store_true", help="有坏行时只导入好行 import the good rows all the same"
    )
    bring.add_argument("--encoding", help="CSV 的编码，如 gb18030 the CSV's encoding; default: UTF-8, else gb18030")
    bring.add_argument("--check", action="store_true", help="只检查 only check")
    bring.add_argument("--wait", type=float, default=600.0, help="等待接收的秒数 seconds to wait for the intake")
    out = sub.add_parser("export", help="导出 CSV 或 Parquet")
    out.add_argument("file", type=Path)
    out.add_argument("--points", required=True, help="测点号，逗号分隔 point numbers, comma separated")
    out.add_argument("--from", dest="start", required=True, type=files.moment)
    out.add_argument("--to", dest="end", required=True, type=files.moment)
    args = parser.parse_args(argv)
    try:
        return _export(args) if args.do == "export" else asyncio.run(_import(args))
    except Problem as why:
        sys.stderr.write(f"{why.text}\n")
        return 2
    except (NatsError, APIError, OSError) as why:
        sys.stderr.write(f"{type(why).__name__}: {why}\n")
        return 3


async def _import(args: argparse.Namespace) -> int:
    plane = from_environment()
    async with client.connect(url=plane.url(), user=plane.user(), name="import", patient=False) as nc:
        js = client.jetstream(nc)
        tags = await tags_of(js, args.enterprise)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bars:
            bar = bars.add_task(str(Text("检查", "Checking")), total=None)
            found = check(args.file, tags, encoding=args.encoding, ticked=lambda n: bars.update(bar, completed=n))
            bars.update(bar, completed=found.good + found.bad_count, total=found.good + found.bad_count)
            if found.bad_count and not args.accept_good:
                raise refuse(found)
            if args.check or not found.good:
                _say(found, args.check)
                return 0
            bar = bars.add_task(str(Text("导入", "Importing")), total=found.good)
            seq = await bring_in(js, args.file, tags, found, ticked=lambda n: bars.update(bar, completed=n))
        until = time.monotonic() + args.wait
        while not await taken_in(js, seq) and time.monotonic() < until:
            await asyncio.sleep(0.2)
        _say(found, False)
        if not await taken_in(js, seq):
            waiting = Text("已排队，接收进程尚未处理完。", "It is queued; the intake has not taken all of it yet.")
            sys.stdout.write(f"{waiting}\n")
    return 0


def _say(found: Checked, checked_only: bool) -> None:
    text = Text(
        "{w} {n} 行（{a} 至 {b}），略过 {s} 行", "{w} {n} rows ({a} to {b}), {s} left out"
    ).format(
        w=Text("可导入", "Good:") if checked_only else Text("导入", "Imported"),
        n=found.good, a=_shown(found.first), b=_shown(found.last), s=found.bad_count,
    )  # fmt: skip
    sys.stdout.write(f"{text}\n")


def _shown(at: int | None) -> str:
    return "—" if at is None else files.shown(at)


def _export(args: argparse.Namespace) -> int:
    """Written beside and renamed, so that a name that is there is a whole file."""
    draft = args.file.with_name(f".{args.file.stem}.part{args.file.suffix}")
    points = [int(x) for x in args.points.split(",")]
    try:
        count = History(from_environment().history).export(draft, points=points, start=args.start, end=args.end)
        draft.replace(args.file)
    finally:
        draft.unlink(missing_ok=True)
    text = Text("已导出 {n} 行", "{n} rows exported").format(n=count)
    sys.stdout.write(f"{text}\n")
    return 0
