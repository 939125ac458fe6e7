from datetime import timedelta

import pyotp
import pytest

from bihuan.core.access import passwords, second_factor
from bihuan.core.access.actions import accounts, grants, guard, login, own_account
from bihuan.core.access.models import Assignment, LinkInvitation, LoginSession, User
from bihuan.core.access.proofs import prove
from bihuan.core.access.rehearsal import assign, make_role, open_session
from bihuan.core.access.separation import OwnGrant
from bihuan.core.access.throttle import account_limit, admit, block_if_reached, of_account
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, NotFound, SecondFactorNeeded
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent

NEW = "Another-Lake-42-x"


def create(ctx, **columns):
    given = {"username": "NewOne", "display_name": "新人", "password_hash": passwords.hash_of("x")} | columns
    return runner.perform(accounts.create_user, ctx=ctx, **given).value


def test_a_new_account_holds_nothing_and_must_change_its_password(cast, ctx_of):
    made = create(ctx_of(cast.system), must_change_password=False)
    assert (made.username, made.must_change_password) == ("newone", True)
    assert not made.assignments.exists()


@pytest.mark.parametrize("name", ["clerk", "ＣＬＥＲＫ", "x", "a b c", "-abc", "a" * 61, "<script>"])
def test_names_that_are_taken_or_malformed_are_refused(cast, ctx_of, name):
    with pytest.raises(accounts.BadAccount):
        create(ctx_of(cast.system), username=name)


def test_the_security_administrator_makes_no_account(cast, ctx_of):
    with pytest.raises(Denied):
        create(ctx_of(cast.security))


def test_an_administrator_without_second_factor_manages_nothing(cast, ctx_of):
    with pytest.raises(SecondFactorNeeded):
        create(ctx_of(cast.system, second_factor=False))


def test_demo_accounts_are_made_in_demo_mode_only(cast, ctx_of, settings):
    with pytest.raises(accounts.BadAccount):
        create(ctx_of(cast.system), is_demo=True)
    settings.BIHUAN_DEMO = True
    made = create(ctx_of(cast.system), is_demo=True, must_change_password=False)
    assert (made.is_demo, made.must_change_password) == (True, False)


def test_closing_an_account_ends_its_sessions_and_tells(cast, ctx_of, at):
    session = open_session(cast.clerk, at=at, key="k" * 32)
    runner.perform(accounts.deactivate_user, ctx=ctx_of(cast.system), user=cast.clerk)
    session.refresh_from_db()
    assert session.ended_at == at
    event = OutboxEvent.objects.get(name="access.session_ended")
    assert event.subject == f"access.user:{cast.clerk.pk}"
    runner.perform(accounts.reactivate_user, ctx=ctx_of(cast.system), user=User.objects.get(pk=cast.clerk.pk))
    assert User.objects.get(pk=cast.clerk.pk).is_active


@pytest.mark.parametrize(("who", "problem"), [("system", OwnGrant), ("audit", accounts.ProtectedAccount)])
def test_neither_oneself_nor_the_last_of_a_kind_is_closed(cast, ctx_of, who, problem):
    with pytest.raises(problem):
        runner.perform(accounts.deactivate_user, ctx=ctx_of(cast.system), user=getattr(cast, who))


def test_one_of_several_security_administrators_may_be_closed(cast, ctx_of):
    runner.perform(accounts.deactivate_user, ctx=ctx_of(cast.system), user=cast.security)


def test_a_reset_password_is_for_one_login_and_ends_the_sessions(cast, ctx_of, at):
    session = open_session(cast.clerk, at=at, key="k" * 32)
    runner.perform(
        accounts.reset_password, ctx=ctx_of(cast.system), user=cast.clerk, password_hash=passwords.hash_of(NEW)
    )
    session.refresh_from_db()
    changed = User.objects.get(pk=cast.clerk.pk)
    assert (session.ended_at, changed.must_change_password) == (at, True)
    assert passwords.is_right(NEW, changed.password)
    assert cast.clerk.password_records.count() == 1


