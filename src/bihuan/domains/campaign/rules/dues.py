"""期限: own date, the plan's milestone, the end of the campaign; the calendar of phases and reports. 依据 A10, A11."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bihuan.domains.campaign.terms import DueFrom

_SUMMING_UP = re.compile(r"总结|验收|巩固|提升")
_STARTING = re.compile(r"动员|部署|启动|制定")


@dataclass(frozen=True, slots=True)
class Milestone:
    """节点: a phase or milestone of the plan, by its end."""

    name: str
    end: date
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    on: date | None
    source: DueFrom
    milestone: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """日程: one day of the campaign's calendar."""

    on: date
    kind: str
    said: str
    who: str = ""


def milestones(phases: Iterable[Mapping[str, Any]]) -> list[Milestone]:
    found = [
        Milestone(
            str(p["name"]), date.fromisoformat(p["end"]), date.fromisoformat(p["start"]) if p.get("start") else None
        )
        for p in phases
    ]
    return sorted(found, key=lambda m: m.end)


def control_milestone(found: Sequence[Milestone]) -> Milestone | None:
    """完成治理的节点: the last one that neither starts the campaign nor sums it up; without one, the last of all."""
    working = [m for m in found if not _SUMMING_UP.search(m.name) and not _STARTING.search(m.name)]
    chosen = working or list(found)
    return chosen[-1] if chosen else None


def due_of(*, own: date | None, is_ongoing: bool, milestone: Milestone | None, until_on: date | None) -> Due:
    """未写期限的任务随方案节点到期. An ongoing task without a date falls due by its rhythm of proof."""
    if own is not None:
        return Due(own, DueFrom.OWN)
    if is_ongoing:
        return Due(None, DueFrom.RHYTHM)
    if milestone is not None:
        return Due(milestone.end, DueFrom.MILESTONE, milestone.name)
    if until_on is not None:
        return Due(until_on, DueFrom.END)
    return Due(None, DueFrom.MISSING)


def own_milestones(deadlines: Iterable[Mapping[str, Any]], *, until: date | None) -> list[tuple[date, str]]:
    """任务节点: each date of a task that has several, earliest first, none after its limit; the limit is the last of them.

    A limit that the reviewer moved stands as a milestone of its own.
    """
    found = {date.fromisoformat(d["date"]): str(d["raw"]) for d in deadlines if d.get("date")}
    if until is not None:
        found = {on: said for on, said in found.items() if on < until} | {until: found.get(until, "完成时限")}
    return sorted(found.items())


def first_proof(*, due: Due, after: date, first: date) -> date:
    """An ongoing task with a date asks for its first proof on that date, if it still lies ahead; else with its rhythm."""
    return due.on if due.on is not None and due.on >= after else first


def calendar_entries(
    *, phases: Sequence[Milestone], reports: Iterable[Mapping[str, Any]], from_on: date, until_on: date
) -> list[Entry]:
    """日程: phases by their end and reports by each of their days, within the campaign, earliest first."""
    entries = [Entry(m.end, "phase", m.name) for m in phases]
    for report in reports:
        for due in report["due"]:
            entries += [Entry(day, "report", report["raw"], report["who"]) for day in days_of(due, from_on, until_on)]
    return sorted(set(entries), key=lambda e: (e.on, e.kind, e.said))


def days_of(due: str, from_on: date, until_on: date) -> list[date]:
    """The days a due text of the reader names between two days: a date, a day of the year, a day of each month, each quarter."""
    months = [(y, m) for y in range(from_on.year, until_on.year + 1) for m in range(1, 13)]
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", due):
        return [date.fromisoformat(match.group())]
    if match := re.fullmatch(r"(\d\d)-(\d\d)", due):
        month, day = int(match[1]), int(match[2])
        return [d for y, m in months if m == month for d in _within(y, m, day, from_on, until_on)]
    if match := re.fullmatch(r"monthly:(\d\d?)", due):
        return [d for y, m in months for d in _within(y, m, int(match[1]), from_on, until_on)]
    if due == "quarterly":
        return [d for y, m in months if m % 3 == 0 for d in _within(y, m, 31, from_on, until_on)]
    return []


def _within(year: int, month: int, day: int, from_on: date, until_on: date) -> list[date]:
    found = date(year, month, min(day, calendar.monthrange(year, month)[1]))
    return [found] if from_on <= found <= until_on else []
