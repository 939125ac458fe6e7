from datetime import timedelta

import pyotp
import pytest
from django.contrib.auth import hashers
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from bihuan.core.access import passwords, second_factor, signing_in, throttle
from bihuan.core.access.actions.login import CodeNeeded, LoginRefused, log_in
from bihuan.core.access.context import ANONYMOUS, Context
from bihuan.core.access.models import LoginSession, LoginThrottle, RecoveryCode, User
from bihuan.core.access.proofs import ProofMissing, prove
from bihuan.core.access.sessions import actor_of_session
from bihuan.core.access.terms import LoginMethod
from bihuan.core.actions import runner
from bihuan.core.actions.action import Reference
from bihuan.core.audit.models import AnonymousDenials, AuditRow

PASSWORD, WRONG = "Correct-Horse-7-Battery", "Correct-Horse-7-Baddery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # not a secret: made up


def request():
    made = HttpRequest()
    made.session = SessionStore()
    made.session.create()
    made.META = {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Tests/1.0"}
    return made


def check(name, password, at, address="203.0.113.9"):
    return signing_in.check_password(username=name, password=password, address=address, at=at)


def test_the_right_password_opens_a_session_with_a_new_key(cast, at):
    asked = request()
    planted = asked.session.session_key
    asked.session["planted"] = 1
    user = check(" CLERK ", PASSWORD, at)
    login = signing_in.log_in(asked, user, method=LoginMethod.PASSWORD, at=at)
    assert asked.session.session_key != planted
    assert "planted" not in asked.session
    assert not SessionStore().exists(planted)
    assert actor_of_session(asked, at=at).user_id == cast.clerk.pk
    assert (login.address, login.agent) == ("203.0.113.9", "Tests/1.0")


def test_unknown_wrong_closed_and_demo_get_one_answer_after_one_hash(cast, at, monkeypatch):
    User.objects.filter(username="stranger").update(is_active=False)
    User.objects.filter(username="aud").update(is_demo=True)
    passwords.nobodys_hash()
    calls, answers = [], set()
    hasher = type(hashers.get_hasher())
    original = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda self, p, e: calls.append(p) or original(self, p, e))
    for name, password in [("nobody", PASSWORD), ("clerk", WRONG), ("stranger", PASSWORD), ("aud", PASSWORD)]:
        with pytest.raises(LoginRefused) as refused:
            check(name, password, at)
        answers.add((str(refused.value), refused.value.status))
    assert len(calls) == 4
    assert len(answers) == 1


def test_failures_are_counted_not_listed(cast, at):
    before = AuditRow.objects.count()
    for _ in range(3):
        with pytest.raises(LoginRefused):
            check("clerk", WRONG, at)
    assert AuditRow.objects.count() == before
    assert AnonymousDenials.objects.get(action="access.log_in").count == 3


@pytest.mark.parametrize("name", ["clerk", "nobody-of-that-name"])
def test_the_fifth_failure_locks_known_and_unknown_names_alike(cast, at, name):
    for _ in range(5):
        with pytest.raises(LoginRefused):
            check(name, WRONG, at)
    for password in (WRONG, PASSWORD):
        with pytest.raises(throttle.TooManyAttempts) as refused:
            check(name, password, at + timedelta(minutes=14, seconds=59))
        assert refused.value.wait == timedelta(seconds=1)
    with pytest.raises(LoginRefused):
        check(name, WRONG, at + timedelta(minutes=15))
    row = AuditRow.objects.get(action="access.block_login")
    assert (row.actor, row.outcome) == ("service:access.login_guard", "done")


def test_four_failures_and_a_success_start_over(cast, at):
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(LoginRefused):
                check("clerk", WRONG, at)
        signing_in.log_in(request(), check("clerk", PASSWORD, at), method=LoginMethod.PASSWORD, at=at)
    assert throttle.of_account("clerk").failures == 0


