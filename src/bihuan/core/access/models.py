"""用户、角色、授权、令牌、会话."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from bihuan.core.access.rows import PathField, Row, ScopedQuerySet
from bihuan.core.access.scope import EVERYWHERE, Reach, Scope
from bihuan.core.access.terms import AccessGrants, AdministratorKind


class Role(Row):
    """角色: a named set of grants. The roles modules declare are kept in step at start-up; offices may add their own."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    grants = models.JSONField(default=list)
    #: 三员: system, security and audit administrators never share a person.
    administrator = models.CharField(max_length=10, choices=AdministratorKind.choices(), default="", blank=True)
    needs_second_factor = models.BooleanField(default=False)
    is_declared = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "zh").startswith("en") else self.name_zh

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (AccessGrants.MANAGE_GRANTS, AccessGrants.MANAGE_USERS, AccessGrants.READ_AUDIT)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()


class User(AbstractBaseUser, Row):
    """用户: an account of one person (or of one named service of another system)."""

    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=80)
    organisation_code = models.CharField(max_length=40, blank=True, default="", db_index=True)
    region_path = PathField(blank=True, default="", db_index=True)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    language = models.CharField(max_length=2, default="zh")
    theme = models.CharField(max_length=5, default="auto")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True)
    failed_logins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    second_factor_secret = models.CharField(max_length=200, blank=True, default="")
    second_factor_since = models.DateTimeField(null=True)
    second_factor_last_step = models.BigIntegerField(default=0)
    oidc_subject = models.CharField(max_length=200, null=True, unique=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    personal_fields = frozenset({"display_name", "email", "phone", "username"})
    secret_fields = frozenset({"password", "second_factor_secret"})

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (AccessGrants.MANAGE_USERS, AccessGrants.MANAGE_GRANTS, AccessGrants.READ_AUDIT)


class Assignment(Row):
    """授权: a role held by a user in a scope for a time. Half-open: held from `from_at`, no longer at `until_at`."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    scope_region = PathField(null=True)
    scope_organisation = models.CharField(max_length=40, null=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope_region__isnull=True, scope_organisation__isnull=False)
                | Q(scope_region__isnull=False, scope_organisation__isnull=True),
                name="assignment_has_one_scope",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"

    @property
    def scope(self) -> Scope:
        if self.scope_organisation is not None:
            return Scope(organisation=self.scope_organisation)
        return Scope(region_path=self.scope_region) if self.scope_region else EVERYWHERE

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return User.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(user__in=User.objects.filter(User.within(reach)))


class ApiToken(Row):
    """接口令牌: only its digest is stored; its grants are at most those of its user, narrowed to a list."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    grants = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    secret_fields = frozenset({"digest"})

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return User.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(user__in=User.objects.filter(User.within(reach)))


class LoginSession(Row):
    """登录会话: what the session list shows, and what revoking ends. `session_key` is kept as a digest."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="login_sessions")
    session_digest = models.CharField(max_length=64, unique=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True, default="")
    second_factor = models.BooleanField(default=False)
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    personal_fields = frozenset({"address", "agent"})
    secret_fields = frozenset({"session_digest"})

    class Meta:
        ordering = ["-last_seen_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d %H:%M}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return User.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(user__in=User.objects.filter(User.within(reach)))
