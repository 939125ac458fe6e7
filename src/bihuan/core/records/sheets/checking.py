"""检查: every cell of a sheet against its field, every row against the register; nothing is written but the verdict."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import models

from bihuan.core.access.context import Actor
from bihuan.core.records.fields import Field, WrongCell
from bihuan.core.records.layouts import ID, Layout, LayoutColumn
from bihuan.core.records.models import Sheet, SheetRow
from bihuan.core.records.register import Register, Values
from bihuan.core.records.repeating import known_marks, mark_of, words_for
from bihuan.core.records.sheets.reading import EXAMPLE, Failed, Formula, ReadRow, UnreadableSheet, letter
from bihuan.core.records.terms import ExistingRows, RowState
from bihuan.kernel.text import Text

#: The column that our own workbook of errors adds: whoever corrects that workbook uploads it as it is.
REMARK = Text("检查意见", "Remarks")
REMARKS = frozenset((REMARK.zh, REMARK.en))
#: Rows looked at together: references, keys and existing rows cost a few queries for all of them.
TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One recognised column of the sheet."""

    position: int
    field: Field
    foreign: LayoutColumn | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a sheet in another system's layout has besides our fields: the keys of rows, and what we hold no field for."""

    layout: Layout
    columns: list[Column]
    key_at: int | None
    passed: list[tuple[int, LayoutColumn]]


def foreign_columns(register: Register, headings: Sequence[str], *, layout: Layout, actor: Actor) -> Foreign:
    """Match headings to the layout's columns by name or label; an unknown or double one refuses the sheet as a whole."""
    seen: dict[str, int] = {}
    where: dict[str, Text] = {}
    found: list[Column] = []
    passed: list[tuple[int, LayoutColumn]] = []
    key_at = None
    known = {f.name: f for f in register.fields_for(actor)}
    for position, heading in enumerate(headings):
        if heading in REMARKS:
            continue
        column = layout.by_heading.get(heading.rstrip("*＊").lower())
        if column is None:
            where[f"{letter(position)}1"] = Text("“{l}”没有名为“{h}”的列。", "“{l}” has no column “{h}”.").format(
                l=layout.label, h=heading or "（空）"
            )
        elif column.name in seen:
            where[f"{letter(position)}1"] = Text("“{h}”列出现了两次。", "The column “{h}” is there twice.").format(
                h=heading
            )
        elif column.field == ID:
            key_at = position
        elif column.is_held and (field := known.get(column.field_name)) is not None:
            by = (column.attribute, *field.by) if column.attribute else field.by
            found.append(Column(position, replace(field, by=by), column))
        elif not column.field or column.is_held:
            passed.append((position, column))
        if column is not None:
            seen[column.name] = position
    if where or not (found or key_at is not None):
        raise UnreadableSheet(
            Text("第一行的列名与所选样式不符。", "The headings in row 1 don't fit the chosen layout."),
            where=where,
        )
    if key_at is None and register.key not in {c.field.name for c in found}:
        raise UnreadableSheet(
            Text("缺少编码列。", "The column of the code is missing."),
        )
    return Foreign(layout, found, key_at, passed)


def columns_of(register: Register, headings: Sequence[str], *, actor: Actor) -> list[Column]:
    """Match headings to fields by either label; anything unknown, double or missing refuses the sheet as a whole."""
    known: dict[str, Field] = {}
    for f in register.fields_for(actor):
        for name in (f.heading.zh, f.heading.en, f.label.zh, f.label.en, f.name):
            known.setdefault("".join(name.split()).lower(), f)
    found: list[Column] = []
    where: dict[str, Text] = {}
    for position, heading in enumerate(headings):
        if heading in REMARKS:
            continue
        # Whoever filters in Excel writes 编码* for "required": the mark of our own template.
        named = known.get(heading.rstrip("*＊").lower())
        if named is None:
            words = Text(
                "没有名为“{h}”的列，请对照模板改正或删除此列。",
                "No column is called “{h}”: correct it by the template or delete it.",
            )
            where[f"{letter(position)}1"] = words.format(h=heading or "（空）")
        elif any(c.field is named for c in found):
            where[f"{letter(position)}1"] = Text("“{h}”列出现了两次。", "The column “{h}” is there twice.").format(
                h=heading
            )
        else:
            found.append(Column(position, named))
    present = {c.field.name for c in found}
    for f in register.fields_for(actor):
        if f.required and f.name not in present:
            where[f.name] = Text("缺少必填列“{h}”。", "The required column “{h}” is missing.").format(h=f.heading)
    if where or not found:
        raise UnreadableSheet(
            Text(
                "第一行的列名与模板不符，请下载模板，把数据贴到模板中再上传。",
                "The headings in row 1 don't match the template. Download it, paste your data into it, upload it again.",
            ),
            where=where,
        )
    return found


