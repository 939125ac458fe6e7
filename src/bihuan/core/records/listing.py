"""列表: filters, order and pages of a register. A deep page costs what the first one costs, and no count scans it all."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q, QuerySet

from bihuan.core.access.context import Actor, Context
from bihuan.core.actions.problems import InvalidInput
from bihuan.core.records import search
from bihuan.core.records.fields import Field, WrongCell
from bihuan.core.records.register import Register
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

PAGE = 50
LARGEST_PAGE = 500
COUNT_UP_TO = 1_000
#: Among so many rows of the register a page is looked for first.
NEAR = 1_000


class BadCursor(InvalidInput):
    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter that is set, as asked: `raw` by parameter name."""

    field: Field
    raw: Mapping[str, str]

    @property
    def shown(self) -> str:
        return " – ".join(self._word(v) for v in self.raw.values())

    def _word(self, value: str) -> str:
        if self.field.terms is not None:
            return "、".join(str(self.field.terms.of(v).label) for v in value.split(",") if v in set(self.field.terms))
        return value


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for. `wrong` names parameters that made no sense; they are shown, never obeyed."""

    q: str
    filters: tuple[Filter, ...]
    sort: str
    with_retired: bool
    condition: Q
    wrong: Mapping[str, Text]

    def query_string(self, **changes: str) -> str:
        said = {"q": self.q, "sort": self.sort, "retired": "1" if self.with_retired else ""}
        for f in self.filters:
            said |= f.raw
        return urlencode({k: v for k, v in {**said, **changes}.items() if v})


def parameters_of(field: Field) -> tuple[str, ...]:
    """The names a filter has in the address: a range for numbers and days, one value otherwise."""
    if field.kind in ("number", "date"):
        return (f"{field.name}_from", f"{field.name}_until")
    return (field.name,)


def ask(register: Register, said: Mapping[str, str], *, actor: Actor) -> Asked:
    """Read the address. Unknown parameters are somebody else's."""
    condition = Q()
    filters: list[Filter] = []
    wrong: dict[str, Text] = {}
    for field in register.fields_for(actor):
        if not field.filter:
            continue
        raw = {name: said[name].strip() for name in parameters_of(field) if said.get(name, "").strip()}
        if not raw:
            continue
        try:
            condition &= _condition(field, raw)
        except WrongCell as bad:
            wrong[field.name] = bad.text
        else:
            filters.append(Filter(field, raw))
    with_retired = said.get("retired", "") == "1"
    if not with_retired:
        condition &= register.not_retired()
    sort = said.get("sort", "") or register.order
    known = register.by_name.get(sort.lstrip("-"))
    if known is None or not (known.sort or known.name == register.order.lstrip("-")):
        wrong["sort"] = Text("不能按此列排序。", "The list can't be sorted by this column.")
        sort = register.order
    return Asked(said.get("q", "").strip()[:60], tuple(filters), sort, with_retired, condition, wrong)


def _condition(field: Field, raw: Mapping[str, str]) -> Q:
    if field.kind in ("number", "date"):
        bounds = {f"{field.name}_from": "gte", f"{field.name}_until": "lte"}
        return Q(**{f"{field.path}__{bounds[name]}": field.read(value) for name, value in raw.items()})
    value = next(iter(raw.values()))
    if field.kind == "choice":
        assert field.terms is not None  # bound
        return Q(**{f"{field.path}__in": [field.read(v).value for v in value.split(",") if v]})
    if field.kind == "bool":
        return Q(**{field.path: field.read(value)})
    if field.kind == "reference":
        # The joined row's own code: whether it may be seen is decided by the rows that are listed, not by this name.
        return Q(**{f"{field.path}__{field.by[0]}": value})
    if field.mask is not None:
        return Q(**{field.path: value})
    return Q(**{f"{field.path}__contains": value})


#: So many hits are looked up by their keys; a word with more of them is asked for row by row.
FEW = 1_000


def rows_of(register: Register, asked: Asked, *, ctx: Context) -> QuerySet[Any]:
    """All rows asked for, within the actor's scope, in no order yet."""
    rows = register.visible_to(ctx.actor).filter(asked.condition)
    if asked.q:
        words = search.words_of(asked.q)
        if not words:
            exact = Q(**{register.key_field.path: asked.q}) | Q(
                **{f"{register.by_name[register.title].path}__contains": asked.q}
            )
            return rows.filter(exact)
        mine = [s for s in search.searchables() if s.model is register.model]
        found = search.matching(words, search.tokens_for(ctx.actor, mine))
        some = list(found.order_by().values_list("row_id", flat=True)[: FEW + 1])
        # A rare word names its rows; of a common one a page is full long before all its rows are collected.
        few = len(some) <= FEW
        rows = rows.filter(pk__in=some) if few else rows.filter(search.having(words, kind=mine[0].kind))
    return rows


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    after: str
    before: str


