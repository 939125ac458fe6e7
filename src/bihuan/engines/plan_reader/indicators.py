"""量化指标: numbers that decide whether a task is done or complied with: minimum, maximum, share, rhythm,
count.

Slogans (五位一体), fixed names in quotation marks, counts of kinds, grades and classes are not indicators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.engines.plan_reader.lexicon import table, words
from bihuan.engines.plan_reader.numerals import number
from bihuan.engines.plan_reader.patterns import any_of, pattern
from bihuan.engines.plan_reader.stream import first_of

_N = "numbers"
_CN = "[一二两三四五六七八九十百千]"
_NUMBER = rf"(?P<n>\d{{1,9}}(?:\.\d{{1,4}})?|{_CN}{{1,5}})"
_MEASURE = rf"(?P<m>%|{any_of(words(_N, 'measures'))})"
_PERCENT = rf"{any_of(words(_N, 'share'))}(?P<pc>\d{{1,3}}|{_CN}{{1,5}})"
_AMOUNT = pattern(rf"{_PERCENT}|{_NUMBER}(?P<around>余|多)?{_MEASURE}")
_FLOOR, _CEILING = words(_N, "floor_before"), words(_N, "ceiling_before")
_OVER, _UNDER, _REACH = words(_N, "over_before"), words(_N, "under_before"), words(_N, "reach_before")
_BEFORE = pattern(any_of(_FLOOR + _CEILING + _OVER + _UNDER + _REACH))
_AFTER_UP, _AFTER_DOWN = tuple(words(_N, "floor_after")), tuple(words(_N, "ceiling_after"))
_PERIODS = table(_N, "periods")
_EVERY = pattern(any_of(words(_N, "every")) + rf"|每(?P<k>{_CN}|\d{{1,2}})个?(?P<kind>年|月|季度|周|天|日)")
_TIMES = frozenset(words(_N, "times"))
_FINISHING = tuple(words(_N, "finishing"))
_DOING = tuple(words(_N, "doing"))
_CLOSING = tuple(words(_N, "closing"))
_COUNTABLE = frozenset(words(_N, "countable"))
_SINGULAR = frozenset(words(_N, "singular"))
_DURATIONS = frozenset(["个月", "年", "周", "天", "日", "小时", "个小时", "分钟", "工作日", "个工作日", "月"])
_WHOLE = pattern(any_of(words(_N, "all_of_it")))
_NONE = pattern(any_of(words(_N, "none_left")))
_BOTH = table(_N, "both")
_WATCH = table(_N, "watch")
_WATCH_FOLLOWS = tuple(words(_N, "watch_follows"))
_KINDS = pattern(rf"(?P<n>\d{{1,3}})(?P<m>{any_of(words(_N, 'kinds'))})")
_KINDS_FOLLOW = tuple(words(_N, "kinds_follow"))
_QUOTED = pattern(r"“[^“”]{1,60}”|《[^《》]{1,90}》|‘[^‘’]{1,60}’")
_CLAUSE_ENDS = "。；，！？"
_REACH_BACK = 24
_NO_COUNT = ("第", "每", "同", "任", "某")
_REACH_RHYTHM = 26
_REACH_BOUND = 14
_LONGEST_CLAUSE = 200


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator at start..end of the stream."""

    start: int
    end: int
    op: str
    value: float
    unit: str


def find_indicators(text: str, start: int, end: int) -> list[Measure]:
    """All indicators in start..end, in reading order."""
    body = _without_quoted(text[start:end])
    taken: set[int] = set()
    found: list[Measure] = []
    for m in [*_rhythms(body, taken), *_compared(body, taken), *_counts(body, taken), *_words(body)]:
        found.append(Measure(start + m.start, start + m.end, m.op, m.value, m.unit))
    return sorted(found, key=lambda m: (m.start, m.end))


def _without_quoted(body: str) -> str:
    """Fixed names: what stands in quotation marks or 《》 is blanked."""
    return _QUOTED.sub(lambda m: "\0" * len(m.group()), body)


def _value(m: object) -> tuple[float, str] | None:
    group = m.group  # type: ignore[attr-defined]
    if group("pc"):
        n = number(group("pc"))
        return (float(n), "%") if n is not None else None
    written = group("n")
    if written[0].isdigit():
        return float(written), group("m")
    n = number(written)
    return (float(n), group("m")) if n is not None else None


def _clause(body: str, a: int, b: int) -> tuple[int, int]:
    low = max(0, a - _LONGEST_CLAUSE)
    left = max(max(body.rfind(c, low, a) for c in _CLAUSE_ENDS) + 1, low)
    return left, first_of(body, _CLAUSE_ENDS, b, min(len(body), b + _LONGEST_CLAUSE))


def _rhythms(body: str, taken: set[int]) -> Iterator[Measure]:
    """每半年开展一次: at least N times in each period; 每年…不少于2周 likewise."""
    for every in _EVERY.finditer(body):
        _, clause_end = _clause(body, every.start(), every.end())
        period = _PERIODS.get(every.group()) or every.group()[1:]
        for amount in _AMOUNT.finditer(body, every.end(), min(clause_end, every.end() + _REACH_RHYTHM)):
            value = _value(amount)
            if value is None or amount.start() in taken:
                continue
            unit = value[1]
            bound = _bound_before(body, every.end(), amount.start())
            if unit not in _TIMES and bound is None and not body.startswith(_AFTER_UP, amount.end()):
                continue
            taken.update(range(amount.start(), amount.end()))
            left, _ = _clause(body, every.start(), every.end())
            op = "<=" if bound in _CEILING else ">="
            end = amount.end() + (2 if body.startswith(_AFTER_UP[1], amount.end()) else 0)
            yield Measure(left, end, op, value[0], f"{unit}/{period}")
            break


