"""数据行: what every table that actions change has in common: a key, a version, a scoped query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

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


def below(field: str, path: str) -> Q:
    """Rows whose path starts with this one, as a range: `LIKE` would not use the index on SQLite."""
    if not path:
        return Q()
    return Q(**{f"{field}__gte": path, f"{field}__lt": path[:-1] + chr(ord(path[-1]) + 1)})


def any_of(conditions: Iterable[Q]) -> Q:
    combined: Q | None = None
    for condition in conditions:
        combined = condition if combined is None else combined | condition
    return Q(pk__in=[]) if combined is None else combined


class ScopedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Reads go through `visible_to`: role × jurisdiction × organisation. Outside your scope there is nothing."""

    def visible_to(self, actor: Actor) -> Self:
        model: Any = self.model
        reach = actor.reach(*map(str, model.view_grants()))
        if reach.is_nowhere:
            return self.none()
        rows = self.filter(model.arrived())
        return rows if reach.is_everywhere else rows.filter(model.within(reach))


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
