"""所指: what refers to an organisation or to its things, read from the tables' own links and organisation codes.

A module declares only what these don't show: a column of another name that carries a code (`CarriesCode`), and rows
that stay with an organisation that was merged into another because they are history (`StaysBehind`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from bihuan.core.modules import registry
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation
from bihuan.parties.satellites import Satellite

CODE = "organisation_code"


@dataclass(frozen=True)
class CarriesCode:
    """A column, not called organisation_code, that holds an organisation's code."""

    model: type[models.Model]
    column: str


@dataclass(frozen=True)
class StaysBehind:
    """Rows that go on naming the organisation they named: who did what at the time, and what was sent out."""

    model: type[models.Model]
    reason: Text


@dataclass(frozen=True)
class Link:
    """One column that refers to a row of `to`: by its key, or (organisations only) by its code."""

    model: type[models.Model]
    column: str
    to: type[models.Model]
    by_code: bool = False


def links_to(*targets: type[models.Model]) -> list[Link]:
    """Every column of every table that refers to one of these, but for what stays behind."""
    staying = {declared.model for declared in registry().declared(StaysBehind)}
    named = {(declared.model, declared.column) for declared in registry().declared(CarriesCode)}
    found: list[Link] = []
    for model in apps.get_models(include_auto_created=True):
        if model in staying or model._meta.proxy or not model._meta.managed:
            continue
        for column in model._meta.concrete_fields:
            target: Any = column.related_model if isinstance(column, models.ForeignKey) else None
            # What a thing is (its satellite) is the thing's own and never another's.
            is_own = column.one_to_one and issubclass(model, Satellite)
            if target in targets and not is_own:
                found.append(Link(model, column.name, target))
            elif (
                Organisation in targets and _is_code(column) and (column.name == CODE or (model, column.name) in named)
            ):
                found.append(Link(model, column.name, Organisation, by_code=True))
    return found


def _is_code(column: models.Field[Any, Any]) -> bool:
    return isinstance(column, models.CharField)


def by_table(links: Iterable[Link]) -> dict[type[models.Model], list[Link]]:
    found: dict[type[models.Model], list[Link]] = {}
    for link in links:
        found.setdefault(link.model, []).append(link)
    return found
