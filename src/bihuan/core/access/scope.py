"""管辖范围: where a grant holds. A region path covers all below it; an organisation code covers that organisation."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs, as the check of a grant sees it.

    `region_path` is the chain of region codes, each closed by a slash (`330000/339900/339902/`); `organisations`
    are the codes of those for whom this very step is theirs to take.
    """

    region_path: str
    organisations: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Scope:
    """Exactly one of the two is set. The empty region path is the whole installation."""

    region_path: str | None = None
    organisation: str | None = None

    def __post_init__(self) -> None:
        if (self.region_path is None) == (self.organisation is None):
            raise ValueError("a scope is a region or an organisation, never both and never neither")

    def covers(self, place: Place) -> bool:
        if self.organisation is not None:
            return self.organisation in place.organisations
        return place.region_path.startswith(self.region_path or "")


EVERYWHERE = Scope(region_path="")


@dataclass(frozen=True, slots=True)
class Reach:
    """All the places one grant reaches: what a scoped query filters by."""

    regions: tuple[str, ...] = ()
    organisations: frozenset[str] = frozenset()

    @property
    def is_everywhere(self) -> bool:
        return "" in self.regions

    @property
    def is_nowhere(self) -> bool:
        return not self.regions and not self.organisations
