"""信息报送: who sends what to whom by when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.engines.plan_reader.dates import TIME, PlanCalendar, moments
from bihuan.engines.plan_reader.lexicon import table, words
from bihuan.engines.plan_reader.numerals import number
from bihuan.engines.plan_reader.patterns import any_of, pattern
from bihuan.engines.plan_reader.stream import Stream, first_of
from bihuan.engines.plan_reader.units import is_firm_unit, is_unit, mask, split_units

_R = "reporting"
_STRONG = pattern(any_of(words(_R, "strong")))
_VERB = pattern(any_of(words(_R, "verbs")))
_OBJECTS = tuple(words(_R, "objects"))
_PROMPTLY = pattern(any_of(words(_R, "promptly")))
_TOWARDS = words(_R, "towards")[0]
_QUARTER_MONTHS = table(_R, "quarter_months")
_NUM = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_BY = "(?:日|号)(?:之前|以前|前)?"
_MONTH_END = any_of(words("time", "month_ends"))
_MONTHLY = pattern(
    rf"{any_of(words(_R, 'per_month'))}{any_of(words(_R, 'next_month'))}?的?"
    rf"(?:(?P<d>{_NUM}){_BY}|(?P<end>{_MONTH_END})(?:前|之前)?)"
)
_QUARTERLY = pattern(
    rf"{any_of(words(_R, 'per_quarter'))}的?(?P<which>{any_of(_QUARTER_MONTHS)})?的?"
    rf"(?:(?P<d>{_NUM}){_BY})?(?P<end>{_MONTH_END})?前?"
)
_MONTH_IN_LIST = pattern(rf"(?<!\d)(?P<month>{_NUM})月?(?:、|和|及|，)")
_LAST_OF_LIST = pattern(rf"(?P<month>{_NUM})月(?P<d>{_NUM}){_BY}")
_MOST_MONTHS = 11
_OTHER_RHYTHM = pattern(any_of(words(_R, "other_rhythms")))
_LONGEST_SUBJECT = 48
_SUBJECT_BACK = 6  # sentences to look back for who reports
_LONGEST_SENTENCE = 400  # what is longer is no sentence; reading it piece by piece keeps the work linear
_LINK = frozenset(["、", "，", *words(_R, "links")])
_SUBJECT_TAIL = (*words("modals"), "于", "在", *words(_R, "separately"), *words(_R, "promptly"))


@dataclass(frozen=True, slots=True)
class Due:
    """One time of sending at start..end; `recurring` where it returns by itself."""

    start: int
    end: int
    days: tuple[str, ...]
    recurring: bool


@dataclass(frozen=True, slots=True)
class Report:
    """One reporting duty; `who` and `to` are places in the stream, or nothing."""

    start: int
    end: int
    who: tuple[int, int] | None
    to: tuple[int, int] | None
    due: tuple[str, ...]
    understood: bool = True


def find_reports(stream: Stream, spans: list[tuple[int, int, bool]], plan: PlanCalendar) -> list[Report]:
    """The duties in each span; in a task (third value true) only those that return by themselves."""
    found: list[Report] = []
    for start, end, in_task in spans:
        before: list[tuple[int, int]] = []
        for a, b in _sentences(stream, start, end):
            before.append((a, b))
            if _reports(stream.text, a, b):
                subjects = (_subject(stream, *s) for s in reversed(before[-_SUBJECT_BACK:]))
                subject = next((s for s in subjects if s), None)
                found += _rows(stream, a, b, subject, plan, in_task=in_task)
    return found


def unread_rhythms(stream: Stream, spans: list[tuple[int, int, bool]]) -> list[tuple[int, int]]:
    """每周, 每半年 … with a verb of sending: a rhythm the ledger has no form for."""
    found: list[tuple[int, int]] = []
    for start, end, _ in spans:
        for a, b in _sentences(stream, start, end):
            if not _reports(stream.text, a, b):
                continue
            for m in _OTHER_RHYTHM.finditer(stream.text, a, b):
                right = _clause_end(stream.text, m.end(), b)
                if _VERB.search(stream.text, m.end(), right):
                    found.append((m.start(), right))
    return found


def _sentences(stream: Stream, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        stop = min(first_of(stream.text, "。；！？", at, end) + 1, end, at + _LONGEST_SENTENCE)
        stop = min(stop, stream.next_break(at, end, at_least=2))
        yield at, stop
        at = stop


def _reports(text: str, a: int, b: int) -> bool:
    return (
        _STRONG.search(text, a, b) is not None
        or any(_addressee(text, m.end(), b) for m in _VERB.finditer(text, a, b))
        or (_TOWARDS in text[a:b] and _VERB.search(text, a, b) is not None and _towards(text, a, b) is not None)
    )


def _rows(
    stream: Stream, a: int, b: int, subject: tuple[int, int] | None, plan: PlanCalendar, *, in_task: bool
) -> Iterator[Report]:
    clusters = _clusters(stream.text, _dues(stream.text, a, b, plan))
    clusters += [[d] for d in _prompt(stream.text, a, b, [d for c in clusters for d in c])]
    clusters.sort(key=lambda c: c[0].start)
    first_to = _own_addressee(stream.text, a, b)
    to: tuple[int, int] | None = None
    who = subject
    for i, cluster in enumerate(clusters):
        left = _clause_start(stream.text, a, cluster[0].start)
        right = _clause_start(stream.text, a, clusters[i + 1][0].start) if i + 1 < len(clusters) else b
        own_who = _who(stream, left, cluster[0].start)
        who = own_who or who
        recurring = any(d.recurring for d in cluster)
        if in_task and not recurring:
            continue
        if not _about_reporting(stream.text, cluster[-1].end, right, b):
            continue
        end = right
        while end > left and stream.text[end - 1] in "，。；、":
            end -= 1
        if not cluster[0].days:
            right = _clause_end(stream.text, cluster[0].start, right)
        to = _own_addressee(stream.text, cluster[0].start, right) or to or first_to
        days = tuple(day for d in cluster for day in d.days)
        yield Report(
            left,
            end,
            who,
            to,
            days,
            understood=all(d.days or d.end == d.start or not d.recurring for d in cluster),
        )


def _about_reporting(text: str, after: int, right: int, end: int) -> bool:
    own = text[after:right].strip("，、；。")
    if not own:
        return _VERB.search(text, right, end) is not None
    return _VERB.search(own) is not None or any(w in own for w in _OBJECTS)


def _dues(text: str, a: int, b: int, plan: PlanCalendar) -> list[Due]:
    found: list[Due] = []
    for m in _MONTHLY.finditer(text, a, b):
        day = number(m.group("d")) if m.group("d") else 31
        found.append(Due(m.start(), m.end(), (f"monthly:{day:02d}",) if day and day <= 31 else (), True))
    for m in _QUARTERLY.finditer(text, a, b):
        found.append(Due(m.start(), m.end(), _quarter_days(m), True))
    found += [d for d in _month_lists(text, a, b) if not _taken(found, d.start, d.end)]
    for moment in moments(text, a, b, plan):
        if _taken(found, moment.start, moment.end) or not (moment.says_by or moment.day_of_month):
            continue
        if moment.due is None:
            continue
        written = TIME.match(text, moment.start)
        has_year = written is not None and written.group("year") and written.group("year")[:-1].isdigit()
        days = (moment.due.isoformat() if has_year else moment.due.strftime("%m-%d"),)
        found.append(Due(moment.start, moment.end, days, False))
    return sorted(found, key=lambda d: d.start)


def _month_lists(text: str, a: int, b: int) -> Iterator[Due]:
    """3月、6月、9月25日前: months of a list that share the day of the last."""
    at = a
    while first := _MONTH_IN_LIST.search(text, at, b):
        months = [number(first.group("month"))]
        at = first.end()
        while len(months) < _MOST_MONTHS and (following := _MONTH_IN_LIST.match(text, at, b)):
            months.append(number(following.group("month")))
            at = following.end()
        last = _LAST_OF_LIST.match(text, at, b)
        if last:
            at = last.end()
            day = number(last.group("d")) or 0
            months.append(number(last.group("month")))
            yield Due(first.start(), at, tuple(d for m in months if m and (d := _month_day(m, day))), False)


def _month_day(month: int, day: int) -> str | None:
    return f"{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def _quarter_days(m: object) -> tuple[str, ...]:
    group = m.group  # type: ignore[attr-defined]
    which, day = group("which"), number(group("d")) if group("d") else None
    if day is None:
        return ("quarterly",)
    first = int(_QUARTER_MONTHS.get(which or "", 3))
    months = [(first + 3 * k - 1) % 12 + 1 for k in range(4)]
    return tuple(d for month in sorted(months) if (d := _month_day(month, day)))


def _taken(found: list[Due], a: int, b: int) -> bool:
    return any(d.start < b and a < d.end for d in found)


def _clusters(text: str, dues: list[Due]) -> list[list[Due]]:
    """2021年6月25日前、2021年12月25日前: times joined by nothing but 、 and 和 belong to one duty."""
    groups: list[list[Due]] = []
    for due in dues:
        between = text[groups[-1][-1].end : due.start] if groups else ""
        if groups and set(between) <= _LINK and "，" not in between:
            groups[-1].append(due)
        else:
            groups.append([due])
    return groups


def _prompt(text: str, a: int, b: int, dues: list[Due]) -> Iterator[Due]:
    """及时向…报送: a duty without a day."""
    for m in _PROMPTLY.finditer(text, a, b):
        left = _clause_start(text, a, m.start())
        right = _clause_end(text, m.end(), b)
        if any(left <= d.start < right for d in dues) or _STRONG.search(text, left, right) is None:
            continue
        if _own_addressee(text, left, right) is not None:
            yield Due(m.start(), m.start(), (), False)


def _clause_start(text: str, a: int, at: int) -> int:
    flat = mask(text[a:at])
    return a + max(flat.rfind(c) for c in "，；。") + 1


def _clause_end(text: str, at: int, b: int) -> int:
    return first_of(text, "，。；", at, b)


def _who(stream: Stream, left: int, at: int) -> tuple[int, int] | None:
    end = at
    while True:
        piece = stream.text[left:end]
        tail = next((w for w in _SUBJECT_TAIL if piece.endswith(w)), "")
        if not tail:
            break
        end -= len(tail)
    pieces = list(split_units(stream.text[left:end], left, stream.gaps)) if end > left else []
    if pieces and all(is_unit(stream.text[s:e]) for s, e in pieces):
        return left, end
    return _subject(stream, left, at)


def _subject(stream: Stream, a: int, b: int) -> tuple[int, int] | None:
    """The unit list a sentence or clause begins with."""
    flat = mask(stream.text[a : min(b, a + 80)])
    stop = min(
        (i for w in (*words("modals"), "于", "每", "将", "，", "按", "汇总") if (i := flat.find(w)) > 0),
        default=0,
    )
    pieces = list(split_units(stream.text[a : a + stop], a, stream.gaps)) if stop else []
    if pieces and all(is_unit(stream.text[s:e]) for s, e in pieces):
        return a, a + stop
    for end in range(a + min(stop or len(flat), _LONGEST_SUBJECT), a + 1, -1):
        pieces = list(split_units(stream.text[a:end], a, stream.gaps))
        if pieces and pieces[-1][1] == end and all(is_firm_unit(stream.text[s:e]) for s, e in pieces):
            return a, end
    return None


def _addressee(text: str, at: int, end: int) -> tuple[int, int] | None:
    """The unit right behind a verb of sending."""
    stop = first_of(text, "，。；、（", at, min(end, at + 30))
    for b in range(stop, at + 2, -1):
        if (
            not _VERB.match(text, at)
            and is_firm_unit(text[at:b])
            and (b == stop or b >= at + 4 or _VERB.match(text, b))
        ):
            return at, b
    return None


def _towards(text: str, a: int, b: int) -> tuple[int, int] | None:
    at = text.find(_TOWARDS, a, b)
    while at >= 0:
        verb = _VERB.search(text, at, min(b, at + 40))
        if verb and is_firm_unit(text[at + 1 : verb.start()]):
            return at + 1, verb.start()
        at = text.find(_TOWARDS, at + 1, b)
    return None


def _own_addressee(text: str, a: int, b: int) -> tuple[int, int] | None:
    towards = _towards(text, a, b)
    return towards or next((to for m in _VERB.finditer(text, a, b) if (to := _addressee(text, m.end(), b))), None)
