"""Through HTTP: the whole way in, and what each page says to whom."""

import re
from datetime import timedelta

import pyotp
import pytest
from django.test import Client

from bihuan.core import clock
from bihuan.core.access import passwords, start
from bihuan.core.access.models import ApiToken, LoginSession, User
from bihuan.core.access.rehearsal import assign, logged_in

PASSWORD, NEW = "Correct-Horse-7-Battery", "Another-Lake-42-x"


@pytest.fixture
def here(cast, at):
    """The cast, as of now: pages ask the clock."""
    User.objects.update(password_changed_at=clock.now() - timedelta(days=1))
    return cast


def enter(user, **columns):
    return logged_in(user, at=clock.now(), **columns)


def log_in(client, username, password, **more):
    return client.post("/account/login/", {"username": username, "password": password, **more})


def test_logging_in_leads_where_one_wanted_to_go(here):
    client = Client()
    answer = log_in(client, "clerk", PASSWORD, next="/welcome/")
    assert (answer.status_code, answer["Location"]) == (302, "/welcome/")
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_nobody_is_led_elsewhere(here, elsewhere):
    assert log_in(Client(), "clerk", PASSWORD, next=elsewhere)["Location"] == "/"


def test_a_wrong_password_is_told_on_the_page_and_not_repeated_there(here):
    answer = log_in(Client(), "clerk", "secret-typed-wrong")
    body = answer.content.decode()
    assert answer.status_code == 403
    assert "用户名或口令不正确" in body
    assert "secret-typed-wrong" not in body
    assert 'value="clerk"' in body


def test_a_locked_account_says_how_long(here):
    client = Client()
    for _ in range(5):
        log_in(client, "clerk", "x")
    answer = log_in(client, "clerk", PASSWORD)
    assert answer.status_code == 429
    assert 880 <= int(answer["Retry-After"]) <= 900


def test_the_login_needs_the_forgery_token(here):
    assert log_in(Client(enforce_csrf_checks=True), "clerk", PASSWORD).status_code == 403


def test_logging_out_ends_the_session_for_good(here):
    client = Client()
    log_in(client, "clerk", PASSWORD)
    cookie = client.cookies["bihuan_session"].value
    client.post("/account/logout/")
    assert LoginSession.objects.get().ended_at is not None
    client.cookies["bihuan_session"] = cookie
    assert client.get("/account/").status_code in (302, 401)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(here):
    client = Client()
    log_in(client, "clerk", PASSWORD)
    cookie = client.cookies["bihuan_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_first_administrator_changes_the_password_sets_up_a_device_and_comes_back_with_it(db, settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path
    said = []
    start.ensure_administrators(at=clock.now() - timedelta(seconds=5), say=said.append)
    handed = re.search(r"sysadmin\s+口令 password: (\S+)", said[0]).group(1)
    client = Client()
    assert log_in(client, "sysadmin", handed)["Location"] == "/account/password/"
    # Nothing else is reachable yet.
    assert client.get("/accounts/")["Location"] == "/account/password/"
    assert client.post("/accounts/new/", {"username": "x"}).status_code == 403
    page = {"password": handed, "new_password": NEW, "again": NEW}
    assert client.post("/account/password/", page)["Location"] == "/account/"
    # The accounts are in reach, but making one needs the second factor.
    assert client.get("/accounts/").status_code == 200
    account = {"username": "newone", "display_name": "新人"}
    assert client.post("/accounts/new/", account).status_code == 403
    client.post("/account/second-factor/", {"step": "begin"})
    body = client.get("/account/second-factor/").content.decode()
    secret = re.search(r'ac-secret">([A-Z2-7 ]+)<', body).group(1).replace(" ", "")
    picture = client.get("/account/second-factor/qr.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture["Cache-Control"]
    code = pyotp.TOTP(secret).now()
    codes = client.post("/account/second-factor/", {"step": "confirm", "code": code}).content.decode()
    spare = re.findall(r"<li>(\w{5}-\w{5})</li>", codes)
    assert len(spare) == 10
    assert client.get("/account/second-factor/qr.svg").status_code == 404
    made = client.post("/accounts/new/", account)
    first = re.search(r'ac-secret">([^<]+)<', made.content.decode()).group(1)
    assert passwords.is_right(first, User.objects.get(username="newone").password)
    # A new login asks for the code; the one used already is refused, a recovery code opens.
    again = Client()
    assert log_in(again, "sysadmin", NEW, next="/accounts/")["Location"] == "/account/login/code/"
    assert again.get("/accounts/").status_code in (302, 401)
    assert again.post("/account/login/code/", {"code": code}).status_code == 403
    assert again.post("/account/login/code/", {"code": spare[0]})["Location"] == "/accounts/"
    assert again.get("/accounts/").status_code == 200


def test_the_code_page_without_a_password_before_leads_back(here):
    assert Client().get("/account/login/code/")["Location"] == "/account/login/"
    assert Client().post("/account/login/code/", {"code": "123456"})["Location"] == "/account/login/"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password": "wrong", "new_password": NEW, "again": NEW}, "现在的口令不正确"),
        ({"password": PASSWORD, "new_password": NEW, "again": NEW + "x"}, "两次输入不一致"),
        ({"password": PASSWORD, "new_password": "short", "again": "short"}, "至少 12 个字符"),
        ({"password": PASSWORD, "new_password": PASSWORD, "again": PASSWORD}, "最近用过"),
    ],
)
def test_a_change_of_password_that_will_not_do_says_why(here, typed, says):
    answer = enter(here.clerk).post("/account/password/", typed)
    assert answer.status_code in (403, 422)
    assert says in answer.content.decode()