@pytest.mark.parametrize("who", ["security", "audit"])
def test_the_system_administrator_cannot_become_another_administrator(cast, ctx_of, who):
    for made, extra in (
        (accounts.reset_password, {"password_hash": "x"}),
        (accounts.invite_link, {"digest": "d"}),
    ):
        with pytest.raises(accounts.ProtectedAccount):
            runner.perform(made, ctx=ctx_of(cast.system), user=getattr(cast, who), **extra)


def test_a_lost_device_is_reset_by_the_security_administrator_alone(cast, ctx_of, at):
    User.objects.filter(pk=cast.clerk.pk).update(second_factor_secret="s", second_factor_since=at)
    inputs = {"user": User.objects.get(pk=cast.clerk.pk), "reason": "手机遗失"}
    with pytest.raises(Denied):
        runner.perform(accounts.reset_second_factor, ctx=ctx_of(cast.system), **inputs)
    runner.perform(accounts.reset_second_factor, ctx=ctx_of(cast.security), **inputs)
    assert not User.objects.get(pk=cast.clerk.pk).has_second_factor


def test_unlocking_opens_the_account_again(cast, ctx_of, at):
    limit = account_limit("clerk", {"lockout_after": 5})
    for _ in range(5):
        admit(limit, at=at)
    with pytest.raises(guard.NotLocked):
        runner.perform(guard.unlock, ctx=ctx_of(cast.system), user=cast.clerk)
    block_if_reached(limit, at=at, user=cast.clerk)
    assert of_account("clerk").blocked_until == at + timedelta(minutes=15)
    runner.perform(guard.unlock, ctx=ctx_of(cast.system), user=cast.clerk)
    admit(limit, at=at)


# --- one's own account


def change(cast, ctx, session, at, **other):
    given = {
        "login": session,
        "proof": prove(cast.clerk, purpose="change_password", at=at),
        "password_hash": passwords.hash_of(NEW),
    } | other
    return runner.perform(own_account.change_password, ctx=ctx, **given)


def test_changing_the_password_ends_the_other_sessions(cast, ctx_of, at):
    mine, other = (open_session(cast.clerk, at=at, key=k * 32) for k in "ab")
    change(cast, ctx_of(cast.clerk, after=timedelta(minutes=1)), mine, at + timedelta(minutes=1))
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.ended_at, other.ended_at) == (None, at + timedelta(minutes=1))
    assert mine.authenticated_at == at + timedelta(minutes=1)
    assert not User.objects.get(pk=cast.clerk.pk).must_change_password


def test_anothers_session_neither_changes_a_password_nor_is_ended(cast, ctx_of, at):
    theirs = open_session(cast.stranger, at=at, key="s" * 32)
    for made, inputs in ((login.log_out, {}), (login.revoke_session, {})):
        with pytest.raises(NotFound):
            runner.perform(made, ctx=ctx_of(cast.clerk), login=theirs, **inputs)
    with pytest.raises(NotFound):
        change(cast, ctx_of(cast.clerk), theirs, at)


def test_ones_own_session_is_ended_by_oneself_or_by_the_system_administrator(cast, ctx_of, at):
    for who, key in ((cast.clerk, "a"), (cast.system, "b")):
        session = open_session(cast.clerk, at=at, key=key * 32)
        runner.perform(login.revoke_session, ctx=ctx_of(who), login=session)
        assert LoginSession.objects.get(pk=session.pk).ended_at == at
    session = open_session(cast.clerk, at=at, key="c" * 32)
    with pytest.raises(Denied):  # he sees the session, but accounts are not his business
        runner.perform(login.revoke_session, ctx=ctx_of(cast.security), login=session)


