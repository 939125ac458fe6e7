"""导航: the menu, the first page and the top bar, as the grants of the person allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from django.urls import get_script_prefix, reverse

from bihuan.core.access.context import Context
from bihuan.core.modules import MenuItem, Registry, registry
from bihuan.core.pages.declared import HomePage, MenuSection, TopbarWidget, UserMenuItem, open_to
from bihuan.core.pages.wording import up_to
from bihuan.kernel.text import Text

SECTIONS = (
    MenuSection("work", Text("工作", "Work"), 10),
    MenuSection("loop", Text("闭环", "Closed loop"), 20),
    MenuSection("registers", Text("档案", "Registers"), 40),
    MenuSection("insight", Text("研判与统计", "Insight"), 60),
    MenuSection("parties", Text("组织与人员", "Organisations"), 80),
    MenuSection("settings", Text("设置", "Settings"), 90),
    MenuSection("system", Text("系统", "System"), 95),
)


@dataclass(frozen=True, slots=True)
class Entry:
    label: Text
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class WidgetView:
    name: str
    label: Text
    icon: str
    url: str
    count: int

    @property
    def shown(self) -> str:
        return up_to(self.count, 99)


def menu(*, ctx: Context, path: str) -> list[Group]:
    """Sections in order, entries in order; the entry whose address is the longest beginning of this page is current."""
    if ctx.actor.kind == "anonymous":
        return []
    grants = frozenset(h.grant for h in ctx.actor.held)
    open_sections = _open_sections(registry(), grants, get_script_prefix())
    addresses = (entry.url for _, entries in open_sections for entry in entries)
    current = max((a for a in addresses if path.startswith(a)), key=len, default="")
    return [
        Group(label, tuple(replace(e, is_current=True) if e.url == current else e for e in entries))
        for label, entries in open_sections
    ]


@lru_cache(maxsize=500)
def _open_sections(
    declared: Registry, grants: frozenset[str], prefix: str
) -> tuple[tuple[Text, tuple[Entry, ...]], ...]:
    """What these grants open: the same for everybody who holds them, as long as the process lives."""
    items = [i for m in declared.modules.values() for i in m.menu if not i.needs or not grants.isdisjoint(i.needs)]
    sections = {s.code: s for s in (*SECTIONS, *declared.declared(MenuSection))}
    found = []
    for section in sorted(sections.values(), key=lambda s: s.order):
        inside = sorted((i for i in items if i.section == section.code), key=lambda i: i.order)
        if inside:
            found.append((section.label, tuple(_entry(i) for i in inside)))
    return tuple(found)


def _entry(item: MenuItem) -> Entry:
    return Entry(item.label, reverse(item.url_name, kwargs=dict(item.kwargs)), item.icon, False)


def home_url(*, ctx: Context) -> str:
    """The first page of this person; the overview of what they may do when no module offers a better one."""
    pages = [p for p in registry().declared(HomePage) if open_to(ctx, p.needs)]
    best = min(pages, key=lambda p: p.order, default=None)
    return reverse(best.url_name) if best else reverse("welcome")


def widgets(*, ctx: Context) -> list[WidgetView]:
    shown = [w for w in registry().declared(TopbarWidget) if open_to(ctx, w.needs)]
    return [
        WidgetView(w.name, w.label, w.icon, reverse(w.url_name), w.count(ctx=ctx))
        for w in sorted(shown, key=lambda w: w.order)
    ]


def user_menu() -> tuple[Entry, ...]:
    return _user_menu(registry(), get_script_prefix())


@lru_cache(maxsize=8)
def _user_menu(declared: Registry, prefix: str) -> tuple[Entry, ...]:
    items = sorted(declared.declared(UserMenuItem), key=lambda i: i.order)
    return tuple(Entry(i.label, reverse(i.url_name), i.icon, False) for i in items)