def _bound_before(body: str, low: int, at: int) -> str | None:
    """The comparing word in front of a number, with a short verb between at most: 至少开展一次."""
    best = None
    for m in _BEFORE.finditer(body, max(low, at - _REACH_BOUND), at):
        if not any(c in body[m.end() : at] for c in _CLAUSE_ENDS + "、"):
            best = m.group()
    return best


def _compared(body: str, taken: set[int]) -> Iterator[Measure]:
    """不少于10名, 占比超过50%, 9人以下, 达到100%, 5日内."""
    for amount in _AMOUNT.finditer(body):
        value = _value(amount)
        if value is None or amount.start() in taken:
            continue
        op = _operator(body, amount, value)
        if op is None:
            continue
        taken.update(range(amount.start(), amount.end()))
        left, right = _clause(body, amount.start(), amount.end())
        yield Measure(left, _object_end(body, amount.end(), right), op, *value)


def _operator(body: str, amount: object, value: tuple[float, str]) -> str | None:
    a, b = amount.span()  # type: ignore[attr-defined]
    before = _bound_before(body, 0, a)
    near = before is not None and (before in _FLOOR or body[:a].endswith(before) or before in _CEILING)
    if near and before in _FLOOR:
        return ">="
    if near and before in _CEILING:
        return "<="
    if body.startswith(_AFTER_UP, b):
        return ">="
    if body.startswith(_AFTER_DOWN[:-1], b):
        return "<="
    if near and before in _OVER:
        return ">"
    if near and before in _UNDER:
        return "<"
    if (
        value[1] in _DURATIONS
        and body.startswith(_AFTER_DOWN[-1], b)
        and value[1] not in ("年", "月")
        and not body.startswith("部", b + 1)
    ):
        return "<="
    if value[1] == "%":
        return "==" if value[0] >= 100 or not near else ">="
    return ">=" if near and before in _REACH and value[1] in _COUNTABLE else None


def _object_end(body: str, at: int, limit: int) -> int:
    return first_of(body, "、", at, min(limit, at + 24))


def _counts(body: str, taken: set[int]) -> Iterator[Measure]:
    """完成…2个: a number of objects to finish; 建成一支: at least one."""
    for amount in _AMOUNT.finditer(body):
        value = _value(amount)
        if value is None or amount.start() in taken or value[1] not in _COUNTABLE or amount.group("around"):
            continue
        left, right = _clause(body, amount.start(), amount.end())
        lead = body[max(left, amount.start() - _REACH_BACK) : amount.start()]
        verb = max((lead.rfind(w) + len(w) for w in _FINISHING if w in lead), default=0)
        if not verb and _acted_on(body, left, right, amount.start(), amount.end()):
            verb = len(lead)
        if not verb or "的" in lead[-2:] or "、" in lead[verb:] or lead.endswith(_NO_COUNT):
            continue
        if "一" in (body[amount.end() : amount.end() + 1], body[amount.start() - 1 : amount.start()]):
            continue  # 一家一策, 一人一档: a slogan of the genre, not a count
        if value[1] in _TIMES and not amount.group("n")[0].isdigit():
            continue
        one = not (amount.group("n") or "")[0].isdigit() and value[0] == 1
        if one and value[1] not in _SINGULAR:
            continue
        if not one and not amount.group("n")[0].isdigit() and value[1] in ("个", "项", "条"):
            continue
        taken.update(range(amount.start(), amount.end()))
        yield Measure(
            max(left, amount.start() - _REACH_BACK + verb),
            _object_end(body, amount.end(), right),
            ">=" if one else "==",
            *value,
        )


def _acted_on(body: str, left: int, right: int, a: int, b: int) -> bool:
    """对120家企业开展…: the number stands before what is done to its objects."""
    if any(w in body[b : min(right, b + 10)] for w in _CLOSING):
        return not body[left:a].endswith("的")
    return body[left:a].endswith("对") and any(w in body[b:right] for w in _DOING)


def _words(body: str) -> Iterator[Measure]:
    """全覆盖 (== 100 %), 清零 (== 0), 双人 (≥ 2), 24小时值守 (== 24), N类…识别 (≥ N)."""
    for m in _WHOLE.finditer(body):
        yield Measure(_clause(body, *m.span())[0], m.end(), "==", 100.0, "%")
    for m in _NONE.finditer(body):
        yield Measure(_clause(body, *m.span())[0], m.end(), "==", 0.0, "")
    for word, n in _BOTH.items():
        for at in _places(body, word):
            yield Measure(at, at + len(word), ">=", float(n), "人")
    for word, n in _WATCH.items():
        for at in _places(body, word):
            if any(w in body[at + len(word) : at + len(word) + 6] for w in _WATCH_FOLLOWS):
                yield Measure(at, at + len(word), "==", float(n), "小时")
    for m in _KINDS.finditer(body):
        left, right = _clause(body, *m.span())
        if any(w in body[left:right] for w in _KINDS_FOLLOW):
            yield Measure(left, right, ">=", float(m.group("n")), m.group("m"))


def _places(body: str, word: str) -> Iterator[int]:
    at = body.find(word)
    while at >= 0:
        yield at
        at = body.find(word, at + len(word))
