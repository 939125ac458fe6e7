"""授权: what the security administrator does. He makes no accounts, and never grants to himself or beyond his scope."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import StringConstraints

from bihuan.core.access import policy as policies
from bihuan.core.access import separation
from bihuan.core.access.actions.accounts import BadAccount, require_another
from bihuan.core.access.actions.guard import Who
from bihuan.core.access.context import Context
from bihuan.core.access.directory import place_of_organisation
from bihuan.core.access.events import GrantsChanged
from bihuan.core.access.models import Assignment, PolicyValue, Role, User
from bihuan.core.access.queries import acting_grants, holders_of, roles_of
from bihuan.core.access.roles import signs_off
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants, AdministratorKind
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.modules import registry
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

WhichRole = Annotated[Ref[Role], Label("角色", "Role")]
WhichGrant = Annotated[Ref[Assignment], Label("授权", "Grant")]


class BeyondScope(Problem):
    code = "beyond_scope"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Text(
                "授权范围超出您自己的管辖范围，不能授予。",
                "That scope reaches beyond your own, so you can't grant it.",
            )
        )


class BadGrant(Problem):
    code = "bad_grant"
    status = 422


class DeclaredRole(Problem):
    code = "declared_role"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                "内置角色随产品升级，不能修改。请新建一个角色。",
                "Roles that come with the product can't be changed. Make a role of your own.",
            )
        )


def _require_within_own_scope(ctx: Context, region_path: str | None, organisation: str | None) -> None:
    if (region_path is None) == (organisation is None):
        raise BadGrant(
            Text("请选择区域或单位中的一个作为范围。", "Choose either a region or an organisation as the scope."),
            where={"region_path": Text("二者择一", "one of the two")},
        )
    if organisation is not None:
        place = place_of_organisation(organisation)
        if place is None:
            raise BadGrant(
                Text("没有代码为 {c} 的单位。", "There is no organisation with the code {c}.").format(c=organisation),
                where={"organisation_code": Text("没有这个单位", "no such organisation")},
            )
    else:
        place = Place(region_path or "")
    if not ctx.actor.may(AccessGrants.MANAGE_GRANTS, place):
        raise BeyondScope


@action(
    "access.grant_role",
    label=Text("授予角色", "Grant a role"),
    needs=AccessGrants.MANAGE_GRANTS,
    signs_off=True,
    icon="shield-check",
)
def grant_role(
    *,
    ctx: Context,
    user: Who,
    role: WhichRole,
    region_path: Annotated[
        str | None,
        StringConstraints(max_length=120),
        Label("区域范围（全域请选“全部”）", "Region", widget="choice:access.regions"),
    ] = None,
    organisation_code: Annotated[
        str | None,
        StringConstraints(max_length=40),
        Label(
            "或单位范围（单位编码）",
            "Or an organisation (its code)",
            hint=Text("区域与单位二者择一", "A region or an organisation, not both"),
        ),
    ] = None,
    until_at: Annotated[datetime | None, Label("有效至", "Until")] = None,
) -> Assignment:
    """A role in a region (`*` is everywhere) or in one organisation, from now."""
    separation.require_somebody_else(ctx.actor.user_id, user.pk)
    region = "" if region_path == EVERYWHERE_MARK else region_path or None
    organisation = organisation_code or None
    _require_within_own_scope(ctx, region, organisation)
    if until_at is not None and (until_at.tzinfo is None or until_at <= ctx.at):
        raise BadGrant(
            Text("有效期已过。", "That moment has passed."),
            where={"until_at": Text("须晚于现在", "must be in the future")},
        )
    if not user.is_active:
        raise BadAccount(Text("账号已停用，不能授权。", "The account is closed: it can't be granted anything."))
    _require_fit(ctx, user, [*roles_of(user, at=ctx.at), role])
    same = Assignment.objects.filter(user=user, role=role, scope_region=region, scope_organisation=organisation)
    if any(a.until_at is None or a.until_at > ctx.at for a in same):
        raise BadGrant(Text("该用户在此范围已有这个角色。", "This user already holds the role in this scope."))
    made = ctx.create(
        Assignment(
            user=user,
            role=role,
            scope_region=region,
            scope_organisation=organisation,
            from_at=ctx.at,
            until_at=until_at,
        )
    )
    ctx.emit(GrantsChanged(user_id=user.pk))
    return made


#: How a form says 全部: an empty input means that nothing was chosen.
EVERYWHERE_MARK = "*"


def _require_fit(ctx: Context, user: User, roles: list[Role]) -> None:
    """三员分立 over everything this person would hold."""
    grants = {g for r in roles for g in r.grants}
    kinds = {k for r in roles for k in separation.kinds_of(r.grants, r.administrator)}
    separation.require_separate(kinds)
    separation.require_audit_only_reads(kinds, grants, acting=acting_grants())


@action(
    "access.revoke_role",
    label=Text("收回角色", "Take a role back"),
    needs=AccessGrants.MANAGE_GRANTS,
    signs_off=True,
    confirm=Text("收回后立即生效。", "It takes effect at once."),
    icon="x",
    tone="danger",
)
def revoke_role(
    *,
    ctx: Context,
    assignment: WhichGrant,
    reason: Annotated[str, StringConstraints(max_length=300), Label("原因", "Reason", widget="textarea")] = "",
) -> Assignment:
    """Only what lies within one's own scope, and never the last administrator of a kind."""
    separation.require_somebody_else(ctx.actor.user_id, assignment.user_id)
    _require_within_own_scope(ctx, assignment.scope_region, assignment.scope_organisation)
    if assignment.until_at is not None and assignment.until_at <= ctx.at:
        raise BadGrant(Text("这项授权已经结束。", "This grant has ended already."))
    for kind in separation.kinds_of(assignment.role.grants, assignment.role.administrator):
        require_another(kind, assignment.user, ctx)
    ctx.change(assignment, until_at=ctx.at)
    ctx.emit(GrantsChanged(user_id=assignment.user_id))
    return assignment


