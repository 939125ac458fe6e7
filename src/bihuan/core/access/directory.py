"""单位与区划目录: what accounts need to know of organisations and regions. `core` knows only their codes; the layer above
declares one `Directory` and so lends it places and names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from bihuan.core.access.scope import Place
from bihuan.core.modules import registry


@dataclass(frozen=True, slots=True)
class Directory:
    """`place_of(code)` is where an organisation lies, None when there is no such code. The names are for pages and come
    many at a time; `regions()` and `organisations()` answer (path or code, name) for choosing."""

    place_of: Callable[[str], Place | None]
    organisation_names: Callable[[Collection[str]], Mapping[str, str]]
    region_names: Callable[[Collection[str]], Mapping[str, str]]
    regions: Callable[[], list[tuple[str, str]]]
    organisations: Callable[[], list[tuple[str, str]]]


def directory() -> Directory | None:
    return next(iter(registry().declared(Directory)), None)


def place_of_organisation(code: str) -> Place | None:
    """Without a directory an organisation lies nowhere known: only a grant for exactly it, or everywhere, covers it."""
    known = directory()
    return known.place_of(code) if known else Place("", frozenset([code]))


def organisation_names(codes: Iterable[str | None]) -> dict[str, str]:
    """Every code that was asked for; one without a name is its own."""
    known, wanted = directory(), {c for c in codes if c}
    return {c: c for c in wanted} | (dict(known.organisation_names(wanted)) if known and wanted else {})


def region_names(paths: Iterable[str | None]) -> dict[str, str]:
    known, wanted = directory(), {p for p in paths if p}
    return {p: p for p in wanted} | (dict(known.region_names(wanted)) if known and wanted else {})
