"""单位与区划目录: what accounts need to know of organisations and regions. `core` knows only their codes; the layer above
declares one `Directory` and so lends it places and names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bihuan.core.access.scope import Place
from bihuan.core.modules import registry


@dataclass(frozen=True, slots=True)
class Directory:
    """`place_of(code)` is where an organisation lies, None when there is no such code. The names are for pages;
    `regions()` and `organisations()` answer (path or code, name) for choosing."""

    place_of: Callable[[str], Place | None]
    organisation_name: Callable[[str], str]
    region_name: Callable[[str], str]
    regions: Callable[[], list[tuple[str, str]]]
    organisations: Callable[[], list[tuple[str, str]]]


def directory() -> Directory | None:
    return next(iter(registry().declared(Directory)), None)


def place_of_organisation(code: str) -> Place | None:
    """Without a directory an organisation lies nowhere known: only a grant for exactly it, or everywhere, covers it."""
    known = directory()
    return known.place_of(code) if known else Place("", frozenset([code]))


def organisation_name(code: str) -> str:
    known = directory()
    return (known.organisation_name(code) if known and code else "") or code


def region_name(path: str) -> str:
    known = directory()
    return (known.region_name(path) if known and path else "") or path
