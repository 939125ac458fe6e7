"""台账: the declaration of one register, and what follows from it without further words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from bihuan.core.access.context import Actor, Context
from bihuan.core.access.rows import ScopedQuerySet
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Action
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import DeclarationError, MenuItem, registry
from bihuan.core.records.fields import Field, bind
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

Values = dict[str, Any]


@dataclass(frozen=True)
class Once:
    """不得重复登记: no two rows that are in use agree in these columns; `field` is the cell that is told of it.

    What is only likely to be the same (two tanks of one name, size and medium) isn't `is_certain`: it is asked about.
    """

    paths: tuple[str, ...]
    field: str
    label: Text
    is_certain: bool = True


@dataclass(frozen=True)
class Register:
    """台账声明.

    `base` names the one-to-one link to the row that carries code, name and place (a register of things: `thing`);
    fields with a source below it are written there. `derive` answers what else follows from the values, by path
    (the region path of an organisation …); `fresh` what a new row has besides (its kind, a random key).
    `check` looks at a whole row and answers what is wrong, by field name. `marker` is the path of the column that
    holds the sheet a row arrived with; with it, all rows of a sheet become visible at once.
    `retired` is (path, value): what "no longer there" looks like. `once` says what must not be entered twice. `question`
    looks at a whole row as `check` does and answers what is possible but so rare that its writer is asked.
    `prepare` makes the row that a new row needs first, where its values leave the reference `prepares` open.
    """

    code: str
    label: Text
    model: type[models.Model]
    read: tuple[str, ...]
    edit: tuple[str, ...]
    fields: tuple[Field, ...]
    personal: tuple[str, ...] = ()
    base: str = ""
    key: str = "code"
    title: str = "name"
    order: str = "code"
    icon: str = "list"
    longitude: str = ""
    latitude: str = ""
    shape: str = ""
    marker: str = ""
    kind: Mapping[str, Any] = field(default_factory=dict)
    retired: tuple[str, Any] | None = None
    derive: Callable[[Values], Mapping[str, Any]] = lambda values: {}
    fresh: Callable[[], Mapping[str, Any]] = dict
    check: Callable[[Values], Mapping[str, Text]] = lambda values: {}
    question: Callable[[Values], Mapping[str, Text]] | None = None
    once: tuple[Once, ...] = ()
    prepare: Callable[[Values], Any] | None = None
    prepares: str = ""
    max_rows: int = 100_000
    intro: Text | None = None

    def __post_init__(self) -> None:
        bound = tuple(bind(f, self.model) for f in self.fields)
        names = [f.name for f in bound]
        if len(set(names)) != len(names):
            raise DeclarationError(f"register {self.code!r} names a field twice")
        for needed in (self.key, self.title, self.order.lstrip("-")):
            if needed not in names:
                raise DeclarationError(f"register {self.code!r} has no field {needed!r}")
        # The key is what a sheet finds a row by: it can't change under it.
        bound = tuple(replace(f, fixed=True, required=True) if f.name == self.key else f for f in bound)
        object.__setattr__(self, "fields", bound)

    def __hash__(self) -> int:
        return hash(self.code)

    def __eq__(self, other: object) -> bool:
        return self is other

    # — words —

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}

    @property
    def key_field(self) -> Field:
        return self.by_name[self.key]

    @cached_property
    def references(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.kind == "reference")

    @cached_property
    def joins(self) -> tuple[str, ...]:
        """What a list must select along with its rows, so that no field costs a query a row."""
        paths = {self.base} if self.base else set()
        for f in self.fields:
            steps = f.path.split("__")
            paths.update("__".join(steps[: n + 1]) for n in range(len(steps) - 1))
            if f.kind == "reference":
                paths.add(f.path)
        return tuple(sorted(paths))

    @property
    def masks(self) -> bool:
        """Whether it holds numbers that are shown masked."""
        return any(f.mask is not None for f in self.fields)

    @property
    def has_map(self) -> bool:
        return bool(self.longitude and self.latitude)

    def fields_for(self, actor: Actor) -> tuple[Field, ...]:
        """The fields somebody may see at all: personal ones need their own grant somewhere."""
        if not self.personal or any(actor.has(g) for g in self.personal):
            return self.fields
        return tuple(f for f in self.fields if not f.personal)

    def shows(self, field: Field, row: Any, actor: Actor) -> bool:
        """Whether this field of this very row may be shown: the personal grant must hold where the row lies."""
        return not field.personal or not self.personal or any(actor.may(g, row.place) for g in self.personal)

    # — rows —

    def visible_to(self, actor: Actor) -> ScopedQuerySet:
        model: Any = self.model
        rows: ScopedQuerySet = model.objects.visible_to(actor)
        return rows.filter(**self.kind) if self.kind else rows

    def find(self, *, ctx: Context, row_id: Any) -> Any:
        found = self.visible_to(ctx.actor).select_related(*self.joins).filter(pk=row_id).one_or_none()
        if found is None:
            raise NotFound
        return found

    def base_of(self, row: Any) -> Any:
        return getattr(row, self.base) if self.base else None

    def values_of(self, row: Any) -> Values:
        return {f.name: f.of(row) for f in self.fields}

    def columns(self, values: Values) -> dict[str, Any]:
        """By path: what the given values and what follows from them put into the columns."""
        said = {
            self.by_name[name].path: value.value if isinstance(value, Term) else value for name, value in values.items()
        }
        found = {**said, **self.derive(values)}
        # A reference that follows from another one is given by its key alone.
        return {path: v for path, v in found.items() if v is not None or f"{path}_id" not in found}

    def split(self, columns: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Columns of the base row, columns of the row itself."""
        prefix = f"{self.base}__"
        near = {path: v for path, v in columns.items() if path.removeprefix(prefix).count("__") == 0}
        if not self.base:
            return {}, near
        lower = {path.removeprefix(prefix): v for path, v in near.items() if path.startswith(prefix)}
        return lower, {path: v for path, v in near.items() if not path.startswith(prefix)}

    def further(self, row: Any, columns: Mapping[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
        """Rows beyond the base (the enterprise's organisation) and the columns of theirs that fields stand for."""
        prefix = f"{self.base}__"
        found: dict[str, dict[str, Any]] = {}
        for path, value in columns.items():
            owner, _, name = path.rpartition("__")
            if path.removeprefix(prefix).count("__"):
                found.setdefault(owner, {})[name] = value
        return [(follow(row, owner), said) for owner, said in found.items()]

    def first(self, values: Values) -> Any:
        """The row that a new row with these values needs first, put into them; None where nothing is needed."""
        if self.prepare is None or values.get(self.prepares) is not None:
            return None
        made = self.prepare(values)
        if made is not None:
            values[self.prepares] = made
        return made

    def build(self, values: Values) -> tuple[Any, Any]:
        """A new row and its base, not yet stored."""
        lower, own = self.split({**self.columns(values), **self.kind, **self.fresh()})
        if not self.base:
            return None, self.model(**own)
        base_model: Any = self.model._meta.get_field(self.base).related_model
        below = base_model(**lower)
        return below, self.model(**{**own, self.base: below})

    def place_of(self, values: Values) -> Place:
        """Where a row with these values would lie."""
        values = dict(values)
        self.first(values)
        place: Place = self.build(values)[1].place
        return place

    def wrong_in(self, values: Values) -> dict[str, Text]:
        return dict(self.check(values))

    @cached_property
    def can_ask(self) -> bool:
        return (
            self.question is not None
            or any(f.plausible is not None for f in self.fields)
            or any(not once.is_certain for once in self.once)
        )

    def asked_of(self, values: Values, *, changed: Collection[str]) -> dict[str, Text]:
        """What is possible but rare among the fields that were written just now, by field."""
        found = {f.name: asked for f in self.fields if (asked := f.asks(values.get(f.name))) is not None}
        if self.question is not None:
            found |= self.question(values)
        return {name: words for name, words in found.items() if name in changed}

    # — what is generated —

    def action(self, verb: str) -> Action:
        return registry().actions[f"{self.code}.{verb}"]

    def menu(self, *, section: str = "registers", order: int = 100) -> MenuItem:
        return MenuItem(
            self.label, "records:list", self.icon, self.read, section=section, order=order, kwargs={"code": self.code}
        )

    def not_retired(self) -> Q:
        return ~Q(**{self.retired[0]: self.retired[1]}) if self.retired else Q()


def follow(row: Any, path: str) -> Any:
    """The row that a path of links leads to."""
    for step in path.split("__") if path else ():
        row = getattr(row, step)
    return row


@dataclass(frozen=True)
class DetailPanel:
    """详情页的一块: what an upper layer adds to the page of a row, such as its cases or its documents.

    `of` is the model of the row or of its base. `context(ctx=…, row=…)` answers what the template gets, or None for
    nothing to show; it must see with the actor's eyes.
    """

    name: str
    label: Text
    of: type[models.Model]
    template: str
    context: Callable[..., Mapping[str, Any] | None]
    order: int = 100


def all_registers() -> list[Register]:
    return registry().declared(Register)


def get_register(*, ctx: Context, code: str) -> Register:
    """The register, for somebody who holds one of its grants anywhere; to others it isn't there."""
    for known in all_registers():
        if known.code == code and any(ctx.actor.has(g) for g in (*known.read, *known.edit)):
            return known
    raise NotFound


def register_of(model: type[models.Model]) -> Register:
    for known in all_registers():
        if known.model is model:
            return known
    raise DeclarationError(f"no register is declared for {model.__name__}")


def panels_for(register: Register) -> Sequence[DetailPanel]:
    kinds = [register.model]
    if register.base:
        kinds.append(register.model._meta.get_field(register.base).related_model)  # type: ignore[arg-type]
    return sorted((p for p in registry().declared(DetailPanel) if p.of in kinds), key=lambda p: p.order)
