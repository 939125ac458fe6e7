"""问题点: the points of a self-examination, and which problem of the catalogue a plan's own words speak of. Pure. 依据 Y."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One point to be answered: its number and group as the document has them, and its words."""

    text: str
    number: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """目录中的一个问题: by the words that stand for it in plans."""

    code: str
    name: str
    name_en: str
    words: tuple[str, ...]
    goes_to: str


def topics_of(point: Point, topics: Iterable[Topic]) -> list[str]:
    """The problems of the catalogue this point speaks of, the surest first: the more of its words stand in it, and the longer."""
    weighed = [(sum(len(word) for word in topic.words if word in point.text), topic.code) for topic in topics]
    return [code for weight, code in sorted(weighed, key=lambda w: (-w[0], w[1])) if weight]


def points_of_lines(lines: Sequence[str]) -> list[Point]:
    """What somebody typed, a line a point; doubled and empty lines once and not at all."""
    return [Point(text) for text in dict.fromkeys(line.strip() for line in lines if line.strip())]
