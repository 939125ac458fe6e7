from datetime import UTC, datetime, timedelta

import pytest

from bihuan.core.access.models import LoginSession
from bihuan.core.access.rehearsal import assign, make_role, make_user, open_session, request_of
from bihuan.core.access.sessions import LOGIN, actor_of_session, fresh_session_key, live_sessions
from bihuan.core.access.terms import AccountStep

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
KEY = "k" * 32
pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("wang", at=AT)


@pytest.fixture
def login(user):
    return open_session(user, at=AT, key=KEY, idle_minutes=30)


def asks(login, *, after=timedelta(0), key=KEY):
    request = request_of(login, key=key)
    return actor_of_session(request, at=AT + after), request


def test_a_request_without_a_session_is_anonymous():
    actor, request = asks(None)
    assert actor.kind == "anonymous"
    assert request.login is None


def test_a_session_stands_for_its_user(user, login):
    actor, request = asks(login)
    assert actor.user_id == user.pk
    assert request.login == login


@pytest.mark.parametrize(("minutes", "kind"), [(29.99, "user"), (30, "anonymous")])
def test_an_idle_session_is_over_at_its_limit(login, minutes, kind):
    actor, request = asks(login, after=timedelta(minutes=minutes))
    assert actor.kind == kind
    assert (LOGIN in request.session) == (kind == "user")


@pytest.mark.parametrize(("seconds", "kind"), [(-1, "user"), (0, "anonymous")])
def test_a_busy_session_is_over_at_its_absolute_limit(user, seconds, kind):
    login = open_session(user, at=AT, key=KEY)
    LoginSession.objects.filter(pk=login.pk).update(last_seen_at=login.expires_at - timedelta(minutes=1))
    actor, _ = asks(login, after=timedelta(hours=8, seconds=seconds))
    assert actor.kind == kind


def test_a_revoked_session_is_anonymous_at_once(login):
    LoginSession.objects.filter(pk=login.pk).update(ended_at=AT)
    actor, request = asks(login)
    assert actor.kind == "anonymous"
    assert LOGIN not in request.session


def test_a_closed_account_has_no_session(user, login):
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert asks(login)[0].kind == "anonymous"


@pytest.mark.parametrize(("seconds", "kind"), [(0, "user"), (1, "anonymous")])
def test_a_password_changed_since_ends_the_session(user, login, seconds, kind):
    type(user).objects.filter(pk=user.pk).update(password_changed_at=AT + timedelta(seconds=seconds))
    assert asks(login, after=timedelta(seconds=2))[0].kind == kind


def test_a_login_named_in_another_browsers_session_is_nobodys(login):
    assert asks(login, key="x" * 32)[0].kind == "anonymous"


def test_nonsense_in_the_session_is_nobodys():
    request = request_of(None, key=KEY)
    request.session[LOGIN] = "'; drop table"
    assert actor_of_session(request, at=AT).kind == "anonymous"


@pytest.mark.parametrize(("seconds", "seen"), [(59, 0), (60, 60)])
def test_last_seen_is_written_at_most_once_a_minute(login, seconds, seen):
    asks(login, after=timedelta(seconds=seconds))
    login.refresh_from_db()
    assert login.last_seen_at == AT + timedelta(seconds=seen)


@pytest.mark.parametrize(("demo", "kind"), [(True, "user"), (False, "anonymous")])
def test_a_demo_account_lives_in_demo_mode_only_and_needs_no_device_there(user, login, demo, kind, settings):
    settings.BIHUAN_DEMO = demo
    type(user).objects.filter(pk=user.pk).update(is_demo=True)
    actor, _ = asks(login)
    assert (actor.kind, actor.second_factor) == (kind, demo)


def test_a_handed_out_password_opens_nothing_but_the_own_account(user, login):
    role = make_role("clerk", "access.operate", at=AT)
    assign(user, role, at=AT)
    type(user).objects.filter(pk=user.pk).update(must_change_password=True)
    actor, request = asks(login)
    assert request.account_step is AccountStep.CHANGE_PASSWORD
    assert {h.grant for h in actor.held} == {"access.use_own_account"}


@pytest.mark.parametrize(("since", "step"), [(None, AccountStep.SET_UP_SECOND_FACTOR), (AT, None)])
def test_a_role_that_signs_off_leads_to_the_second_factor(user, login, since, step):
    assign(user, make_role("chief", at=AT, needs_second_factor=True), at=AT)
    type(user).objects.filter(pk=user.pk).update(second_factor_since=since)
    actor, request = asks(login)
    assert request.account_step is step
    assert not actor.second_factor


def test_logging_in_takes_a_new_key_and_leaves_what_was_planted():
    request = request_of(None, key=KEY)
    request.META = {}
    request.session["planted"] = "by a stranger"
    key = fresh_session_key(request)
    assert key != KEY
    assert "planted" not in request.session


def test_only_open_sessions_are_listed(user, login):
    open_session(user, at=AT, key="b" * 32, ended_at=AT)
    open_session(user, at=AT, key="c" * 32, idle_minutes=1)
    assert len(live_sessions(user, at=AT)) == 2
    assert live_sessions(user, at=AT + timedelta(minutes=1)) == [login]
