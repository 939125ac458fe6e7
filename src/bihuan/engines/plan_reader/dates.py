"""完成时限: time phrases, and the plan's own year for months that stand without one."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bihuan.engines.plan_reader.lexicon import table, words
from bihuan.engines.plan_reader.numerals import CHINESE_DIGITS, number
from bihuan.engines.plan_reader.patterns import any_of, pattern

_YEAR_CN = "[〇零○一二三四五六七八九]{4}"
_NUM = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_ENDS = any_of(words("time", "ends"))
_THIS = words("time", "this_year")
_NEXT = words("time", "next_year")
_HALVES = table("time", "halves")
_THIRDS = table("time", "thirds")
_MONTH_ENDS = any_of(words("time", "month_ends"))
_LEAD_INS = tuple(words("time", "lead_ins"))
_NOT_DUE = tuple(words("time", "not_due"))
_NOT_DUE_AFTER = tuple(words("time", "not_due_after"))
_ONGOING = tuple(words("time", "ongoing"))
WHOLE_YEAR = tuple(words("time", "whole_year"))
_WITHIN_YEAR = tuple(words("time", "year_ends"))[-2:]

TIME = pattern(
    rf"(?P<year>(?:\d{{4}}|{_YEAR_CN})年|{any_of(_THIS + _NEXT)})?"
    rf"(?:"
    rf"(?P<month>{_NUM})月(?:份)?(?:(?P<day>{_NUM})[日号]|(?P<month_end>{_MONTH_ENDS})|(?P<third>{any_of(_THIRDS)}))?"
    rf"|(?P<quarter>第?[一二三四1-4]季度)(?:{_MONTH_ENDS})?"
    rf"|(?P<half>{any_of(_HALVES)})(?:{_MONTH_ENDS})?"
    rf"|(?P<year_end>年?(?:{any_of(words('time', 'year_ends'))}|底|末|内))"
    rf"|(?P<whole>{any_of(WHOLE_YEAR)})"
    rf")(?P<before>{_ENDS})?"
)
_DOT_DATE = pattern(
    r"(?P<y>(?:19|20)\d{2})[.\-/](?P<m>\d{1,2})(?:[.\-/](?P<d>\d{1,2}))?(?P<before>前|之前|以前)?(?!\d)"
)
_EXPLICIT_YEAR = pattern(r"(?:^|[^\d])(20\d{2})年|（(20\d{2})）")
_TITLE_YEAR = pattern(r"20\d{2}")
_PERIOD = pattern(
    rf"(?P<y1>\d{{4}})年(?P<m1>{_NUM})月(?:{_NUM}日)?(?:起|开始)?(?:至|到|-{{1,2}}|~)(?P<y2>\d{{4}}年)?(?P<m2>{_NUM})月"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time phrase found at start..end of the stream; `day` is None where the written day does not exist."""

    start: int
    end: int
    year: int | None
    month: int
    day_of_month: int | None
    due: date | None
    says_by: bool
    possible: bool = True
    month_only: bool = False
    year_guessed: bool = False


@dataclass(frozen=True, slots=True)
class PlanCalendar:
    """计划年度: the plan's year and, where it says so, its period."""

    year: int | None
    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None

    def year_of(self, month: int) -> int | None:
        """The year of a bare month: the one that lies in the plan's period, else the plan's year."""
        if self.first and self.last:
            for year in range(self.first[0], self.last[0] + 1):
                if self.first <= (year, month) <= self.last:
                    return year
        return self.year

    @property
    def last_year_end(self) -> int | None:
        """The year of 年底 and 年内 without a year: the plan's year."""
        return self.year


def plan_calendar(text: str, title: str) -> PlanCalendar:
    """The plan's year: in its title, else the year its time limits name most; its period where it says one.

    A period counts only if it holds that year: 2019年1月至2021年12月 in a preamble tells of the past.
    """
    in_title = _TITLE_YEAR.search(title)
    year = int(in_title.group()) if in_title else _commonest_year(text)
    periods = [p for m in _PERIOD.finditer(text) if (p := _period(m))]
    held = [p for p in periods if year is None or p[0][0] <= year <= p[1][0]]
    if not held:
        return PlanCalendar(year)
    first, last = max(held, key=lambda p: (p[1][0] - p[0][0]) * 12 + p[1][1] - p[0][1])
    return PlanCalendar(first[0], first, last)


def _commonest_year(text: str) -> int | None:
    counts: Counter[int] = Counter()
    for m in TIME.finditer(text):
        if m.group("year") and m.group("year")[:-1].isdigit():
            sets_limit = m.group("before") or m.group("month_end") or m.group("year_end")
            counts[int(m.group("year")[:-1])] += 3 if sets_limit else 1
    if not counts:
        counts.update(int(a or b) for a, b in _EXPLICIT_YEAR.findall(text))
    return counts.most_common(1)[0][0] if counts else None


