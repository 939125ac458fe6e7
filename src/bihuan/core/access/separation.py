"""三员分立: system, security and audit administrator are three people. 依据 GB/T 22239-2019 8.1.5, 待核.

The system administrator makes accounts and grants nothing; the security administrator grants and makes no account;
the audit administrator only reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from bihuan.core.access.terms import AccessGrants, AdministratorKind
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

KIND_OF_GRANT = {
    AccessGrants.MANAGE_USERS.value: AdministratorKind.SYSTEM,
    AccessGrants.OPERATE.value: AdministratorKind.SYSTEM,
    AccessGrants.MANAGE_GRANTS.value: AdministratorKind.SECURITY,
    AccessGrants.READ_AUDIT.value: AdministratorKind.AUDIT,
}

#: Held by timers and workers of ours, or by everybody: no role may carry them.
NOT_FOR_ROLES = frozenset(
    {AccessGrants.GUARD_LOGIN.value, AccessGrants.START_UP.value, AccessGrants.USE_OWN_ACCOUNT.value}
)


class SeparationBroken(Problem):
    code = "separation_broken"
    status = 409


class OwnGrant(Problem):
    code = "own_grant"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                "不能给自己授权或收回自己的授权，请由另一位安全管理员办理。",
                "Nobody grants to himself or takes from himself: ask another security administrator.",
            )
        )


def kinds_of(grants: Iterable[str], administrator: str = "") -> frozenset[AdministratorKind]:
    """Which of 三员 somebody is who holds these grants."""
    by_grant = {KIND_OF_GRANT[g] for g in map(str, grants) if g in KIND_OF_GRANT}
    return frozenset(
        by_grant | ({next(k for k in AdministratorKind if k.value == administrator)} if administrator else set())
    )


def require_separate(kinds: Collection[AdministratorKind]) -> None:
    """No role and no person may be two of the three."""
    if len(kinds) > 1:
        names = sorted(kinds)
        raise SeparationBroken(
            Text(
                "三员分立：{zh}不能是同一个人或同一个角色。请改授其他人员。",
                "The three administrators are three people: {en} can't be held together. Choose somebody else.",
            ).format(zh="、".join(k.label.zh for k in names), en=", ".join(k.label.en for k in names))
        )


def require_audit_only_reads(
    kinds: Collection[AdministratorKind], grants: Iterable[str], *, acting: Collection[str]
) -> None:
    """Whoever reads the audit changes nothing: holds no grant that opens an action."""
    if AdministratorKind.AUDIT in kinds and set(grants) & set(acting):
        raise SeparationBroken(
            Text(
                "审计管理员只能查阅，不能同时持有办理业务的权限。",
                "The audit administrator only reads, and holds no grant that changes anything.",
            )
        )


def require_for_roles(grants: Iterable[str], *, known: Collection[str]) -> None:
    wrong = sorted(g for g in set(grants) if g in NOT_FOR_ROLES or g not in known)
    if wrong:
        raise SeparationBroken(
            Text(
                "这些权限不存在或不能授予角色：{g}", "These grants don't exist or can't be given to a role: {g}"
            ).format(g=", ".join(wrong))
        )


def require_somebody_else(acting: UUID | None, user: UUID) -> None:
    if acting == user:
        raise OwnGrant
