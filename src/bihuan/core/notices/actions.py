"""What people do with their notices."""

from __future__ import annotations

import secrets
from datetime import time
from typing import Annotated

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import PERSONAL, Label, Ref, action
from bihuan.core.actions.problems import InvalidInput
from bihuan.core.notices import outbound, sending
from bihuan.core.notices.models import Notice, Preference
from bihuan.core.notices.terms import Channel
from bihuan.core.notices.topics import all_topics
from bihuan.kernel.text import Text


def _own(*, ctx: Context, **_: object) -> Place:
    """One's own notices lie nowhere: the scoped query has already said whose they are."""
    return Place("")


@action(
    "notices.mark_read",
    label=Text("标为已读", "Mark as read"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_own,
    icon="check",
)
def mark_read(*, ctx: Context, notice: Ref[Notice]) -> Notice:
    """已读: the receipt. Reading twice changes nothing."""
    return notice if notice.read_at else ctx.change(notice, read_at=ctx.at)


class Marked(BaseModel):
    count: int


@action(
    "notices.mark_all_read",
    label=Text("全部标为已读", "Mark all as read"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_own,
    icon="checks",
)
def mark_all_read(*, ctx: Context) -> Marked:
    """全部已读: at most five hundred in one step; the page says how many are left."""
    unread = list(Notice.objects.visible_to(ctx.actor).filter(read_at__isnull=True)[:500])
    for notice in unread:
        ctx.change(notice, read_at=ctx.at)
    return Marked(count=len(unread))


@action(
    "notices.set_preferences",
    label=Text("通知设置", "Notice settings"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_own,
    icon="settings",
)
def set_preferences(
    *,
    ctx: Context,
    channels: Annotated[dict[str, list[Channel]] | None, Label("各主题的渠道", "Channels by topic")] = None,
    quiet_from: Annotated[time | None, Label("免打扰开始", "Quiet from", widget="time")] = None,
    quiet_until: Annotated[time | None, Label("免打扰结束", "Quiet until", widget="time")] = None,
    has_digest: Annotated[
        bool,
        Label(
            "每日摘要",
            "Daily digest",
            hint=Text("一般通知在每天 7:30 合并发送", "Ordinary notices in one mail at 7:30"),
        ),
    ] = False,
) -> Preference:
    """通知设置: which topic on which channel, when to be left in peace. Urgent notices come at any hour."""
    topics = all_topics()
    if unknown := sorted(set(channels or {}) - set(topics)):
        raise InvalidInput(
            Text("没有这个通知主题：{t}。", "There is no such topic: {t}.").format(t="、".join(unknown)),
            where={"channels": Text("有不存在的主题。", "Names an unknown topic.")},
        )
    if (quiet_from is None) != (quiet_until is None):
        raise InvalidInput(
            Text("免打扰的开始和结束要么都填，要么都不填。", "Say both ends of the quiet hours, or neither."),
            where={"quiet_until": Text("与开始时间一起填写。", "Goes with the beginning.")},
        )
    chosen = {name: [c.value for c in Channel if c in wanted] for name, wanted in (channels or {}).items()}
    return ctx.change(
        _mine(ctx), channels=chosen, quiet_from=quiet_from, quiet_until=quiet_until, has_digest=has_digest
    )


class WebhookSet(BaseModel):
    """The secret is told once, to whoever set the address; afterwards it only signs."""

    secret: str


@action(
    "notices.set_webhook",
    label=Text("设置 Webhook", "Set the webhook"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_own,
    icon="send",
)
def set_webhook(
    *,
    ctx: Context,
    url: Annotated[
        str,
        Field(max_length=500),
        PERSONAL,
        Label("推送网址", "Address", hint=Text("留空则停用", "Empty turns it off")),
    ] = "",
) -> WebhookSet:
    """Webhook: the address must keep the rules already now; that it stays public is checked again at each delivery."""
    if url:
        outbound.target_of(url, sending.rules())
    secret = secrets.token_urlsafe(32) if url else ""
    ctx.change(_mine(ctx), webhook_url=url, webhook_secret=secret)
    return WebhookSet(secret=secret)


def _mine(ctx: Context) -> Preference:
    if ctx.actor.user_id is None:
        raise InvalidInput(Text("只有用户账号有通知设置。", "Only accounts of people have notice settings."))
    found = Preference.objects.filter(user_id=ctx.actor.user_id).first()
    return found if found is not None else ctx.create(Preference(user_id=ctx.actor.user_id))
