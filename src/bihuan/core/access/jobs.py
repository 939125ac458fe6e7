"""清扫: what no one needs any more. Only counters, dead cookies and hashes beyond the longest history go."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore

from bihuan.core.access import policy, throttle
from bihuan.core.access.context import Context
from bihuan.core.access.models import PasswordRecord, User


def sweep(*, ctx: Context) -> None:
    throttle.sweep(at=ctx.at)
    SessionStore.clear_expired()
    longest = policy.SETTINGS["password_history"].most
    for user in User.objects.filter(password_records__isnull=False).distinct():
        kept = user.password_records.order_by("-created_at", "-id").values_list("pk", flat=True)[:longest]
        PasswordRecord.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
