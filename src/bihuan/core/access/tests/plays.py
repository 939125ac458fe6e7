"""Plays of the actions on accounts: who does each in earnest, and who must not be able to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp

from bihuan.core.access import passwords, second_factor, throttle
from bihuan.core.access.actions.guard import block_login
from bihuan.core.access.context import ANONYMOUS, Actor, Held, service_actor
from bihuan.core.access.models import ApiToken, Assignment, LinkInvitation, LoginThrottle, Role, User
from bihuan.core.access.proofs import prove
from bihuan.core.access.rehearsal import assign, make_role, open_session
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants, ThrottleKind
from cast import AT, Cast, saved
from plays import Play

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # not a secret: made up
CODE = pyotp.TOTP(SECRET).generate_otp(int(AT.timestamp()) // 30)
OWN = Held(AccessGrants.USE_OWN_ACCOUNT.value, EVERYWHERE)


def _administrators(cast: Cast, role: str) -> tuple[Actor, Actor]:
    """One of the city, and one of the next city."""
    ours = cast.actor(f"{role}_here", role, cast.office, region=cast.city)
    theirs = cast.actor(f"{role}_there", role, cast.office, region=cast.next_city)
    return ours, theirs


def _everywhere(cast: Cast, role: str) -> Actor:
    grants = (AccessGrants.MANAGE_GRANTS,) if role == "security_administrator" else (AccessGrants.MANAGE_USERS,)
    user = cast.user(f"{role}_all", cast.office)
    held = tuple(Held(g.value, EVERYWHERE) for g in grants)
    return Actor(kind="user", id=f"user:{user.pk}", name="", held=held, second_factor=True)


def _system(cast: Cast, **inputs: Any) -> Play:
    ours, theirs = _administrators(cast, "system_administrator")
    return Play(ours, inputs, stranger=theirs)


def _security(cast: Cast, **inputs: Any) -> Play:
    ours, theirs = _administrators(cast, "security_administrator")
    return Play(ours, inputs, stranger=theirs)


def _worker(cast: Cast, **columns: Any) -> User:
    user = cast.user("worker", cast.works)
    for name, value in columns.items():
        setattr(user, name, value)
    user.save()
    return user


def _person(user: User) -> Actor:
    return Actor(kind="user", id=f"user:{user.pk}", name="", held=(OWN,), second_factor=False)


def _own(cast: Cast, user: User, **inputs: Any) -> Play:
    return Play(_person(user), inputs, stranger=_person(cast.user("other", cast.neighbour)), stranger_may=True)


def _session(user: User) -> Any:
    return open_session(user, at=AT, key="k" * 32)


def _with_device(cast: Cast, *, confirmed: bool = True) -> User:
    user = cast.user("worker", cast.works)
    sealed = second_factor.seal(SECRET, user=user.pk)
    if confirmed:
        return _worker(cast, second_factor_secret=sealed, second_factor_since=AT)
    return _worker(cast, second_factor_pending=sealed)


def _role() -> Role:
    return Role.objects.filter(code="own").first() or make_role("own", "parties.manage", at=AT)


def log_in(cast: Cast) -> Play:
    user = _worker(cast, password=passwords.hash_of("x"))
    note = prove(user, purpose="log_in:password", at=AT)
    return Play(ANONYMOUS, {"user": user, "proof": note, "session_digest": "s" * 64})


def end_session(cast: Cast) -> Play:
    user = _worker(cast)
    stranger = _person(cast.user("other", cast.neighbour))
    return Play(_person(user), {"login": _session(user)}, stranger=stranger)


def lock(cast: Cast) -> Play:
    row = saved(LoginThrottle(kind=ThrottleKind.ACCOUNT, key="a" * 64, failures=5, window_from=AT, last_failure_at=AT))
    guard = service_actor("access.login_guard", *block_login.needs)
    return Play(guard, {"throttle": row}, stranger_may=True)


def unlock(cast: Cast) -> Play:
    user = _worker(cast)
    saved(
        LoginThrottle(
            kind=ThrottleKind.ACCOUNT,
            key=throttle.key_of(ThrottleKind.ACCOUNT, user.username),
            window_from=AT,
            last_failure_at=AT,
            blocks=1,
            blocked_until=AT + timedelta(minutes=5),
        )
    )
    return _system(cast, user=user)


def change_password(cast: Cast) -> Play:
    user = _worker(cast, password=passwords.hash_of("x"))
    note = prove(user, purpose="change_password", at=AT)
    return _own(cast, user, login=_session(user), proof=note, password_hash=passwords.hash_of("y"))


def set_up(cast: Cast) -> Play:
    user = _worker(cast)
    note = prove(user, purpose="second_factor", at=AT)
    return _own(cast, user, proof=note, sealed=second_factor.seal(SECRET, user=user.pk))


def confirm(cast: Cast) -> Play:
    user = _with_device(cast, confirmed=False)
    return _own(cast, user, login=_session(user), code=CODE, recovery_digests=["d" * 64])


def link(cast: Cast) -> Play:
    saved(LinkInvitation(user=_worker(cast), digest="d" * 64, expires_at=AT + timedelta(hours=1)))
    return Play(ANONYMOUS, {"invitation": "d" * 64, "subject": "https://issuer|1"})


def revoke_role(cast: Cast) -> Play:
    held = assign(_worker(cast), _role(), at=AT, region=cast.park.path)
    return _security(cast, assignment=Assignment.objects.get(pk=held.pk))


def _for_all(cast: Cast, **inputs: Any) -> Play:
    _, theirs = _administrators(cast, "security_administrator")
    return Play(_everywhere(cast, "security_administrator"), inputs, stranger=theirs)


def issue_token(cast: Cast) -> Play:
    user = _worker(cast)
    person = Actor(kind="user", id=f"user:{user.pk}", name="", held=(OWN, Held("parties.manage", EVERYWHERE)))
    inputs = {"name": "对接", "grants": ["parties.manage"], "expires_at": AT + timedelta(days=9), "digest": "d" * 64}
    return Play(person, inputs, stranger_may=True)


def revoke_token(cast: Cast) -> Play:
    user = _worker(cast)
    token = saved(ApiToken(user=user, name="t", digest="d" * 64, grants=[], expires_at=AT + timedelta(days=1)))
    return Play(_person(user), {"token": token}, stranger=_person(cast.user("other", cast.neighbour)))


def _starter(**inputs: Any) -> Play:
    return Play(service_actor("access.start", AccessGrants.START_UP), inputs, stranger_may=True)


def first_administrators(cast: Cast) -> Play:
    for code in ("system_administrator", "security_administrator", "audit_administrator"):
        make_role(code, at=AT)
    return _starter(hashes={"sysadmin": "x", "secadmin": "y", "auditadmin": "z"})


PLAYS = {
    "access.sync_roles": lambda c: _starter(),
    "access.create_first_administrators": first_administrators,
    "access.log_in": log_in,
    "access.log_out": end_session,
    "access.revoke_session": end_session,
    "access.block_login": lock,
    "access.unlock": unlock,
    "access.change_password": change_password,
    "access.set_up_second_factor": set_up,
    "access.confirm_second_factor": confirm,
    "access.renew_recovery_codes": lambda c: _own(c, _with_device(c), code=CODE, recovery_digests=["e" * 64]),
    "access.disable_second_factor": lambda c: _own(c, _with_device(c), code=CODE),
    "access.set_preferences": lambda c: _own(c, _worker(c), language="en", theme="dark"),
    "access.create_user": lambda c: _system(
        c,
        username="fresh",
        display_name="新人",
        password_hash="x",
        organisation_code="E-WORKS",
        region_path=c.park.path,
    ),
    "access.change_user": lambda c: _system(c, user=_worker(c), display_name="改名", organisation_code="E-WORKS"),
    "access.reveal_user": lambda c: _system(c, row=_worker(c, phone="13800000000")),
    "access.deactivate_user": lambda c: _system(c, user=_worker(c)),
    "access.reactivate_user": lambda c: _system(c, user=_worker(c, is_active=False)),
    "access.reset_password": lambda c: _system(c, user=_worker(c), password_hash="x"),
    "access.reset_second_factor": lambda c: _security(c, user=_with_device(c), reason="手机遗失"),
    "access.invite_link": lambda c: _system(c, user=_worker(c), digest="d" * 64),
    "access.link_identity": link,
    "access.unlink_identity": lambda c: _system(c, user=_worker(c, oidc_subject="https://issuer|1")),
    "access.grant_role": lambda c: _security(c, user=_worker(c), role=_role(), region_path=c.park.path),
    "access.revoke_role": revoke_role,
    "access.create_role": lambda c: _for_all(c, code="made", name_zh="新", name_en="New", grants=["parties.manage"]),
    "access.change_role": lambda c: _for_all(c, role=_role(), name_zh="新", name_en="New", grants=["parties.manage"]),
    "access.set_policy": lambda c: _for_all(c, name="idle_minutes", value=20, basis="办公会"),
    "access.issue_token": issue_token,
    "access.revoke_token": revoke_token,
}
