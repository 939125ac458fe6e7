"""排印现场码: on behalf of who asked, with the grants held now."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import User
from bihuan.engines.safety_documents.printing import code_sheet_pdf
from bihuan.kernel.problem import Problem
from bihuan.registers.products.jobs import make_volumes, report
from bihuan.registers.products.models import PrintBatch
from bihuan.registers.products.terms import PrintState
from bihuan.registers.scan_codes import queries

#: A thousand codes, fifty pages: what is held in memory at one time.
EACH = 1_050


def print_batch(*, ctx: Context, batch: str) -> None:
    row = PrintBatch._base_manager.get(pk=UUID(batch))
    if row.state in (PrintState.DONE, PrintState.REFUSED):
        return
    assert row.requested_by is not None  # only a person orders codes
    actor = actor_of(User.objects.get(pk=row.requested_by), at=ctx.at)
    try:
        base = queries.public_base()
        things = queries.printed_things(queries.register_named(row.things, actor=actor), actor=actor)
    except Problem as refused:
        report(ctx, row, PrintState.REFUSED, row.done, row.files, refused)
        return

    def draw(first: int, last: int) -> bytes:
        return code_sheet_pdf(queries.tags_of(things[first - 1 : last], base=base), title=row.title)

    make_volumes(ctx=ctx, batch=row, draw=draw, each=EACH)
