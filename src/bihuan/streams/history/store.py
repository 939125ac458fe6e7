"""历史存储: append, compact, expire, verify. Every change is one commit of the manifest."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Final

import numpy as np

from bihuan.engines.alarms.engine import Samples
from bihuan.streams.history.last import load, save
from bihuan.streams.history.manifest import File, Manifest, Version
from bihuan.streams.history.segments import digest_of, order_of, read_samples, unique, write_hours, write_samples

GRACE_SECONDS: Final = 600.0  # a reader that holds an older version may still open its files
LAST_VALUES: Final = "last.parquet"
NOTHING: Final = Samples(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.uint8))


class Store:
    """One folder. Writers hold a version and are refused when somebody else has committed since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest(folder)
        self.version = self.manifest.newest()

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
        self.version = self.manifest.commit(base, add=files, epoch=epoch, last_seq=last_seq)
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
        by_day: dict[int, list[File]] = defaultdict(list)
        for x in self.version.of("samples"):
            by_day[x.day].append(x)
        done = 0
        for day, files in sorted(by_day.items()):
            if len(files) >= at_least or (len(files) == 1 and not files[0].unique and at_least <= 1):
                self._compact_day(day, files)
                done += 1
        if done:
            self.manifest.forget_old()
        return done

    def _compact_day(self, day: int, files: list[File]) -> None:
        rows = read_samples(self.folder, files)
        rows, conflicts = unique(rows[order_of(rows.point, rows.at)])
        base = self.version
        newest = max(files, key=lambda x: x.order)
        (merged,) = write_samples(
            self.folder,
            rows,
            epoch=newest.epoch,
            from_seq=min(x.from_seq for x in files),
            to_seq=newest.to_seq,
            order=newest.order,
            compact=True,
        )
        hours = write_hours(self.folder, rows, merged)
        old = [x.name for x in files] + [x.name for x in base.of("hours") if x.day == day]
        add = [merged, hours] if hours else [merged]
        self.version = self.manifest.commit(base, add=add, remove=old, conflicts=conflicts)

    def expire(self, *, before_day: int) -> int:
        """到期删除: days before the retention's edge leave the manifest; their files go with the next sweep."""
        old = [x.name for x in self.version.files if x.day < before_day]
        if old:
            self.version = self.manifest.commit(self.version, remove=old)
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
