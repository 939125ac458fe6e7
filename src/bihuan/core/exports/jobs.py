"""生成与清理导出文件."""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of
from bihuan.core.actions import runner
from bihuan.core.exports import actions, files
from bihuan.core.exports.models import ExportRequest
from bihuan.core.exports.terms import ExportState
from bihuan.core.exports.watermarked import MAKERS, Table
from bihuan.core.records import listing
from bihuan.core.records.exporting import rows_in_order
from bihuan.core.records.fields import Field
from bihuan.core.records.register import get_register
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

LOCAL = ZoneInfo("Asia/Shanghai")


class TooManyRows(Problem):
    code = "exports.too_many_rows"


def make(*, ctx: Context, request: str) -> None:
    """What its requester may see now, not what he might have seen when he asked."""
    found = ExportRequest._base_manager.select_related("requested_by").get(pk=UUID(request))
    if found.state_term is not ExportState.APPROVED:
        return
    try:
        table = table_of(found, ctx=ctx)
        digest = files.keep(found.pk, MAKERS[found.form](table))
    except Problem as refused:
        runner.perform(actions.note_made, ctx=ctx, request=found, failure=refused.text.zh[:300])
        return
    runner.perform(actions.note_made, ctx=ctx, request=found, rows=len(table.rows), digest=digest)


def table_of(request: ExportRequest, *, ctx: Context) -> Table:
    user = request.requested_by
    inside = Context(actor=actor_of(user, at=ctx.at), at=ctx.at, cause=ctx.cause)
    register = get_register(ctx=inside, code=request.register)
    asked = listing.ask(register, dict(parse_qsl(request.query)), actor=inside.actor)
    fields = register.fields_for(inside.actor)
    most = settings.BIHUAN_EXPORT_ROWS
    rows = list(islice(rows_in_order(register, asked, ctx=inside), most + 1))
    if len(rows) > most:
        raise TooManyRows(
            Text("超过 {n} 条，请缩小范围后重新申请。", "More than {n} rows: narrow it down and ask again.").format(
                n=most
            )
        )
    moment = ctx.at.astimezone(LOCAL)
    mark = f"{request.number}　{user.display_name}（{user.username}）　{moment:%Y-%m-%d %H:%M}　仅限：{request.purpose}"
    return Table(
        title=str(register.label.zh),
        mark=mark,
        number=request.number,
        headings=[f.heading.zh for f in fields],
        rows=[
            ["" if not register.shows(f, row, inside.actor) else _text(f, f.of(row)) for f in fields] for row in rows
        ],
    )


def _text(field: Field, value: Any) -> str:
    plain = field.natural(value) if field.kind == "reference" else value
    if plain is None:
        return ""
    return str(plain) if field.mask is not None else field.shown(plain)


def expire(*, ctx: Context) -> None:
    """Every hour: whose time is over loses its file first, then its state."""
    over = ExportRequest._base_manager.filter(state=ExportState.READY.value, expires_at__lte=ctx.at)
    for request in over:
        files.discard(request.pk)
        runner.perform(actions.expire, ctx=ctx, request=request)
