"""总线布局: every stream, bucket, subject and limit of the telemetry plane, declared in this one place."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, KeyValueConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from bihuan.kernel.formats import require_known
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

PARTITIONS: Final = 64
#: 格式: of what stands in the streams. A release that writes another way raises it, and older readers stop.
FORMAT: Final = 1
DAY: Final = 24 * 3600.0
MB: Final = 1 << 20

# Within a partition these stand where an enterprise's code would; codes never start with an underscore.
CLOCK: Final = "_clock"
SETTINGS: Final = "_settings"
COMMANDS: Final = "_commands"

LAST_VALUES: Final = "QUERY.last"  # asked of the historian
LEASES: Final = "leases"
POINTERS: Final = "pointers"
LEASE_SECONDS: Final = 15.0
ALARM_SPACE_AT: Final = 0.8


class BadName(Problem):
    code = "bus.bad_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """流: what it carries, how long and how much. Full streams refuse (discard new): nothing is dropped unseen."""

    name: str
    subjects: tuple[str, ...]
    meaning: Text
    max_bytes: int
    max_age: float = 0.0
    duplicate_window: float = 120.0


STREAMS: Final = (
    Stream(
        name="RAW",
        subjects=("RAW.>",),
        meaning=Text("原始报文，接收后保留 8 天", "Messages as they came, kept 8 days after receipt"),
        max_bytes=8192 * MB,
        max_age=8 * DAY,
    ),
    Stream(
        name="TELEMETRY",
        subjects=("TELEMETRY.>",),
        meaning=Text(
            "样本、时钟、设定、操作：报警的唯一日志", "Samples, clock, settings, commands: the alarms' only log"
        ),
        max_bytes=16384 * MB,
    ),
    Stream(
        name="ALARMS",
        subjects=("ALARMS.*",),
        meaning=Text("报警变化，每步一条", "Alarm transitions, one message a step"),
        max_bytes=4096 * MB,
    ),
    Stream(
        name="SNAPSHOTS",
        subjects=("SNAPSHOTS.>",),
        meaning=Text("分区快照，分块存放", "Snapshots of partitions, in pieces"),
        max_bytes=4096 * MB,
    ),
    Stream(
        name="DEAD",
        subjects=("DEAD.>",),
        meaning=Text("无法接收的数据及原因", "What could not be taken in, with the reason"),
        max_bytes=1024 * MB,
        max_age=90 * DAY,
    ),
)


def token(name: str) -> str:
    """A name that may stand between the dots of a subject; anything else could read or write next door."""
    if not name or name.startswith("_") or not all(c.isascii() and (c.isalnum() or c in "-_") for c in name):
        raise BadName(
            Text(
                "“{name}”不能用作总线名称：只能含英文字母、数字、连字符和下划线，且不以下划线开头。",
                "“{name}” can't be a name on the bus: letters, digits, hyphens and underscores, not starting with one.",
            ).format(name=name)
        )
    return name


def raw(enterprise: str, source: str) -> str:
    return f"RAW.{token(enterprise)}.{token(source)}"


def telemetry(partition: int, what: str) -> str:
    known = what in (CLOCK, SETTINGS, COMMANDS)
    return f"TELEMETRY.{partition}.{what if known else token(what)}"


def alarms(partition: int) -> str:
    return f"ALARMS.{partition}"


def dead(enterprise: str, reason: str) -> str:
    return f"DEAD.{token(enterprise)}.{token(reason)}"


async def ensure(
    js: JetStreamContext, *, replicas: int = 1, share: float = 1.0, lease_seconds: float = LEASE_SECONDS
) -> None:
    """建流: creates what is missing and brings limits up to date; `share` scales sizes to the disk there is.

    A stream carries its epoch (纪元) as metadata: a recreated stream starts its sequences again and must say so.
    """
    for stream in STREAMS:
        config = StreamConfig(
            name=stream.name,
            subjects=list(stream.subjects),
            description=stream.meaning.en,
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_bytes=int(stream.max_bytes * share),
            max_age=stream.max_age,
            duplicate_window=stream.duplicate_window,
            num_replicas=replicas,
            allow_direct=True,
        )
        try:
            known = (await js.stream_info(stream.name)).config
        except NotFoundError:
            await js.add_stream(replace(config, metadata={"epoch": new_epoch(), "format": str(FORMAT)}))
            continue
        require_readable(stream.name, known.metadata)
        changed = (known.max_bytes, known.max_age, known.subjects) != (
            config.max_bytes,
            config.max_age,
            config.subjects,
        )
        if changed:
            await js.update_stream(replace(config, metadata=known.metadata, num_replicas=known.num_replicas))
    await _buckets(js, replicas, lease_seconds)


async def _buckets(js: JetStreamContext, replicas: int, lease_seconds: float) -> None:
    for bucket, ttl in ((LEASES, lease_seconds), (POINTERS, None)):
        try:
            await js.stream_info(f"KV_{bucket}")
        except NotFoundError:
            await js.create_key_value(KeyValueConfig(bucket=bucket, history=1, ttl=ttl, replicas=replicas))


def new_epoch() -> str:
    return secrets.token_hex(6)


def require_readable(stream: str, metadata: Mapping[str, str] | None) -> None:
    """Streams from before the mark was written are of format 1."""
    said = (metadata or {}).get("format", "1")
    found = int(said) if said.isdecimal() else said
    require_known(Text("流 {s}", "the stream {s}").format(s=stream), found=found, known=FORMAT)


async def epoch_of(js: JetStreamContext, stream: str) -> str:
    """Every reader asks for it before the first entry: a stream of a newer release is refused here."""
    metadata = (await js.stream_info(stream)).config.metadata or {}
    require_readable(stream, metadata)
    return str(metadata["epoch"])


async def begin_epoch(js: JetStreamContext, stream: str) -> str:
    """新纪元: said aloud when a stream was restored from a copy and its sequences went back."""
    config = (await js.stream_info(stream)).config
    epoch = new_epoch()
    await js.update_stream(replace(config, metadata=(config.metadata or {}) | {"epoch": epoch}))
    return epoch
