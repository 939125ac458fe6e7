"""组件: what a view hands to the chart, timeline and breadcrumb tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bihuan.core.pages.wording import label
from bihuan.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Crumb:
    label: Any
    url: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    name: Any
    values: Sequence[float | None]
    #: One of the tones of a badge; empty takes the next of the palette.
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """图表: the same numbers are drawn and, below, listed as a table for whoever can't see the drawing."""

    title: Text
    categories: Sequence[Any]
    series: Sequence[Series]
    kind: Literal["bar", "line", "pie"] = "bar"
    stacked: bool = False
    horizontal: bool = False
    unit: str = ""
    #: The language the categories are in, where they are data and not words of the product.
    categories_in: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "stacked": self.stacked,
            "horizontal": self.horizontal,
            "unit": self.unit,
            "categories": [label(c) for c in self.categories],
            "series": [{"name": label(s.name), "values": list(s.values), "tone": s.tone} for s in self.series],
        }

    def rows(self) -> list[tuple[Any, list[float | None]]]:
        return [(c, [s.values[i] for s in self.series]) for i, c in enumerate(self.categories)]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """时间线: one thing that happened, told by icon, words, moment and person."""

    at: datetime
    title: Any
    text: Any = ""
    by: str = ""
    icon: str = "history"
    tone: str = "neutral"
    url: str = ""


@dataclass(frozen=True, slots=True)
class MapShape:
    """One thing on the map: GeoJSON geometry in longitude and latitude, with what to say of it."""

    geometry: dict[str, Any]
    title: str
    text: str = ""
    tone: str = "blue"
    url: str = ""


@dataclass(frozen=True, slots=True)
class MapView:
    title: Text
    shapes: Sequence[MapShape] = field(default_factory=tuple)

    def as_data(self) -> dict[str, Any]:
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": s.geometry,
                    "properties": {"title": s.title, "text": s.text, "tone": s.tone, "url": s.url},
                }
                for s in self.shapes
            ],
        }
