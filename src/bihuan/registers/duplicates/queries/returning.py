"""撤销合并会怎样: what goes back, what stays and why, what follows, what is new; nothing here changes anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q

from bihuan.core.access.context import Context
from bihuan.core.access.rows import Row
from bihuan.core.audit.canonical import plain
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation, Thing
from bihuan.parties.references import by_table, links_to
from bihuan.registers.duplicates.models import Moved, Pair
from bihuan.registers.duplicates.queries.merging import OWN, PAGE, Moving, changes_of, label_of, pointing, repeats
from bihuan.registers.duplicates.terms import Fate


@dataclass(slots=True)
class Return:
    """One note of a merge, its row as it is now, and what taking back would do with it."""

    note: Moved
    row: Any
    fate: Fate
    is_changed: bool

    @property
    def columns(self) -> dict[str, Any]:
        """By column, typed: what it said before the merge."""
        return {
            column: None if said is None else self.row._meta.get_field(column).to_python(said)
            for column, said in self.note.was.items()
        }


def returns(pair: Pair) -> list[Return]:
    """撤销合并的清单, from the end of the merge to its beginning. A row whose owner changed again since stays where it is."""
    notes = list(Moved._base_manager.filter(pair=pair, fate=Fate.MOVED.value).order_by("-number"))
    keys: dict[str, set[str]] = {}
    for note in notes:
        keys.setdefault(note.table, set()).add(note.row_key)
    rows = {
        (table, str(row.pk)): row
        for table, some in keys.items()
        for row in apps.get_model(table)._base_manager.filter(pk__in=some)
    }
    found: list[Return] = []
    # What the columns of a row say once the later notes have been taken back.
    said: dict[tuple[str, str], dict[str, Any]] = {}
    for note in notes:
        key = (note.table, note.row_key)
        row = rows.get(key)
        if row is None:
            found.append(Return(note, None, Fate.GONE, False))
            continue
        is_last = key not in said
        now = said.setdefault(key, {})
        stands = all(now.get(c, plain(getattr(row, c))) == became for c, became in note.became.items())
        if stands:
            now.update(note.was)
        # A version counts up with every change: only the last note of a row knows the one the merge left.
        is_changed = is_last and note.row_version is not None and row.version != note.row_version
        found.append(Return(note, row, Fate.BACK if stands else Fate.CHANGED, is_changed))
    return found


def followers(pair: Pair, found: Iterable[Return], *, kept: Organisation, lost: Organisation) -> list[Moving]:
    """合并后新登记的: what was entered since on a thing that goes back, and says the kept one owns it, goes with it."""
    things = [
        r.row.pk for r in found if isinstance(r.row, Thing) and r.fate is Fate.BACK and "organisation_id" in r.note.was
    ]
    if not things or pair.decided_at is None:
        return []
    made: list[Moving] = []
    for model, links in by_table(links_to(Organisation, Thing)).items():
        ours = [link for link in links if link.to is Organisation]
        hangs = [link.column for link in links if link.to is Thing]
        if model in OWN or not ours or not hangs or not issubclass(model, Row):
            continue
        on_them = Q(pk__in=[])
        for column in hangs:
            on_them |= Q(**{f"{column}__in": things})
        for row in model._base_manager.filter(on_them, created_at__gt=pair.decided_at).order_by("pk"):
            changes = dict(changes_of(row, ours, {Organisation: {kept.pk: lost}}, kept=lost, lost=kept))
            if changes:
                made.append(Moving(row, changes, repeats=repeats(row, changes)))
    return made


def entered_since(pair: Pair, *, kept: Organisation) -> dict[str, int]:
    """合并后登记在保留单位名下的: they stay with it, and are counted so that nobody takes them for lost."""
    found: dict[str, int] = {}
    for model, links in by_table(links_to(Organisation)).items():
        if model in OWN or not issubclass(model, Row) or pair.decided_at is None:
            continue
        rows = model._base_manager.filter(pointing(links, {Organisation: {kept.pk: None}}, kept.code))
        if number := rows.filter(created_at__gt=pair.decided_at).count():
            found[model._meta.label_lower] = number
    return found


def outcome_of(
    found: Iterable[Return], following: Iterable[Moving], new: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """By table: what went back, what went back with changes made since, what stayed, what followed, what is new."""
    parts: dict[str, Counter[str]] = {name: Counter() for name in ("back", "edited", "stayed", "followed")}
    rows: dict[str, set[str]] = {}
    for one in found:
        name = "back" if one.fate is Fate.BACK else "stayed"
        # A row of several notes is one row.
        if one.note.row_key not in rows.setdefault(f"{name}:{one.note.table}", set()):
            rows[f"{name}:{one.note.table}"].add(one.note.row_key)
            parts[name][one.note.table] += 1
        if one.is_changed and one.fate is Fate.BACK:
            parts["edited"][one.note.table] += 1
    for moving in following:
        parts["stayed" if moving.repeats else "followed"][type(moving.row)._meta.label_lower] += 1
    return {**{name: dict(counted) for name, counted in parts.items()}, "new": dict(new)}


def to_be_looked_at(found: Iterable[Return], *, ctx: Context) -> list[tuple[Text, Any, Fate, bool]]:
    """逐条列出: rows that changed since or stay, as far as the reader may see them."""
    told = []
    for one in found:
        if one.fate is Fate.BACK and not one.is_changed:
            continue
        model = apps.get_model(one.note.table)
        shown = one.row
        if shown is not None and issubclass(model, Row):
            shown = model.objects.visible_to(ctx.actor).filter(pk=shown.pk).first()
        told.append((label_of(model), shown, one.fate, one.is_changed))
    return told[:PAGE]


def settled(pair: Pair) -> list[Return]:
    """A merge that was taken back: the rows that stayed where they were."""
    notes = list(Moved._base_manager.filter(pair=pair).exclude(fate__in=(Fate.MOVED.value, Fate.BACK.value))[:PAGE])
    return [
        Return(note, apps.get_model(note.table)._base_manager.filter(pk=note.row_key).first(), Fate(note.fate), False)
        for note in notes
    ]