@dataclass(slots=True)
class Judged:
    """A row on its way through the check."""

    number: int
    cells: tuple[Any, ...]
    values: Values = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    key: str = ""
    state: RowState = RowState.NEW
    existing: Any = None
    #: What its key makes one ask.
    doubt: Text | None = None
    #: All values of a row that is right, with those the sheet has no column for.
    whole: Values = field(default_factory=dict)

    def wrong(self, column: Column | None, words: Text) -> None:
        self.errors.append(
            {
                "column": letter(column.position) if column else "",
                "field": column.field.name if column else "",
                "zh": words.zh,
                "en": words.en,
            }
        )

    def asked(self, column: Column | None, words: Text) -> None:
        """A row to be written once its writer has said that the rare value is meant."""
        self.wrong(column, words)
        self.state = RowState.ASKED


class Checker:
    """Judges the rows of one sheet, some hundred together."""

    def __init__(
        self,
        register: Register,
        columns: Sequence[Column],
        *,
        sheet: Sheet,
        actor: Actor,
        existing: ExistingRows,
        foreign: Foreign | None = None,
    ) -> None:
        self.register = register
        self.columns = list(columns)
        self.by_field = {c.field.name: c for c in columns}
        self.sheet = sheet
        self.actor = actor
        self.existing = existing
        self.foreign = foreign
        if foreign is not None and foreign.key_at is not None and register.key not in self.by_field:
            self.by_field[register.key] = Column(foreign.key_at, register.key_field)
        #: Values in columns we hold no field for, by the column.
        self.passed: Counter[str] = Counter()
        self._keys: dict[str, str] = {}
        self.seen: dict[str, int] = {}
        self.spelled: dict[str, tuple[str, int]] = {}
        self.counts: Counter[str] = Counter()
        self._known: dict[str, dict[str, list[Any]]] = {f.name: {} for f in register.references}
        self._marks: dict[tuple[int, tuple[Any, ...]], int] = {}

    def judge(self, rows: Iterable[ReadRow]) -> Iterator[list[SheetRow]]:
        stream = iter(rows)
        while together := list(islice(stream, TOGETHER)):
            self._find_keys(together)
            judged = [self._read(row) for row in together]
            judged = [j for j in judged if not j.key.startswith(EXAMPLE)]
            self._resolve(judged)
            self._meet_existing(judged)
            for j in judged:
                self._conclude(j)
            self._meet_repeated(judged)
            for j in judged:
                self.counts[j.state.value] += 1
            yield [self._staged(j) for j in judged]

    def _read(self, row: ReadRow) -> Judged:
        j = Judged(row.number, row.cells)
        for column in self.columns:
            cell = row.cells[column.position]
            try:
                if isinstance(cell, Formula):
                    raise WrongCell(
                        Text(
                            "单元格是公式。请复制后“选择性粘贴—数值”，只保留结果。",
                            "The cell is a formula. Copy it and paste the values only.",
                        )
                    )
                if isinstance(cell, Failed):
                    raise WrongCell(
                        Text("单元格显示 {v}，请改正。", "The cell shows {v}; correct it.").format(v=cell.text)
                    )
                if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in "=+-@":
                    cell = cell[1:]  # the guard our own CSV export puts before what looks like a formula
                if column.foreign is not None:
                    cell = column.foreign.inward(cell, column.field)
                j.values[column.field.name] = column.field.read(cell)
            except WrongCell as wrong:
                j.wrong(column, wrong.text)
        if self.foreign is not None:
            self._read_foreign(j)
        j.key = str(j.values.get(self.register.key, ""))
        is_example = not j.key or j.key.startswith(EXAMPLE)
        if not is_example and (first := self.seen.setdefault(j.key, j.number)) != j.number:
            words = Text("与第 {n} 行重复。", "The same as in row {n}.").format(n=first)
            j.wrong(self.by_field[self.register.key], words)
        elif not is_example and self.register.can_ask:
            alike = self.spelled.setdefault(_spelling(j.key), (j.key, j.number))
            if alike[0] != j.key:
                j.doubt = Text(
                    "与第 {n} 行的编码“{k}”只差大小写或符号，是否同一个？",
                    "Differs from “{k}” in row {n} only by case or signs. Is it the same one?",
                ).format(n=alike[1], k=alike[0])
        return j

    def _find_keys(self, together: Sequence[ReadRow]) -> None:
        """Rows that another system names by their id: one query for all of them."""
        if self.foreign is None or self.foreign.key_at is None:
            return
        ids = {}
        for row in together:
            with suppress(ValueError):
                ids[UUID(str(row.cells[self.foreign.key_at]))] = str(row.cells[self.foreign.key_at])
        path = self.register.key_field.path
        rows = self.register.visible_to(self.actor).filter(pk__in=list(ids)).values_list("pk", path)
        self._keys = {ids[pk]: str(key) for pk, key in rows}

    def _read_foreign(self, j: Judged) -> None:
        """The key from the foreign id, what a new row takes by default, and what we hold no field for."""
        assert self.foreign is not None  # asked before
        if self.foreign.key_at is not None and self.register.key not in j.values:
            said = str(j.cells[self.foreign.key_at] or "").strip()
            if said:
                j.values[self.register.key] = self._keys.get(said, said[: self.register.key_field.max_length or 60])
            else:
                j.wrong(self.by_field[self.register.key], Text("此项必填。", "This is required."))
        for position, column in self.foreign.passed:
            if j.cells[position] not in (None, ""):
                self.passed[column.label] += 1

    def notes(self) -> list[dict[str, str]]:
        """What is to be said of the sheet as a whole."""
        said = [
            Text(
                "“{c}”列本平台没有对应的项，其中 {n} 个值不会导入。",
                "There is no field for the column “{c}”: {n} values in it are not imported.",
            ).format(c=column, n=n)
            for column, n in self.passed.items()
        ]
        for name, value in (self.foreign.layout.defaults if self.foreign else {}).items():
            field = self.register.by_name[name]
            said.append(
                Text(
                    "此样式没有“{f}”，新增的记录取“{v}”，请事后补正。",
                    "The layout has no “{f}”: new rows take “{v}”; correct them afterwards.",
                ).format(f=field.label, v=field.shown(field.read(value)))
            )
        return [{"zh": text.zh, "en": text.en} for text in said]

    def _resolve(self, judged: Sequence[Judged]) -> None:
        """References by code, then by name, within what the uploader may see: two queries a field at most."""
        for f in self.register.references:
            if f.name not in self.by_field:
                continue
            known = self._known[f.name]
            asked = {str(j.values[f.name]) for j in judged if j.values.get(f.name)} - known.keys()
            if asked:
                self._look_up(self.by_field[f.name].field, asked, known)
            for j in judged:
                if not (said := j.values.get(f.name)):
                    continue
                found = known.get(str(said), [])
                if len(found) == 1:
                    j.values[f.name] = found[0]
                    continue
                del j.values[f.name]
                words = (
                    Text("有多个“{v}”，请改填编码。", "There are several “{v}”: write the code instead.")
                    if found
                    else Text(
                        "找不到“{v}”：不存在，或不在您的管辖范围内。请填编码或全称。",
                        "“{v}” is not there, or outside your scope. Write its code or full name.",
                    )
                )
                j.wrong(self.by_field[f.name], words.format(v=str(said)[:40]))

    def _look_up(self, f: Field, asked: set[str], known: dict[str, list[Any]]) -> None:
        target: Any = f.to
        known.update({text: [] for text in asked})
        left = asked
        for attribute in f.by:
            rows = target.objects.visible_to(self.actor).filter(**{f"{attribute}__in": left})
            for row in rows:
                # A code that was given up leads on: what it names now is what the sheet means.
                known[getattr(row, attribute)].append(getattr(row, "onward", None) or row)
            left = {text for text in left if not known[text]}
            if not left:
                break

    def _meet_existing(self, judged: Sequence[Judged]) -> None:
        """Rows already there under the same key. One outside the uploader's scope only shows as a taken code."""
        path = self.register.key_field.path
        keys = [j.key for j in judged if j.key]
        model: Any = self.register.model
        mine = {
            str(self.register.key_field.of(row)): row
            for row in self.register.visible_to(self.actor)
            .select_related(*self.register.joins)
            .filter(**{f"{path}__in": keys})
        }
        owner, _, attribute = path.rpartition("__")
        holder: Any = model._meta.get_field(owner).related_model if owner else model
        taken = set(holder._base_manager.filter(**{f"{attribute}__in": keys}).values_list(attribute, flat=True)) - set(
            mine
        )
        column = self.by_field[self.register.key]
        for j in judged:
            if j.key in taken:
                j.wrong(
                    column,
                    Text("编码“{v}”已被占用，请换一个。", "The code “{v}” is taken; use another.").format(v=j.key),
                )
            elif (row := mine.get(j.key)) is not None:
                j.existing = row
                if self.existing is ExistingRows.REFUSE:
                    j.wrong(
                        column,
                        Text(
                            "编码“{v}”已存在。若要更新已有记录，请重新上传并选择“编码已存在时更新”。",
                            "“{v}” exists already. To update existing rows, upload again and choose so.",
                        ).format(v=j.key),
                    )

    def _conclude(self, j: Judged) -> None:
        if j.errors:
            j.state = RowState.WRONG
            return
        if j.existing is None and self.foreign is not None:
            self._complete(j)
            if j.errors:
                j.state = RowState.WRONG
                return
        current = self.register.values_of(j.existing) if j.existing is not None else self._blank()
        values = {**current, **j.values}
        for name, words in self.register.wrong_in(values).items():
            j.wrong(self.by_field.get(name), words)
        if not j.errors and not self._is_mine(values):
            column = next((self.by_field[f.name] for f in self.register.references if f.name in self.by_field), None)
            j.wrong(column, Text("这一行不在您的管辖范围内。", "This row lies outside your jurisdiction."))
        if j.errors:
            j.state = RowState.WRONG
            return
        j.whole = values
        if j.existing is None:
            j.state = RowState.NEW
        else:
            differing = {n: v for n, v in j.values.items() if current[n] != v}
            j.values = differing
            j.state = RowState.UPDATE if differing else RowState.SAME
        if j.doubt is not None and j.existing is None:
            j.asked(self.by_field[self.register.key], j.doubt)
        if self.register.can_ask:
            for name, words in self.register.asked_of(values, changed=j.values).items():
                j.asked(self.by_field.get(name), words)

    def _complete(self, j: Judged) -> None:
        """A new row in another system's layout: what that has no column for is taken by default, or missing."""
        assert self.foreign is not None  # asked before
        for name, value in self.foreign.layout.defaults.items():
            j.values.setdefault(name, self.register.by_name[name].read(value))
        missing = [f for f in self.register.fields if f.required and f.name not in j.values]
        if missing:
            j.wrong(
                self.by_field[self.register.key],
                Text(
                    "新增需要：{f}。所选样式没有这些列，请先用本平台模板登记。",
                    "A new row needs {f}, for which this layout has no columns: enter it with our own template first.",
                ).format(f="、".join(str(f.label) for f in missing)),
            )

    def _meet_repeated(self, judged: Sequence[Judged]) -> None:
        """The same thing under two keys, in the sheet or in the register: one query a rule for all of them."""
        for n, once in enumerate(self.register.once):
            marked = [
                (j, mark)
                for j in judged
                if j.state in (RowState.NEW, RowState.UPDATE, RowState.ASKED)
                and (mark := mark_of(self.register, once, j.whole)) is not None
            ]
            own = [j.existing.pk for j, _ in marked if j.existing is not None]
            known = known_marks(self.register, once, {mark for _, mark in marked}, besides=own)
            column = self.by_field.get(once.field)
            for j, mark in marked:
                first = self._marks.setdefault((n, mark), j.number)
                if first == j.number and mark not in known:
                    continue
                words = words_for(once, row=first) if first != j.number else words_for(once, key=known[mark])
                if once.is_certain:
                    j.wrong(column, words)
                    j.state = RowState.WRONG
                elif j.existing is None:
                    j.asked(column, words)

    def _blank(self) -> Values:
        return {f.name: f.empty for f in self.register.fields}

    def _is_mine(self, values: Values) -> bool:
        place = self.register.place_of(values)
        return any(self.actor.may(grant, place) for grant in self.register.edit)

    def _staged(self, j: Judged) -> SheetRow:
        is_wrong = j.state is RowState.WRONG
        return SheetRow(
            sheet=self.sheet,
            number=j.number,
            state=j.state.value,
            key=j.key[:200],
            values={} if is_wrong else plain_values(self.register, j.values),
            cells=[_shown(c) for c in j.cells] if j.errors else [],
            errors=j.errors,
            row_id=None if j.existing is None else j.existing.pk,
            row_version=None if j.existing is None else j.existing.version,
        )


