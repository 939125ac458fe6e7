"""模板标签: `{% load bihuan %}`. docs/howto/write-a-page.md shows each at work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from bihuan.core import clock
from bihuan.core.access.context import Context
from bihuan.core.access.rows import Row
from bihuan.core.actions.action import Action
from bihuan.core.modules import registry
from bihuan.core.pages import components, inputs, marks, wording
from bihuan.core.pages.sentences import compile_sentence
from bihuan.core.protection.fields import masked
from bihuan.core.protection.revealing import Reveals
from bihuan.kernel.schemes import Scheme
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

register = template.Library()
#: Tones a button may have; whatever else an action says becomes the quiet one.
BUTTON_TONES = {"primary", "danger", "warning", "success", "secondary"}


#: `{% t "剩 {n} 项" "{n} left" n=count %}`: the sentence in the reader's language; values are escaped.
register.tag("t", compile_sentence)


@register.filter
def label(value: Any) -> str:
    """`{{ case.stage|label }}`: a term, text, row, date, number, truth or list in words; nothing becomes a dash."""
    return wording.label(value)


@register.filter
def spoken(value: Any) -> SafeString:
    """`{{ row|spoken }}`: data as it is, marked as Chinese on an English page."""
    return wording.spoken(value)


@register.filter
def is_chinese_here(value: Any) -> bool:
    """`{% if words|is_chinese_here %} lang="zh"{% endif %}`: where no element can be put around data (an option)."""
    return wording.is_chinese_here(value)


@register.filter
def mixed(value: Any) -> SafeString:
    """`{{ notice.text|mixed }}`: a sentence in the reader's language, the Chinese data in it marked."""
    return wording.mixed(value)


@register.simple_tag(name="label")
def label_tag(value: Any) -> str:
    return wording.label(value)


#: `{% icon "inbox" %}`. Decoration unless it has a title.
icon = register.simple_tag(marks.icon, name="icon")
#: `{% badge case.stage %}`: icon and words; tone and icon from the module's `Look`, or as given.
badge = register.simple_tag(marks.badge, name="badge")


@register.simple_tag
def graded(value: Scheme | None) -> SafeString:
    """`{% graded assessment.colour %}`: a colour or grade, always with the name of the scheme it is of."""
    if value is None:
        return marks.badge(None)
    return format_html(
        '<span class="bh-graded">{} <small class="text-secondary">{}</small></span>',
        marks.badge(value),
        str(type(value).scheme()),
    )


@register.inclusion_tag("pages/parts/legend.html")
def legend(scheme: type[Scheme]) -> dict[str, Any]:
    """`{% legend scheme %}`: what its colours mean, under its own name and the document it comes from."""
    return {"name": scheme.scheme(), "basis": scheme.basis(), "members": list(scheme)}


@register.simple_tag(takes_context=True)
def when(context: Any, moment: datetime | date | None, form: str = "minute") -> SafeString:
    """`{% when case.closed_at %}`; `"day"` leaves the time out, `"second"` the day, `"ago"` says how long ago."""
    return marks.when(moment, form, at=_at(context))


@register.simple_tag(takes_context=True)
def due(
    context: Any, limit: date | datetime | None, done_at: datetime | None = None, show_date: bool = True
) -> SafeString:
    """`{% due case.due_on %}`: the limit and how pressing it is. With `done_at`, whether it was kept."""
    return marks.due(limit, at=_at(context), done_at=done_at, show_date=show_date)


@register.simple_tag
def progress(value: float, total: float = 100, words: str = "") -> SafeString:
    """`{% progress done all %}`: a bar with its numbers beside it."""
    whole = float(total) or 1.0
    share = max(0.0, min(1.0, float(value) / whole))
    said = words or f"{value}/{total}" if total != 100 else f"{round(share * 100)} %"
    return format_html(
        '<span class="bh-progress"><progress value="{}" max="100" aria-label="{}"></progress><span>{}</span></span>',
        round(share * 100, 1),
        said,
        said,
    )


