"""历史存储: append, merge, expire, verify. Every change is one commit of the manifest."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from bihuan.engines.alarms.samples import Samples
from bihuan.streams.history.last import load, save
from bihuan.streams.history.manifest import File, Manifest, Version
from bihuan.streams.history.merging import merge_hours, merge_samples
from bihuan.streams.history.segments import digest_of, order_of, read_samples, unique, write_samples

GRACE_SECONDS: Final = 600.0  # a reader that holds an older version may still open its files
AT_REST_SECONDS: Final = 3600.0  # a finished day to which nothing was added for so long is compacted
DAYS_A_MERGE: Final = 7
LAST_VALUES: Final = "last.parquet"
NOTHING: Final = Samples(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.uint8))


class Store:
    """One folder. Writers hold a version and are refused when somebody else has committed since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest(folder)
        self.version = self.manifest.newest()
        self._one_commit = threading.Lock()

    def refresh(self) -> Version:
        self.version = self.manifest.newest()
        return self.version

    def append(self, samples: Samples, *, epoch: str, last_seq: int, last: Samples | None = None) -> Version:
        """Rows up to `last_seq` in the order of the log; the next append begins behind it. Raw rows are never
        changed. `last` are the points' last values with these rows: kept before the commit, since values that are
        ahead of the manifest are only heard again, and values behind it would be lost.
        """
        base = self.version
        first = base.last_seq + 1 if base.epoch == epoch else 1
        files: list[File] = []
        if len(samples):
            files = write_samples(
                self.folder, samples, epoch=epoch, from_seq=first, to_seq=last_seq, order=base.number + 1
            )
        if last is not None:
            save(self.folder / LAST_VALUES, last)
        return self._commit(add=files, epoch=epoch, last_seq=last_seq)

    def _commit(self, **change: Any) -> Version:
        """One thread appends and another merges: files are written side by side, only the commits take turns. What a merge
        replaces nobody else removes, and what is appended meanwhile is newer than all it looked at.
        """
        with self._one_commit:
            self.version = self.manifest.commit(self.version, **change)
            return self.version

    def last_values(self) -> Samples:
        """最新值: as kept with the last commit; where that file is lost, from the newest day."""
        found = load(self.folder / LAST_VALUES)
        if found is not None:
            return found
        samples = self.version.of("samples")
        newest = max((x.day for x in samples), default=0)
        if not samples:
            return NOTHING
        rows = read_samples(self.folder, [x for x in samples if x.day == newest])
        return unique(rows[order_of(rows.point, rows.at)])[0]

    def compact(self, *, at_least: int = 2) -> int:
        """压缩: the files of a day become one, unique by (point, at), with its hourly extremes. Answers days done."""
        done = 0
        for files in self._days():
            if len(files) >= at_least or (len(files) == 1 and not files[0].unique and at_least <= 1):
                self._compact_day(files)
                done += 1
        if done:
            self.manifest.forget_old()
        return done

    def tidy(self, *, today: int, files_a_tier: int, at_rest_seconds: float = AT_REST_SECONDS) -> int:
        """整理: what a running historian does now and then. While a day goes on, so many files of a tier become one of the
        next, so that a row is written again a few times only; a day that is over and at rest becomes one file with its
        hourly extremes; a month that is over gets one file of those. Answers commits.
        """
        done = 0
        for files in self._days():
            resting = files[0].day < today and self._at_rest(files, at_rest_seconds)
            if resting and not (len(files) == 1 and files[0].unique):
                self._compact_day(files)
                done += 1
                continue
            by_tier: dict[int, list[File]] = defaultdict(list)
            for x in files:
                if not x.unique:
                    by_tier[x.tier].append(x)
            for same in by_tier.values():
                if len(same) >= files_a_tier:
                    self._replace(same, *merge_samples(self.folder, same, whole=False))
                    done += 1
        done += self.merge_months(today=today)
        if done:
            self.manifest.forget_old()
        return done

    def merge_months(self, *, today: int) -> int:
        """合并: a year's chart must not open a file for each of its days. A month that goes on is merged by the week. Days
        compacted later go in at the next time.
        """
        by_month: dict[int, list[File]] = defaultdict(list)
        for x in self.version.of("hours"):
            by_month[month_of(x.day)[0]].append(x)
        known = {x.day: x for x in self.version.of("months")}
        loose = {x.day for x in self.version.of("samples") if not x.unique}
        done = 0
        for first, hours in sorted(by_month.items()):
            days = month_of(first)[1]
            before = known.get(first)
            over = first + days <= today
            few = len(hours) < (DAYS_A_MERGE if not over else 1 if before else 2)
            if few or (over and loose & set(range(first, first + days))):
                continue
            made = merge_hours(self.folder, hours, before, first=first, days=days)
            self._replace([*hours, *([before] if before else [])], [made])
            done += 1
        return done

    def _days(self) -> list[list[File]]:
        by_day: dict[int, list[File]] = defaultdict(list)
        for x in self.version.of("samples"):
            by_day[x.day].append(x)
        return [files for _, files in sorted(by_day.items())]

    def _at_rest(self, files: list[File], seconds: float) -> bool:
        """Late rows come in many pieces: a day isn't written again for each of them."""
        return time.time() - max((self.folder / x.name).stat().st_mtime for x in files) > seconds

    def _compact_day(self, files: list[File]) -> None:
        made, conflicts = merge_samples(self.folder, files, whole=True)
        hours = [x for x in self.version.of("hours") if x.day == files[0].day]
        self._replace([*files, *hours], made, conflicts)

    def _replace(self, old: list[File], new: list[File], conflicts: int = 0) -> None:
        """One commit: a reader sees all of the old files or all of the new, and a kill before it leaves the old."""
        self._commit(add=new, remove=[x.name for x in old], conflicts=conflicts)

    def expire(self, *, before_day: int) -> int:
        """到期删除: days before the retention's edge leave the manifest; their files go with the next sweep. Hourly extremes
        merged by the month stay until the whole month is over the edge.
        """
        old = [x.name for x in self.version.files if x.day + x.days <= before_day]
        if old:
            self._commit(remove=old)
        return len(old)

    def sweep(self, *, grace_seconds: float = GRACE_SECONDS) -> int:
        """清理: files that no version names any more, once no reader can still want them."""
        named = {x.name for x in self.manifest.newest().files}
        removed = 0
        for path in self.folder.glob("*/*.parquet"):
            name = f"{path.parent.name}/{path.name}"
            if name not in named and time.time() - path.stat().st_mtime > grace_seconds:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def verify(self) -> list[str]:
        """核对: names of files that are missing or are not what the manifest says."""
        return [
            x.name
            for x in self.manifest.newest().files
            if not (self.folder / x.name).exists() or digest_of(self.folder / x.name) != x.digest
        ]


def month_of(day: int) -> tuple[int, int]:
    """First day and number of days of the month, UTC, in which `day` is."""
    month = np.datetime64(day, "D").astype("datetime64[M]")
    first, after = (x.astype("datetime64[D]").astype(int) for x in (month, month + 1))
    return int(first), int(after - first)