def _spelling(key: str) -> str:
    """V－101, v-101 and V-101 are spellings of one code."""
    folded = unicodedata.normalize("NFKC", key).translate(_DASHES).casefold()
    return "".join(folded.split())


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


def _shown(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case Formula() | Failed():
            return cell.text[:200]
    return str(cell)[:200]


def plain_values(register: Register, values: Values) -> dict[str, Any]:
    """Typed values as JSON: a reference by its id."""
    return {
        name: str(value.pk) if isinstance(value, models.Model) else register.by_name[name].natural(value)
        for name, value in values.items()
    }


def typed_values(register: Register, rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> list[Values]:
    """Back from JSON, references fetched together: one query a field for all rows."""
    fetched: dict[str, dict[str, Any]] = {}
    for f in register.references:
        ids = {row[f.name] for row in rows if row.get(f.name)}
        target: Any = f.to
        found = target.objects.visible_to(actor).in_bulk(list(ids)) if ids else {}
        fetched[f.name] = {str(pk): row for pk, row in found.items()}
    typed: list[Values] = []
    for row in rows:
        values: Values = {}
        for name, raw in row.items():
            f = register.by_name[name]
            if raw is None:
                values[name] = f.empty
            else:
                values[name] = fetched[name].get(raw) if f.kind == "reference" else f.read(raw)
        typed.append(values)
    return typed
