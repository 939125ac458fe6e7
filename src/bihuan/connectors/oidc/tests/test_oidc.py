import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from bihuan.connectors.oidc import web
from bihuan.connectors.oidc.provider import is_safe
from bihuan.core import clock
from bihuan.core.access.identification import digest
from bihuan.core.access.models import Assignment, LinkInvitation, LoginSession, User
from bihuan.core.access.rehearsal import make_user
from bihuan.core.access.terms import LoginMethod


@pytest.fixture(scope="module")
def process():
    command = [sys.executable, str(Path(__file__).parent / "provider_process.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        yield f"http://127.0.0.1:{running.stdout.readline().strip()}"
        running.terminate()


@pytest.fixture
def issuer(process, settings, db):
    """The provider, behaving; `issuer.misbehave(…)` changes that."""

    class Issuer(str):
        def misbehave(self, **how):
            httpx.post(f"{self}/control", json=how).raise_for_status()

    made = Issuer(process)
    made.misbehave()
    settings.BIHUAN_OIDC = {"issuer": str(made), "client": "bihuan", "secret": "s3cret"}
    web._provider.cache_clear()
    return made


@pytest.fixture
def user(issuer):
    return make_user("wang", at=clock.now(), oidc_subject=f"{issuer}|person-1")


def go(client, start="/oidc/login/", **query):
    """There and back, as a browser does it."""
    away = client.get(start, query)
    assert away.status_code == 302, away.content.decode()
    back = httpx.get(away["Location"])
    parts = urlsplit(back.headers["Location"])
    return client.get(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})


def refusal(answer):
    assert not LoginSession.objects.exists()
    return answer.status_code


def test_a_linked_identity_opens_a_session(user):
    client = Client()
    answer = go(client, next="/account/")
    assert answer["Location"] == "/account/"
    login = LoginSession.objects.get()
    assert (login.user, login.method, login.second_factor) == (user, LoginMethod.OIDC, False)
    assert client.get("/account/").status_code == 200


def test_what_is_asked_carries_state_nonce_and_challenge_and_no_secret(user):
    asked = parse_qs(urlsplit(Client().get("/oidc/login/")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert "code_verifier" not in asked
    assert "s3cret" not in str(asked)


def test_an_identity_nobody_linked_opens_nothing_and_makes_no_account(issuer):
    assert refusal(go(Client())) == 403
    assert not User.objects.exists()


def test_an_account_that_is_closed_stays_closed(user):
    User.objects.update(is_active=False)
    assert refusal(go(Client())) == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["bihuan", "other"]},
        {"azp": "other"},
        {"nonce": "replayed"},
        {"nonce": None},
        {"sub": ""},
        {"sub": None},
        {"exp": 1_600_000_000},
        {"exp": None},
        {"iat": 9_999_999_999},
    ],
)
def test_a_claim_that_is_wrong_is_refused(user, issuer, claims):
    issuer.misbehave(claims=claims)
    assert refusal(go(Client())) == 403


@pytest.mark.parametrize("signing", ["none", "hmac", "stranger"])
def test_a_signature_that_is_not_the_providers_is_refused(user, issuer, signing):
    issuer.misbehave(signing=signing)
    assert refusal(go(Client())) == 403


def test_several_audiences_are_fine_when_we_are_the_authorized_party(user, issuer):
    issuer.misbehave(claims={"aud": ["bihuan", "other"], "azp": "bihuan"})
    assert go(Client()).status_code == 302


def test_a_key_rotated_in_is_fetched_once(user, issuer):
    go(Client())
    issuer.misbehave(signing="two", shown_keys=["one", "two"])
    assert go(Client())["Location"] == "/"
    assert httpx.get(f"{issuer}/asked").json().count("/jwks") == 1


def test_a_stolen_code_is_useless_in_another_browser(user):
    mine, thief = Client(), Client()
    back = urlsplit(httpx.get(mine.get("/oidc/login/")["Location"]).headers["Location"])
    query = {k: v[0] for k, v in parse_qs(back.query).items()}
    assert refusal(thief.get(back.path, query)) == 403
    thief.get("/oidc/login/")
    assert refusal(thief.get(back.path, query)) == 403


