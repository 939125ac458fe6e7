"""What modules may put into `declares` for the pages to pick up. Each type is one kind of plug."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bihuan.core.access.context import Context
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


@dataclass(frozen=True, slots=True)
class MenuSection:
    """栏目: a group of the navigation. A `MenuItem` names it by code."""

    code: str
    label: Text
    order: int = 100


@dataclass(frozen=True, slots=True)
class HomePage:
    """首页: where `/` leads for whoever holds any of `needs`; the smallest order wins. No `needs`: for everybody."""

    url_name: str
    needs: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True, slots=True)
class TopbarWidget:
    """顶栏部件: an icon with a count. `count` answers a number (0 shows none, more than 99 "99+"), on every page:
    it should stop counting there. A page asks again every half minute.
    """

    name: str
    label: Text
    icon: str
    url_name: str
    count: Callable[..., int]
    needs: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True, slots=True)
class UserMenuItem:
    """An entry of the menu behind one's own name."""

    label: Text
    url_name: str
    icon: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Look:
    """A term as a badge: tone (neutral blue teal green yellow orange red purple) and icon; never the tone alone."""

    term: Term
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class RowSource:
    """How a form finds rows of a table: `search(ctx=…, text=…)` answers rows within the actor's scope, best first."""

    model: type[Any]
    search: Callable[..., Iterable[Any]]


@dataclass(frozen=True, slots=True)
class ChoiceSource:
    """Choices of an input with the widget `choice:<name>`: `choices(ctx=…)` answers (value, label) pairs."""

    name: str
    choices: Callable[..., Iterable[tuple[str, Any]]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the global search."""

    title: str
    url: str
    kind: Text
    text: str = ""
    icon: str = "search"


@dataclass(frozen=True, slots=True)
class SearchSource:
    """全局搜索: `search(ctx=…, text=…, limit=…)` answers hits within the actor's scope."""

    label: Text
    search: Callable[..., Iterable[Hit]]
    needs: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True, slots=True)
class ApiPart:
    """Addresses the API documentation should name besides actions: OpenAPI path items and component schemas."""

    paths: Callable[[], Mapping[str, Any]]
    schemas: Callable[[], Mapping[str, Any]] = field(default=dict)


@dataclass(frozen=True, slots=True)
class LiveFeed:
    """实时事件: which events reach open pages, and who may see them. `own`: only the person the event's subject names."""

    name: str
    events: tuple[type, ...]
    needs: tuple[str, ...] = ()
    own: bool = False


def open_to(ctx: Context, needs: tuple[str, ...]) -> bool:
    """Shown to whoever is logged in and holds any of the grants somewhere; no grants named: to everybody logged in."""
    return ctx.actor.kind != "anonymous" and (not needs or any(ctx.actor.has(str(n)) for n in needs))
