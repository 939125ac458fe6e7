"""事项行: a case as one line of the ledger and of the inbox.

Drawn here and not in a template: fifty lines of a dozen tags each were half the work of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe

from bihuan.core.pages import marks
from bihuan.kernel.text import Text
from bihuan.loop.models import Case

CASE = Text("事项", "Case")
NUMBER = Text("编号", "Number")
OWNER = Text("责任单位", "Owner")
STAGE = Text("阶段", "Stage")
LIMIT = Text("期限", "Limit")
SUPERVISED = Text("督办", "Supervised")
ONGOING = Text("持续推进", "Ongoing")
OPEN = Text("办理", "Open")
SENT_BACK = Text("退回过", "Sent back")


def ledger(cases: Iterable[Case], *, at: datetime) -> SafeString:
    """The lines of the table, each cell with its heading for the narrow screen."""
    number, owner, stage, limit = (escape(str(t)) for t in (NUMBER, OWNER, STAGE, LIMIT))
    supervised, ongoing = _supervised(), marks.badge(str(ONGOING), "teal", "refresh")
    lines = []
    for case in cases:
        address = escape(case.get_absolute_url())
        until = marks.due(case.due_on, at=at) if case.is_open else marks.when(case.closed_at, "day", at=at)
        lines.append(
            f'<tr><th scope="row"><a class="bh-row-link" lang="zh" href="{address}">{_cut(case.title, 80)}</a>'
            f"{' ' + supervised if case.is_supervised else ''}</th>"
            f'<td data-label="{number}"><a class="text-nowrap" href="{address}">{escape(case.number)}</a></td>'
            f'<td data-label="{owner}"><span lang="zh">{escape(case.owner.name)}</span></td>'
            f'<td data-label="{stage}">{marks.badge(case.stage_term)}</td>'
            f'<td data-label="{limit}">{ongoing + " " if case.is_ongoing else ""}{until}</td></tr>\n'
        )
    return mark_safe("".join(lines))  # noqa: S308  # every value is escaped above or drawn by `marks`


def inbox(cases: Iterable[Case], *, at: datetime) -> SafeString:
    """The lines of a part of the inbox whose cases are dealt with on their own pages."""
    button = f"{escape(str(OPEN))}{marks.icon('chevron-right')}"
    lines = [
        f'<li>{words(case)}<div class="lp-end">{marks.due(case.due_on, at=at)}'
        f'<a class="btn btn-sm" href="{escape(case.get_absolute_url())}">{button}</a></div></li>\n'
        for case in cases
    ]
    return mark_safe("".join(lines))  # noqa: S308  # every value is escaped here or drawn by `marks`


def words(case: Case) -> SafeString:
    """What an inbox says of a case: its title, number and owner, and what is special about it."""
    sent_back = marks.badge(str(SENT_BACK), "orange", "arrow-back-up") if case.times_sent_back else ""
    supervised = _supervised() if case.is_supervised else ""
    return mark_safe(  # noqa: S308  # every value is escaped here or drawn by `marks`
        f'<div class="lp-words"><a lang="zh" href="{escape(case.get_absolute_url())}">{_cut(case.title, 90)}</a>'
        f'<small><span>{escape(case.number)}</span><span lang="zh">{escape(case.owner.name)}</span>'
        f"{sent_back}{supervised}</small></div>"
    )


def _supervised() -> SafeString:
    return marks.badge(str(SUPERVISED), "red", "flag")


def _cut(title: str, most: int) -> str:
    return escape(title if len(title) <= most else f"{title[: most - 1]}…")
