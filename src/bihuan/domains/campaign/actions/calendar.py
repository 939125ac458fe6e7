"""日历订阅: a secret address under which a person's own calendar program reads the dates. Shown once, revoked at will."""

from __future__ import annotations

from typing import Annotated

from bihuan.core.access.actions.login import not_yours
from bihuan.core.access.context import Context
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import SECRET, Label, Ref, action
from bihuan.core.actions.problems import Denied
from bihuan.domains.campaign.models import CalendarFeed
from bihuan.kernel.text import Text

TheFeed = Annotated[Ref[CalendarFeed], Label("订阅", "Feed", widget="hidden")]


@action(
    "campaign.issue_calendar_feed",
    label=Text("生成日历订阅地址", "Make a calendar address"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    faces=(),
    icon="calendar",
)
def issue_calendar_feed(*, ctx: Context, digest: Annotated[str, Label("地址摘要", "Digest"), SECRET]) -> CalendarFeed:
    """生成日历订阅地址: the one before stops working."""
    if ctx.actor.kind != "user" or ctx.actor.user_id is None:
        raise Denied(Text("请登录后在页面上办理。", "Log in and do this on the pages."))
    for old in CalendarFeed.objects.filter(user_id=ctx.actor.user_id, revoked_at__isnull=True):
        ctx.change(old, revoked_at=ctx.at)
    return ctx.create(CalendarFeed(user_id=ctx.actor.user_id, digest=digest))


@action(
    "campaign.revoke_calendar_feed",
    label=Text("作废订阅地址", "Revoke the address"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    confirm=Text("作废后，用它订阅的日历不再更新。", "Calendars that read it will no longer be renewed."),
    icon="x",
    tone="danger",
)
def revoke_calendar_feed(*, ctx: Context, feed: TheFeed) -> CalendarFeed:
    """作废订阅地址."""
    if feed.user_id != ctx.actor.user_id:
        raise not_yours()
    return ctx.change(feed, revoked_at=ctx.at)