@register.simple_block_tag
def nothing(content: str, title: str, icon_name: str = "inbox") -> SafeString:
    """`{% nothing title "inbox" %}what to do{% endnothing %}`: nothing here, and what to do about it."""
    return format_html(
        '<div class="bh-empty">{}<p class="bh-empty-title">{}</p><div class="bh-empty-text">{}</div></div>',
        icon(icon_name, "bh-empty-icon"),
        title,
        mark_safe(content),  # noqa: S308  # rendered by the template itself, escaped there
    )


@register.inclusion_tag("pages/parts/pagination.html", takes_context=True)
def pagination(context: Any, page: Page[Any] | Any, name: str = "page") -> dict[str, Any]:
    """`{% pagination page %}`: keeps the other parameters of the address."""
    query: QueryDict = context["request"].GET.copy()
    query.pop(name, None)

    def address(number: int) -> str:
        query[name] = str(number)
        return f"?{query.urlencode()}"

    total = page.paginator.num_pages
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1) if total > 1 else []
    return {
        "page": page,
        "links": [(n, address(n) if isinstance(n, int) else "") for n in numbers],
        "previous": address(page.number - 1) if page.has_previous() else "",
        "following": address(page.number + 1) if page.has_next() else "",
    }


@register.inclusion_tag("pages/parts/chart.html")
def chart(said: components.Chart, table_open: bool = False) -> dict[str, Any]:
    """`{% chart view_made_chart %}`: drawn by ECharts from a JSON block, with the numbers as a table below."""
    return {"chart": said, "data": said.as_data(), "data_id": f"chart-{uuid4().hex[:10]}", "table_open": table_open}


@register.inclusion_tag("pages/parts/map.html", takes_context=True, name="map")
def map_tag(context: Any, said: components.MapView) -> dict[str, Any]:
    """`{% map view_made_map %}`: shapes without background tiles unless the installation names some; a list below."""
    shell = context.get("shell")
    return {
        "map": said,
        "data": said.as_data(),
        "data_id": f"map-{uuid4().hex[:10]}",
        "tiles": shell.map_tiles if shell else "",
    }


@register.inclusion_tag("pages/parts/timeline.html", takes_context=True)
def timeline(context: Any, entries: Sequence[components.TimelineEntry]) -> dict[str, Any]:
    """`{% timeline entries %}`: newest first or oldest first, as the view orders them."""
    return {"entries": entries, "ctx": context.get("ctx")}


@register.inclusion_tag("pages/parts/field.html", takes_context=True)
def form_field(context: Any, field: inputs.FormField) -> dict[str, Any]:
    """One `FormField`, with label, hint and what is wrong with it."""
    return {"field": field, "upload_url": _upload_url()}


@register.inclusion_tag("pages/parts/file_drop.html")
def file_drop(
    name: str, words: str = "", accept: str = "", multiple: bool = False, required: bool = False
) -> dict[str, Any]:
    """`{% file_drop "document" _words accept=".docx,.pdf" %}`: a plain file input one can also drop files on."""
    return {"name": name, "words": words, "accept": accept, "multiple": multiple, "required": required}


