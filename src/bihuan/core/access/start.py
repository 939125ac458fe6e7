"""首次启动: the three administrators of a new installation, and the refusal of demo accounts in production."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

from django.conf import settings

from bihuan.core.access import passwords
from bihuan.core.access.actions.accounts import reset_password, reset_second_factor, spelled
from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.models import Assignment, Role, User
from bihuan.core.access.roles import STARTER, sync_declared_roles
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.actions.action import SECRET, Label, Reference, action
from bihuan.core.actions.problems import NotFound
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: User name, role, and what the account is called.
ADMINISTRATORS = (
    ("sysadmin", "system_administrator", Text("系统管理员", "System administrator")),
    ("secadmin", "security_administrator", Text("安全管理员", "Security administrator")),
    ("auditadmin", "audit_administrator", Text("审计管理员", "Audit administrator")),
)
TERMINAL = service_actor("access.terminal", AccessGrants.MANAGE_USERS, AccessGrants.MANAGE_GRANTS)


class DemoAccountsPresent(Problem):
    code = "demo_accounts_present"
    status = 409

    def __init__(self, count: int) -> None:
        super().__init__(
            Text(
                "数据库中有 {n} 个演示账号，正式环境拒绝启动。请换用新的状态目录（BIHUAN_HOME），或以 BIHUAN_DEMO=1 启动演示。",
                "The database holds {n} demo accounts, so it won't start for production. "
                "Use a fresh BIHUAN_HOME, or start the demo with BIHUAN_DEMO=1.",
            ).format(n=count)
        )


class NotFirstStart(Problem):
    code = "not_first_start"
    status = 409

    def __init__(self) -> None:
        super().__init__(Text("已有账号，不是首次启动。", "There are accounts already: this is not the first start."))


def refuse_demo_accounts() -> None:
    """For the command line, before it serves anything."""
    if settings.BIHUAN_DEMO:
        return
    if count := User.objects.filter(is_demo=True).count():
        raise DemoAccountsPresent(count)


def first_login_file() -> Path:
    return Path(settings.BIHUAN_HOME) / "first-login.txt"


def ensure_administrators(*, at: datetime, say: Callable[[str], None] | None = None) -> bool:
    """Where there is no account yet: three administrators with one-time passwords, said once and written to a file only
    the owner reads. Returns whether they were made. Safe to call at every start and by several processes at once."""
    sync_declared_roles(at=at)
    if User.objects.exists():
        return False
    handed = {name: passwords.one_time() for name, _, _ in ADMINISTRATORS}
    hashes = {name: passwords.hash_of(password) for name, password in handed.items()}
    letter = _letter(handed)
    draft = first_login_file().with_name(f".first-login.{os.getpid()}")
    _write_private(draft, letter)
    try:
        runner.perform(create_first_administrators, ctx=Context(actor=STARTER, at=at), hashes=hashes)
    except NotFirstStart:  # another process was faster
        draft.unlink()
        return False
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    draft.replace(first_login_file())
    if say is not None:
        say(letter)
    return True


@action(
    "access.create_first_administrators",
    label=Text("建立三员账号", "Make the three administrators"),
    needs=AccessGrants.START_UP,
    faces=(),
)
def create_first_administrators(
    *, ctx: Context, hashes: Annotated[dict[str, str], Label("口令散列", "Hashes"), SECRET]
) -> None:
    """三员 of a new installation, each in the whole of it; the passwords must be changed at the first login."""
    if User.objects.exists():
        raise NotFirstStart
    for name, role, label in ADMINISTRATORS:
        user = ctx.create(
            User(
                username=name,
                display_name=label.zh,
                password=hashes[name],
                password_changed_at=ctx.at,
                must_change_password=True,
            )
        )
        ctx.create(Assignment(user=user, role=Role.objects.get(code=role), scope_region="", from_at=ctx.at))


def reset_at_terminal(username: str, *, at: datetime, second_factor: bool = False) -> str:
    """For whoever has the machine: a new one-time password for any account, the other two administrators included."""
    user = User.objects.filter(username=spelled(username)).first()
    if user is None:
        raise NotFound(Text("没有这个账号：{n}", "There is no such account: {n}").format(n=username))
    password = passwords.one_time()
    ctx = Context(actor=TERMINAL, at=at)
    runner.perform(reset_password, ctx=ctx, user=Reference(id=user.pk), password_hash=passwords.hash_of(password))
    if second_factor and user.has_second_factor:
        runner.perform(reset_second_factor, ctx=ctx, user=Reference(id=user.pk), reason="at the terminal")
    return password


def _write_private(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)


def _letter(handed: dict[str, str]) -> str:
    where = settings.BIHUAN_PUBLIC_URL or "http://127.0.0.1:8710"
    lines = [
        "闭环首次启动：已建立三员账号，口令只显示这一次，首次登录须修改并绑定动态口令。",
        "First start: three administrators were made. These passwords are shown once; change them at the first login.",
        "",
        f"登录 Log in: {where.rstrip('/')}/account/login/",
        "",
    ]
    for name, _, label in ADMINISTRATORS:
        lines.append(f"  {label.zh} {label.en}")
        lines.append(f"    用户名 user: {name}    口令 password: {handed[name]}")
    lines += ["", f"本文件 This file: {first_login_file()}  登录后请删除 — delete it once you are in.", ""]
    return "\n".join(lines)
