"""法: what held on a date, with its citation and its state.

`law.at(on).value("gb-18218/grades", "grade_floors")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law.loader import load
from bihuan.law.provision import Held, Provision, Version

REGULATIONS = Path(__file__).resolve().parent / "regulations"


class NotInForce(Problem):
    """The provision exists, but on that day no version of it held."""

    code = "not_in_force"


class UnknownProvision(LookupError):
    """Code asked for a provision that the data does not have."""


def held(provision: Provision, version: Version) -> Held:
    return Held(
        path=provision.path,
        key=provision.key,
        meaning=provision.meaning,
        value=version.values,
        citation=version.source,
        state=version.state,
        period=version.period,
    )


#: One version of a provision: its file, its key and the day from which it holds.
VersionKey = tuple[str, str, date]


@dataclass(frozen=True, eq=False)
class Law:
    """Every provision through time. The shipped one is `shipped()`; a test makes its own."""

    provisions: Mapping[tuple[str, str], Provision]

    def with_checks(self, checks: Mapping[VersionKey, str]) -> Law:
        """The same law where these versions were checked against the official text.

        A check names what was checked by its fingerprint: when an upgrade brings other values, it counts no more.
        """
        found = {}
        for place, provision in self.provisions.items():
            versions = tuple(
                version.checked()
                if checks.get((*place, version.period.from_)) == version.fingerprint and not version.state.counts_as_law
                else version
                for version in provision.versions
            )
            found[place] = replace(provision, versions=versions) if versions != provision.versions else provision
        return Law(found)

    def at(self, on: date) -> LawAt:
        return LawAt(self, on)

    def provision(self, path: str, key: str) -> Provision:
        try:
            return self.provisions[path, key]
        except KeyError:
            raise UnknownProvision(f"no provision {path}#{key} is in the law's data") from None

    def not_yet_official(self) -> list[Held]:
        """Every version that does not count as law yet: the list an authorised person works through."""
        return [
            held(provision, version)
            for provision in self.provisions.values()
            for version in provision.versions
            if not version.state.counts_as_law
        ]


@dataclass(frozen=True)
class LawAt:
    """The law of one day."""

    law: Law
    on: date

    def value(self, path: str, key: str) -> Held:
        provision = self.law.provision(path, key)
        for version in provision.versions:
            if self.on in version.period:
                return held(provision, version)
        raise NotInForce(
            Text(
                "{on}：“{meaning}”没有施行中的规定（已录入：{periods}）。",
                "On {on} no rule on “{meaning}” was in force (entered: {periods}).",
            ).format(
                on=self.on.isoformat(),
                meaning=provision.meaning,
                periods=", ".join(str(version.period) for version in provision.versions),
            )
        )


@cache
def shipped() -> Law:
    """The law that comes with the package, read once."""
    return Law(load(REGULATIONS))


_adopted: Law | None = None


def current() -> Law:
    """The law as this installation has it: the shipped one with what was checked here."""
    return _adopted or shipped()


def adopt(checks: Mapping[VersionKey, str]) -> None:
    """Have these checks count in this process from now on. The edges call it; rules never do."""
    global _adopted  # one law for a process, as it has one clock
    _adopted = shipped().with_checks(checks) if checks else None


def at(on: date) -> LawAt:
    """The law of one day, as this installation has it."""
    return current().at(on)
