"""发送: one delivery, or a day's digest, after the commit; outcome and reason into the ledger."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.notices import mail, outbound
from bihuan.core.notices.models import Delivery, Notice, Preference
from bihuan.core.notices.terms import Channel, DeliveryState
from bihuan.kernel.text import Language, Text

log = logging.getLogger("bihuan.notices")
MOST_ATTEMPTS = 8


class Nowhere(Exception):
    """There is no address to send to; said in the ledger, not tried again."""


class Refused(Exception):
    """The other side, or a rule of ours, refuses for good."""


def deliver(*, ctx: Context, delivery: str) -> None:
    """One notice on one channel. Sent at least once: its Message-ID, or the identifier in its body, shows a repeat."""
    row = (
        Delivery.objects.select_related("notice__recipient")
        .filter(pk=UUID(delivery), state=DeliveryState.WAITING)
        .first()
    )
    if row is not None:
        _settle(ctx.at, [row], lambda: _SENDERS[Channel(row.channel)](ctx.at, [row.notice], str(row.pk)))


def deliver_digest(*, ctx: Context, user: str, channel: str, due_at: str) -> None:
    """摘要: all that was gathered for one person and one morning, in one message."""
    rows = list(
        Delivery.objects.select_related("notice__recipient")
        .filter(
            notice__recipient=UUID(user),
            channel=channel,
            is_digest=True,
            due_at=datetime.fromisoformat(due_at),
            state=DeliveryState.WAITING,
        )
        .order_by("notice__created_at", "notice__id")
    )
    if rows:
        notices = [r.notice for r in rows]
        _settle(ctx.at, rows, lambda: _SENDERS[Channel(channel)](ctx.at, notices, str(rows[0].pk)))


def _settle(at: datetime, rows: Sequence[Delivery], send: Callable[[], None]) -> None:
    mine = Delivery.objects.filter(pk__in=[r.pk for r in rows])
    attempts = rows[0].attempts + 1
    try:
        send()
    except Nowhere as nowhere:
        mine.update(state=DeliveryState.SKIPPED, error=str(nowhere)[:500])
    except (Refused, mail.MailRefused, outbound.Unreachable) as refused:
        mine.update(state=DeliveryState.FAILED, attempts=F("attempts") + 1, error=str(refused)[:500])
        log.warning("notice %s refused: %s", rows[0].pk, refused)
    except (OSError, http.client.HTTPException) as failed:
        gone = attempts >= MOST_ATTEMPTS
        mine.update(
            state=DeliveryState.FAILED if gone else DeliveryState.WAITING,
            attempts=F("attempts") + 1,
            error=f"{type(failed).__name__}: {failed}"[:500],
        )
        if not gone:
            raise  # the queue tries again, later each time
        log.warning("notice %s given up after %d attempts: %s", rows[0].pk, attempts, failed)
    else:
        mine.update(state=DeliveryState.SENT, attempts=F("attempts") + 1, error="", sent_at=at)


def _mail(at: datetime, notices: list[Notice], identifier: str) -> None:
    user = notices[0].recipient
    if not user.email or not user.is_active:
        raise Nowhere("the account has no mail address")
    if not settings.BIHUAN_MAIL_URL:
        raise Nowhere("no mail server is set (BIHUAN_MAIL_URL)")
    language = _language(user)
    subject, text = _words(notices, language)
    message = mail.compose(
        sender=settings.BIHUAN_MAIL_FROM, to=user.email, subject=subject, text=text,
        identifier=identifier, at=at.timestamp(),
    )  # fmt: skip
    mail.send(message, url=settings.BIHUAN_MAIL_URL)


def _language(user: User) -> Language:
    return "en" if user.language == "en" else "zh"


def _words(notices: list[Notice], language: Language) -> tuple[str, str]:
    lines = []
    for notice in notices:
        lines.append(notice.text.in_(language))
        if notice.link:
            lines.append(absolute(notice.link))
        lines.append("")
    if len(notices) == 1:
        subject = notices[0].text.in_(language)
    else:
        subject = Text("闭环：{n} 条通知", "Bihuan: {n} notices").format(n=len(notices)).in_(language)
    foot = Text(
        "此邮件由系统发出。在「通知设置」中可以更改接收方式。",
        "Sent by the system. Change what you get under Notice settings.",
    )
    return subject, "\n".join([*lines, "—", foot.in_(language), ""])


def absolute(link: str) -> str:
    """Without a public address a link in a mail would lead nowhere: then the path alone is said."""
    return f"{settings.BIHUAN_PUBLIC_URL.rstrip('/')}{link}"


def _webhook(at: datetime, notices: list[Notice], identifier: str) -> None:
    user = notices[0].recipient
    preference = Preference.objects.filter(user=user).first()
    if preference is None or not preference.webhook_url or not user.is_active:
        raise Nowhere("no webhook address is set")
    body = json.dumps(
        {
            "delivery": identifier,
            "notices": [
                {
                    "id": str(n.pk),
                    "topic": n.topic,
                    "level": n.level,
                    "text": {"zh": n.text_zh, "en": n.text_en},
                    "link": absolute(n.link) if n.link else "",
                    "at": n.created_at.isoformat(),
                }
                for n in notices
            ],
        },
        ensure_ascii=False,
    ).encode()
    status = outbound.post(
        preference.webhook_url,
        body=body,
        headers={
            "Content-Type": "application/json",
            "User-Agent": "bihuan-webhook/1",
            "X-Bihuan-Delivery": identifier,
            "X-Bihuan-Signature": signature(preference.webhook_secret, body, at=at),
        },
        rules=rules(),
    )
    if status in (408, 425, 429) or status >= 500:
        raise ConnectionError(f"answered {status}")
    if not 200 <= status < 300:
        raise Refused(f"answered {status}; redirects are not followed")


def signature(secret: str, body: bytes, *, at: datetime) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of "t.body">`: the receiver checks it and refuses what is older than it likes."""
    moment = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={mac}"


def rules() -> outbound.Rules:
    allowed = tuple(a.strip().lower() for a in settings.BIHUAN_WEBHOOK_ALLOW.split(",") if a.strip())
    return outbound.Rules(allowed, plain_http=settings.BIHUAN_WEBHOOK_HTTP)


_SENDERS: dict[Channel, Callable[[datetime, list[Notice], str], None]] = {
    Channel.MAIL: _mail,
    Channel.WEBHOOK: _webhook,
}
