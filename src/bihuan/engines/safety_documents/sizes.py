"""标签尺寸: by the volume of the container. 依据 GB 15258-2009 表1（待核）."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.provision import Held

_SPLIT = re.compile(r"[;；、\s]+")
_VOLUME = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ML|L|M3|M³|升|毫升)?")
_IN_LITRES = {"": Decimal(1), "L": Decimal(1), "升": Decimal(1), "ML": Decimal("0.001"), "毫升": Decimal("0.001")}
_CUBIC_METRE = Decimal(1000)


class BadVolume(Problem):
    code = "bad_volume"


@dataclass(frozen=True, slots=True)
class LabelSize:
    """One row of the table: bounds of the volume in litres, least width and height in mm."""

    above: Decimal | None
    up_to: Decimal | None
    width: int
    height: int
    is_simplified: bool

    def takes(self, volume: Decimal) -> bool:
        return (self.above is None or volume > self.above) and (self.up_to is None or volume <= self.up_to)

    @property
    def label(self) -> Text:
        size = f"{self.width} × {self.height} mm"
        if self.up_to is None:
            return Text(f"容积大于 {self.above:f} L：{size}", f"Above {self.above:f} L: {size}")
        if self.is_simplified:
            return Text(f"容积不超过 {self.up_to:f} L：简化标签", f"Up to {self.up_to:f} L: simplified label")
        return Text(
            f"容积大于 {self.above:f} L、不超过 {self.up_to:f} L：{size}",
            f"Above {self.above:f} L, up to {self.up_to:f} L: {size}",
        )


def sizes_at(on: date) -> tuple[tuple[LabelSize, ...], Held]:
    """The table that held on this day, as this installation has it."""
    return _sizes(law.current(), on)


@lru_cache(maxsize=8)
def _sizes(known: law.Law, on: date) -> tuple[tuple[LabelSize, ...], Held]:
    held = known.at(on).value("ghs/labels", "label_sizes")
    rows = tuple(
        LabelSize(r["volume_above"], r["volume_up_to"], r["width_mm"], r["height_mm"], r["simplified"] == "是")
        for r in held.value
    )
    return rows, held


def size_for(*, volume: Decimal, on: date) -> LabelSize:
    """The least size for a container of this volume (L)."""
    return next(row for row in sizes_at(on)[0] if row.takes(volume))


def read_volumes(written: str) -> tuple[Decimal, ...]:
    """0.5 L；20；200 L → litres, each once, from the smallest."""
    found = set()
    for part in filter(None, _SPLIT.split(re.sub(r"(?<=[0-9])\s+(?=[A-Za-z升毫])", "", written.strip()))):
        said = _VOLUME.fullmatch(unicodedata.normalize("NFKC", part).upper().replace("M³", "M3"))
        if said is None:
            raise BadVolume(_unreadable(part))
        factor = _CUBIC_METRE if said[2] == "M3" else _IN_LITRES[said[2] or ""]
        try:
            litres = Decimal(said[1]) * factor
        except InvalidOperation:
            raise BadVolume(_unreadable(part)) from None
        if not 0 < litres <= 1_000_000:
            raise BadVolume(_unreadable(part))
        found.add(litres.normalize())
    return tuple(sorted(found))


def _unreadable(part: str) -> Text:
    return Text(
        "“{v}”不是容积。请按 0.5 L；20 L；200 L 填写，单位为升（L）、毫升（mL）或立方米（m3）。",
        "“{v}” is no volume. Write 0.5 L; 20 L; 200 L, in litres, millilitres or cubic metres (m3).",
    ).format(v=part[:20])
