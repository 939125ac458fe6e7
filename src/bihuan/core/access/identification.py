"""身份: from an account, token or session to the actor it stands for at this instant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from bihuan.core.access.context import ANONYMOUS, Actor, Held
from bihuan.core.access.models import ApiToken, Assignment, User, scope_of
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants

SEEN_EVERY = timedelta(minutes=1)


def held_by(user: User, *, at: datetime) -> tuple[Held, ...]:
    """The grants of every assignment that holds at this instant, each in its scope; and the keeping of one's own account."""
    assignments = (
        Assignment.objects.filter(user=user, from_at__lte=at)
        .filter(Q(until_at__isnull=True) | Q(until_at__gt=at))
        .order_by()
        .values_list("scope_region", "scope_organisation", "role__grants")
    )
    # Asked with every request: the three columns it takes, not two whole rows.
    held = [
        Held(grant, scope)
        for region, organisation, grants in assignments
        for scope in [scope_of(region=region, organisation=organisation)]
        for grant in grants
    ]
    return (*held, Held(AccessGrants.USE_OWN_ACCOUNT.value, EVERYWHERE))


def may_be_used(user: User) -> bool:
    """Closed accounts never; demo accounts only while this installation is a demo."""
    return user.is_active and (not user.is_demo or bool(settings.BIHUAN_DEMO))


def actor_of(user: User | None, *, at: datetime, second_factor: bool = False) -> Actor:
    if user is None or not may_be_used(user):
        return ANONYMOUS
    return Actor(
        kind="user",
        id=f"user:{user.pk}",
        name=str(user),
        held=held_by(user, at=at),
        organisation=user.organisation_code or None,
        second_factor=second_factor,
    )


def digest(secret: str) -> str:
    """Tokens and session keys are long and random, so a plain digest is enough to keep them unreadable at rest."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of_token(secret: str, *, at: datetime) -> Actor:
    """A token never proves a second factor: it can't sign off. Its grants are at most those of its user now."""
    token = (
        ApiToken.objects.filter(digest=digest(secret), revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)
        .select_related("user")
        .one_or_none()
    )
    if token is None or not may_be_used(token.user) or token.user.must_change_password:
        return ANONYMOUS
    if token.last_used_at is None or at - token.last_used_at >= SEEN_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    held = tuple(h for h in held_by(token.user, at=at) if h.grant in _listed(token.grants))
    return Actor(
        kind="token",
        id=f"token:{token.user.pk}:{token.pk}",
        name=f"{token.user} · {token.name}",
        held=held,
        organisation=token.user.organisation_code or None,
    )


def _listed(grants: Iterable[str]) -> frozenset[str]:
    return frozenset(grants)
