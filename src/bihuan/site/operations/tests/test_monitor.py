"""The monitor's port, the pages' probes, and the administrator's page."""

import re
import threading
from datetime import timedelta

import httpx
import pytest

from bihuan.core import meters
from bihuan.core.access.terms import AccessGrants
from bihuan.core.clock import now
from bihuan.kernel.pulse import Pulse
from bihuan.site.operations import diary, gauges, monitor, pulses

pytestmark = pytest.mark.django_db
SERIES = re.compile(r'^[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[0-9.e+-]+$')


@pytest.fixture
def served(home):
    server = monitor.make_server("127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_metric_of_the_list_is_told_and_none_beside(home, make_user):
    for counted in (meters.REQUESTS, meters.ACTIONS, meters.JOBS):
        meters.COUNTS.add(counted, **dict.fromkeys(counted.labels, "x"))
    for timed in (meters.REQUEST_SECONDS, meters.JOB_SECONDS):
        meters.COUNTS.observe(timed, 0.1)
    diary.note("backup", at=now() - timedelta(hours=1), seconds=2.5)
    diary.note("drill", at=now())
    from bihuan.loop import watchdog

    watchdog.beat(at=now(), found=[])
    Pulse(home, "worker", counts=meters.COUNTS.snapshot).beat()
    text = gauges.read(at=now())
    told = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    assert told == {m.name for m in meters.METERS}
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not SERIES.match(line)] == []
    assert "bihuan_backup_seconds 2.5" in lines
    assert 'bihuan_up{process="worker"} 1' in lines


def test_health_is_by_process_and_a_silent_one_is_503(home, served):
    Pulse(home, "worker").beat()
    assert httpx.get(f"{served}/healthz").json() == {"status": "ok", "checks": {"worker": True, "monitor": True}}
    pulses.expect(["worker", "clerk"])
    whole = httpx.get(f"{served}/healthz")
    assert (whole.status_code, whole.json()["checks"]["clerk"]) == (503, False)
    assert httpx.get(f"{served}/healthz/worker").status_code == 200
    assert httpx.get(f"{served}/healthz/clerk").status_code == 503
    assert httpx.get(f"{served}/healthz/nobody").status_code == 404
    assert httpx.get(f"{served}/etc/passwd").status_code == 404


def test_pages_that_do_not_answer_are_not_healthy_whatever_their_pulse_says(home, served, monkeypatch):
    Pulse(home, "web").beat()
    monkeypatch.setenv("BIHUAN_PORT", "1")
    assert httpx.get(f"{served}/healthz/web").status_code == 503


def test_metrics_want_the_token_and_health_does_not(home, served, settings, monkeypatch):
    monkeypatch.setattr(gauges, "read", lambda *, at: "bihuan_up 1\n")
    assert httpx.get(f"{served}/metrics").text == "bihuan_up 1\n"
    settings.BIHUAN_MONITOR_TOKEN = "long-secret"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic long-secret"}):
        refused = httpx.get(f"{served}/metrics", headers=headers)
        assert (refused.status_code, "bihuan_up" in refused.text) == (401, False)
    told = httpx.get(f"{served}/metrics", headers={"Authorization": "Bearer long-secret"})
    assert (told.status_code, told.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert httpx.get(f"{served}/healthz").status_code == 200


def test_only_a_token_opens_it_to_other_machines(settings):
    with pytest.raises(monitor.MonitorNeedsToken):
        monitor.make_server("0.0.0.0", 0)
    settings.BIHUAN_MONITOR_TOKEN = "long-secret"
    monitor.make_server("0.0.0.0", 0).server_close()


def test_a_probe_of_the_pages_needs_no_host_no_login_and_learns_one_word(client, monkeypatch):
    for path, word in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        answer = client.get(path, headers={"host": "10.1.2.3"})
        assert (answer.status_code, answer.content.decode()) == (200, word)
        assert not answer.cookies


def test_not_ready_while_the_database_is_away(client, monkeypatch):
    monkeypatch.setattr("bihuan.core.pages.answering.is_ready", lambda: False)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_operators_page_says_what_to_do(home, make_user, log_in, language):
    pulses.expect(["clerk"])
    operator = make_user("operator", AccessGrants.OPERATE)
    page = log_in(operator, language=language).get("/operations/").content.decode()
    for word in {"zh": ("怎么办", "书记员", "从未备份"), "en": ("What to do", "Clerk", "There is no backup")}[language]:
        assert word in page


def test_nobody_else_sees_the_state_of_the_system(home, make_user, log_in):
    assert log_in(make_user("somebody", AccessGrants.READ_AUDIT)).get("/operations/").status_code == 403