@register.inclusion_tag("pages/parts/action_button.html", takes_context=True)
def action_button(
    context: Any,
    action: Action | str,
    row: Row | None = None,
    /,
    label: Any = None,
    icon: str = "",
    tone: str = "",
    next: str = "",
    small: bool = False,
    **given: Any,
) -> dict[str, Any]:
    """`{% action_button "loop.acknowledge" case %}`: there when the person may do this to this row, else nothing.

    Further named values fill the form beforehand. An action that asks nothing more than the row, and confirms
    nothing, is done at once; every other one opens its form in a dialog.
    """
    made = named(action)
    ctx: Context | None = context.get("ctx")
    if ctx is None or not may_do(made, row, ctx=ctx):
        return {"shown": False}
    filled = _filled(made, row, given)
    back = next or _here(context)
    open_questions = [f for f in made.fields.values() if f.name not in filled]
    wanted = tone or made.tone
    return {
        "shown": True,
        "action": made,
        "label": label or made.label,
        "icon": icon or made.icon,
        "tone": wanted if wanted in BUTTON_TONES else "secondary",
        "small": small,
        "at_once": not open_questions,
        "filled": [(n, v) for n, values in filled.items() for v in values],
        "url": reverse("do", args=[made.slug]),
        "query": urlencode([(n, v) for n, values in filled.items() for v in values] + [("next", back)]),
        "next": back,
        "key": uuid4().hex,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("pages/parts/action_form.html", takes_context=True)
def action_form(
    context: Any,
    action: Action | str,
    row: Row | None = None,
    /,
    next: str = "",
    **given: Any,
) -> dict[str, Any]:
    """`{% action_form "loop.note" case %}`: the action's whole form inside the page; nothing when the person may not."""
    made = named(action)
    ctx: Context | None = context.get("ctx")
    if ctx is None or not may_do(made, row, ctx=ctx):
        return {"shown": False}
    query = QueryDict(mutable=True)
    for name, values in _filled(made, row, given).items():
        query.setlist(name, values)
    return {
        "shown": True,
        "action": made,
        "fields": inputs.fields_of(made, ctx=ctx, given=query),
        "next": next or _here(context),
        "key": uuid4().hex,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def may(context: Any, action: Action | str, row: Row | None = None) -> bool:
    """`{% may "loop.close_out" case as can_close %}`."""
    ctx: Context | None = context.get("ctx")
    return ctx is not None and may_do(named(action), row, ctx=ctx)


@register.simple_tag(takes_context=True)
def number(context: Any, row: Row, name: str = "") -> SafeString:
    """`{% number user "phone" %}`: masked, and beside it the button that shows it whole, to whoever may see it.

    Without a name only the button.
    """
    shown = format_html("<span>{}</span> ", masked(row, name)) if name else SafeString("")
    known = next((r for r in registry().declared(Reveals) if isinstance(row, r.model)), None)
    ctx: Context | None = context.get("ctx")
    if known is None or ctx is None or not may_do(known.action, row, ctx=ctx):
        return shown
    return shown + format_html(
        '<form class="d-inline" method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="next" value="{}"><button class="btn btn-sm">{}{}</button></form>',
        reverse("reveal", args=[row.kind_code(), row.pk]),
        context.get("csrf_token", ""),
        _here(context),
        marks.icon("eye"),
        Text("显示完整号码", "Show the whole number"),
    )


def named(action: Action | str) -> Action:
    return action if isinstance(action, Action) else registry().actions[action]


def may_do(made: Action, row: Row | None, *, ctx: Context) -> bool:
    """Whether to show a button. The door itself decides again, with the action's own scope rule."""
    if made.anonymous:
        return True
    if row is None or made.scope is not None:
        return any(ctx.actor.has(need) for need in made.needs)
    return any(ctx.actor.may(need, row.place) for need in made.needs)


def _filled(made: Action, row: Row | None, given: dict[str, Any]) -> dict[str, list[str]]:
    filled = {name: _marks(value) for name, value in given.items() if value is not None}
    if row is not None:
        taker = next(
            (f for f in made.fields.values() if f.ref and isinstance(row, f.ref.model) and f.name not in filled), None
        )
        if taker is None:
            raise template.TemplateSyntaxError(f"{made.name} takes no {row.kind_code()}")
        filled = {taker.name: [inputs.row_mark(row)], **filled}
    if unknown := set(filled) - set(made.fields):
        raise template.TemplateSyntaxError(f"{made.name} has no input {', '.join(sorted(unknown))}")
    return filled


def _marks(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [m for v in value for m in _marks(v)]
    if isinstance(value, Row):
        return [inputs.row_mark(value)]
    if isinstance(value, bool):
        return ["on"] if value else [""]
    if isinstance(value, Term):
        return [str(value.value)]
    return [str(value)]


def _at(context: Any) -> datetime:
    ctx: Context | None = context.get("ctx")
    return ctx.at if ctx is not None else clock.now()


def _here(context: Any) -> str:
    request = context.get("request")
    if request is None:
        return ""
    current = request.headers.get("HX-Current-URL-Path") or ""
    return current or (request.get_full_path() if request.method == "GET" else request.path)


def _upload_url() -> str:
    try:
        return reverse("evidence-take-file")
    except NoReverseMatch:
        return ""