def test_a_token_is_shown_once_and_works(here, at):
    assign(here.clerk, here.clerk_role, at=at)
    client = enter(here.clerk)
    body = client.post(
        "/account/tokens/", {"name": "对接", "grants": ["parties.manage"], "days": "30"}
    ).content.decode()
    secret = re.search(r'ac-secret">([^<]+)<', body).group(1)
    assert secret not in client.get("/account/").content.decode()
    assert ApiToken.objects.get().grants == ["parties.manage"]
    answer = Client().get("/welcome/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    # A token keeps no account.
    assert Client().get("/account/", headers={"Authorization": f"Bearer {secret}"}).status_code == 403


@pytest.mark.parametrize("days", ["0", "-1", "999999999", "x", ""])
def test_a_token_without_a_sensible_end_is_refused(here, at, days):
    assign(here.clerk, here.clerk_role, at=at)
    answer = enter(here.clerk).post("/account/tokens/", {"name": "n", "grants": ["parties.manage"], "days": days})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_preferences_are_kept(here):
    client = enter(here.clerk)
    client.post("/account/preferences/", {"language": "en", "theme": "dark"})
    here.clerk.refresh_from_db()
    assert (here.clerk.language, here.clerk.theme) == ("en", "dark")
    assert "My account" in client.get("/account/").content.decode()


ADMINISTRATION = ("/accounts/", "/roles/", "/security-policy/", "/accounts/{id}/")


@pytest.mark.parametrize("address", ADMINISTRATION)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_administrators_see_their_pages_and_others_are_told_no(here, address, language):
    address = address.format(id=here.clerk.pk)
    for who, status in ((here.security, 200), (here.audit, 200), (here.clerk, 403)):
        client = enter(who, second_factor=True)
        client.cookies["bihuan_language"] = language
        assert client.get(address).status_code == status
    assert Client().get(address).status_code in (302, 401)


def test_an_account_next_door_is_not_there(here):
    client = enter(here.city_security, second_factor=True)
    assert client.get(f"/accounts/{here.clerk.pk}/").status_code == 200
    assert client.get(f"/accounts/{here.stranger.pk}/").status_code == 404
    listed = client.get("/accounts/").content.decode()
    assert "王小明" in listed
    assert str(here.stranger.pk) not in listed


def test_a_reset_password_is_shown_once(here):
    client = enter(here.system, second_factor=True)
    body = client.post(f"/accounts/{here.clerk.pk}/password/").content.decode()
    first = re.search(r'ac-secret">([^<]+)<', body).group(1)
    assert log_in(Client(), "clerk", first)["Location"] == "/account/password/"
    assert client.get(f"/accounts/{here.clerk.pk}/password/").status_code == 405


def test_a_role_is_granted_through_its_form(here):
    client = enter(here.security, second_factor=True)
    form = client.get(f"/do/access-grant_role/?user={here.clerk.pk}@{here.clerk.version}").content.decode()
    key = re.search(r'name="_key" value="(\w+)"', form).group(1)
    typed = {
        "user": f"{here.clerk.pk}@{here.clerk.version}",
        "role": f"{here.clerk_role.pk}@{here.clerk_role.version}",
        "region_path": "*",
        "_key": key,
    }
    assert client.post("/do/access-grant_role/", typed).status_code == 302
    assert here.clerk.assignments.get().scope_region == ""
    assert "clerk" in client.get("/roles/?grant=parties.manage").content.decode()


def test_a_list_of_accounts_costs_the_same_whatever_its_length(here, django_assert_num_queries, at):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bihuan.core.access.rehearsal import make_user

    client, costs = enter(here.security, second_factor=True), []
    for n in (5, 25):
        for i in range(n):
            assign(make_user(f"u{n}-{i}", at=at), here.clerk_role, at=at)
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/accounts/").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_the_demo_login_page_says_so(here, settings):
    assert "演示模式" not in Client().get("/account/login/").content.decode()
    settings.BIHUAN_DEMO = True
    assert "演示模式" in Client().get("/account/login/").content.decode()
