"""Declaration of notices."""

from __future__ import annotations

from bihuan.core.access.terms import AccessGrants
from bihuan.core.modules import Job, Module
from bihuan.core.notices import actions, queries, sending
from bihuan.core.notices.models import Delivery, Notice
from bihuan.core.notices.terms import DeliveryState, NoticeLevel
from bihuan.core.pages.declared import Look, TopbarWidget, UserMenuItem
from bihuan.core.retention.declared import Kept
from bihuan.kernel.text import Text

MODULE = Module(
    name="notices",
    label=Text("通知", "Notices"),
    actions=(actions.mark_read, actions.mark_all_read, actions.set_preferences, actions.set_webhook),
    jobs=(
        Job("notices.deliver", Text("发送通知", "Send a notice"), sending.deliver, max_attempts=sending.MOST_ATTEMPTS),
        Job(
            "notices.digest",
            Text("发送每日摘要", "Send the daily digest"),
            sending.deliver_digest,
            max_attempts=sending.MOST_ATTEMPTS,
        ),
    ),
    urls="bihuan.core.notices.urls",
    declares=(
        TopbarWidget(
            "notices",
            Text("通知", "Notices"),
            "bell",
            "notices",
            queries.unread_count,
            needs=(AccessGrants.USE_OWN_ACCOUNT,),
            order=20,
        ),
        Kept(
            code="notices.notices",
            label=Text("通知及其发送记录", "Notices and how they were sent"),
            model=Notice,
            since="created_at",
            days=365,
            source=Text("产品默认一年", "The product's own choice of a year"),
            parts=((Delivery, "notice"),),
        ),
        UserMenuItem(Text("通知设置", "Notice settings"), "notice-settings", "settings", order=40),
        Look(NoticeLevel.ORDINARY, "neutral", "message"),
        Look(NoticeLevel.IMPORTANT, "orange", "alert-circle"),
        Look(NoticeLevel.URGENT, "red", "alert-triangle"),
        Look(DeliveryState.WAITING, "blue", "clock"),
        Look(DeliveryState.SENT, "green", "check"),
        Look(DeliveryState.FAILED, "red", "circle-x"),
        Look(DeliveryState.SKIPPED, "neutral", "minus"),
    ),
)
