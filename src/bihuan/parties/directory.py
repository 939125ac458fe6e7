"""单位与区划目录: what accounts ask of organisations and regions, answered many at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bihuan.core.access.directory import Directory
from bihuan.core.access.scope import Place
from bihuan.parties.models import Organisation, Region


def place_of(code: str) -> Place | None:
    """Where an organisation lies; None where there is none of this code."""
    found = Organisation.objects.filter(code=code).first()
    return found.place if found is not None else None


def _organisation_names(codes: Collection[str]) -> Mapping[str, str]:
    return dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))


def _region_names(paths: Collection[str]) -> Mapping[str, str]:
    return dict(Region.objects.filter(path__in=paths).values_list("path", "name"))


def _regions() -> list[tuple[str, str]]:
    """In the order of the tree, each indented by its depth."""
    rows = Region.objects.order_by("path").values_list("path", "name")
    return [(path, "　" * (path.count("/") - 1) + name) for path, name in rows]


def _organisations() -> list[tuple[str, str]]:
    rows = Organisation.objects.filter(abolished_on__isnull=True).order_by("region_path", "name")
    return [(code, f"{name}（{code}）") for code, name in rows.values_list("code", "name")]


DIRECTORY = Directory(
    place_of=place_of,
    organisation_names=_organisation_names,
    region_names=_region_names,
    regions=_regions,
    organisations=_organisations,
)
