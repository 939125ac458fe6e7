"""通知术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class NoticeLevel(Term):
    """紧急程度: an urgent one waits for nothing, neither the night nor the digest."""

    ORDINARY = "ordinary", "一般", "Ordinary"
    IMPORTANT = "important", "重要", "Important"
    URGENT = "urgent", "紧急", "Urgent"


class Channel(Term):
    """通知渠道. In-app is always there: whoever was told can find it again."""

    IN_APP = "in_app", "系统内", "In the product"
    MAIL = "mail", "邮件", "E-mail"
    WEBHOOK = "webhook", "Webhook 推送", "Webhook"


class DeliveryState(Term):
    WAITING = "waiting", "待发送", "Waiting"
    SENT = "sent", "已发送", "Sent"
    FAILED = "failed", "发送失败", "Failed"
    #: There was nowhere to send it to: no address, no mail server.
    SKIPPED = "skipped", "未发送（无地址）", "Not sent (no address)"
