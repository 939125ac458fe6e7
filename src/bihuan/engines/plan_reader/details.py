"""任务细项: the deadlines and indicators of one task."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.engines.plan_reader.assignments import Found
from bihuan.engines.plan_reader.dates import WHOLE_YEAR, Moment, PlanCalendar, is_due, is_ongoing, moments
from bihuan.engines.plan_reader.indicators import find_indicators
from bihuan.engines.plan_reader.ledger import Deadline, Indicator, Notice
from bihuan.engines.plan_reader.stream import Stream
from bihuan.engines.plan_reader.terms import Doubt
from bihuan.kernel.text import Text

_RANGE = "至到-~"


@dataclass(frozen=True, slots=True)
class Details:
    """What the words of a task say of time and measure."""

    deadlines: tuple[Deadline, ...]
    indicators: tuple[Indicator, ...]


def read_details(stream: Stream, found: Found, plan: PlanCalendar, notices: list[Notice]) -> Details:
    """Deadlines in the text and in its 完成时限 fields; indicators in both."""
    deadlines = [
        _deadline(stream, m, notices)
        for m in moments(stream.text, found.start, found.end, plan)
        if is_due(stream.text, m)
    ]
    if not deadlines and found.carries_from:
        deadlines = _carried(stream, found.carries_from, plan, notices)
    for a, b in found.limits:
        deadlines += limit_deadlines(stream, a, b, plan, notices)
    places = [(found.start, found.end), *found.limits]
    indicators = [i for a, b in places for i in find_indicators(stream.text, a, b)]
    return Details(
        tuple(deadlines),
        tuple(
            Indicator(stream.read(i.start, i.end), i.op, i.value, i.unit, stream.span(i.start, i.end))
            for i in indicators
        ),
    )


def limit_deadlines(stream: Stream, a: int, b: int, plan: PlanCalendar, notices: list[Notice]) -> list[Deadline]:
    """A 完成时限 field: whole where it holds one time, piece by piece where it holds several."""
    found = list(moments(stream.text, a, b, plan))
    found = [m for k, m in enumerate(found) if not (k + 1 < len(found) and _opens_range(stream.text, m, found[k + 1]))]
    ongoing = is_ongoing(stream.text[a:b])
    if not found and plan.year and any(w in stream.text[a:b] for w in WHOLE_YEAR):
        return [Deadline(stream.read(a, b), f"{plan.year}-12-31", ongoing, stream.span(a, b))]
    if not found:
        return [Deadline(stream.read(a, b), None, ongoing, stream.span(a, b))]
    if len(found) == 1:
        return [Deadline(stream.read(a, b), _day(stream, found[0], notices), ongoing, stream.span(a, b))]
    last = len(found) - 1
    return [_deadline(stream, m, notices, ongoing=ongoing and k == last) for k, m in enumerate(found)]


def _opens_range(text: str, first: Moment, second: Moment) -> bool:
    between = text[first.end : second.start]
    return 0 < len(between) <= 3 and any(c in _RANGE for c in between)


def _carried(stream: Stream, place: tuple[int, int], plan: PlanCalendar, notices: list[Notice]) -> list[Deadline]:
    """到…年底，甲做…（…）；乙做…（…）: the date at the head of the sentence holds for both halves."""
    start = max(place[0], stream.text.rfind("。", place[0], place[1] - 1) + 1)
    head = next(moments(stream.text, start, place[1], plan), None)
    if head is None or head.start - start > 3 or not is_due(stream.text, head):
        return []
    return [_deadline(stream, head, notices)]


def _deadline(stream: Stream, m: Moment, notices: list[Notice], *, ongoing: bool = False) -> Deadline:
    return Deadline(stream.read(m.start, m.end), _day(stream, m, notices), ongoing, stream.span(m.start, m.end))


def _day(stream: Stream, m: Moment, notices: list[Notice]) -> str | None:
    span = stream.span(m.start, m.end)
    raw = stream.read(m.start, m.end)
    if not m.possible:
        notices.append(
            Notice(
                Doubt.IMPOSSIBLE_DATE,
                Text(
                    f"原文写的“{raw}”不是有效日期，已留空。请向发文单位核实后填写。",
                    f"“{raw}” is not a date that exists; it was left empty. Ask the issuer and fill it in.",
                ),
                span,
            )
        )
        return None
    if m.due is None:
        notices.append(
            Notice(
                Doubt.NO_YEAR,
                Text(
                    f"“{raw}”未写年份，全文也找不到年份，已留空。",
                    f"“{raw}” has no year and the document names none; it was left empty.",
                ),
                span,
            )
        )
        return None
    if m.month_only and stream.text[m.end - 1] == "前":
        notices.append(
            Notice(
                Doubt.MONTH_ONLY,
                Text(
                    f"“{raw}”按当月最后一日计，请确认。",
                    f"“{raw}” was read as the last day of that month; please confirm.",
                ),
                span,
            )
        )
    return m.due.isoformat()
