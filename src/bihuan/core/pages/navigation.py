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
    MenuSection("work", Text("今天", "Today"), 10),
    MenuSection("campaign", Text("行动与监督", "Campaigns and checks"), 20),
    MenuSection("parties", Text("组织与文书", "Bodies and papers"), 30),
    MenuSection("registers", Text("底数台账", "Registers"), 40),
    MenuSection("chemicals", Text("化学品与产品", "Chemicals and products"), 50),
    MenuSection("insight", Text("风险研判", "Risks"), 60),
    MenuSection("settings", Text("规则与参数", "Rules and parameters"), 90),
    MenuSection("system", Text("系统", "System"), 95),
)

#: A menu of so few entries is read at a glance: nothing of it is folded.
SHORT = 16


@dataclass(frozen=True, slots=True)
class Entry:
    label: Text
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: Text
    entries: tuple[Entry, ...]
    is_open: bool


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
    """Sections in order, entries in order; the entry whose address is the longest beginning of this page is current.
    Open are the first section and that of this page; a short menu is open as a whole.
    """
    if ctx.actor.kind == "anonymous":
        return []
    grants = frozenset(h.grant for h in ctx.actor.held)
    open_sections = _open_sections(registry(), grants, get_script_prefix())
    addresses = [entry.url for _, _, entries in open_sections for entry in entries]
    current = max((a for a in addresses if path.startswith(a)), key=len, default="")
    return [
        Group(
            code,
            label,
            tuple(replace(e, is_current=True) if e.url == current else e for e in entries),
            is_open=n == 0 or len(addresses) <= SHORT or any(e.url == current for e in entries),
        )
        for n, (code, label, entries) in enumerate(open_sections)
    ]


@lru_cache(maxsize=500)
def _open_sections(
    declared: Registry, grants: frozenset[str], prefix: str
) -> tuple[tuple[str, Text, tuple[Entry, ...]], ...]:
    """What these grants open: the same for everybody who holds them, as long as the process lives."""
    items = [i for m in declared.modules.values() for i in m.menu if not i.needs or not grants.isdisjoint(i.needs)]
    sections = {s.code: s for s in (*SECTIONS, *declared.declared(MenuSection))}
    found = []
    for section in sorted(sections.values(), key=lambda s: s.order):
        inside = sorted((i for i in items if i.section == section.code), key=lambda i: i.order)
        if inside:
            found.append((section.code, section.label, tuple(_entry(i) for i in inside)))
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
