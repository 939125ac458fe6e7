"""Plays of the actions on one's own notices."""

from __future__ import annotations

from dataclasses import replace

from bihuan.core.access.context import Actor, Held
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants
from bihuan.core.notices.models import Notice
from cast import Cast, saved
from plays import Play


def oneself(actor: Actor) -> Actor:
    """Everybody keeps their own account; the cast's roles don't say so."""
    return replace(actor, held=(Held(AccessGrants.USE_OWN_ACCOUNT.value, EVERYWHERE),))


def told(cast: Cast) -> Notice:
    manager = cast.safety_manager
    said = {"topic": "loop.case", "level": "ordinary", "text_zh": "有新任务", "text_en": "A new task"}
    return saved(Notice(recipient_id=manager.user_id, **said))


def mark_read(cast: Cast) -> Play:
    return Play(oneself(cast.safety_manager), {"notice": told(cast)}, stranger=oneself(cast.stranger))


def mark_all_read(cast: Cast) -> Play:
    told(cast)
    return Play(oneself(cast.safety_manager), {}, stranger_may=True)


def set_preferences(cast: Cast) -> Play:
    return Play(oneself(cast.safety_manager), {"has_digest": True}, stranger_may=True)


def set_webhook(cast: Cast) -> Play:
    return Play(oneself(cast.safety_manager), {"url": "https://example.com/hook"}, stranger_may=True)


PLAYS = {
    "notices.mark_read": mark_read,
    "notices.mark_all_read": mark_all_read,
    "notices.set_preferences": set_preferences,
    "notices.set_webhook": set_webhook,
}
