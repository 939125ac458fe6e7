"""用户、角色、授权、令牌、会话."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row, ScopedQuerySet, any_of
from bihuan.core.access.scope import EVERYWHERE, Place, Reach, Scope
from bihuan.core.access.terms import AccessGrants, AdministratorKind, LoginMethod, ThrottleKind
from bihuan.core.protection.fields import PhoneField
from bihuan.kernel.text import Text


class OwnedQuerySet(ScopedQuerySet):
    """Besides what one's grants reach, everybody sees what is his own."""

    def visible_to(self, actor: Actor) -> Self:
        model: Any = self.model
        reach = actor.reach(*map(str, model.view_grants()))
        if reach.is_everywhere:
            return self
        own = Q(**{model.owner_field: actor.user_id}) if actor.user_id else None
        reached = None if reach.is_nowhere else model.within(reach)
        conditions = [c for c in (own, reached) if c is not None]
        return self.filter(any_of(conditions))


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
        return str(self.name)

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)

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
    phone = PhoneField("电话", blank=True, default="")
    language = models.CharField(max_length=2, default="zh")
    theme = models.CharField(max_length=5, default="auto")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True)
    #: Encrypted with a key that is not in the database; `pending` is one that was shown and not yet confirmed.
    second_factor_secret = models.CharField(max_length=200, blank=True, default="")
    second_factor_pending = models.CharField(max_length=200, blank=True, default="")
    second_factor_since = models.DateTimeField(null=True)
    second_factor_last_step = models.BigIntegerField(default=0)
    #: `issuer|subject` of the outside identity provider.
    oidc_subject = models.CharField(max_length=400, null=True, unique=True)

    last_login = None  # the list of sessions tells it
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    owner_field = "pk"
    personal_fields = frozenset({"display_name", "email", "phone", "username", "oidc_subject"})
    secret_fields = frozenset({"password", "second_factor_secret", "second_factor_pending"})

    class Meta:
        ordering = ["username"]
        indexes = [models.Index(fields=["phone"], name="user_by_phone")]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def has_second_factor(self) -> bool:
        return self.second_factor_since is not None

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        administrators = (AccessGrants.MANAGE_USERS, AccessGrants.MANAGE_GRANTS, AccessGrants.READ_AUDIT)
        return (*administrators, AccessGrants.GUARD_LOGIN, AccessGrants.START_UP)


class Owned(Row):
    """A row that belongs to one account: its owner sees it, and whoever may see the owner."""

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()
    owner_field = "user"

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return User.view_grants()

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q(user__in=User.objects.filter(User.within(reach)))

    @property
    def place(self) -> Place:
        owner: User = getattr(self, "user")  # noqa: B009  # declared by each table with its own related name
        return owner.place


def scope_of(*, region: str | None, organisation: str | None) -> Scope:
    """The scope of an assignment from its two columns."""
    if organisation is not None:
        return Scope(organisation=organisation)
    return Scope(region_path=region) if region else EVERYWHERE


class Assignment(Owned):
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
        return scope_of(region=self.scope_region, organisation=self.scope_organisation)


class ApiToken(Owned):
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


class LoginSession(Owned):
    """登录会话: what the session list shows, and what revoking ends. `session_key` is kept as a digest."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="login_sessions")
    session_digest = models.CharField(max_length=64, unique=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True, default="")
    method = models.CharField(max_length=10, choices=LoginMethod.choices(), default=LoginMethod.PASSWORD)
    second_factor = models.BooleanField(default=False)
    #: When this session last proved who it is; a password changed after that ends it.
    authenticated_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    #: The limits it was opened under: absolute, and how long it may lie idle.
    expires_at = models.DateTimeField()
    idle_minutes = models.PositiveSmallIntegerField(default=30)
    ended_at = models.DateTimeField(null=True)

    personal_fields = frozenset({"address", "agent"})
    secret_fields = frozenset({"session_digest"})

    class Meta:
        ordering = ["-last_seen_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d %H:%M}"

    def is_live(self, at: datetime) -> bool:
        """Half-open on both limits: at the instant of a limit the session is over."""
        return self.ended_at is None and at < self.expires_at and at < self.idle_until

    @property
    def idle_until(self) -> datetime:
        return self.last_seen_at + timedelta(minutes=self.idle_minutes)


class PasswordRecord(Owned):
    """历史口令: hashes of the passwords used before, so that the last ones are not taken again."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="password_records")
    password = models.CharField(max_length=128)

    secret_fields = frozenset({"password"})

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"


class RecoveryCode(Owned):
    """恢复码: used once, when the device with the one-time code is lost. Kept as a digest keyed outside the database."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    secret_fields = frozenset({"digest"})

    def __str__(self) -> str:
        return f"{self.user}"


class LinkInvitation(Owned):
    """绑定邀请: a link an administrator hands to one user, who ties an outside identity to the account with it, once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="link_invitations")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    secret_fields = frozenset({"digest"})

    def __str__(self) -> str:
        return f"{self.user}"


class LoginThrottle(Row):
    """登录限制: failures of one account name or one address. Named by a keyed digest, so that an unknown name is treated
    exactly like a known one and the table tells nobody who exists."""

    kind = models.CharField(max_length=8, choices=ThrottleKind.choices())
    key = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    window_from = models.DateTimeField()
    last_failure_at = models.DateTimeField()
    blocks = models.PositiveSmallIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="login_throttle_once")]
        indexes = [models.Index(fields=["last_failure_at"], name="login_throttle_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (AccessGrants.MANAGE_USERS, AccessGrants.GUARD_LOGIN)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()


class PolicyValue(Row):
    """安全策略: a value of `policy.SETTINGS` that this office changed. Without a row the default holds."""

    name = models.CharField(max_length=40, unique=True)
    value = models.PositiveIntegerField()
    basis = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (AccessGrants.MANAGE_GRANTS, AccessGrants.READ_AUDIT)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()
