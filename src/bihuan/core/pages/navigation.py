"""导航: the menu, the first page and the top bar, as the grants of the person allow."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from bihuan.core.access.context import Context
from bihuan.core.modules import MenuItem, registry
from bihuan.core.pages.declared import HomePage, MenuSection, TopbarWidget, UserMenuItem, open_to
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


def menu(*, ctx: Context, path: str) -> list[Group]:
    """Sections in order, entries in order; the entry whose address is the longest beginning of this page is current."""
    items = [i for m in registry().modules.values() for i in m.menu if open_to(ctx, i.needs)]
    addresses = {id(i): reverse(i.url_name, kwargs=dict(i.kwargs)) for i in items}
    current = max((a for a in addresses.values() if path.startswith(a)), key=len, default="")
    sections = {s.code: s for s in (*SECTIONS, *registry().declared(MenuSection))}
    groups = []
    for section in sorted(sections.values(), key=lambda s: s.order):
        inside = sorted((i for i in items if i.section == section.code), key=lambda i: i.order)
        if inside:
            groups.append(Group(section.label, tuple(_entry(i, addresses[id(i)], current) for i in inside)))
    return groups


def _entry(item: MenuItem, address: str, current: str) -> Entry:
    return Entry(item.label, address, item.icon, address == current)


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


def user_menu() -> list[Entry]:
    items = sorted(registry().declared(UserMenuItem), key=lambda i: i.order)
    return [Entry(i.label, reverse(i.url_name), i.icon, False) for i in items]
