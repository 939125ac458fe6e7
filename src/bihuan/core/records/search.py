"""全局检索: two-character Chinese words, pinyin initials and pieces of codes, within what the asker may see.

Each entry is cut into two-character pieces (grams); the same column carries a token for every place the entry can be
seen from. One word index over that column answers both questions at once: FTS5 on SQLite, GIN on PostgreSQL.
Why neither trigrams nor LIKE: docs/decisions/0603.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL
from pypinyin import Style, lazy_pinyin

from bihuan.core.access.context import Actor
from bihuan.core.access.scope import Place
from bihuan.core.modules import registry
from bihuan.core.records.models import SearchEntry
from bihuan.core.records.register import Register
from bihuan.kernel.text import Text

#: A rebuild holds the database for so many rows at a time.
TOGETHER = 200
#: How far a count goes: "1000+" says as much as the number would.
COUNT_UP_TO = 1_000
#: Hits looked at for the order: exact codes and beginnings first.
LOOKED_AT = 200
LONGEST_QUERY = 60


@dataclass(frozen=True)
class Searchable:
    """可检索: says that rows of a table are found by the search, and how.

    `sources` are further tables whose change concerns these rows: (table, function from its rows to ours; it is also
    given those of ours that are known already and needn't be answered).
    `place(row)` answers all places and organisations that may see it; left out, the row's own place.
    `sheet(row)` answers the sheet a row is still arriving with.
    """

    model: type[models.Model]
    label: Text
    icon: str
    title: Callable[[Any], str]
    words: Callable[[Any], Iterable[str]]
    code: Callable[[Any], str] = lambda row: ""
    url: Callable[[Any], str] = lambda row: row.get_absolute_url()
    place: Callable[[Any], Place] = lambda row: row.place
    joins: tuple[str, ...] = ()
    sources: tuple[tuple[type[models.Model], Callable[[Sequence[Any], Collection[Any]], Iterable[Any]]], ...] = ()
    sheet: Callable[[Any], Any] = lambda row: None
    #: Columns of the table from which nothing here follows: a change of these alone writes no entry anew.
    unaffected_by: frozenset[str] = frozenset()

    @property
    def watches(self) -> tuple[type, ...]:
        return (self.model, *(table for table, _ in self.sources))

    def is_concerned(self, row: Any, columns: Collection[str]) -> bool:
        return not isinstance(row, self.model) or not self.unaffected_by.issuperset(columns)

    def keep(self, *, rows: Sequence[Any], at: datetime) -> None:
        mine = {row.pk: row for row in rows if isinstance(row, self.model)}
        for table, ours in self.sources:
            if changed := [row for row in rows if isinstance(row, table)]:
                mine |= {row.pk: row for row in ours(changed, mine.values()) if row.pk not in mine}
        write(self, list(mine.values()), at=at)

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    def grants(self) -> tuple[str, ...]:
        model: Any = self.model
        return tuple(map(str, model.view_grants()))


def of_register(register: Register) -> Searchable:
    """The search of a register: its title, its code and its fields marked so. Personal fields never take part."""
    words = [f for f in register.fields if f.search and not f.personal]
    sources: tuple[Any, ...] = ()
    if register.base:
        base_model: Any = register.model._meta.get_field(register.base).related_model

        def ours(bases: Sequence[Any], known: Collection[Any]) -> Iterable[Any]:
            # A row just created together with its base is among the rows already.
            bases = [*{b.pk for b in bases} - {getattr(row, f"{register.base}_id") for row in known}]
            if not bases:
                return ()
            return register.model._base_manager.filter(**{f"{register.base}__in": bases}).select_related(
                *register.joins
            )

        sources = ((base_model, ours),)

    def sheet_of(row: Any) -> Any:
        for step in register.marker.split("__") if register.marker else ():
            row = getattr(row, step)
        return row if register.marker else None

    return Searchable(
        model=register.model,
        label=register.label,
        icon=register.icon,
        title=lambda row: str(register.by_name[register.title].of(row)),
        code=lambda row: str(register.key_field.of(row)),
        words=lambda row: [f.shown(f.of(row)) for f in words],
        joins=register.joins,
        sources=sources,
        sheet=sheet_of,
    )


# — cutting —


def normal(text: str) -> str:
    """Full-width and half-width, upper and lower case meet; punctuation and spaces don't count."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in folded if c.isalnum())


@lru_cache(maxsize=200_000)
def initials(text: str) -> str:
    """拼音首字母: 甲醇储罐 → jccg. Latin letters and digits stay."""
    # "default" keeps a run of what isn't Chinese as it is.
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default"))


def grams(part: str) -> set[str]:
    return {part[n : n + 2] for n in range(len(part) - 1)}


def token(kind: str, said: str) -> str:
    """One place from which rows of one kind can be seen. A digest: it must pass as one word on both databases."""
    return "_" + hashlib.blake2s(f"{kind}\x00{said}".encode(), digest_size=8).hexdigest()


def tokens_of(kind: str, place: Place) -> set[str]:
    codes = place.region_path.split("/")[:-1]
    regions = ["".join(f"{c}/" for c in codes[:n]) for n in range(len(codes) + 1)]
    return {token(kind, f"r{path}") for path in regions} | {token(kind, f"o{code}") for code in place.organisations}


def tokens_for(actor: Actor, searchables: Iterable[Searchable]) -> list[str]:
    """All the places this actor sees from, kind by kind, for each kind has its own grants."""
    found: set[str] = set()
    for searchable in searchables:
        reach = actor.reach(*searchable.grants())
        found |= {token(searchable.kind, f"r{path}") for path in reach.regions}
        found |= {token(searchable.kind, f"o{code}") for code in reach.organisations}
    return sorted(found)


# — keeping —


def entry_of(searchable: Searchable, row: Any, *, at: datetime) -> SearchEntry:
    title, code = searchable.title(row), searchable.code(row)
    parts = [normal(p) for p in (title, code, *searchable.words(row))]
    parts.append(initials(normal(title)))
    parts = list(dict.fromkeys(p for p in parts if p))
    pieces = set().union(*(grams(p) for p in parts)) if parts else set()
    return SearchEntry(
        subject=f"{searchable.kind}:{row.pk}",
        kind=searchable.kind,
        row_id=row.pk,
        code=code[:80],
        title=title[:300],
        url=searchable.url(row)[:200],
        text="\n".join(parts),
        grams=" ".join(sorted(pieces | tokens_of(searchable.kind, searchable.place(row)))),
        sheet=searchable.sheet(row),
        seen_at=at,
    )


def write(searchable: Searchable, rows: Sequence[Any], *, at: datetime) -> None:
    if rows:
        SearchEntry.objects.bulk_create(
            [entry_of(searchable, row, at=at) for row in rows],
            update_conflicts=True,
            unique_fields=["subject"],
            update_fields=["code", "title", "url", "text", "grams", "sheet", "seen_at"],
        )


def searchables() -> list[Searchable]:
    return registry().declared(Searchable)


def rebuild(*, at: datetime) -> int:
    """From the rows, some hundred at a time; what no longer has a row goes last. Answers how many there are."""
    number = 0
    for searchable in searchables():
        rows = (
            searchable.model._base_manager.select_related(*searchable.joins)
            .order_by("pk")
            .iterator(chunk_size=TOGETHER)
        )
        while together := list(islice(rows, TOGETHER)):
            with transaction.atomic():
                write(searchable, together, at=at)
            number += len(together)
    SearchEntry.objects.filter(seen_at__lt=at).delete()
    return number


# — finding —


@dataclass(frozen=True, slots=True)
class Found:
    """One hit."""

    title: str
    code: str
    url: str
    label: Text
    icon: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Hits in order, and how many there are; `more` says that counting stopped."""

    hits: tuple[Found, ...] = ()
    count: int = 0
    more: bool = False
    too_short: bool = False


def find(
    *, actor: Actor, text: str, limit: int = 20, kinds: Iterable[str] | None = None, count_all: bool = True
) -> Findings:
    """检索. Every word of the query must be there; a word needs two characters.

    Without `count_all` nothing is counted beyond the hits looked at: for whoever shows only the best of them.
    """
    words = words_of(text)
    if not words:
        return Findings(too_short=True)
    asked = [s for s in searchables() if kinds is None or s.kind in set(kinds)]
    entries = matching(words, tokens_for(actor, asked))
    seen = list(entries.values("kind", "code", "title", "url", "text")[:LOOKED_AT])
    whole = normal(text)
    seen.sort(key=lambda e: _rank(e, whole))
    by_kind = {s.kind: s for s in asked}
    hits = tuple(
        Found(e["title"], e["code"], e["url"], by_kind[e["kind"]].label, by_kind[e["kind"]].icon) for e in seen[:limit]
    )
    if len(seen) < LOOKED_AT or not count_all:
        return Findings(hits, len(seen), more=len(seen) == LOOKED_AT)
    count = entries.order_by()[: COUNT_UP_TO + 1].count()
    return Findings(hits, min(count, COUNT_UP_TO), more=count > COUNT_UP_TO)


def words_of(text: str) -> list[str]:
    words = [normal(w) for w in re.split(r"\s+", text.strip()[:LONGEST_QUERY])]
    return [w for w in words if len(w) >= 2]


def matching(words: Sequence[str], tokens: Sequence[str]) -> models.QuerySet[SearchEntry]:
    """Entries with every piece of every word, seen from one of the tokens' places, of no sheet still on its way."""
    if not tokens or not words:
        return SearchEntry.objects.none()
    pieces = sorted(set().union(*(grams(w) for w in words)))
    entries = _indexed(pieces, tokens).filter(SearchEntry.arrived())
    for word in words:
        if len(word) > 2:
            entries = entries.filter(text__contains=word)  # the pieces are there; together?
    return entries


def having(words: Sequence[str], *, kind: str) -> models.Exists:
    """For rows of one table: whether their entry has every word. Asked row by row, along whatever order they are read in."""
    entries = SearchEntry.objects.filter(kind=kind, row_id=models.OuterRef("pk"))
    for word in words:
        entries = entries.filter(text__contains=word)
    return models.Exists(entries)


def _indexed(pieces: Sequence[str], tokens: Sequence[str]) -> models.QuerySet[SearchEntry]:
    if connection.vendor == "postgresql":
        sql = "string_to_array(grams, ' ') @> %s::text[] AND string_to_array(grams, ' ') && %s::text[]"
        condition = RawSQL(sql, (list(pieces), list(tokens)), output_field=models.BooleanField())  # noqa: S611  # values are bound
        return SearchEntry.objects.filter(condition)
    said = " AND ".join(f'"{p}"' for p in pieces) + " AND (" + " OR ".join(f'"{t}"' for t in tokens) + ")"
    # Joined, not `IN (SELECT rowid …)`: that would collect every hit of a common word before the first is looked at.
    return SearchEntry.objects.extra(  # values are bound
        tables=["records_search_words"],
        where=["records_search_words.rowid = records_searchentry.id", "records_search_words MATCH %s"],
        params=[said],
    )


def _rank(entry: Mapping[str, Any], whole: str) -> tuple[int, int, str]:
    # The text begins with the title and the code, each already normal: cutting a code down again is for the likely ones.
    if whole in entry["text"] and normal(entry["code"]) == whole:
        return 0, 0, entry["title"]
    beginning = entry["text"].startswith(whole)
    return 1 if beginning else 2, len(entry["title"]), entry["title"]


# — the word index of each database —

SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE records_search_words USING fts5(
        grams, content='records_searchentry', content_rowid='id', detail='none', columnsize=0,
        tokenize="unicode61 remove_diacritics 0 tokenchars '_'")""",
    """CREATE TRIGGER records_search_added AFTER INSERT ON records_searchentry BEGIN
        INSERT INTO records_search_words(rowid, grams) VALUES (new.id, new.grams); END""",
    """CREATE TRIGGER records_search_removed AFTER DELETE ON records_searchentry BEGIN
        INSERT INTO records_search_words(records_search_words, rowid, grams) VALUES ('delete', old.id, old.grams); END""",
    """CREATE TRIGGER records_search_changed AFTER UPDATE ON records_searchentry WHEN old.grams <> new.grams BEGIN
        INSERT INTO records_search_words(records_search_words, rowid, grams) VALUES ('delete', old.id, old.grams);
        INSERT INTO records_search_words(rowid, grams) VALUES (new.id, new.grams); END""",
)
POSTGRES_INDEX = ("CREATE INDEX records_search_words ON records_searchentry USING gin (string_to_array(grams, ' '))",)


def install(apps: Any, schema_editor: Any) -> None:
    """In the migration after the table's. A later migration that remakes the table on SQLite must call it again."""
    for statement in POSTGRES_INDEX if schema_editor.connection.vendor == "postgresql" else SQLITE_INDEX:
        schema_editor.execute(statement)


def uninstall(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS records_search_words")
        return
    for name in ("added", "removed", "changed"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS records_search_{name}")
    schema_editor.execute("DROP TABLE IF EXISTS records_search_words")
