"""只增不改: whether the release before can go on working on a database that these migrations have been at.

New tables and indexes, columns that may be null or that the database fills in: the older code neither reads nor writes
them. Everything else needs the older processes to stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

#: Nothing of these reaches an older process.
HARMLESS = (
    ops.CreateModel,
    ops.AddIndex,
    ops.AlterModelOptions,
    ops.AlterModelManagers,
    ops.AlterModelTableComment,
)


def not_additive(plan: Sequence[Migration], state: ProjectState) -> list[str]:
    """What of the plan the older release would stumble over, each as `app.migration: operation`. `state`: before it.

    A migration that says `additive = "why"` is believed: data migrations can't be judged by their looks.
    """
    found = []
    for migration in plan:
        trusted = getattr(migration, "additive", "")
        for operation in migration.operations:
            if not trusted and any(_breaks(operation, migration.app_label, state)):
                found.append(f"{migration.app_label}.{migration.name}: {operation.describe()}")
            operation.state_forwards(migration.app_label, state)
    return found


def _breaks(operation: Operation, app: str, state: ProjectState) -> Iterator[bool]:
    match operation:
        case ops.SeparateDatabaseAndState():
            for inner in operation.database_operations:
                yield from _breaks(inner, app, state)
        case ops.AddField():
            yield not _may_be_left_out(operation.field)
        case ops.AlterField():
            before = state.models[app, operation.model_name_lower].fields[operation.name]
            yield not _is_same_column(before, operation.field)
        case _:
            yield not isinstance(operation, HARMLESS)


def _may_be_left_out(field: models.Field) -> bool:  # type: ignore[type-arg]
    """An INSERT of the older release doesn't name the column."""
    return field.null or field.many_to_many or getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED


def _is_same_column(before: models.Field, after: models.Field) -> bool:  # type: ignore[type-arg]
    """Labels, choices and defaults of Python don't reach the database; a text may become longer, a value optional."""
    _, path, args, old = before.deconstruct()
    _, path_after, args_after, new = after.deconstruct()
    if (path, args) != (path_after, args_after):
        return False
    ignored = {*before.non_db_attrs, "default", "max_length", "null"}
    wider = (new.get("max_length") or 0) >= (old.get("max_length") or 0)
    return wider and (after.null or not before.null) and _kept(old, ignored) == _kept(new, ignored)


def _kept(said: dict[str, object], ignored: set[str]) -> dict[str, object]:
    return {name: value for name, value in said.items() if name not in ignored}


def judged(plan: Sequence[Migration]) -> list[str]:
    """The plan of this database, judged from where the database stands."""
    loader = MigrationLoader(connection)
    applied = [key for key in loader.applied_migrations if key in loader.graph.nodes]
    return not_additive(plan, loader.project_state(applied))
