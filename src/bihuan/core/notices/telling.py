"""告知: called inside an action; the notices stand or fall with it. Nothing is sent before it is committed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.notices import timing
from bihuan.core.notices.models import Delivery, Notice, Preference
from bihuan.core.notices.terms import NoticeLevel
from bihuan.core.notices.topics import Topic, topic_named
from bihuan.kernel.identity import new_id
from bihuan.kernel.text import Text

_KEYED = UUID("6f7c1c86-8f0e-5a5a-9d3c-5d1f0c0f7a11")
_LOCAL_LINK = re.compile(r"/(?![/\\])[^\s\\]*")


def tell(
    ctx: Context,
    *,
    recipients: Iterable[UUID],
    topic: str,
    text: Text,
    link: str = "",
    level: NoticeLevel = NoticeLevel.ORDINARY,
    key: str = "",
) -> list[Notice]:
    """Tell people something. `key`: once per person and key, however often it is said (a receiver that hears twice).

    Accounts that aren't active are passed over. `link` is an address of this site, beginning with a slash.
    """
    if ctx.unit is None:
        raise RuntimeError("people are told inside an action, so that nobody hears of what was rolled back")
    if link and not _LOCAL_LINK.fullmatch(link):
        raise ValueError("a notice links to a page of this site")
    about = topic_named(topic)
    wanted = sorted(set(recipients))
    if not wanted:
        return []
    users = list(User.objects.filter(pk__in=wanted, is_active=True).order_by("pk"))
    preferences = {p.user_id: p for p in Preference.objects.filter(user__in=users)}
    plan = [_plan(ctx.at, u, preferences.get(u.pk) or Preference(user=u), about, text, link, level, key) for u in users]
    notices = [p.notice for p in plan]
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=400)
    deliveries = [d for p in plan for d in p.deliveries]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True, batch_size=400)
    for delivery in deliveries:
        _enqueue(ctx, delivery)
    return notices


@dataclass(frozen=True, slots=True)
class _Plan:
    notice: Notice
    deliveries: list[Delivery]


def _plan(
    at: datetime,
    user: User,
    preference: Preference,
    topic: Topic,
    text: Text,
    link: str,
    level: NoticeLevel,
    key: str,
) -> _Plan:
    # The key makes the identifier, so that the primary key itself refuses the second telling, race or no race.
    notice_id = uuid5(_KEYED, f"{user.pk}\n{topic.name}\n{key}") if key else new_id()
    notice = Notice(
        id=notice_id,
        recipient=user,
        topic=topic.name,
        level=level,
        text_zh=text.zh[:500],
        text_en=text.en[:800],
        link=link,
        created_at=at,
        updated_at=at,
    )
    quiet = (preference.quiet_from, preference.quiet_until)
    is_digest = preference.has_digest and level == NoticeLevel.ORDINARY
    if level == NoticeLevel.URGENT:
        due = at
    else:
        due = timing.next_at(at, timing.DIGEST_AT) if is_digest else timing.after_quiet(at, *quiet)
    deliveries = [
        Delivery(id=uuid5(notice_id, channel.value), notice=notice, channel=channel, due_at=due, is_digest=is_digest)
        for channel in preference.channels_for(topic)
    ]
    return _Plan(notice, deliveries)


def _enqueue(ctx: Context, delivery: Delivery) -> None:
    if delivery.is_digest:
        who = f"{delivery.notice.recipient_id}:{delivery.channel}"
        ctx.enqueue(
            "notices.digest",
            key=f"digest:{who}:{delivery.due_at.isoformat()}",
            run_at=delivery.due_at,
            user=str(delivery.notice.recipient_id),
            channel=str(delivery.channel),
            due_at=delivery.due_at.isoformat(),
        )
    else:
        ctx.enqueue("notices.deliver", key=f"delivery:{delivery.pk}", run_at=delivery.due_at, delivery=str(delivery.pk))
