"""明文转密文: what a migration calls after a column became a sealed one. Goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import models, transaction

from bihuan.core.protection import envelopes
from bihuan.core.protection.fields import SealedJSONField

TOGETHER = 500
Step = Callable[[Any, Any], None]


def seal_columns(app: str, model: str, *names: str) -> Step:
    def forward(apps: Any, schema_editor: Any) -> None:
        table = apps.get_model(app, model)
        for name in names:
            rewrite(table, name, schema_editor.connection, _sealed)

    return forward


def open_columns(app: str, model: str, *names: str) -> Step:
    """The way back, for a migration that is undone."""

    def backward(apps: Any, schema_editor: Any) -> None:
        table = apps.get_model(app, model)
        for name in names:
            rewrite(table, name, schema_editor.connection, _opened)

    return backward


def _sealed(field: Any, stored: str, key: Any) -> str:
    if not stored or envelopes.is_sealed(stored):
        return stored
    if isinstance(field, SealedJSONField):
        plain = json.dumps(json.loads(stored), ensure_ascii=False, separators=(",", ":"))
        return envelopes.seal(plain, about=field.about, searchable=False)
    return envelopes.seal(stored, about=field.about)


def _opened(field: Any, stored: str, key: Any) -> str:
    return envelopes.open_sealed(stored, about=field.about) if stored and envelopes.is_sealed(stored) else stored


def rewrite(model: type[models.Model], name: str, connection: Any, made: Callable[[Any, str, Any], str]) -> int:
    """Each stored value by another one, only where it is still what was read. Answers how many changed.

    Around the models: their columns would open what is read here. A row's version stays, for its value does.
    """
    field: Any = model._meta.get_field(name)
    quote = connection.ops.quote_name
    table, column, key = (quote(n) for n in (model._meta.db_table, field.column, model._meta.pk.column))
    changed = 0
    with connection.cursor() as cursor:
        for some in _stored(cursor, table, column, key):
            new = [(made(field, stored, pk), pk, stored) for pk, stored in some]
            if wanted := [(value, pk, stored) for value, pk, stored in new if value != stored]:
                with transaction.atomic(using=connection.alias):
                    for one in wanted:
                        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s", one)  # noqa: S608  # our own names
                        changed += cursor.rowcount
    return changed


def _stored(cursor: Any, table: str, column: str, key: str) -> Iterator[list[tuple[Any, str]]]:
    after: Any = None
    while True:
        where, values = (f"AND {key} > %s", [after]) if after is not None else ("", [])
        cursor.execute(
            f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL {where} ORDER BY {key} LIMIT {TOGETHER}",  # noqa: S608  # our own names
            values,
        )
        some = cursor.fetchall()
        if not some:
            return
        yield some
        after = some[-1][0]
