"""写入: the inner step that a form and a sheet share: write what differs, by version, inside one's jurisdiction."""

from __future__ import annotations

from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import Denied
from bihuan.core.records.register import Register, Values
from bihuan.kernel.text import Text


def write_changes(register: Register, *, ctx: Context, row: Any, values: Values) -> Any:
    """Write what differs, to the base and to the row. The row's version always counts on: it is what a reader saw."""
    columns = register.columns(values)
    below = register.base_of(row)
    lower, own = register.split(columns)
    lower = {name: new for name, new in lower.items() if below is not None and _differs(below, name, new)}
    own = {name: new for name, new in own.items() if _differs(row, name, new)}
    if not lower and not own:
        return row
    if lower:
        ctx.change(below, **lower)
    ctx.change(row, **own)
    if not any(ctx.actor.may(grant, row.place) for grant in register.edit):
        raise Denied(Text("不能把记录移到您的管辖范围之外。", "A record can't be moved out of your own jurisdiction."))
    return row


def _differs(row: Any, name: str, new: Any) -> bool:
    return bool(getattr(row, name) != new)