Grants = Annotated[list[str], Label("权限", "Grants", widget="choice:access.grants")]
NameZh = Annotated[str, StringConstraints(min_length=1, max_length=80), Label("名称（中文）", "Name (Chinese)")]
NameEn = Annotated[str, StringConstraints(min_length=1, max_length=120), Label("名称（英文）", "Name (English)")]


@action(
    "access.create_role",
    label=Text("新建角色", "New role"),
    needs=AccessGrants.MANAGE_GRANTS,
    signs_off=True,
    icon="plus",
)
def create_role(
    *,
    ctx: Context,
    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,49}$"), Label("代码（小写字母）", "Code")],
    name_zh: NameZh,
    name_en: NameEn,
    grants: Grants,
) -> Role:
    """An office's own role holds everywhere, so whoever makes it must be security administrator everywhere."""
    if Role.objects.filter(code=code).exists():
        raise BadGrant(
            Text("角色代码“{c}”已有。", "There is a role “{c}” already.").format(c=code),
            where={"code": Text("已有", "taken")},
        )
    return ctx.create(Role(code=code, name_zh=name_zh, name_en=name_en, **_checked(grants)))


@action(
    "access.change_role",
    label=Text("修改角色", "Change the role"),
    needs=AccessGrants.MANAGE_GRANTS,
    scope=lambda **_: Place(""),
    signs_off=True,
    icon="pencil",
)
def change_role(
    *,
    ctx: Context,
    role: WhichRole,
    name_zh: NameZh,
    name_en: NameEn,
    grants: Grants,
) -> Role:
    """Everybody who holds it is looked at again; whoever changes it must not be one of them."""
    if role.is_declared:
        raise DeclaredRole
    columns = _checked(grants)
    holders = holders_of(role, at=ctx.at)
    ctx.change(role, name_zh=name_zh, name_en=name_en, **columns)
    for user in holders:
        separation.require_somebody_else(ctx.actor.user_id, user.pk)
        _require_fit(ctx, user, roles_of(user, at=ctx.at))
        ctx.emit(GrantsChanged(user_id=user.pk))
    return role


def _checked(grants: list[str]) -> dict[str, Any]:
    unique = sorted(set(grants))
    if not unique:
        raise BadGrant(Text("至少选一项权限。", "Choose one grant at least."), where={"grants": Text("未选", "none")})
    separation.require_for_roles(unique, known=registry().grants)
    kinds = separation.kinds_of(unique)
    separation.require_separate(kinds)
    separation.require_audit_only_reads(kinds, unique, acting=acting_grants())
    kind = next(iter(kinds), None)
    return {
        "grants": unique,
        "administrator": kind.value if isinstance(kind, AdministratorKind) else "",
        "needs_second_factor": kind is not None or signs_off(unique),
    }


@action(
    "access.set_policy",
    label=Text("修改安全策略", "Change the security policy"),
    needs=AccessGrants.MANAGE_GRANTS,
    signs_off=True,
    icon="adjustments",
)
def set_policy(
    *,
    ctx: Context,
    name: Annotated[str, Label("策略", "Setting", widget="choice:access.policy")],
    value: Annotated[int, Label("数值", "Value")],
    basis: Annotated[str, StringConstraints(max_length=200), Label("依据", "Basis")] = "",
) -> PolicyValue:
    """Within the bounds of the setting. Sessions already open keep the limits they were opened under."""
    spec = policies.SETTINGS.get(name)
    if spec is None:
        raise BadGrant(Text("没有这项策略。", "There is no such setting."), where={"name": Text("没有", "unknown")})
    if not spec.least <= value <= spec.most:
        raise BadGrant(
            Text("只能在 {a} 到 {b} 之间。", "It must lie between {a} and {b}.").format(a=spec.least, b=spec.most),
            where={"value": Text("超出范围", "out of bounds")},
        )
    known: PolicyValue | None = PolicyValue.objects.filter(name=name).first()
    if known is not None:
        return ctx.change(known, value=value, basis=basis)
    return ctx.create(PolicyValue(name=name, value=value, basis=basis))
