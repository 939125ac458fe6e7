"""What processes cost: processor seconds and memory of a process with all its children, from /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    cpu: float  # seconds, children that ended included
    rss: float  # MB, now
    peak: float  # MB, the sum of each process's own peak


def family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            waiting += [int(x) for x in task.read_text().split()]
    return found


def cost(*pids: int) -> Cost:
    cpu = rss = peak = 0.0
    for pid in {x for one in pids for x in family(one)}:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            status = Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        cpu += sum(int(fields[n]) for n in (11, 12)) / _TICK
        if pid in pids:
            cpu += (
                sum(int(fields[n]) for n in (13, 14)) / _TICK
            )  # children that are gone; living ones are counted above
        lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        rss += int(lines.get("VmRSS", "0 kB").split()[0]) / 1024
        peak += int(lines.get("VmHWM", "0 kB").split()[0]) / 1024
    return Cost(cpu, rss, peak)


def size_of(folder: Path) -> int:
    """Bytes that the files of a folder occupy on the disk."""
    return sum(x.stat().st_blocks * 512 for x in folder.rglob("*") if x.is_file())
