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
    beyond = [
        (holder, {name: new for name, new in said.items() if holder is not None and _differs(holder, name, new)})
        for holder, said in register.further(row, columns)
    ]
    if not lower and not own and not any(said for _, said in beyond):
        return row
    for holder, said in beyond:
        if said:
            change_further(register, ctx=ctx, holder=holder, said=said)
    if lower:
        ctx.change(below, **lower)
    ctx.change(row, **own)
    if not any(ctx.actor.may(grant, row.place) for grant in register.edit):
        raise Denied(Text("不能把记录移到您的管辖范围之外。", "A record can't be moved out of your own jurisdiction."))
    return row


def change_further(register: Register, *, ctx: Context, holder: Any, said: dict[str, Any]) -> None:
    """What a field stands for beyond the base: only where the writer may edit this register there, too."""
    if not any(ctx.actor.may(grant, holder.place) for grant in register.edit):
        raise Denied(Text("“{o}”不在您的管辖范围内。", "“{o}” lies outside your jurisdiction.").format(o=str(holder)))
    ctx.change(holder, **said)


def fill_further(register: Register, *, ctx: Context, row: Any, values: Values) -> None:
    """For a new row: what its values say of rows beyond the base that were there before. Left open, it stays."""
    for holder, said in register.further(row, register.columns(values)):
        new = {name: value for name, value in said.items() if value not in (None, "") and _differs(holder, name, value)}
        if new:
            change_further(register, ctx=ctx, holder=holder, said=new)


def _differs(row: Any, name: str, new: Any) -> bool:
    return bool(getattr(row, name) != new)
