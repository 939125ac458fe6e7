"""标记: icon, badge, time limit, moment: the small pieces of HTML of which a page of fifty rows has hundreds.

The tags of templates call these, and so does whoever draws rows by the hundred. They are remembered by what they say:
there are few different ones. `typed`, because words already escaped must never be taken for the same words unescaped.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bihuan.core.pages import wording
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

NO_LIMIT = Text("无期限", "No time limit")


@lru_cache(maxsize=2_000, typed=True)
def icon(name: str, extra: str = "", title: str = "") -> SafeString:
    """Decoration unless it has a title."""
    address = f"{static('vendor/icons.svg')}#{name}"
    if title:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"></use></svg>', extra, title, address
        )
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', extra, address
    )


def badge(value: Any, tone: str = "", icon_name: str = "") -> SafeString:
    """Icon and words; tone and icon from the module's `Look`, or as given."""
    if value is None or value == "":
        return _nothing(wording.NOTHING)
    look = wording.look(value) if isinstance(value, Term) else None
    return _badge(
        wording.label(value),
        tone or (look.tone if look else "neutral"),
        icon_name or (look.icon if look else "circle-dashed"),
    )


def due(
    limit: date | datetime | None, *, at: datetime, done_at: datetime | None = None, show_date: bool = True
) -> SafeString:
    """The limit and how pressing it is. With `done_at`, whether it was kept."""
    if limit is None:
        return _nothing(str(NO_LIMIT))
    view = wording.due(limit, at=at, done_at=done_at)
    day = limit if not isinstance(limit, datetime) else wording.local(limit).date()
    return _due(_badge(str(view.text), view.tone, view.icon), day if show_date else None)


def when(moment: datetime | date | None, form: str = "minute", *, at: datetime) -> SafeString:
    """`day` leaves the time out, `second` the day, `ago` says how long ago."""
    if moment is None:
        return _nothing(wording.NOTHING)
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), moment.isoformat())
    exact = f"{wording.local(moment):%Y-%m-%d %H:%M:%S}"
    shown: object = exact[:16]
    match form:
        case "day":
            shown = exact[:10]
        case "second":
            shown = exact[11:]
        case "ago":
            shown = wording.ago(moment, at=at)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, shown)


@lru_cache(maxsize=2_000, typed=True)
def _badge(words: str, tone: str, icon_name: str) -> SafeString:
    return format_html('<span class="bh-badge bh-{}">{}<span>{}</span></span>', tone, icon(icon_name), words)


@lru_cache(maxsize=2_000, typed=True)
def _due(mark: SafeString, day: date | None) -> SafeString:
    shown = format_html('<time class="bh-due-day" datetime="{}">{}</time>', day, day) if day else ""
    return format_html('<span class="bh-due">{}{}</span>', mark, shown)


@lru_cache(maxsize=20)
def _nothing(words: str) -> SafeString:
    return format_html('<span class="text-secondary">{}</span>', words)


@receiver(setting_changed)
def forget(setting: str = "STORAGES", **_: Any) -> None:
    """Where files lie changes only when a test changes the settings."""
    if setting in ("STATIC_URL", "STORAGES"):
        for remembered in (icon, _badge, _due):
            remembered.cache_clear()
