"""数据行: what every table that actions change has in common: a key, a version, a scoped query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self, cast

from django.db import models
from django.db.models import Q

from bihuan.core.access.context import Actor
from bihuan.core.access.scope import Place, Reach
from bihuan.kernel.identity import new_id


class PathField(models.CharField):  # type: ignore[type-arg]
    """A materialised path, compared byte by byte on every database, so that a prefix is a range of the index."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


@PathField.register_lookup
class LiesBelow(models.Lookup):
    """A path beginning with this one, looked at row by row.

    A list that is read along an index of its own order, and only for one page, must not begin with a range of regions:
    SQLite would take the range, find everything in it and sort that. The plus keeps it from doing so; PostgreSQL weighs
    both ways by what it knows of the values, and needs none.
    """

    lookup_name = "lies_below"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, named = self.process_lhs(compiler, connection)
        plus = "+" if connection.vendor == "sqlite" else ""
        first, end = _range(str(self.rhs))
        return f"{plus}{column} >= %s AND {plus}{column} < %s", (*named, first, *named, end)


def below(field: str, path: str, *, along_another_index: bool = False) -> Q:
    """Rows whose path starts with this one, as a range: `LIKE` would not use the index on SQLite."""
    if not path:
        return Q()
    if along_another_index:
        return Q(**{f"{field}__lies_below": path})
    first, end = _range(path)
    return Q(**{f"{field}__gte": first, f"{field}__lt": end})


def _range(path: str) -> tuple[str, str]:
    return path, path[:-1] + chr(ord(path[-1]) + 1)


def any_of(conditions: Iterable[Q]) -> Q:
    combined: Q | None = None
    for condition in conditions:
        combined = condition if combined is None else combined | condition
    return Q(pk__in=[]) if combined is None else combined


class ScopedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Reads go through `visible_to`: role × jurisdiction × organisation. Outside your scope there is nothing."""

    def visible_to(self, actor: Actor) -> Self:
        return self._reached_by(actor, within=cast(Any, self.model).within)

    def one_or_none(self) -> Any:
        """The row that a unique condition names. `first()` would order what needs none, which over joins costs more than the query."""
        try:
            return self.get()
        except self.model.DoesNotExist:
            return None

    def _reached_by(self, actor: Actor, *, within: Callable[[Reach], Q]) -> Self:
        """For a table that words the same condition in two ways, each for another way through its indexes."""
        model: Any = self.model
        reach = actor.reach(*map(str, model.view_grants()))
        if reach.is_nowhere:
            return self.none()
        rows = self.filter(model.arrived())
        return rows if reach.is_everywhere else rows.filter(within(reach))


class Row(models.Model):
    """A row that actions change. `version` counts its changes; a stale writer is told, never obeyed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    #: Fields kept out of the audit in the clear; they enter it as a salted digest, so that erasure is possible.
    personal_fields: ClassVar[frozenset[str]] = frozenset()
    #: Fields that never enter the audit at all.
    secret_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        """The grants any of which lets somebody see rows of this table."""
        raise NotImplementedError(f"{cls.__name__} does not say who may see it")

    @classmethod
    def within(cls, reach: Reach) -> Q:
        """The condition for lying inside a reach. Tables without the two usual columns say their own."""
        return any_of(
            [below("region_path", r) for r in reach.regions]
            + ([Q(organisation_code__in=sorted(reach.organisations))] if reach.organisations else [])
        )

    @classmethod
    def arrived(cls) -> Q:
        """The condition for being there already: rows of a large import are written bit by bit and appear together."""
        return Q()

    @property
    def place(self) -> Place:
        """Where this row lies, for the check of a grant."""
        code = getattr(self, "organisation_code", "")
        return Place(getattr(self, "region_path", ""), frozenset([code] if code else []))

    @classmethod
    def kind_code(cls) -> str:
        """`loop.case`: how audit, references and addresses name this table."""
        return cls._meta.label_lower

    @property
    def subject(self) -> str:
        return f"{self.kind_code()}:{self.pk}"
