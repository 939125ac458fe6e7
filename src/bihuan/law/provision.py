"""条文: one dated value with the clause it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
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

    @property
    def fingerprint(self) -> str:
        """What it says and where that is written, as a SHA-256: a check holds for exactly this and nothing newer."""
        said = [self.period.from_.isoformat(), str(self.period), self.source, _plain(self.values)]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def checked(self) -> Version:
        """The same, checked against the official text: its rows too."""
        return Version(self.period, self.source, LawState.OFFICIAL, _official(self.values))


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


def _plain(value: Any) -> Any:
    """Values as JSON has them. The state of a row is not what the law says."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items() if not isinstance(inner, LawState)}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _official(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _official(inner) for key, inner in value.items()})
    if isinstance(value, tuple):
        return tuple(_official(inner) for inner in value)
    return LawState.OFFICIAL if isinstance(value, LawState) else value
