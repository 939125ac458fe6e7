"""重复登记: which of some rows are there already under another key, or twice among themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from bihuan.core.records.register import Once, Register, Values
from bihuan.kernel.text import Text


def mark_of(register: Register, once: Once, values: Values) -> tuple[Any, ...] | None:
    """What identifies the row in this respect; None where one of the values is left open."""
    columns = register.columns(values)
    mark = tuple(getattr(columns.get(path), "pk", columns.get(path)) for path in once.paths)
    return None if any(part in (None, "") for part in mark) else mark


def known_marks(
    register: Register, once: Once, marks: Collection[tuple[Any, ...]], *, besides: Collection[Any] = ()
) -> dict[tuple[Any, ...], str]:
    """Of these marks those that a row in use bears already, with its key: one query for all of them."""
    if not marks:
        return {}
    model: Any = register.model
    narrowed = {f"{path}__in": {mark[n] for mark in marks} for n, path in enumerate(once.paths)}
    rows = model._base_manager.filter(register.not_retired(), **register.kind, **narrowed).exclude(pk__in=besides)
    found = {tuple(mark): str(key) for key, *mark in rows.values_list(register.key_field.path, *once.paths)}
    return {mark: found[mark] for mark in marks if mark in found}


def words_for(once: Once, *, key: str = "", row: int = 0) -> Text:
    said = (
        Text("{what}已登记，编码“{key}”。", "{what} is entered already, as “{key}”.").format(what=once.label, key=key)
        if key
        else Text("{what}在第 {n} 行已填过。", "{what} stands in row {n} already.").format(what=once.label, n=row)
    )
    if once.is_certain:
        return said
    return Text(f"{said.zh}是否同一个？", f"{said.en} Is it the same one?")


def certainly_repeated(register: Register, rows: Sequence[Values]) -> list[Text | None]:
    """For rows about to be written together: what each repeats, if anything; one query a rule."""
    found: list[Text | None] = [None] * len(rows)
    for once in register.once:
        if not once.is_certain:
            continue
        marks = [mark_of(register, once, values) for values in rows]
        known = known_marks(register, once, {mark for mark in marks if mark is not None})
        for n, mark in enumerate(marks):
            if mark in known:
                found[n] = words_for(once, key=known[mark])
    return found


def repeated(register: Register, values: Values, *, besides: Sequence[Any] = (), certain: bool) -> dict[str, Text]:
    """What a single row repeats, by field."""
    found: dict[str, Text] = {}
    for once in register.once:
        if once.is_certain is not certain:
            continue
        mark = mark_of(register, once, values)
        known = known_marks(register, once, [mark], besides=besides) if mark else {}
        if mark in known:
            found[once.field] = words_for(once, key=known[mark])
    return found