def code_of(secret, at, step=0):
    return pyotp.TOTP(secret).generate_otp(int(at.timestamp()) // 30 + step)


def set_up(user, ctx, at, secret):
    runner.perform(
        own_account.set_up_second_factor,
        ctx=ctx,
        proof=prove(user, purpose="second_factor", at=at),
        sealed=second_factor.seal(secret, user=user.pk),
    )


def test_a_second_factor_counts_once_confirmed_and_proves_this_session(cast, ctx_of, at):
    secret, session = second_factor.new_secret(), open_session(cast.clerk, at=at, key="k" * 32)
    set_up(cast.clerk, ctx_of(cast.clerk), at, secret)
    assert not User.objects.get(pk=cast.clerk.pk).has_second_factor
    confirm = {"ctx": ctx_of(cast.clerk), "login": session, "recovery_digests": ["a" * 64]}
    with pytest.raises(second_factor.WrongCode):
        runner.perform(own_account.confirm_second_factor, code="000000", **confirm)
    runner.perform(own_account.confirm_second_factor, code=code_of(secret, at), **confirm)
    session.refresh_from_db()
    assert session.second_factor
    # The code that confirmed it is used up.
    with pytest.raises(second_factor.WrongCode):
        runner.perform(own_account.disable_second_factor, ctx=ctx_of(cast.clerk), code=code_of(secret, at))
    later = timedelta(seconds=30)
    runner.perform(
        own_account.disable_second_factor, ctx=ctx_of(cast.clerk, after=later), code=code_of(secret, at + later)
    )
    session.refresh_from_db()
    assert (session.second_factor, cast.clerk.recovery_codes.filter(used_at__isnull=True).count()) == (False, 0)
    written = b"".join(bytes(row.canonical) for row in AuditRow.objects.all())
    assert secret.encode() not in written


def test_whoever_signs_off_keeps_his_second_factor(cast, ctx_of, at):
    secret = second_factor.new_secret()
    session = open_session(cast.clerk, at=at, key="k" * 32)
    set_up(cast.clerk, ctx_of(cast.clerk), at, secret)
    runner.perform(
        own_account.confirm_second_factor,
        ctx=ctx_of(cast.clerk), login=session, code=code_of(secret, at), recovery_digests=[],
    )  # fmt: skip
    assign(cast.clerk, make_role("chief", at=at, needs_second_factor=True), at=at)
    with pytest.raises(own_account.SecondFactorRequired):
        runner.perform(own_account.disable_second_factor, ctx=ctx_of(cast.clerk), code=code_of(secret, at, 1))


# --- outside identities


def invite(cast, ctx_of):
    return runner.perform(accounts.invite_link, ctx=ctx_of(cast.system), user=cast.clerk, digest="d" * 64).value


@pytest.mark.parametrize(("hours", "links"), [(23.99, True), (24, False)])
def test_an_invitation_links_once_and_for_a_day(cast, ctx_of, hours, links):
    invite(cast, ctx_of)
    ctx = ctx_of(cast.stranger, after=timedelta(hours=hours))
    inputs = {"invitation": "d" * 64, "subject": "https://issuer|1"}
    if links:
        runner.perform(accounts.link_identity, ctx=ctx, **inputs)
        assert User.objects.get(oidc_subject="https://issuer|1") == cast.clerk
    with pytest.raises(accounts.InvitationOver):
        runner.perform(accounts.link_identity, ctx=ctx, **inputs)
    assert LinkInvitation.objects.filter(used_at__isnull=False).exists() is links


def test_one_identity_belongs_to_one_account_and_brings_no_grant(cast, ctx_of):
    User.objects.filter(pk=cast.stranger.pk).update(oidc_subject="https://issuer|1")
    invite(cast, ctx_of)
    before = Assignment.objects.count()
    with pytest.raises(accounts.ProtectedAccount):
        runner.perform(accounts.link_identity, ctx=ctx_of(cast.clerk), invitation="d" * 64, subject="https://issuer|1")
    assert Assignment.objects.count() == before
    assert grants.grant_role.needs == ("access.manage_grants",)
