"""说法: values, moments and time limits in words a person reads. Shown in Asia/Shanghai."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from bihuan.core.modules import Registry, registry
from bihuan.core.pages.declared import Look
from bihuan.kernel import calendar
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text, current_language

LOCAL = ZoneInfo("Asia/Shanghai")
NOTHING = "—"
YES, NO = Text("是", "Yes"), Text("否", "No")


def label(value: Any) -> str:
    """Whatever it is, in words."""
    match value:
        case None | "":
            return NOTHING
        case Text():
            return str(value)
        case Term():
            return str(value.label)
        case bool():
            return str(YES if value else NO)
        case datetime():
            return f"{local(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}" if value == value.to_integral() else f"{value:f}".rstrip("0")
        case str():
            return value
        case dict():
            return str(value)
        case Iterable():
            return ("、" if current_language.get() == "zh" else ", ").join(label(v) for v in value) or NOTHING
    said = getattr(value, "label", None)
    return str(said) if isinstance(said, Text) else str(value)


def up_to(number: int, most: int) -> str:
    """A count that went no further than anybody reads: "1000+" says as much as the number would."""
    return f"{most}+" if number > most else str(number)


def local(moment: datetime) -> datetime:
    return moment.astimezone(LOCAL)


def look(term: Any) -> Look | None:
    return _looks(registry()).get(id(term))


@lru_cache(maxsize=4)
def _looks(declared: Registry) -> dict[int, Look]:
    """By the member itself: the codes of two enumerations may be alike. The first declaration counts."""
    return {id(entry.term): entry for entry in reversed(declared.declared(Look))}


def ago(moment: datetime, *, at: datetime) -> Text:
    """How long ago, or how soon, in the largest unit that says enough."""
    seconds = int((at - moment).total_seconds())
    past, size = seconds >= 0, abs(seconds)
    for unit, zh, en in ((86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute")):
        if size >= unit:
            n = size // unit
            plural = f"{n} {en}{'s' if n != 1 else ''}"
            return Text(f"{n} {zh}前", f"{plural} ago") if past else Text(f"{n} {zh}后", f"in {plural}")
    return Text("刚刚", "just now") if past else Text("马上", "in a moment")


@dataclass(frozen=True, slots=True)
class DueView:
    """期限: the words, and how pressing it is. The icon differs with the tone, so colour is never the only sign."""

    text: Text
    tone: str
    icon: str
    ends_at: datetime


def end_of(due: date | datetime) -> datetime:
    """A due day ends at 24:00 local time."""
    if isinstance(due, datetime):
        return due
    return calendar.end_of(due)


def due(limit: date | datetime, *, at: datetime, done_at: datetime | None = None) -> DueView:
    ends_at = end_of(limit)
    if done_at is not None:
        late = done_at >= ends_at
        return (
            DueView(Text("逾期完成", "Done late"), "orange", "clock", ends_at)
            if late
            else DueView(Text("按期完成", "Done in time"), "green", "circle-check", ends_at)
        )
    if at >= ends_at:
        # The first day after the limit is already one day overdue.
        days = max(1, (local(at).date() - (local(ends_at) - timedelta(microseconds=1)).date()).days)
        return DueView(Text(f"逾期 {days} 天", f"{days} day{_s(days)} overdue"), "red", "alert-triangle", ends_at)
    days = ((local(ends_at) - timedelta(microseconds=1)).date() - local(at).date()).days
    if days == 0:
        return DueView(Text("今天到期", "Due today"), "orange", "alert-circle", ends_at)
    tone, icon = ("yellow", "clock") if days <= 3 else ("neutral", "calendar")
    return DueView(Text(f"剩 {days} 天", f"{days} day{_s(days)} left"), tone, icon, ends_at)


def _s(n: int) -> str:
    return "" if n == 1 else "s"


_HAN_RUN = re.compile(
    r"[（“《「]?[\u3400-\u9fff\uf900-\ufaff][\u2018-\u201d\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]*"
)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def is_chinese_here(words: Any) -> bool:
    """Whether data is Chinese on a page that is not."""
    return current_language.get() != "zh" and _HAN.search(str(words)) is not None


def spoken(words: Any) -> SafeString:
    """Data as it is, marked as Chinese on an English page, so that a reading voice and a search engine know."""
    said = str(words)
    if not is_chinese_here(said):
        return conditional_escape(said)
    return format_html('<span lang="zh">{}</span>', said)


def mixed(words: Any) -> SafeString:
    """An English sentence with Chinese data in it: only the pieces in Chinese are marked as such."""
    if current_language.get() == "zh":
        return conditional_escape(str(words))
    return mark_safe(_HAN_RUN.sub(r'<span lang="zh">\g<0></span>', escape(str(words))))  # noqa: S308  # escaped first