def page_of(
    register: Register,
    asked: Asked,
    *,
    ctx: Context,
    after: str = "",
    before: str = "",
    last: bool = False,
    size: int = PAGE,
) -> Page:
    """One page by keyset: from the last row of the page before, never by counting off.

    The keys of a page are read first, in order and without joins of their own, then the rows by key: two queries,
    however many rows there are and however deep the page lies.
    """
    size = max(1, min(size, LARGEST_PAGE))
    backwards = bool(before) or last
    order = _Order(register, asked.sort)
    rows = rows_of(register, asked, ctx=ctx)
    if cursor := before or after:
        rows = rows.filter(order.beyond(_read_cursor(cursor), backwards=backwards))
    keys = order.first(rows, size + 1, register=register, cursor=cursor, backwards=backwards)
    more = len(keys) > size
    keys = keys[:size]
    if backwards:
        keys.reverse()
    full = register.model._base_manager.select_related(*register.joins).in_bulk([pk for pk, _ in keys])
    has_next, has_previous = (bool(before) if backwards else more), (more if backwards else bool(after))
    return Page(
        [full[pk] for pk, _ in keys],
        after=_cursor(order, keys[-1]) if keys and has_next else "",
        before=_cursor(order, keys[0]) if keys and has_previous else "",
    )


def count_of(register: Register, asked: Asked, *, ctx: Context, up_to: int = COUNT_UP_TO) -> tuple[int, bool]:
    """How many, but no further than anybody reads: beyond, "1000+". Whoever needs the number asks for it."""
    number = rows_of(register, asked, ctx=ctx).order_by().values("pk")[: up_to + 1].count()
    return min(number, up_to), number > up_to


def exact_count(register: Register, asked: Asked, *, ctx: Context) -> int:
    return rows_of(register, asked, ctx=ctx).order_by().count()


class _Order:
    """The order of a list: a column, then the key where the column isn't unique. Empty values come last."""

    def __init__(self, register: Register, sort: str) -> None:
        self.field = register.by_name[sort.lstrip("-")]
        self.path = self.field.path
        self.descending = sort.startswith("-")

    def applied(self, rows: QuerySet[Any], *, backwards: bool) -> QuerySet[Any]:
        descending = self.descending != backwards
        if self.field.unique:
            return rows.order_by(f"-{self.path}" if descending else self.path)
        if not self.field.nullable:
            column: Any = f"-{self.path}" if descending else self.path
        elif descending:
            column = F(self.path).desc(nulls_first=backwards or None, nulls_last=not backwards or None)
        else:
            column = F(self.path).asc(nulls_first=backwards or None, nulls_last=not backwards or None)
        return rows.order_by(column, "-pk" if backwards else "pk")

    def first(
        self, rows: QuerySet[Any], number: int, *, register: Register, cursor: str, backwards: bool
    ) -> list[tuple[Any, Any]]:
        """The keys of the first so many rows.

        A database that is asked for the first fifty of all rows in a wide scope may fetch and sort them all. So it is
        asked first for those among the next few rows of the register, which the index of its key has in order; a wide
        scope finds its page there, a narrow one is small enough to be sorted.
        """
        ordered = self.applied(rows, backwards=backwards).values_list("pk", self.path)
        if self.field.unique:
            near = register.model._base_manager.filter(**register.kind)
            if cursor:
                near = near.filter(self.beyond(_read_cursor(cursor), backwards=backwards))
            near = self.applied(near, backwards=backwards).values_list(self.path, flat=True)
            if end := near[NEAR : NEAR + 1].first():
                side = "gt" if self.descending != backwards else "lt"
                keys = list(ordered.filter(**{f"{self.path}__{side}": end})[:number])
                if len(keys) == number:
                    return keys
        return list(ordered[:number])

    def beyond(self, cursor: tuple[Any, Any], *, backwards: bool) -> Q:
        raw, pk = cursor
        side = "lt" if self.descending != backwards else "gt"
        try:
            value = self.field.read(raw) if self.field.kind != "choice" else raw
        except WrongCell:
            raise _bad_cursor() from None
        if self.field.unique:
            return Q(**{f"{self.path}__{side}": value})
        tie = Q(pk__lt=pk) if backwards else Q(pk__gt=pk)
        if raw is None:
            among_empty = Q(**{f"{self.path}__isnull": True}) & tie
            return among_empty | Q(**{f"{self.path}__isnull": False}) if backwards else among_empty
        # The first condition repeats what the second says, as a range that an index can start from.
        further = Q(**{f"{self.path}__{side}e": value}) & (
            Q(**{f"{self.path}__{side}": value}) | (Q(**{self.path: value}) & tie)
        )
        return further | Q(**{f"{self.path}__isnull": True}) if self.field.nullable and not backwards else further


def _cursor(order: _Order, key: tuple[Any, Any]) -> str:
    pk, value = key
    plain = value.value if isinstance(value, Term) else order.field.natural(value)
    return base64.urlsafe_b64encode(json.dumps([plain, str(pk)]).encode()).decode().rstrip("=")


def _bad_cursor() -> BadCursor:
    return BadCursor(
        Text("翻页位置无效，请从第一页开始。", "The page's position makes no sense. Start from the first page.")
    )


def _read_cursor(text: str) -> tuple[Any, Any]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return (value if value is None or isinstance(value, str | int) else str(value)), UUID(pk)
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise _bad_cursor() from None