def _period(m: object) -> tuple[tuple[int, int], tuple[int, int]] | None:
    group = m.group  # type: ignore[attr-defined]
    y1, m1, m2 = int(group("y1")), number(group("m1")), number(group("m2"))
    y2 = int(group("y2")[:-1]) if group("y2") else y1
    if not m1 or not m2 or not (1 <= m1 <= 12 and 1 <= m2 <= 12) or (y2, m2) <= (y1, m1) or y2 - y1 > 6:
        return None
    return (y1, m1), (y2, m2)


def moments(text: str, start: int, end: int, plan: PlanCalendar) -> Iterator[Moment]:
    """All time phrases in start..end, in order, with years filled in from the sentence, then from the
    plan.
    """
    carried: tuple[int, int] | None = None
    since = start
    at = start
    while at < end and (m := TIME.search(text, at, end)):
        at = m.end()
        if m.start() and (text[m.start() - 1].isdigit() or text[m.start() - 1] in CHINESE_DIGITS):
            continue
        if "。" in text[since : m.start()]:
            carried = None
        since = m.start()
        moment = _moment(text, m, plan, carried)
        if moment is None:
            continue
        if moment.year and m.group("year"):
            carried = (moment.year, moment.month)
        yield moment
    yield from _dotted(text, start, end)


def _moment(text: str, m: object, plan: PlanCalendar, carried: tuple[int, int] | None) -> Moment | None:
    group = m.group  # type: ignore[attr-defined]
    a, b = m.span()  # type: ignore[attr-defined]
    parts = {k: group(k) for k in ("month", "day", "month_end", "third", "quarter", "half", "year_end", "whole")}
    if parts["whole"] and not group("year"):
        return None
    if parts["year_end"] and not group("year") and parts["year_end"] not in words("time", "year_ends"):
        return None
    month, day = _month_and_day(parts)
    if month is None or not 1 <= month <= 12:
        return (
            Moment(a, b, None, month or 0, day, None, bool(group("before")), possible=False)
            if group("before")
            else None
        )
    year, guessed = _year(group("year"), month, plan, carried, is_year_end=bool(parts["year_end"]))
    says_by = bool(group("before") or parts["month_end"] or parts["year_end"] or parts["whole"])
    month_only = bool(parts["month"]) and not (parts["day"] or parts["month_end"] or parts["third"])
    if year is None:
        return Moment(a, b, None, month, day, None, says_by, month_only=month_only, year_guessed=True)
    last = calendar.monthrange(year, month)[1]
    possible = day is None or 1 <= day <= last
    due = date(year, month, day or last) if possible else None
    return Moment(a, b, year, month, day, due, says_by, possible, month_only, guessed)


def _month_and_day(parts: dict[str, str | None]) -> tuple[int | None, int | None]:
    if parts["month"]:
        day = number(parts["day"]) if parts["day"] else _THIRDS.get(parts["third"] or "")
        return number(parts["month"]), day
    if parts["quarter"]:
        n = number(parts["quarter"].removeprefix("第")[0])
        return (n * 3 if n else None), None
    if parts["half"]:
        return int(_HALVES[parts["half"]]), None
    return 12, None


def _year(
    written: str | None, month: int, plan: PlanCalendar, carried: tuple[int, int] | None, *, is_year_end: bool
) -> tuple[int | None, bool]:
    if written and written in _NEXT:
        return (plan.year + 1 if plan.year else None), True
    if written and written in _THIS:
        return plan.year, True
    if written:
        return number(written.removesuffix("年")), False
    if carried and month >= carried[1] and not is_year_end:
        return carried[0], True
    return plan.year if is_year_end else plan.year_of(month), True


def _dotted(text: str, start: int, end: int) -> Iterator[Moment]:
    """2026.6.30 and 2026-06-30, as task tables write them."""
    for m in _DOT_DATE.finditer(text, start, end):
        year, month = int(m.group("y")), int(m.group("m"))
        day = int(m.group("d")) if m.group("d") else None
        if not 1 <= month <= 12:
            yield Moment(m.start(), m.end(), year, month, day, None, True, possible=False)
            continue
        last = calendar.monthrange(year, month)[1]
        possible = day is None or 1 <= day <= last
        yield Moment(
            m.start(),
            m.end(),
            year,
            month,
            day,
            date(year, month, day or last) if possible else None,
            True,
            possible,
        )


def is_due(text: str, moment: Moment) -> bool:
    """Whether a time phrase in running text says by when something is to be done."""
    before = text[max(0, moment.start - 4) : moment.start]
    if (before.endswith(_NOT_DUE) and not before.endswith(_LEAD_INS)) or text.startswith(_NOT_DUE_AFTER, moment.end):
        return False
    if before.endswith(("每", "每个")):
        return False
    if moment.says_by:
        return True
    return before.endswith(_LEAD_INS[:-2]) and moment.day_of_month is not None


def is_ongoing(text: str) -> bool:
    """A 完成时限 that says the task goes on (持续推进, 长期坚持)."""
    return any(w in text for w in _ONGOING)
