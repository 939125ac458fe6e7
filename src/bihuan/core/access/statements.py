"""语句: the two statements that every action runs several times, an insert and a change by version, drawn once a table.

Django draws the SQL anew for each row, which costs more than the database does with it; the text is the same each
time. Values go through the fields as ever. What these can't say (an expression, a table in two parts) is left to Django.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models, transaction

#: SQLite takes a bounded number of values in one statement, PostgreSQL 65 535.
VALUES_TOGETHER = 30_000


@cache
def _columns(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    """The columns written by an insert: not the number that the database itself gives."""
    return tuple(
        f
        for f in model._meta.concrete_fields
        if not f.generated and not (f.primary_key and isinstance(f, models.AutoField))
    )


def _column(field: models.Field[Any, Any]) -> str:
    return str(connection.ops.quote_name(str(field.column)))


@cache
def _insert(model: type[models.Model], vendor: str, rows: int, *, conflicts: bool) -> str:
    quote = connection.ops.quote_name
    fields = _columns(model)
    names = ", ".join(_column(f) for f in fields)
    one = f"({', '.join(['%s'] * len(fields))})"
    # All names are our own tables' and columns'.
    said = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES {', '.join([one] * rows)}"  # noqa: S608
    return f"{said} ON CONFLICT DO NOTHING" if conflicts else said


def insert(rows: Sequence[models.Model], *, pass_over_conflicts: bool = False) -> int:
    """New rows of one table, all of them or none; answers how many. Called inside a transaction.

    `pass_over_conflicts` leaves out those that are there already; on PostgreSQL it waits for a rival in flight.
    """
    if not rows:
        return 0
    model = type(rows[0])
    if model._meta.parents:
        raise TypeError(f"{model.__name__} lies in two tables")
    fields = _columns(model)
    together = max(1, VALUES_TOGETHER // len(fields))
    written = 0
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        for first in range(0, len(rows), together):
            some = rows[first : first + together]
            values = [f.get_db_prep_save(f.pre_save(row, True), connection) for row in some for f in fields]
            # A text drawn for one row is kept for good; one for some hundred rows would only fill the memory.
            draw = _insert if len(some) == 1 else _insert.__wrapped__
            cursor.execute(draw(model, connection.vendor, len(some), conflicts=pass_over_conflicts), values)
            written += cursor.rowcount
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias
    return written


@cache
def _update(model: type[models.Model], vendor: str, names: tuple[str, ...], by: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    said = ", ".join(f"{_column(_field(model, name))} = %s" for name in names)
    where = " AND ".join(f"{_column(_field(model, name))} = %s" for name in by)
    return f"UPDATE {quote(model._meta.db_table)} SET {said} WHERE {where}"  # noqa: S608  # our own names


def _change(model: type[models.Model], said: Mapping[str, Any], by: Mapping[str, Any]) -> int:
    values = [_field(model, name).get_db_prep_save(_bare(value), connection) for name, value in said.items()]
    values += [_field(model, name).get_db_prep_value(value, connection) for name, value in by.items()]
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(_update(model, connection.vendor, tuple(said), tuple(by)), values)
        return int(cursor.rowcount)


def change_each(rows: Sequence[models.Model], *names: str) -> None:
    """The named columns of many rows that have no version, each by its key, as they now stand in memory."""
    if not rows:
        return
    model = type(rows[0])
    fields, key = [_field(model, name) for name in names], _key(model)
    values = [
        [
            *(f.get_db_prep_save(_bare(getattr(row, f.attname)), connection) for f in fields),
            key.get_db_prep_value(row.pk, connection),
        ]
        for row in rows
    ]
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        cursor.executemany(_update(model, connection.vendor, names, (key.name,)), values)


def _bare(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _key(model: type[models.Model]) -> models.Field[Any, Any]:
    assert model._meta.pk is not None
    return model._meta.pk


def change(row: models.Model, **changes: Any) -> None:
    """Columns of a row that has no version, because only this transaction knows of it."""
    _change(type(row), changes, {_key(type(row)).name: row.pk})
    for name, value in changes.items():
        setattr(row, name, value)


def change_by_version(row: Any, *, at: datetime, changes: Mapping[str, Any]) -> bool:
    """Exactly the row as it was read becomes the next version. False when somebody was faster."""
    model = type(row)
    said = {**changes, "version": row.version + 1, "updated_at": at}
    if model._meta.parents or any(hasattr(v, "resolve_expression") for v in changes.values()):
        return bool(model._base_manager.filter(pk=row.pk, version=row.version).update(**said))
    return bool(_change(model, said, {_key(model).name: row.pk, "version": row.version}))
