"""查询审计: for the audit administrator. An audit row lies nowhere, so the grant must be held everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from bihuan.core.access.context import Context
from bihuan.core.access.models import ApiToken, User
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.audit.models import AnonymousDenials, AuditRow, Seal
from bihuan.kernel.text import Text

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the audit looks for. Empty fields narrow nothing; the period is half-open."""

    actor: str = ""
    action: str = ""
    outcome: str = ""
    subject: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None


def require_reader(ctx: Context) -> None:
    if not ctx.actor.may(AccessGrants.READ_AUDIT, Place("")):
        raise Denied(Text("审计记录只供审计管理员查阅。", "The audit trail is for the audit administrator."))


def list_rows(*, ctx: Context, wanted: Wanted, before: UUID | None = None) -> tuple[list[AuditRow], UUID | None]:
    """The newest first, and where the next page begins. By key, not by number: the table grows for years."""
    require_reader(ctx)
    found = AuditRow.objects.order_by("-id")
    if wanted.actor:
        found = found.filter(_actor_condition(wanted.actor))
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.outcome:
        found = found.filter(outcome=wanted.outcome)
    if wanted.subject:
        found = found.filter(subjects__subject=wanted.subject).distinct()
    if wanted.from_at is not None:
        found = found.filter(at__gte=wanted.from_at)
    if wanted.until_at is not None:
        found = found.filter(at__lt=wanted.until_at)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def _actor_condition(text: str) -> Q:
    """An actor as the rows spell it, or a user name: then also what tokens of that account did."""
    user = User.objects.filter(username=text.casefold()).first()
    if user is None:
        return Q(actor=text)
    return Q(actor=f"user:{user.pk}") | Q(actor__startswith=f"token:{user.pk}:")


def get_row(*, ctx: Context, row_id: UUID) -> AuditRow:
    require_reader(ctx)
    found = AuditRow.objects.filter(pk=row_id).select_related("seal").first()
    if found is None:
        raise NotFound
    return found


def content_of(row: AuditRow) -> Mapping[str, Any]:
    """What the sealed bytes say; an edited row may say nothing readable any more."""
    try:
        said = json.loads(bytes(row.canonical))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Names for one page of rows, in two queries."""
    wanted = set(actors)
    people = {a: _id(a, 1) for a in wanted if a.startswith(("user:", "token:"))}
    tokens = {a: _id(a, 2) for a in wanted if a.startswith("token:")}
    names = {u.pk: str(u) for u in User.objects.filter(pk__in={p for p in people.values() if p})}
    called = {t.pk: t.name for t in ApiToken.objects.filter(pk__in={t for t in tokens.values() if t})}
    found = {}
    for actor in wanted:
        name = names.get(people.get(actor), "")
        token = called.get(tokens.get(actor), "")
        found[actor] = " · ".join(part for part in (name, token) if part) or actor
    return found


def _id(actor: str, part: int) -> UUID | None:
    parts = actor.split(":")
    try:
        return UUID(parts[part])
    except (IndexError, ValueError):
        return None


def subject_name(subject: str) -> str:
    """`access.user:…` as the row calls itself; what is gone or unknown keeps its spelling."""
    label, _, key = subject.partition(":")
    try:
        model: Any = apps.get_model(label)
        row = model._base_manager.filter(pk=UUID(key)).first()
    except (LookupError, ValueError):
        return subject
    return str(row) if row is not None else subject


@dataclass(frozen=True, slots=True)
class Sealing:
    """How far the trail is sealed, and how many refusals of strangers the last day saw."""

    last: Seal | None
    waiting: int
    refused: int


def sealing(*, ctx: Context, since: datetime) -> Sealing:
    require_reader(ctx)
    counted = AnonymousDenials.objects.filter(hour__gte=since).values_list("count", flat=True)
    return Sealing(
        last=Seal.objects.order_by("-number").first(),
        waiting=AuditRow.objects.filter(seal__isnull=True).count(),
        refused=sum(counted),
    )
