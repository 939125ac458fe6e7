"""总线空间: how full the streams are, and what may be trimmed: only what history and alarm snapshots have
both passed.
"""

from __future__ import annotations

from dataclasses import dataclass

from nats.js import JetStreamContext

from bihuan.streams.bus import layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Fullness:
    name: str
    messages: int
    bytes: int
    limit: int
    first_seq: int
    last_seq: int

    @property
    def share(self) -> float:
        return self.bytes / self.limit if self.limit > 0 else 0.0

    @property
    def needs_attention(self) -> bool:
        return self.share >= layout.ALARM_SPACE_AT


async def fullness(js: JetStreamContext) -> list[Fullness]:
    out = []
    for stream in layout.STREAMS:
        info = await js.stream_info(stream.name)
        out.append(
            Fullness(
                name=stream.name,
                messages=info.state.messages,
                bytes=info.state.bytes,
                limit=int(info.config.max_bytes or 0),
                first_seq=info.state.first_seq,
                last_seq=info.state.last_seq,
            )
        )
    return out


async def partitions_in_use(js: JetStreamContext) -> list[int]:
    """Partitions whose log holds settings: those are worth a fold and a clock."""
    info = await js.stream_info("TELEMETRY", subjects_filter=f"TELEMETRY.*.{layout.SETTINGS}")
    return sorted({int(subject.split(".")[1]) for subject in info.state.subjects or {}})


async def trim(js: JetStreamContext, *, folded: dict[int, int], stored: int) -> dict[int, int]:
    """Purges each partition up to the lower of its alarm snapshot and the history. No snapshot: nothing goes.

    The newest message of every subject stays: the intake reads its place from it, and settings name a partition in use.
    """
    done = {}
    for partition, seq in sorted(folded.items()):
        upto = min(seq, stored)
        if upto <= 0:
            continue
        info = await js.stream_info("TELEMETRY", subjects_filter=f"TELEMETRY.{partition}.*")
        for subject, count in (info.state.subjects or {}).items():
            last = int((await js.get_last_msg("TELEMETRY", subject)).seq or 0)
            if count > 1:
                await js.purge_stream("TELEMETRY", subject=subject, seq=min(upto + 1, last))
        done[partition] = upto
    return done


async def trim_raw(js: JetStreamContext, *, taken: int) -> int:
    """Raw messages are kept as long as there is room: past half of it the older half goes, and only what the intake has
    taken in. Answers the first sequence that is kept, or 0 where nothing went.
    """
    info = await js.stream_info("RAW")
    if info.state.bytes < int(info.config.max_bytes or 0) // 2:
        return 0
    middle = info.state.first_seq + (info.state.last_seq - info.state.first_seq) // 2
    keep = min(taken, middle) + 1
    if keep <= info.state.first_seq:
        return 0
    await js.purge_stream("RAW", seq=keep)
    return keep
