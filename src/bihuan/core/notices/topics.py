"""通知主题: what one may be told about. Modules declare their topics; people choose channels by topic."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.core.modules import DeclarationError, registry
from bihuan.core.notices.terms import Channel
from bihuan.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Topic:
    """Put into a module's `declares`. `channels` is what holds until somebody chooses otherwise."""

    name: str
    label: Text
    channels: tuple[Channel, ...] = (Channel.MAIL,)


def all_topics() -> dict[str, Topic]:
    topics: dict[str, Topic] = {}
    for topic in registry().declared(Topic):
        if topic.name in topics:
            raise DeclarationError(f"topic {topic.name!r} is declared twice")
        topics[topic.name] = topic
    return topics


def topic_named(name: str) -> Topic:
    try:
        return all_topics()[name]
    except KeyError:
        raise DeclarationError(f"no module declares the topic {name!r}") from None
