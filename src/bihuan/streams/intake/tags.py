"""位号表: which tag of which enterprise is which point, in which unit, within which range. A versioned input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams.bus import layout
from bihuan.streams.intake.units import conversion


class BadTags(Problem):
    code = "intake.bad_tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """位号: raw × scale + shift is in `given`; the point is kept in `unit`; outside low..high it is implausible."""

    tag: str
    point: int
    given: str = ""
    unit: str = ""
    scale: float = 1.0
    shift: float = 0.0
    low: float | None = None
    high: float | None = None
    molar_mass: float | None = None
    temperature_c: float = 25.0
    lel_percent: float | None = None
    filed: bool = False  # 报备: not expected to be online
    lost_after_ms: int = 300_000

    def linear(self) -> tuple[float, float]:
        more = (self.molar_mass, self.temperature_c, self.lel_percent)
        factor, offset = conversion(
            self.given, self.unit or self.given, molar_mass=more[0], temperature_c=more[1], lel_percent=more[2]
        )
        return self.scale * factor, self.shift * factor + offset


@dataclass(frozen=True, slots=True, kw_only=True)
class TagMap:
    """One enterprise's tags, compiled to columns: row n of every column is the n-th tag."""

    enterprise: str
    partition: int
    version: int
    tags: tuple[Tag, ...]
    audit: str = ""
    rows: dict[str, int] = field(init=False, repr=False)
    point: npt.NDArray[Any] = field(init=False, repr=False)
    factor: npt.NDArray[Any] = field(init=False, repr=False)
    offset: npt.NDArray[Any] = field(init=False, repr=False)
    low: npt.NDArray[Any] = field(init=False, repr=False)
    high: npt.NDArray[Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        layout.token(self.enterprise)
        rows = {x.tag: n for n, x in enumerate(self.tags)}
        if len(rows) != len(self.tags) or len({x.point for x in self.tags}) != len(self.tags):
            raise BadTags(
                Text(
                    "企业 {e} 的位号表中有重复的位号或测点。", "The tag map of {e} has a tag or a point twice."
                ).format(e=self.enterprise)
            )
        if not 0 <= self.partition < layout.PARTITIONS:
            raise BadTags(
                Text("企业 {e} 的分区号无效。", "The partition of {e} is out of range.").format(e=self.enterprise)
            )
        linear = [x.linear() for x in self.tags]
        put = object.__setattr__
        put(self, "rows", rows)
        put(self, "point", np.array([x.point for x in self.tags], np.int32))
        put(self, "factor", np.array([f for f, _ in linear], float))
        put(self, "offset", np.array([o for _, o in linear], float))
        put(self, "low", np.array([-np.inf if x.low is None else x.low for x in self.tags], float))
        put(self, "high", np.array([np.inf if x.high is None else x.high for x in self.tags], float))

    def to_json(self) -> dict[str, Any]:
        head = {k: getattr(self, k) for k in ("enterprise", "partition", "version", "audit")}
        return head | {"tags": [asdict(x) for x in self.tags]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TagMap:
        head = {k: data[k] for k in ("enterprise", "partition", "version", "audit") if k in data}
        return cls(**head, tags=tuple(Tag(**x) for x in data["tags"]))
