"""台账接口: what programs read. Changes go through the register's actions at `/api/actions/<register>.<verb>`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from bihuan.core.actions.problems import InvalidInput
from bihuan.core.records import listing
from bihuan.core.records import search as searching
from bihuan.core.records.exporting import as_geojson, as_plain
from bihuan.core.records.fields import Field
from bihuan.core.records.history import history_of
from bihuan.core.records.register import Register, all_registers, get_register
from bihuan.kernel.text import Text


@require_GET
def registers(request: HttpRequest) -> JsonResponse:
    """The registers this actor may read, with their fields."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    mine = [r for r in all_registers() if any(ctx.actor.has(g) for g in (*r.read, *r.edit))]
    return JsonResponse(
        {
            "registers": [
                {
                    "code": r.code,
                    "label": _both(r.label),
                    "url": f"/api/registers/{r.code}",
                    "fields": [_described(f) for f in r.fields_for(ctx.actor)],
                }
                for r in mine
            ]
        }
    )


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _described(field: Field) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": field.name,
        "label": _both(field.label),
        "kind": field.kind,
        "required": bool(field.required),
    }
    if field.unit:
        said["unit"] = field.unit
    if field.terms is not None:
        said["choices"] = [{"code": t.value, "label": _both(t.label)} for t in field.terms]
    if field.filter:
        said["filters"] = list(listing.parameters_of(field))
    return said


def _asked(register: Register, request: HttpRequest) -> listing.Asked:
    """A program gets a refusal where a person would get a hint."""
    asked = listing.ask(register, request.GET.dict(), actor=request.ctx.actor)  # type: ignore[attr-defined]
    if asked.wrong:
        raise InvalidInput(Text("查询条件有误。", "Some conditions are wrong."), where=asked.wrong)
    return asked


@require_GET
def rows(request: HttpRequest, code: str) -> JsonResponse:
    """One page of a register. `next` is the address of the following page, or null."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    register = get_register(ctx=ctx, code=code)
    asked = _asked(register, request)
    size = request.GET.get("limit", "100")
    if not size.isdecimal() or not 1 <= int(size) <= listing.LARGEST_PAGE:
        words = Text("每页 1–{n} 条。", "Between 1 and {n} a page.").format(n=listing.LARGEST_PAGE)
        raise InvalidInput(words, where={"limit": words})
    page = listing.page_of(register, asked, ctx=ctx, after=request.GET.get("after", ""), size=int(size))
    fields = register.fields_for(ctx.actor)
    following = None
    if page.after:
        following = f"{request.path}?{asked.query_string(after=page.after, limit=size)}"
    return JsonResponse(
        {
            "register": register.code,
            "rows": [as_plain(register, row, fields, actor=ctx.actor) for row in page.rows],
            "next": following,
        }
    )


@require_GET
def row(request: HttpRequest, code: str, row_id: UUID) -> JsonResponse:
    """One row with its history."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    register = get_register(ctx=ctx, code=code)
    found = register.find(ctx=ctx, row_id=row_id)
    past = history_of(register, found, actor=ctx.actor)
    return JsonResponse(
        {
            **as_plain(register, found, register.fields_for(ctx.actor), actor=ctx.actor),
            "history": [
                {
                    "audit": str(p.audit_row),
                    "at": p.at.isoformat(),
                    "by": p.by,
                    "action": _both(p.action),
                    "changes": [{"label": _both(c.label), "before": c.before, "after": c.after} for c in p.changes],
                }
                for p in past
            ],
        }
    )


@require_GET
def geojson(request: HttpRequest, code: str) -> JsonResponse:
    """The filtered list as a map layer."""
    ctx: Any = request.ctx  # type: ignore[attr-defined]
    register = get_register(ctx=ctx, code=code)
    asked = listing.ask(register, request.GET.dict(), actor=ctx.actor)
    collection = (
        as_geojson(register, asked, ctx=ctx) if register.has_map else {"type": "FeatureCollection", "features": []}
    )
    return JsonResponse(collection, content_type="application/geo+json")


@require_GET
def search(request: HttpRequest) -> JsonResponse:
    """`?q=`: everything findable that this actor may see."""
    found = searching.find(actor=request.ctx.actor, text=request.GET.get("q", ""))  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "count": found.count,
            "more": found.more,
            "hits": [{"title": h.title, "code": h.code, "url": h.url, "kind": _both(h.label)} for h in found.hits],
        }
    )


def openapi_paths() -> Mapping[str, Any]:
    """What the API documentation says of all registers at once."""

    def parameter(name: str, words: str, where: str = "query") -> dict[str, Any]:
        return {
            "name": name,
            "in": where,
            "required": where == "path",
            "description": words,
            "schema": {"type": "string"},
        }

    def answers(words: str) -> dict[str, Any]:
        refused = {s: {"description": w} for s, w in (("401", "No login"), ("404", "Not there, or outside your scope"))}
        return {
            "200": {"description": words, "content": {"application/json": {"schema": {"type": "object"}}}},
            **refused,
        }

    code = parameter("code", "The register's code", "path")
    listed = [
        code,
        parameter("q", "Words to find, two characters or more each"),
        parameter("sort", "A sortable field; with a minus in front downwards"),
        parameter("retired", "1 to include retired rows"),
        parameter("after", "From `next` of the page before"),
        parameter("limit", "Rows a page, 1 to 500"),
    ]
    return {
        "/api/registers": {
            "get": {
                "tags": ["registers"],
                "summary": "Registers and their fields",
                "responses": answers("The registers"),
            }
        },
        "/api/registers/{code}": {
            "get": {
                "tags": ["registers"],
                "summary": "Rows of a register",
                "parameters": listed,
                "responses": answers("A page"),
            }
        },
        "/api/registers/{code}/{id}": {
            "get": {
                "tags": ["registers"],
                "summary": "One row with its history",
                "parameters": [code, parameter("id", "The row's id", "path")],
                "responses": answers("The row"),
            }
        },
        "/api/search": {
            "get": {
                "tags": ["registers"],
                "summary": "Search over everything",
                "parameters": [parameter("q", "Words")],
                "responses": answers("Hits"),
            }
        },
    }
