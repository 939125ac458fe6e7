"""查询: accounts, roles and grants as this actor may see them; and what the actions ask of the tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bihuan.core.access import separation, throttle
from bihuan.core.access.context import Context
from bihuan.core.access.models import ApiToken, Assignment, LoginSession, Role, User
from bihuan.core.access.sessions import live_sessions
from bihuan.core.access.terms import AccessGrants, AdministratorKind
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import registry


def holding(at: datetime) -> Q:
    """Assignments that hold at this instant or will: what 三员分立 has to look at."""
    return Q(until_at__isnull=True) | Q(until_at__gt=at)


def roles_of(user: User, *, at: datetime) -> list[Role]:
    return list(Role.objects.filter(pk__in=user.assignments.filter(holding(at)).values("role")))


def holders_of(role: Role, *, at: datetime) -> list[User]:
    return list(User.objects.filter(pk__in=role.assignments.filter(holding(at)).values("user")))


def administrator_kinds(user: User, *, at: datetime) -> frozenset[AdministratorKind]:
    return frozenset(k for r in roles_of(user, at=at) for k in separation.kinds_of(r.grants, r.administrator))


def other_holders(kind: AdministratorKind, *, than: User, at: datetime) -> bool:
    """Whether somebody else who can log in is this kind of administrator now."""
    roles = [r.pk for r in Role.objects.all() if kind in separation.kinds_of(r.grants, r.administrator)]
    held = Assignment.objects.filter(holding(at), role__in=roles, from_at__lte=at, user__is_active=True)
    return bool(held.exclude(user=than).exists())


def acting_grants() -> frozenset[str]:
    """Grants that open an action: whoever only reads holds none of them."""
    return frozenset(need for made in registry().actions.values() for need in made.needs) - {
        AccessGrants.USE_OWN_ACCOUNT.value
    }


def list_users(*, ctx: Context, text: str = "", state: str = "") -> QuerySet[User]:
    found: Any = User.objects.visible_to(ctx.actor)
    if text:
        found = found.filter(
            Q(username__icontains=text) | Q(display_name__icontains=text) | Q(organisation_code__icontains=text)
        )
    if state in ("active", "closed"):
        found = found.filter(is_active=state == "active")
    return found  # type: ignore[no-any-return]


def get_user(*, ctx: Context, user_id: UUID) -> User:
    found: User | None = User.objects.visible_to(ctx.actor).filter(pk=user_id).first()
    if found is None:
        raise NotFound
    return found


def assignments(*, ctx: Context, user: User | None = None, grant: str = "", role: str = "") -> list[Assignment]:
    """Who may do what where: what holds now, within the actor's sight; `grant` and `role` narrow it."""
    found = (
        Assignment.objects.visible_to(ctx.actor)
        .filter(holding(ctx.at), user__is_active=True)
        .select_related("user", "role")
        .order_by("role__code", "user__username")
    )
    if user is not None:
        found = found.filter(user=user)
    if role:
        found = found.filter(role__code=role)
    return [a for a in found if not grant or grant in a.role.grants]


def past_assignments(*, ctx: Context, user: User) -> list[Assignment]:
    ended = Assignment.objects.visible_to(ctx.actor).filter(user=user, until_at__lte=ctx.at)
    return list(ended.select_related("role").order_by("-until_at")[:50])


def roles(*, ctx: Context) -> list[Role]:
    return list(Role.objects.visible_to(ctx.actor).order_by("-is_declared", "code"))


def sessions_of(*, ctx: Context, user: User) -> list[LoginSession]:
    visible = set(LoginSession.objects.visible_to(ctx.actor).filter(user=user).values_list("pk", flat=True))
    return [login for login in live_sessions(user, at=ctx.at) if login.pk in visible]


def tokens_of(*, ctx: Context, user: User) -> list[ApiToken]:
    found = ApiToken.objects.visible_to(ctx.actor).filter(user=user, revoked_at__isnull=True, expires_at__gt=ctx.at)
    return list(found.order_by("-created_at"))


def locked_until(user: User, *, at: datetime) -> datetime | None:
    found = throttle.of_account(user.username)
    return found.blocked_until if found and found.blocked_until and found.blocked_until > at else None


def role_names(users: list[User], *, at: datetime) -> dict[UUID, list[Role]]:
    """For one page of a list: two queries, however long it is."""
    held = Assignment.objects.filter(holding(at), user__in=[u.pk for u in users]).select_related("role")
    found: dict[UUID, list[Role]] = {}
    for assignment in held:
        mine = found.setdefault(assignment.user_id, [])
        if assignment.role not in mine:
            mine.append(assignment.role)
    return found
