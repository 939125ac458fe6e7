"""Floods are answered 429, over all processes alike; people at work are not; and HEAD is answered like GET."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta

import pytest

from bihuan.core import clock
from bihuan.core.access.terms import AccessGrants
from bihuan.core.protection.rates import SLOTS, Ledger
from bihuan.site import environment

NOON = 1_800_000_000.0


def allowed(ledger, who, *, at, tries, per_minute=10):
    return sum(not ledger.ask(who, per_minute=per_minute, at=at).is_over for _ in range(tries))


def test_a_minutes_share_at_once_then_one_each_interval(tmp_path):
    ledger = Ledger(tmp_path / "rates")
    assert allowed(ledger, "a", at=NOON, tries=15) == 10
    verdict = ledger.ask("a", per_minute=10, at=NOON)
    assert verdict.wait == pytest.approx(6)
    # Both sides of the instant.
    assert ledger.ask("a", per_minute=10, at=NOON + 5.999).is_over
    assert not ledger.ask("a", per_minute=10, at=NOON + 6.001).is_over
    assert ledger.ask("a", per_minute=10, at=NOON + 6.002).is_over
    assert allowed(ledger, "a", at=NOON + 600, tries=15) == 10


def test_one_does_not_pay_for_another(tmp_path):
    ledger = Ledger(tmp_path / "rates")
    assert allowed(ledger, "a", at=NOON, tries=15) == allowed(ledger, "b", at=NOON, tries=15) == 10


def test_a_clock_set_back_locks_nobody_out(tmp_path):
    ledger = Ledger(tmp_path / "rates")
    allowed(ledger, "a", at=NOON, tries=15)
    assert not ledger.ask("a", per_minute=10, at=NOON - 86_400).is_over


def _hammer(path, tries, answers):
    answers.put(allowed(Ledger(path), "a", at=NOON, tries=tries, per_minute=100))


def test_processes_share_one_limit_and_lose_no_count(tmp_path):
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    workers = [fork.Process(target=_hammer, args=(tmp_path / "rates", 80, answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    counted = sum(answers.get(timeout=120) for _ in workers)
    for worker in workers:
        worker.join(timeout=120)
    assert counted == 100


def test_the_file_stays_small_however_many_come(tmp_path):
    path = tmp_path / "rates"
    ledger = Ledger(path)
    for n in range(500):
        ledger.ask(f"address:{n}", per_minute=1, at=NOON)
    assert path.stat().st_size == SLOTS * 16
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("api", "/api/registers"),
        ("search", "/search/?q=x"),
        ("search", "/api/search?q=x"),
        ("export", "/registers/tanks/export.csv"),
    ],
)
def test_each_kind_has_its_own_limit_and_says_when_to_come_back(
    kind, address, settings, tmp_path, make_user, log_in, monkeypatch
):
    settings.BIHUAN_HOME, settings.BIHUAN_RATES = tmp_path, {kind: 2}
    # One instant: how long the machine takes for three requests is no part of this.
    client = log_in(make_user("zhang", AccessGrants.USE_OWN_ACCOUNT))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    answers = [client.get(address) for _ in range(3)]
    assert [a.status_code == 429 for a in answers] == [False, False, True]
    assert answers[2]["Retry-After"] == "30"
    assert client.get("/account/").status_code != 429
    other = log_in(make_user("li", AccessGrants.USE_OWN_ACCOUNT))
    assert other.get(address).status_code != 429
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=31))
    assert client.get(address).status_code != 429


@pytest.mark.django_db
def test_a_stranger_is_counted_by_his_address_and_gets_a_problem(settings, tmp_path, client):
    settings.BIHUAN_HOME, settings.BIHUAN_RATES = tmp_path, {"public": 1, "api": 1}
    assert client.get("/account/login/").status_code == 200
    assert client.get("/account/login/").status_code == 429
    assert client.get("/account/login/", REMOTE_ADDR="198.51.100.9").status_code == 200
    assert client.get("/api/registers").status_code == 401
    refused = client.get("/api/registers")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")


def test_the_limits_are_a_setting(monkeypatch):
    assert set(environment.rates()) == {"api", "search", "export", "upload", "public"}
    monkeypatch.setenv("BIHUAN_RATES", "api=0")
    assert environment.rates() == {"api": 0}
    monkeypatch.setenv("BIHUAN_RATES", "api=many")
    with pytest.raises(ValueError, match="many"):
        environment.rates()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/login/", "/api/docs", "/", "/accounts/"])
def test_head_is_answered_like_get_without_a_body(address, client, make_user, log_in):
    for someone in (client, log_in(make_user("zhang", AccessGrants.MANAGE_USERS))):
        got, head = someone.get(address), someone.head(address)
        assert head.status_code == got.status_code
        assert head.content == b""
        assert head.headers.get("Content-Type") == got.headers.get("Content-Type")


@pytest.mark.django_db
def test_head_of_what_only_takes_posts_stays_refused(make_user, log_in):
    client = log_in(make_user("zhang", AccessGrants.MANAGE_USERS))
    assert client.head("/reveal/access.user/00000000-0000-0000-0000-000000000000/").status_code == 405
