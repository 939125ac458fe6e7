"""审计页: filter, read, and see whether what one reads is what was written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.audit import queries
from bihuan.core.audit.models import AuditRow
from bihuan.core.audit.verifying import verify_row
from bihuan.core.modules import registry
from bihuan.core.pages.components import Crumb
from bihuan.core.pages.wording import LOCAL
from bihuan.kernel.text import Text

AUDIT = Text("审计记录", "Audit trail")
OUTCOMES = {"done": Text("已执行", "Done"), "denied": Text("被拒绝", "Denied")}


def _moment(text: str) -> datetime | None:
    """What a person types is local time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_GET
def list_rows(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    given = {
        n: request.GET.get(n, "").replace("\0", "").strip()[:120]
        for n in ("actor", "action", "outcome", "subject", "from", "until")
    }
    wanted = queries.Wanted(
        actor=given["actor"], action=given["action"], outcome=given["outcome"], subject=given["subject"],
        from_at=_moment(given["from"]), until_at=_moment(given["until"]),
    )  # fmt: skip
    rows, following = queries.list_rows(ctx=ctx, wanted=wanted, before=_key(request.GET.get("before", "")))
    names = queries.actor_names(r.actor for r in rows)
    older = request.GET.copy()
    if following:
        older["before"] = str(following)
    content = {
        "rows": [_line(r, names) for r in rows],
        "older": older.urlencode() if following else "",
        "given": given,
        "from": given["from"],
        "actions": sorted(((a.name, a.label) for a in registry().actions.values()), key=lambda pair: pair[0]),
        "outcomes": OUTCOMES.items(),
        "sealing": queries.sealing(ctx=ctx, since=ctx.at - timedelta(days=1)),
        "crumbs": [Crumb(AUDIT)],
    }
    return render(request, "audit/rows.html", content)


def _line(row: AuditRow, names: dict[str, str]) -> dict[str, Any]:
    made = registry().actions.get(row.action)
    return {
        "row": row,
        "actor": names[row.actor],
        "action": made.label if made else row.action,
        "outcome": OUTCOMES.get(row.outcome, row.outcome),
    }


@require_GET
def show_row(request: HttpRequest, row_id: UUID) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    row = queries.get_row(ctx=ctx, row_id=row_id)
    said = queries.content_of(row)
    content = {
        **_line(row, queries.actor_names([row.actor])),
        "said": said,
        "input": [(name, shown(value)) for name, value in said.get("input", {}).items()],
        "changes": [
            (queries.subject_name(subject), [(f, shown(pair[0]), shown(pair[1])) for f, pair in fields.items()])
            for subject, fields in said.get("changes", {}).items()
        ],
        "subjects": [(s, queries.subject_name(s)) for s in said.get("subjects", [])],
        "report": verify_row(row),
        "crumbs": [Crumb(AUDIT, reverse("audit")), Crumb(row.pk)],
    }
    return render(request, "audit/row.html", content)


def shown(value: Any) -> str:
    """A value of the sealed bytes; personal ones stand there as digests."""
    match value:
        case None | "":
            return "—"
        case {"personal": str()}:
            return str(Text("已脱敏", "kept as a digest"))
        case {"id": str(key), **_rest}:
            return key
        case dict():
            return ", ".join(f"{k}: {shown(v)}" for k, v in value.items())
        case list():
            return "、".join(shown(v) for v in value) or "—"
        case True:
            return str(Text("是", "yes"))
        case False:
            return str(Text("否", "no"))
    return str(value)