def test_an_answer_counts_once(user):
    client = Client()
    back = urlsplit(httpx.get(client.get("/oidc/login/")["Location"]).headers["Location"])
    query = {k: v[0] for k, v in parse_qs(back.query).items()}
    assert client.get(back.path, query).status_code == 302
    client.post("/account/logout/")
    assert client.get(back.path, query).status_code == 403


def test_an_answer_after_ten_minutes_is_too_late(user):
    client = Client()
    away = client.get("/oidc/login/")
    session = client.session
    waiting = session["oidc_errand"]
    waiting["at"] = (clock.now() - timedelta(minutes=10)).isoformat()
    session["oidc_errand"] = waiting
    session.save()
    back = urlsplit(httpx.get(away["Location"]).headers["Location"])
    assert refusal(client.get(back.path, {k: v[0] for k, v in parse_qs(back.query).items()})) == 403


def test_another_provider_mixed_in_is_noticed(user, issuer):
    issuer.misbehave(back={"iss": "https://other.example"})
    assert refusal(go(Client())) == 403


@pytest.mark.parametrize(
    "how",
    [
        {"metadata": {"issuer": "https://other.example"}},
        {"metadata": {"authorization_endpoint": "http://elsewhere.example/authorize"}},
        {"metadata": {"authorization_endpoint": "javascript:alert(1)"}},
        {"metadata_status": 500},
        {"metadata_status": 302},
    ],
)
def test_a_provider_that_is_not_itself_is_unavailable(user, issuer, how):
    issuer.misbehave(**how)
    assert Client().get("/oidc/login/").status_code == 503


def test_a_provider_that_is_away_leaves_the_password(user, settings):
    settings.BIHUAN_OIDC = {"issuer": "http://127.0.0.1:9", "client": "bihuan", "secret": ""}
    assert Client().get("/oidc/login/").status_code == 503
    assert Client().get("/account/login/").status_code == 200


def test_the_second_factor_is_still_asked_for(user):
    User.objects.update(second_factor_since=clock.now(), second_factor_secret="x")
    answer = go(Client())
    assert answer["Location"] == "/account/login/code/"
    assert not LoginSession.objects.exists()


def test_a_handed_out_password_is_no_matter_to_whoever_comes_this_way(user):
    User.objects.update(must_change_password=True)
    assert go(Client())["Location"] == "/"


@pytest.fixture
def invitation(issuer):
    at = clock.now()
    owner = make_user("zhang", at=at)
    LinkInvitation(
        user=owner, digest=digest("the-link"), expires_at=at + timedelta(hours=1), created_at=at, updated_at=at
    ).save()
    return owner


def test_an_invitation_links_the_identity_and_brings_no_grant(invitation, issuer):
    assert go(Client(), "/oidc/invitation/the-link/").status_code == 302
    invitation.refresh_from_db()
    assert invitation.oidc_subject == f"{issuer}|person-1"
    assert LoginSession.objects.get().user == invitation
    assert not Assignment.objects.exists()
    assert Client().get("/oidc/invitation/the-link/").status_code == 410


def test_an_invitation_is_not_used_up_by_opening_it(invitation):
    assert Client().get("/oidc/invitation/the-link/").status_code == 302
    assert go(Client(), "/oidc/invitation/the-link/").status_code == 302


@pytest.mark.parametrize(("issuer_set", "offered"), [(True, True), (False, False)])
def test_the_login_page_offers_it_where_it_is_set_up(db, settings, issuer_set, offered):
    settings.BIHUAN_OIDC = {"issuer": "https://id.example" if issuer_set else "", "client": "bihuan", "secret": ""}
    assert ("统一身份登录" in Client().get("/account/login/").content.decode()) is offered
    if not offered:
        assert Client().get("/oidc/login/").status_code == 404


@pytest.mark.parametrize(("address", "safe"), [
    ("https://id.example/x", True), ("http://127.0.0.1:80/x", True), ("http://[::1]/", True), ("http://localhost/", True),
    ("http://id.example/x", False), ("https://user@id.example/", False), ("ftp://id.example", False),
    ("https://", False), ("//id.example", False), ("https://id.example/#x", False), ("http://127.0.0.1.evil.example/", False),
])  # fmt: skip
def test_only_https_or_this_machine_is_asked(address, safe):
    assert is_safe(address) is safe
