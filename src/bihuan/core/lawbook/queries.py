"""What the law book shows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from bihuan.core.access.context import Context
from bihuan.core.lawbook.models import ProvisionCheck
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.provision import Provision, Version
from bihuan.law.state import LawState


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one provision, with the checks of this installation: the one that counts, and earlier ones."""

    provision: Provision
    version: Version
    check: ProvisionCheck | None
    earlier: tuple[ProvisionCheck, ...]

    @property
    def key(self) -> law.VersionKey:
        return self.provision.path, self.provision.key, self.version.period.from_

    @property
    def in_force(self) -> Text:
        period = self.version.period
        if period.until is None:
            return Text("自 {day} 起", "since {day}").format(day=period.from_.isoformat())
        last = (period.until - timedelta(days=1)).isoformat()
        return Text("{day} 至 {last}", "{day} to {last}").format(day=period.from_.isoformat(), last=last)

    @property
    def counts(self) -> bool:
        return self.version.state.counts_as_law or self.check is not None


def checks() -> QuerySet[ProvisionCheck]:
    """Those that were not withdrawn."""
    found: QuerySet[ProvisionCheck] = ProvisionCheck.objects.filter(withdrawn_at__isnull=True)
    return found


def version_of(*, path: str, key: str, held_from: date) -> Version | None:
    """As shipped."""
    provision = law.shipped().provisions.get((path, key))
    return next((v for v in provision.versions if v.period.from_ == held_from), None) if provision else None


def entries(*, ctx: Context, only_open: bool = False, text: str = "") -> list[Entry]:
    """Every version of every provision, in order of regulation and day."""
    said: dict[law.VersionKey, list[ProvisionCheck]] = defaultdict(list)
    for check in ProvisionCheck.objects.visible_to(ctx.actor).order_by("-created_at"):
        said[check.version_key].append(check)
    found = []
    for provision in law.shipped().provisions.values():
        for version in provision.versions:
            here = said.get((provision.path, provision.key, version.period.from_), [])
            holds = next((c for c in here if c.withdrawn_at is None and c.fingerprint == version.fingerprint), None)
            entry = Entry(provision, version, holds, tuple(c for c in here if c is not holds))
            words = f"{provision.path} {provision.key} {provision.meaning.zh} {provision.meaning.en} {version.source}"
            if not (only_open and entry.counts) and text.casefold() in words.casefold():
                found.append(entry)
    return found


def entry_of(*, ctx: Context, path: str, key: str, held_from: date) -> Entry | None:
    wanted = (path, key, held_from)
    return next((entry for entry in entries(ctx=ctx) if entry.key == wanted), None)


def table_of(values: Any) -> tuple[list[str], list[list[Any]]]:
    """Values as a table: rows of mappings by column, a mapping by name, anything else as one cell."""
    if isinstance(values, tuple) and values and all(hasattr(v, "keys") for v in values):
        # The state of a row is said once, above.
        columns = list(dict.fromkeys(name for row in values for name in row if not isinstance(row[name], LawState)))
        return columns, [[row.get(name) for name in columns] for row in values]
    if hasattr(values, "items"):
        return [], [[name, value] for name, value in values.items()]
    return [], [[value] for value in (values if isinstance(values, tuple) else (values,))]
