"""接收处理: one raw message in, samples and dead letters out. Pure: receive time arrives with the message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.samples import Samples
from bihuan.streams.intake.decode import Broken, Columns, Words, decode
from bihuan.streams.intake.tags import TagMap

NEVER: Final = -(2**62)
TRIFLE_MS: Final = 5_000  # more than any way takes, less than any history a device delivers later


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """`skew_limit_ms`: a device whose clock is off by more is corrected; the standard asks for 1 s by NTP (待核)."""

    skew_limit_ms: int = 60_000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    reason: str
    detail: dict[str, Any]


@dataclass(slots=True)
class Taken:
    samples: Samples | None
    dead: list[DeadLetter] = field(default_factory=list)


@dataclass(slots=True)
class Health:
    """数据质量: what an enterprise's connection is worth, counted since the process started."""

    counts: Counter[str] = field(default_factory=Counter)
    skew_ms: int = 0
    #: Receive time of the last good sample, by row of the tag map.
    heard: npt.NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.int64))
    #: Time of the newest sample, by row of the tag map.
    newest: npt.NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.int64))
    words: Words = field(default_factory=dict)


class Intake:
    def __init__(self, settings: IntakeSettings | None = None) -> None:
        self.settings = settings or IntakeSettings()
        self.maps: dict[str, TagMap] = {}
        self.health: dict[str, Health] = {}

    def adopt(self, tags: TagMap) -> None:
        """启用位号表: rows may have moved, so who was heard is kept by point."""
        old, health = self.maps.get(tags.enterprise), self.health.setdefault(tags.enterprise, Health())
        by_point = dict(zip(old.point.tolist(), health.heard.tolist(), strict=True)) if old is not None else {}
        health.heard = np.array([by_point.get(p, NEVER) for p in tags.point.tolist()], np.int64)
        newest = dict(zip(old.point.tolist(), health.newest.tolist(), strict=True)) if old is not None else {}
        health.newest = np.array([newest.get(p, NEVER) for p in tags.point.tolist()], np.int64)
        health.words = {}
        self.maps[tags.enterprise] = tags

    def take(self, *, enterprise: str, data: bytes, received_at: int) -> Taken:
        tags = self.maps.get(enterprise)
        if tags is None:
            return Taken(None, [DeadLetter("unknown-enterprise", {})])
        health = self.health[enterprise]
        health.counts["messages"] += 1
        try:
            columns = decode(data, tags.rows, health.words)
        except Broken as why:
            health.counts["broken"] += 1
            return Taken(None, [DeadLetter("broken", {"why": str(why)})])
        dead = []
        if columns.unknown:
            health.counts["unknown_tags"] += sum(columns.unknown.values())
            dead.append(DeadLetter("unknown-tags", {"tags": columns.unknown}))
        if columns.unreadable:
            health.counts["unreadable_values"] += columns.unreadable
            dead.append(DeadLetter("unreadable-values", {"count": columns.unreadable}))
        return Taken(self._samples(tags, health, columns, received_at), dead)

    def _samples(self, tags: TagMap, health: Health, c: Columns, received_at: int) -> Samples | None:
        known = c.row >= 0
        row, at, raw, quality = c.row, c.at, c.value, c.quality
        if not known.all():
            row, at, raw, quality = row[known], at[known], raw[known], quality[known]
        health.counts["samples"] += len(row)
        if not len(row):
            return None
        value = raw * tags.factor[row] + tags.offset[row]
        quality[~np.isfinite(value) & (quality < t.BAD_FROM)] = t.BAD_QUALITY
        implausible = ((value < tags.low[row]) | (value > tags.high[row])) & (quality < t.BAD_FROM)
        quality[implausible] = t.IMPLAUSIBLE
        health.counts["implausible"] += int(implausible.sum())
        health.counts["bad"] += int((quality >= t.BAD_FROM).sum())
        said, (at, quality) = at, self._right_the_clock(health, c.sent_at, at, quality, received_at)
        if at is not said:
            at = at + _behind(health.newest[row], at)
        np.maximum.at(health.newest, row, at)
        health.heard[row[quality < t.BAD_FROM]] = received_at
        samples = Samples(tags.point[row], at, value, quality)
        if (at[1:] < at[:-1]).any():  # first-out and delays read a delivery in the order of its times
            samples = samples[np.argsort(at, kind="stable")]
        return samples

    def _right_the_clock(self, health: Health, sent_at: int | None, at: Any, quality: Any, received_at: int) -> Any:
        """设备时钟: sending time against receipt tells a wrong clock from a late batch; the raw message keeps
        the original.

        Without a sending time only a future can be recognised: the newest sample can't be newer than its receipt.
        """
        skew = received_at - sent_at if sent_at is not None else min(0, received_at - int(at.max()))
        health.skew_ms = skew
        if abs(skew) <= self.settings.skew_limit_ms:
            return at, quality
        health.counts["clock_corrected"] += len(at)
        quality = quality.copy()
        quality[quality == t.GOOD] = t.CLOCK_CORRECTED
        return at + skew, quality

    def online(self, enterprise: str, *, at: int) -> Mapping[str, float]:
        """在线率 = 在线测点 ÷ 应接入测点; filed points (报备) are counted apart and weigh nothing."""
        tags, health = self.maps[enterprise], self.health[enterprise]
        expected = [n for n, x in enumerate(tags.tags) if not x.filed]
        online = sum(at - int(health.heard[n]) <= tags.tags[n].lost_after_ms for n in expected)
        return {
            "expected": len(expected),
            "online": online,
            "filed": len(tags.tags) - len(expected),
            "rate": online / len(expected) if expected else 1.0,
        }


def _behind(newest: npt.NDArray[Any], at: npt.NDArray[Any]) -> int:
    """A corrected time is as good as the way was quick. A clock that is set, of the device or of ours, must not put a value
    on or before the moment of the last one by such a trifle: the second would not be judged.
    """
    gaps = newest + 1 - at
    trifles = gaps[(gaps > 0) & (gaps <= TRIFLE_MS)]
    return int(trifles.max()) if len(trifles) else 0