def test_each_lock_is_twice_as_long_up_to_a_day(cast, at):
    waits = []
    for _ in range(9):
        for _ in range(5):
            with pytest.raises(LoginRefused):
                check("clerk", WRONG, at)
        until = throttle.of_account("clerk").blocked_until
        waits.append(int((until - at).total_seconds()) // 60)
        at = until
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_guesses_at_many_names_from_one_address_are_stopped_together(cast, at):
    for n in range(50):
        with pytest.raises(LoginRefused):
            check(f"name{n}", WRONG, at)
    with pytest.raises(throttle.TooManyAttempts):
        check("clerk", PASSWORD, at)
    assert check("clerk", PASSWORD, at, address="198.51.100.7") == cast.clerk


def test_the_addresses_of_one_ipv6_customer_count_as_one():
    from bihuan.core.access import policy

    rules = policy.Policy({"address_failures": 5})
    one, two, other = (throttle.address_limit(a, rules).key for a in ("2001:db8::1", "2001:db8::f:2", "2001:db8:1::1"))
    assert one == two != other


def test_an_attempt_is_taken_before_the_password_is_looked_at(cast, at, monkeypatch):
    seen = []
    monkeypatch.setattr(passwords, "is_right", lambda p, s: seen.append(throttle.of_account("clerk").failures) or False)
    with pytest.raises(LoginRefused):
        check("clerk", WRONG, at)
    assert seen == [1]


def test_a_process_that_died_over_the_last_try_does_not_leave_the_account_shut(cast, at):
    limit = throttle.account_limit("clerk", {"lockout_after": 5})
    for _ in range(5):
        throttle.admit(limit, at=at)
    with pytest.raises(throttle.TooManyAttempts):
        throttle.admit(limit, at=at + timedelta(seconds=61))
    throttle.admit(limit, at=at + timedelta(seconds=61, minutes=15))


@pytest.fixture
def protected(cast):
    sealed = second_factor.seal(SECRET, user=cast.clerk.pk)
    User.objects.filter(pk=cast.clerk.pk).update(second_factor_secret=sealed, second_factor_since="2026-01-01T00:00Z")
    cast.clerk.refresh_from_db()
    return cast.clerk


def code_at(at, step=0):
    return pyotp.TOTP(SECRET).generate_otp(int(at.timestamp()) // 30 + step)


def waiting(user, at):
    asked = request()
    signing_in.remember_pending(asked, user, method=LoginMethod.PASSWORD, at=at, next_page="/")
    return asked


def test_the_password_alone_opens_nothing_where_a_second_factor_is_set_up(protected, at):
    asked = request()
    with pytest.raises(CodeNeeded):
        signing_in.log_in(asked, check("clerk", PASSWORD, at), method=LoginMethod.PASSWORD, at=at)
    assert actor_of_session(asked, at=at).kind == "anonymous"
    assert LoginSession.objects.count() == 0


def test_the_code_opens_a_session_that_proves_it(protected, at):
    asked = waiting(protected, at)
    signing_in.finish_pending(asked, code=code_at(at), at=at)
    assert actor_of_session(asked, at=at).second_factor


def test_the_same_code_is_refused_the_second_time(protected, at):
    signing_in.finish_pending(waiting(protected, at), code=code_at(at), at=at)
    with pytest.raises(second_factor.WrongCode):
        signing_in.finish_pending(waiting(protected, at), code=code_at(at), at=at)
    signing_in.finish_pending(waiting(protected, at), code=code_at(at, 1), at=at + timedelta(seconds=30))


def test_a_wrong_code_may_be_corrected_and_five_lock_the_account(protected, at):
    asked = waiting(protected, at)
    for _ in range(5):
        with pytest.raises(second_factor.WrongCode):
            signing_in.finish_pending(asked, code="000000", at=at)
    with pytest.raises(throttle.TooManyAttempts):
        signing_in.finish_pending(asked, code=code_at(at), at=at)


@pytest.mark.parametrize(("seconds", "opens"), [(299, True), (300, False)])
def test_five_minutes_lie_between_password_and_code_at_most(protected, at, seconds, opens):
    asked, later = waiting(protected, at), at + timedelta(seconds=seconds)
    if opens:
        signing_in.finish_pending(asked, code=code_at(later), at=later)
    else:
        with pytest.raises(ProofMissing):
            signing_in.finish_pending(asked, code=code_at(later), at=later)


def test_a_recovery_code_works_once(protected, at):
    code = second_factor.new_recovery_codes()[0]
    digest = second_factor.recovery_digest(code, user=protected.pk)
    RecoveryCode(user=protected, digest=digest, created_at=at, updated_at=at).save()
    signing_in.finish_pending(waiting(protected, at), code=code.upper(), at=at)
    with pytest.raises(second_factor.WrongCode):
        signing_in.finish_pending(waiting(protected, at), code=code, at=at)


@pytest.mark.parametrize("note", ["", "forged", "other", "stranger", "changed"])
def test_no_session_without_the_servers_own_note_of_a_checked_password(cast, at, note):
    if note == "other":
        note = prove(cast.clerk, purpose="change_password", at=at)
    elif note == "stranger":
        note = prove(cast.stranger, purpose="log_in:password", at=at)
    elif note == "changed":
        note = prove(cast.clerk, purpose="log_in:password", at=at)
        User.objects.filter(pk=cast.clerk.pk).update(password=passwords.hash_of("Another-One-88"))
    with pytest.raises(ProofMissing):
        runner.perform(
            log_in, ctx=Context(ANONYMOUS, at), user=Reference(id=cast.clerk.pk), proof=note, session_digest="d"
        )


def test_the_oldest_session_gives_way_to_the_sixth(cast, at):
    for minute in range(6):
        signing_in.log_in(request(), cast.clerk, method=LoginMethod.PASSWORD, at=at + timedelta(minutes=minute))
    ended = LoginSession.objects.filter(ended_at__isnull=False)
    assert [s.created_at for s in ended] == [at]


@pytest.mark.parametrize(("days", "must"), [(89.99, False), (90, True)])
def test_a_password_too_old_has_to_be_changed(cast, at, days, must):
    User.objects.filter(pk=cast.clerk.pk).update(password_changed_at=at - timedelta(days=days))
    signing_in.log_in(request(), cast.clerk, method=LoginMethod.PASSWORD, at=at)
    cast.clerk.refresh_from_db()
    assert cast.clerk.must_change_password is must


def test_nothing_secret_or_personal_reaches_the_audit_in_the_clear(protected, at):
    code = code_at(at)
    signing_in.finish_pending(waiting(protected, at), code=code, at=at)
    for _ in range(5):
        with pytest.raises(LoginRefused):
            check("clerk", WRONG, at)
    written = b"".join(bytes(row.canonical) for row in AuditRow.objects.all())
    secrets = [PASSWORD, WRONG, SECRET, protected.second_factor_secret, protected.password, "王小明", "203.0.113.9"]
    assert b"access.log_in" in written
    for secret in [*secrets, "Tests/1.0", code]:
        assert secret.encode() not in written, secret
    assert not LoginThrottle.objects.filter(key__contains="clerk").exists()
