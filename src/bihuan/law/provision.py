"""条文: one dated value with the clause it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bihuan.kernel.period import Period
from bihuan.kernel.text import Text
from bihuan.law.state import LawState


@dataclass(frozen=True, slots=True)
class Version:
    """One edition of a provision: what it says, from when until when, and where that is written."""

    period: Period
    source: str
    state: LawState
    values: Any


@dataclass(frozen=True, slots=True)
class Provision:
    """A value of the law through time. Versions are in order and never share a day."""

    path: str
    key: str
    meaning: Text
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What held on a day: the value, its citation and its state, kept with whatever was decided by it."""

    path: str
    key: str
    meaning: Text
    value: Any
    citation: str
    state: LawState
    period: Period

    @property
    def reference(self) -> Mapping[str, str]:
        """What a calculation or a case stores about the rule it used."""
        return {
            "provision": f"{self.path}#{self.key}",
            "from": self.period.from_.isoformat(),
            "citation": self.citation,
            "state": self.state.value,
        }
