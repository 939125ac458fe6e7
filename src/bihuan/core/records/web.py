"""台账页: the list, the map and the page of a row, the same for every register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.pages.components import Crumb, MapShape, MapView, TimelineEntry
from bihuan.core.records import exporting, listing
from bihuan.core.records.fields import Field
from bihuan.core.records.history import Past, history_of
from bihuan.core.records.layouts import layouts_of
from bihuan.core.records.register import Register, all_registers, get_register, panels_for
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

MAP = Text("地图", "Map")
REGISTERS = Text("台账", "Registers")
PLACE = Text("位置", "Place")
CLEARED = Text("（清空）", "(cleared)")
COLUMNS_COOKIE = "bihuan_columns_{code}"


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    mine = [r for r in all_registers() if any(ctx.actor.has(g) for g in (*r.read, *r.edit))]
    counted = [(r, *listing.count_of(r, listing.ask(r, {}, actor=ctx.actor), ctx=ctx)) for r in mine]
    return render(request, "records/index.html", {"registers": counted, "crumbs": [Crumb(REGISTERS)]})


def _columns(register: Register, request: HttpRequest, fields: Sequence[Field]) -> list[Field]:
    """Those chosen just now, or last time, or the declared ones."""
    said = request.GET.getlist("column") or request.COOKIES.get(COLUMNS_COOKIE.format(code=register.code), "").split(
        "."
    )
    chosen = [f for f in fields if f.name in said]
    return chosen or [f for f in fields if f.in_list]


@dataclass(frozen=True, slots=True)
class Cell:
    label: Text
    text: str
    name: str
    #: Text somebody typed is Chinese, whatever the language of the page.
    is_data: bool


def _cells(register: Register, columns: Sequence[Field], row: Any, actor: Any) -> list[Cell]:
    return [
        Cell(
            f.heading,
            f.shown(f.of(row)) if register.shows(f, row, actor) else "●●●",
            f.name,
            f.kind in ("text", "long_text", "reference"),
        )
        for f in columns
    ]


@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    ctx = _ctx(request)
    register = get_register(ctx=ctx, code=code)
    asked = listing.ask(register, request.GET.dict(), actor=ctx.actor)
    page = listing.page_of(
        register,
        asked,
        ctx=ctx,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        last=request.GET.get("last") == "1",
    )
    count, more = listing.count_of(register, asked, ctx=ctx)
    fields = register.fields_for(ctx.actor)
    columns = _columns(register, request, fields)
    here = reverse("records:list", kwargs={"code": code})
    response = render(
        request,
        "records/list.html",
        {
            "register": register,
            "asked": asked,
            "columns": [_heading(register, f, asked, here) for f in columns],
            "rows": [(row, _cells(register, columns, row, ctx.actor)) for row in page.rows],
            "count": count,
            "more": more,
            "pages": _pages(page, asked, here),
            **_filters(fields, request),
            "choosable": [(f, f in columns) for f in fields],
            "personal": bool(register.personal) and any(ctx.actor.has(g) for g in register.personal),
            "can_edit": any(ctx.actor.has(g) for g in register.edit),
            "add_slug": register.action("add").slug,
            "query": asked.query_string(),
            "layouts": layouts_of(register, on=day_of(ctx.at)),
            "crumbs": [Crumb(REGISTERS, reverse("records:index")), Crumb(register.label)],
        },
    )
    if request.GET.getlist("column"):
        response.set_cookie(
            COLUMNS_COOKIE.format(code=code),
            ".".join(f.name for f in columns),
            max_age=365 * 86_400,
            httponly=True,
            samesite="Lax",
        )
    return response


def _heading(register: Register, field: Field, asked: listing.Asked, here: str) -> dict[str, Any]:
    is_sorted = asked.sort.lstrip("-") == field.name
    descending = is_sorted and asked.sort.startswith("-")
    can_sort = field.sort or field.name == register.order.lstrip("-")
    return {
        "label": field.heading,
        "url": f"{here}?{asked.query_string(sort=field.name if descending or not is_sorted else f'-{field.name}')}"
        if can_sort
        else "",
        "aria": ("descending" if descending else "ascending") if is_sorted else "none",
    }


def _pages(page: listing.Page, asked: listing.Asked, here: str) -> dict[str, str]:
    def address(**more: str) -> str:
        return f"{here}?{asked.query_string(**more)}"

    return {
        "first": address() if page.before else "",
        "before": address(before=page.before) if page.before else "",
        "after": address(after=page.after) if page.after else "",
        "last": address(last="1") if page.after else "",
    }


#: What stands beside the search box; the rest opens on demand, so that a phone shows rows and not a form.
AT_HAND = 2


def _filters(fields: Sequence[Field], request: HttpRequest) -> dict[str, Any]:
    """Choices first: they are what people pick. The others are behind 更多筛选, open where one of them is set."""
    offered = [_filter_field(f, request) for f in fields if f.filter]
    at_hand = [f for f in offered if f["choices"]][:AT_HAND]
    more = [f for f in offered if f not in at_hand]
    is_set = any(value for f in more for _, value in f["names"])
    return {"at_hand": at_hand, "more_filters": more, "more_open": is_set or "retired" in request.GET}


def _filter_field(field: Field, request: HttpRequest) -> dict[str, Any]:
    said = {name: request.GET.get(name, "") for name in listing.parameters_of(field)}
    return {
        "label": field.heading,
        "kind": field.kind,
        "names": list(said.items()),
        "choices": [(t.value, t.label, t.value in next(iter(said.values())).split(",")) for t in field.terms]
        if field.terms
        else [],
    }


@require_GET
def exact_count(request: HttpRequest, code: str) -> HttpResponse:
    """Asked for by whoever needs the number: this one is worth a scan."""
    ctx = _ctx(request)
    register = get_register(ctx=ctx, code=code)
    asked = listing.ask(register, request.GET.dict(), actor=ctx.actor)
    number = listing.exact_count(register, asked, ctx=ctx)
    return HttpResponse(format_html("{}", Text("共 {n} 条", "{n} rows").format(n=f"{number:,}")))


@require_GET
def map_page(request: HttpRequest, code: str) -> HttpResponse:
    ctx = _ctx(request)
    register = get_register(ctx=ctx, code=code)
    if not register.has_map:
        raise NotFound
    asked = listing.ask(register, request.GET.dict(), actor=ctx.actor)
    collection = exporting.as_geojson(register, asked, ctx=ctx)
    shapes = [MapShape(geometry=f["geometry"], **f["properties"]) for f in collection["features"]]
    here = reverse("records:list", kwargs={"code": code})
    return render(
        request,
        "records/map.html",
        {
            "register": register,
            "view": MapView(register.label, shapes),
            "shown": len(shapes),
            "truncated": collection["truncated"],
            "list_url": f"{here}?{asked.query_string()}",
            "crumbs": [Crumb(register.label, here), Crumb(MAP)],
        },
    )


@require_GET
def detail(request: HttpRequest, code: str, row_id: UUID) -> HttpResponse:
    ctx = _ctx(request)
    register = get_register(ctx=ctx, code=code)
    row = register.find(ctx=ctx, row_id=row_id)
    fields = register.fields_for(ctx.actor)
    past = history_of(register, row, actor=ctx.actor)
    title = str(register.by_name[register.title].of(row))
    panels = []
    for panel in panels_for(register):
        if (given := panel.context(ctx=ctx, row=row)) is not None:
            panels.append((panel, given))
    return render(
        request,
        "records/detail.html",
        {
            "register": register,
            "row": row,
            "title": title,
            # A name is Chinese; the title of an English page says the code instead.
            "page_title": Text(title, str(register.key_field.of(row))),
            "cells": _cells(register, fields, row, ctx.actor),
            "view": _place(register, row),
            "history": [_entry(p) for p in past],
            "panels": panels,
            "change_url": _change_url(register, row) if _may_edit(register, row, ctx) else "",
            "retire": f"{code}.retire"
            if register.retired and _may_edit(register, row, ctx) and not _is_retired(register, row)
            else "",
            "crumbs": [
                Crumb(register.label, reverse("records:list", kwargs={"code": code})),
                Crumb(str(register.key_field.of(row))),
            ],
        },
    )


def _may_edit(register: Register, row: Any, ctx: Context) -> bool:
    return any(ctx.actor.may(g, row.place) for g in register.edit)


def _is_retired(register: Register, row: Any) -> bool:
    assert register.retired is not None
    value = row
    for step in register.retired[0].split("__"):
        value = getattr(value, step)
    return bool(value == register.retired[1])


def _change_url(register: Register, row: Any) -> str:
    """The form of `change`, filled in. Personal values never stand in an address: it ends up in logs."""
    said = {"row": f"{row.pk}@{row.version}", "next": row.get_absolute_url()}
    for f in register.fields:
        value = f.of(row)
        if f.fixed or f.personal or value in (None, "", False):
            continue
        said[f.name] = (
            f"{value.pk}@{value.version}" if f.kind == "reference" else "on" if value is True else str(f.natural(value))
        )
    return f"/do/{register.action('change').slug}/?{urlencode(said)}"


def _entry(past: Past) -> TimelineEntry:
    said = [
        (c.label, f"{c.before} → {c.after}" if c.before and c.after else c.after or str(CLEARED)) for c in past.changes
    ]
    text = Text(
        "；".join(f"{label.zh}：{value}" for label, value in said),
        "; ".join(f"{label.en}: {value}" for label, value in said),
    )
    return TimelineEntry(at=past.at, title=past.action, text=text if said else "", by=past.by, icon="history")


def _place(register: Register, row: Any) -> MapView | None:
    if not register.has_map:
        return None
    longitude, latitude = register.by_name[register.longitude], register.by_name[register.latitude]
    if longitude.of(row) is None or latitude.of(row) is None:
        return None
    geometry = exporting.geometry_of(register, row, longitude, latitude)
    return MapView(PLACE, [MapShape(geometry, str(register.by_name[register.title].of(row)))])
