"""计量: what a process counts about itself, and how Prometheus reads it (text format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final, Literal

from bihuan.kernel.text import Text

Kind = Literal["counter", "gauge", "histogram"]
SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Meter:
    """One measured thing: its name, what it means, and the labels it is told apart by."""

    name: str
    kind: Kind
    text: Text
    labels: tuple[str, ...] = ()


class Counts:
    """The counters of this process. Threads share them."""

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._lock = Lock()

    def add(self, meter: Meter, amount: float = 1.0, **labels: str) -> None:
        self._add([(spelled(meter, "", labels), amount)])

    def observe(self, meter: Meter, seconds: float, **labels: str) -> None:
        """Into a histogram: cumulative buckets, sum and count."""
        steps = [
            (spelled(meter, "_bucket", {**labels, "le": f"{bound:g}"}), 1.0) for bound in SECONDS if seconds <= bound
        ]
        steps.append((spelled(meter, "_bucket", {**labels, "le": "+Inf"}), 1.0))
        steps += [(spelled(meter, "_sum", labels), seconds), (spelled(meter, "_count", labels), 1.0)]
        self._add(steps)

    def _add(self, steps: Iterable[tuple[str, float]]) -> None:
        with self._lock:
            for name, amount in steps:
                self._values[name] = self._values.get(name, 0.0) + amount

    def snapshot(self) -> Mapping[str, float]:
        with self._lock:
            return dict(self._values)


def spelled(meter: Meter, suffix: str, labels: Mapping[str, str]) -> str:
    """`name_suffix{a="x",b="y"}`, labels in their order of writing."""
    if not labels:
        return f"{meter.name}{suffix}"
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{meter.name}{suffix}{{{inside}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def with_labels(series: str, **more: str) -> str:
    """The same series with further labels in front: which process said it."""
    name, _, rest = series.partition("{")
    inside = ",".join(f'{key}="{_escaped(value)}"' for key, value in more.items())
    return f"{name}{{{inside},{rest}" if rest else f"{name}{{{inside}}}"


def exposition(meters: Iterable[Meter], series: Iterable[tuple[str, float]]) -> str:
    """All series under the heads of their meters. A series of no known meter is left out: the list is the truth."""
    by_meter: dict[str, list[str]] = {}
    known = {meter.name: meter for meter in meters}
    for name, value in series:
        bare = name.partition("{")[0]
        for suffix in ("_bucket", "_sum", "_count", ""):
            owner = bare.removesuffix(suffix) if suffix else bare
            if owner in known and (not suffix or (bare.endswith(suffix) and known[owner].kind == "histogram")):
                by_meter.setdefault(owner, []).append(f"{name} {value:.10g}")
                break
    lines = []
    for name, meter in known.items():
        if name in by_meter:
            lines += [f"# HELP {name} {meter.text.en}", f"# TYPE {name} {meter.kind}", *by_meter[name]]
    return "\n".join(lines) + "\n"
