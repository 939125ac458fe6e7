"""危险化学品目录: entries and lists of one day, found by number, name, alias, pinyin initials or CAS number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from pypinyin import Style, lazy_pinyin

from bihuan.engines.major_hazard.tables import tables_at
from bihuan.law import law
from bihuan.law.provision import Held
from bihuan.law.state import LawState
from bihuan.registers.chemicals.rules.un_numbers import cas_of_un
from bihuan.registers.chemicals.terms import Listing

HIGHLY_TOXIC = "剧毒"
_ADDED = re.compile(r"\(\d{4}年新增\)$")


def plain(text: str) -> str:
    """As names are compared and searched: width, case, spaces and brackets don't matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum() or c in "-.≤≥<>%")


def initials(text: str) -> str:
    """拼音首字母: 甲醇 → jc."""
    return plain("".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default")))


@dataclass(frozen=True, slots=True)
class Entry:
    """目录的一行. A serial may have several rows (contents, names); `row` counts them from 0."""

    serial: int
    row: int
    name: str
    aliases: tuple[str, ...]
    cas: tuple[str, ...]
    remark: str
    state: LawState

    @property
    def is_highly_toxic(self) -> bool:
        return self.remark == HIGHLY_TOXIC


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list that concerns a chemical: what the list calls it, by which it was found, and the citation."""

    listing: Listing
    name: str
    detail: str
    citation: str
    state: LawState


@dataclass(frozen=True)
class Catalogue:
    """The catalogue and lists of one day."""

    on: date
    entries: tuple[Entry, ...]
    held: Held
    missing: Held
    lists: Mapping[Listing, Held]

    @cached_property
    def by_serial(self) -> Mapping[int, tuple[Entry, ...]]:
        found: dict[int, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.serial, []).append(entry)
        return {serial: tuple(rows) for serial, rows in found.items()}

    @cached_property
    def by_cas(self) -> Mapping[str, tuple[Entry, ...]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for cas in entry.cas:
                found.setdefault(cas, []).append(entry)
        return {cas: tuple(rows) for cas, rows in found.items()}

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for name in dict.fromkeys(map(plain, _spoken(entry))):
                found.setdefault(name, []).append(entry)
        return {name: tuple(rows) for name, rows in found.items()}

    @cached_property
    def _words(self) -> tuple[tuple[Entry, tuple[str, ...], tuple[str, ...]], ...]:
        """Entry, its names, their initials: what a search walks. Three thousand rows take some milliseconds."""
        return tuple(
            (entry, tuple(map(plain, (entry.name, *entry.aliases))), tuple(initials(n) for n in _spoken(entry)))
            for entry in self.entries
        )

    def find(self, text: str, *, listing: Listing | None = None) -> list[Entry]:
        """Best first: the number itself, a whole name or UN number, a beginning, a piece; then initials."""
        wanted = plain(text)
        rows = [r for r in self._words if listing is None or any(x.listing is listing for x in self.listed(r[0]))]
        if not wanted:
            return [entry for entry, _, _ in rows]
        named = cas_of_un(text)
        ranked = [
            (rank, entry)
            for entry, names, letters in rows
            if (rank := 1 if named and named & set(entry.cas) else _rank(wanted, entry, names, letters)) < 9
        ]
        return [entry for _, entry in sorted(ranked, key=lambda pair: (pair[0], pair[1].serial, pair[1].row))]

    def listed(self, entry: Entry) -> tuple[Listed, ...]:
        return self._listed_by_row[entry.serial, entry.row]

    @cached_property
    def _listed_by_row(self) -> Mapping[tuple[int, int], tuple[Listed, ...]]:
        return {(entry.serial, entry.row): tuple(self._lists_of(entry)) for entry in self.entries}

    def _lists_of(self, entry: Entry) -> Iterable[Listed]:
        if entry.is_highly_toxic:
            yield Listed(Listing.HIGHLY_TOXIC, entry.name, "", self.held.citation, entry.state)
        names = set(map(plain, _spoken(entry)))
        for cas in entry.cas:
            yield from self._numbered.get(cas, ())
        for name in names:
            yield from self._named.get(name, ())

    @cached_property
    def _numbered(self) -> Mapping[str, tuple[Listed, ...]]:
        found: dict[str, list[Listed]] = {}
        for listing, detail in ((Listing.EXPLOSIVE_PRECURSOR, "hazard"), (Listing.KEY_SUPERVISED, "batch")):
            held = self.lists[listing]
            for row in held.value:
                for cas in filter(None, re.split(r"[;；\s]+", row["cas"])):
                    found.setdefault(cas, []).append(
                        Listed(listing, row["name"], row[detail], held.citation, row["state"])
                    )
        tables = tables_at(self.on)
        for threshold in tables.named:
            detail = f"Q = {float(threshold.threshold):g} t"
            for cas in threshold.cas:
                found.setdefault(cas, []).append(
                    Listed(
                        Listing.NAMED_THRESHOLD,
                        f"{threshold.serial} {threshold.name}",
                        detail,
                        tables.held[0].citation,
                        threshold.state,
                    )
                )
        return {cas: tuple(dict.fromkeys(rows)) for cas, rows in found.items()}

    @cached_property
    def _named(self) -> Mapping[str, tuple[Listed, ...]]:
        """Drug precursors come without numbers: by name, without the year a name was added."""
        held = self.lists[Listing.DRUG_PRECURSOR]
        found: dict[str, list[Listed]] = {}
        for row in held.value:
            name = _ADDED.sub("", unicodedata.normalize("NFKC", row["name"]))
            found.setdefault(plain(name), []).append(
                Listed(Listing.DRUG_PRECURSOR, row["name"], row["category"], held.citation, row["state"])
            )
        return {name: tuple(rows) for name, rows in found.items()}


def _spoken(entry: Entry) -> tuple[str, ...]:
    """Names as people say them: also without the bracket that states a content."""
    return tuple(dict.fromkeys((entry.name, re.split(r"[\[(（［]", entry.name)[0] or entry.name, *entry.aliases)))


def _rank(wanted: str, entry: Entry, names: tuple[str, ...], letters: tuple[str, ...]) -> int:
    if wanted in (str(entry.serial), *entry.cas) or wanted in names:
        return 0
    if wanted in letters:
        return 1
    if any(name.startswith(wanted) for name in names):
        return 2
    if any(wanted in name for name in names):
        return 3
    if any(cas.startswith(wanted) for cas in entry.cas) and len(wanted) > 3:
        return 4
    if wanted.isascii() and wanted.isalpha() and len(wanted) > 1 and any(word.startswith(wanted) for word in letters):
        return 5
    return 9


def catalogue_at(on: date) -> Catalogue:
    """The catalogue as it held on this day, as this installation has it."""
    return _catalogue(law.current(), on)


@lru_cache(maxsize=4)
def _catalogue(known: law.Law, on: date) -> Catalogue:
    today = known.at(on)
    held = today.value("hazardous-chemicals/catalogue", "entries")
    counts: dict[int, int] = {}
    entries = []
    for row in held.value:
        serial = row["serial"]
        entries.append(
            Entry(
                serial,
                counts.setdefault(serial, 0),
                row["name"],
                tuple(a.strip() for a in row["aliases"].split(";") if a.strip()),
                tuple(c.strip() for c in row["cas"].split(";") if c.strip()),
                row["remark"],
                row["state"],
            )
        )
        counts[serial] += 1
    return Catalogue(
        on=on,
        entries=tuple(entries),
        held=held,
        missing=today.value("hazardous-chemicals/catalogue", "missing_entries"),
        lists={
            listing: today.value("hazardous-chemicals/lists", key)
            for listing, key in (
                (Listing.EXPLOSIVE_PRECURSOR, "explosive_precursors"),
                (Listing.DRUG_PRECURSOR, "drug_precursors"),
                (Listing.KEY_SUPERVISED, "key_supervised"),
            )
        },
    )
