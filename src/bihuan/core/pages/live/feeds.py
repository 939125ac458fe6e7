"""Feeds: which events one person's pages may hear, as data that a ticket can carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.modules import registry
from bihuan.core.pages.declared import LiveFeed


@dataclass(frozen=True, slots=True)
class Heard:
    """One feed within one reach. `own` names the person whose own events these are; then the reach says nothing."""

    feed: str
    regions: tuple[str, ...] = ()
    organisations: frozenset[str] = frozenset()
    own: str = ""

    def takes(self, *, subject: str, region_path: str, organisations: Iterable[str]) -> bool:
        """An event that says no place concerns the whole installation, and only who sees all of it hears it."""
        if self.own:
            return subject == self.own
        return any(region_path.startswith(r) for r in self.regions) or not self.organisations.isdisjoint(organisations)

    def as_data(self) -> list[Any]:
        return [self.feed, list(self.regions), sorted(self.organisations), self.own]

    @classmethod
    def of_data(cls, said: list[Any]) -> Heard:
        feed, regions, organisations, own = said
        return cls(str(feed), tuple(regions), frozenset(organisations), str(own))


def heard_by(actor: Actor) -> list[Heard]:
    """Role × jurisdiction × organisation, feed by feed."""
    heard = []
    for feed in registry().declared(LiveFeed):
        if feed.own:
            heard.append(Heard(feed.name, own=f"access.user:{actor.user_id}"))
            continue
        reach = actor.reach(*map(str, feed.needs))
        if not reach.is_nowhere:
            heard.append(Heard(feed.name, reach.regions, reach.organisations))
    return heard


def feeds_by_event() -> dict[str, frozenset[str]]:
    """Event name → the feeds it belongs to."""
    found: dict[str, set[str]] = {}
    for feed in registry().declared(LiveFeed):
        for event in feed.events:
            found.setdefault(registry().event_name(event), set()).add(feed.name)
    return {name: frozenset(feeds) for name, feeds in found.items()}
