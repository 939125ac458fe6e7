"""The doctor: each check stays silent where all is well and speaks when its fault is planted."""

import contextlib
import json
import os
import shutil
import socket
import threading
from base64 import b64encode
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from django.db import OperationalError

from bihuan.core.access.models import User
from bihuan.core.audit import sealing, writing
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.jobs.models import Task
from bihuan.core.protection.rings import FIELDS
from bihuan.core.secrets import write_secret
from bihuan.kernel.pulse import Pulse
from bihuan.loop import watchdog
from bihuan.site import collecting
from bihuan.site.operations import alarms, diary, pulses
from bihuan.site.operations.checks import exposure, listed, machine, records
from bihuan.site.operations.checks.finding import State
from cast import AT

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def asked(home, monkeypatch):
    """`asked("keys")`: the states this check answers with, in the order of its findings."""

    def ask(code, at=AT):
        (check,) = [c for c in listed.CHECKS if c.code == code]
        found = list(check.ask(at))
        assert all(f.code == code for f in found)
        assert all(f.text.zh and f.text.en for f in found)
        assert all(f.remedy and f.remedy.zh and f.remedy.en for f in found if f.state is not State.OK)
        return [f.state.value for f in found]

    return ask


@pytest.fixture
def environ(monkeypatch):
    return lambda **values: [monkeypatch.setenv(k, v) for k, v in values.items()]


def write_row(at):
    return writing.write(at=at, actor="service:x", action="a.b", outcome="done", subjects=[], said={})


# Each plant breaks one thing; the check must be quiet before and speak after.
def plant_root(home, settings, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def plant_unwritable(home, settings, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)


def plant_full_disk(home, settings, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 10**9))


def plant_network_disk(home, settings, monkeypatch):
    monkeypatch.setattr(machine, "file_system_of", lambda path: "nfs4")
    monkeypatch.setattr(machine.connection, "vendor", "sqlite")


def plant_few_files(home, settings, monkeypatch):
    monkeypatch.setattr(machine.resource, "getrlimit", lambda what: (256, 4096))


def plant_loose_key(home, settings, monkeypatch):
    (home / "keys").mkdir()
    (home / "keys" / "audit_signing.pem").write_text("x")
    (home / "keys" / "audit_signing.pem").chmod(0o644)


def plant_weak_secret(home, settings, monkeypatch):
    settings.SECRET_KEY = "changeme" * 8


def plant_debug(home, settings, monkeypatch):
    settings.DEBUG = True


def plant_any_host(home, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]


def plant_unserved_address(home, settings, monkeypatch):
    settings.BIHUAN_PUBLIC_URL = "https://bihuan.example.gov"


def plant_only_own_names(home, settings, monkeypatch):
    monkeypatch.setenv("BIHUAN_BIND", "0.0.0.0")
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def plant_no_tls(home, settings, monkeypatch):
    monkeypatch.setenv("BIHUAN_BIND", "0.0.0.0")


def plant_http_address(home, settings, monkeypatch):
    settings.SESSION_COOKIE_SECURE = True
    settings.BIHUAN_PUBLIC_URL = "http://bihuan.example.gov"


def plant_undeclared_proxy(home, settings, monkeypatch):
    settings.SESSION_COOKIE_SECURE = True


def plant_way_around_the_proxy(home, settings, monkeypatch):
    monkeypatch.setenv("BIHUAN_BIND", "0.0.0.0")
    settings.BIHUAN_PROXIES = 1


def plant_old_clock(home, settings, monkeypatch):
    write_row(AT + timedelta(hours=1))


def plant_undisciplined_clock(home, settings, monkeypatch):
    monkeypatch.setattr(machine, "is_unsynchronised", lambda: True)


def plant_demo_account(home, settings, monkeypatch):
    User.objects.create(username="demo", is_demo=True, created_at=AT, updated_at=AT)


def plant_open_demo(home, settings, monkeypatch):
    settings.BIHUAN_DEMO = True
    settings.BIHUAN_PUBLIC_URL = "https://demo.example"


def plant_first_passwords(home, settings, monkeypatch):
    (home / "first-login.txt").write_text("sysadmin …")


def plant_unsealed(home, settings, monkeypatch):
    write_row(AT - timedelta(minutes=3))


def plant_lost_anchor(home, settings, monkeypatch):
    write_row(AT - timedelta(minutes=10))
    sealing.seal_pending(at=AT - timedelta(minutes=9))
    sealing.anchor_path().unlink()


def plant_anchor_on_the_same_disk(home, settings, monkeypatch):
    settings.BIHUAN_PUBLIC_URL = "https://bihuan.example.gov"


def plant_unplaced(home, settings, monkeypatch):
    row = write_row(AT)
    OutboxEvent.objects.create(name="a.b", payload={}, at=AT - timedelta(minutes=3), audit_row=row.pk)


def plant_failed_job(home, settings, monkeypatch):
    Task.objects.create(job="events.deliver", key="k", state="failed", run_at=AT, created_at=AT, finished_at=AT)


def plant_late_job(home, settings, monkeypatch):
    Task.objects.create(job="events.deliver", key="k", run_at=AT - timedelta(minutes=3), created_at=AT)


def plant_behind(home, settings, monkeypatch):
    monkeypatch.setattr(records, "pending", lambda: (2, False))


def plant_large_file(home, settings, monkeypatch):
    monkeypatch.setattr(records.connection, "vendor", "sqlite")
    monkeypatch.setattr(records, "database_bytes", lambda: records.LARGE_FILE + 1)


def plant_silent_process(home, settings, monkeypatch):
    pulses.expect(["worker"])


def plant_silent_watchdog(home, settings, monkeypatch):
    watchdog.beat(at=AT - timedelta(minutes=5), found=[])


def plant_no_outside(home, settings, monkeypatch):
    settings.BIHUAN_PUBLIC_URL = "https://bihuan.example.gov"


def plant_cluster_of_one_copy(home, settings, monkeypatch):
    monkeypatch.setenv("BIHUAN_BUS_URL", "nats://a:4222,nats://b:4222,nats://c:4222")
    monkeypatch.setenv("BIHUAN_BUS_PASSWORD", "x")


def plant_more_copies_than_servers(home, settings, monkeypatch):
    monkeypatch.setenv("BIHUAN_BUS_URL", "nats://a:4222")
    monkeypatch.setenv("BIHUAN_BUS_PASSWORD", "x")
    monkeypatch.setenv("BIHUAN_BUS_REPLICAS", "3")


def plant_mail_without_server(home, settings, monkeypatch):
    settings.BIHUAN_ALARM_MAIL = "duty@example.gov"


def plant_old_backup(home, settings, monkeypatch):
    diary.note("backup", at=AT - timedelta(hours=27))


def plant_no_drill(home, settings, monkeypatch):
    diary.note("backup", at=AT)


def plant_failed_drill(home, settings, monkeypatch):
    diary.note("backup", at=AT)
    diary.note("drill", at=AT, clean=False)


def plant_backup_disk_gone(home, settings, monkeypatch):
    settings.BIHUAN_BACKUP = str(home / "not-mounted")


def plant_backup_beside_the_data(home, settings, monkeypatch):
    settings.BIHUAN_BACKUP = str(home)


def plant_dead_bus(home, settings, monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("BIHUAN_BUS_URL", f"nats://127.0.0.1:{probe.getsockname()[1]}")


def plant_resting_plane(home, settings, monkeypatch):
    plant_dead_bus(home, settings, monkeypatch)
    monkeypatch.setenv("BIHUAN_STREAMS", "auto")


def plant_no_browser_files(home, settings, monkeypatch):
    monkeypatch.setattr(collecting, "listing", dict)


def plant_no_fonts(home, settings, monkeypatch):
    monkeypatch.setattr(machine, "has_chinese_font", lambda: False)


def plant_value_under_an_old_key(home, settings, monkeypatch):
    User.objects.create(username="old", phone="13800000000", created_at=AT, updated_at=AT)
    FIELDS.rotate()


def plant_aged_key(home, settings, monkeypatch):
    said = {"key": b64encode(bytes(32)).decode(), "made_at": (AT - timedelta(days=731)).isoformat()}
    write_secret(home / "keys" / "audit_mac-2.key", json.dumps(said).encode())


def plant_lost_key(home, settings, monkeypatch):
    User.objects.create(username="old", phone="13800000000", created_at=AT, updated_at=AT)
    (home / "keys" / "field.key").unlink()


FAULTS = [
    ("account", plant_root, "warn"),
    ("writable", plant_unwritable, "bad"),
    ("space", plant_full_disk, "bad"),
    ("file_system", plant_network_disk, "bad"),
    ("open_files", plant_few_files, "warn"),
    ("keys", plant_loose_key, "bad"),
    ("secret", plant_weak_secret, "bad"),
    ("debug", plant_debug, "bad"),
    ("hosts", plant_any_host, "bad"),
    ("hosts", plant_unserved_address, "bad"),
    ("hosts", plant_only_own_names, "warn"),
    ("https", plant_no_tls, "bad"),
    ("https", plant_http_address, "warn"),
    ("proxy", plant_undeclared_proxy, "bad"),
    ("proxy", plant_way_around_the_proxy, "warn"),
    ("database", plant_large_file, "warn"),
    ("structure", plant_behind, "bad"),
    ("clock", plant_old_clock, "bad"),
    ("clock", plant_undisciplined_clock, "warn"),
    ("demo", plant_demo_account, "bad"),
    ("demo", plant_open_demo, "bad"),
    ("first_login", plant_first_passwords, "warn"),
    ("audit", plant_unsealed, "warn"),
    ("anchor", plant_lost_anchor, "bad"),
    ("anchor", plant_anchor_on_the_same_disk, "warn"),
    ("events", plant_unplaced, "warn"),
    ("failed_jobs", plant_failed_job, "warn"),
    ("late_jobs", plant_late_job, "warn"),
    ("old_keys", plant_value_under_an_old_key, "warn"),
    ("old_keys", plant_aged_key, "warn"),
    ("sealed_numbers", plant_lost_key, "bad"),
    ("processes", plant_silent_process, "bad"),
    ("watchdog", plant_silent_watchdog, "bad"),
    ("heartbeat", plant_no_outside, "warn"),
    ("alarm_mail", plant_no_outside, "warn"),
    ("alarm_mail", plant_mail_without_server, "bad"),
    ("backup", plant_old_backup, "bad"),
    ("backup", plant_no_outside, "bad"),
    ("drill", plant_no_drill, "warn"),
    ("drill", plant_failed_drill, "bad"),
    ("backup_place", plant_backup_disk_gone, "bad"),
    ("backup_place", plant_backup_beside_the_data, "warn"),
    ("mail", plant_no_outside, "warn"),
    ("bus", plant_dead_bus, "bad"),
    ("bus_copies", plant_cluster_of_one_copy, "bad"),
    ("bus_copies", plant_more_copies_than_servers, "bad"),
    ("bus_copies", plant_dead_bus, "bad"),
    ("telemetry", plant_resting_plane, "warn"),
    ("browser_files", plant_no_browser_files, "bad"),
    ("fonts", plant_no_fonts, "warn"),
]
#: Before the fault these already have something to say, or nothing at all: an installation is not born with them.
BORN_WITHOUT = {
    "processes",
    "watchdog",
    "backup",
    "drill",
    "backup_place",
    "bus",
    "bus_copies",
    "telemetry",
    "certificate",
}


@pytest.mark.parametrize(("code", "plant", "state"), FAULTS, ids=[f"{c}-{p.__name__[6:]}" for c, p, _ in FAULTS])
def test_a_planted_fault_is_found(code, plant, state, home, settings, monkeypatch, asked):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine, "is_unsynchronised", lambda: False)
    monkeypatch.setattr(machine, "has_chinese_font", lambda: True)
    monkeypatch.setattr(collecting, "listing", lambda: {collecting.NEEDED: Path()})
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, 10**12))
    monkeypatch.setenv("BIHUAN_STREAMS", "0")
    if code not in BORN_WITHOUT:
        assert set(asked(code)) == {"ok"}
    plant(home, settings, monkeypatch)
    assert state in asked(code)


def test_every_check_has_a_planted_fault():
    tested = {code for code, _, _ in FAULTS} | {"certificate", "interpreter"}
    assert tested == {check.code for check in listed.CHECKS}


@pytest.mark.parametrize(("days", "state"), [(-1, "bad"), (29, "warn"), (31, "ok")])
def test_the_end_of_the_certificate_is_foreseen(days, state, home, settings, asked):
    settings.BIHUAN_CERTIFICATE = str(home / "site.pem")
    (home / "site.pem").write_bytes(certificate(until=AT + timedelta(days=days)))
    assert asked("certificate") == [state]
    assert [s.what for s in alarms.standing_still(AT) if s.what == "certificate"] == ["certificate"] * (state != "ok")


def test_an_unknown_or_unreadable_certificate_is_said(home, settings, asked):
    settings.SESSION_COOKIE_SECURE = True
    assert asked("certificate") == ["warn"]
    settings.BIHUAN_CERTIFICATE = str(home / "nowhere.pem")
    assert asked("certificate") == ["bad"]


def certificate(*, until):
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bihuan.example.gov")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
    )
    return built.sign(key, None).public_bytes(serialization.Encoding.PEM)


def test_a_bus_that_greets_is_fine_and_half_a_cluster_is_said(home, monkeypatch, asked):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet():
            with contextlib.suppress(OSError):  # the server is closed at the end of the test
                while True:
                    line, _ = server.accept()
                    line.sendall(b'INFO {"server_id":"x"}\r\n')
                    line.close()

        threading.Thread(target=greet, daemon=True).start()
        there = f"nats://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("BIHUAN_BUS_URL", there)
        assert asked("bus") == ["ok"]
        monkeypatch.setenv("BIHUAN_BUS_URL", f"{there},nats://127.0.0.1:1")
        assert asked("bus") == ["warn"]


def test_an_installation_without_telemetry_is_not_asked_for_its_bus(home, monkeypatch, asked):
    monkeypatch.setenv("BIHUAN_STREAMS", "0")
    assert asked("bus") == asked("telemetry") == []


def test_processes_that_live_are_fine(home, asked):
    pulses.expect(["worker"])
    Pulse(home, "worker", clock=lambda: AT.timestamp()).beat()
    assert asked("processes", at=AT + timedelta(seconds=30)) == ["ok"]
    assert asked("processes", at=AT + timedelta(minutes=2)) == ["bad"]


def test_a_database_that_is_away_is_one_finding(home, monkeypatch):
    monkeypatch.setenv("BIHUAN_STREAMS", "0")

    def away(*_, **__):
        raise OperationalError("connection refused")

    monkeypatch.setattr(AuditRow.objects, "order_by", away)
    monkeypatch.setattr(records, "pending", away)
    found = [f for f in listed.examine(at=AT) if f.code == "database" and f.state is State.BAD]
    assert len(found) == 1
    assert any(f.code == "backup" for f in listed.examine(at=AT))


def test_the_watchdog_tells_what_the_database_need_not_know(home, monkeypatch):
    plant_full_disk(home, None, monkeypatch)
    plant_silent_process(home, None, monkeypatch)
    plant_old_backup(home, None, monkeypatch)
    told = home / "pulses" / pulses.EXPECTED
    for seconds, found in ((180, {"disk", "processes", "backup"}), (60, {"disk", "backup"})):
        os.utime(told, (AT.timestamp() - seconds,) * 2)
        assert {s.what for s in alarms.standing_still(AT)} == found


def test_the_mount_that_holds_a_path_is_the_longest(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text("a / ext4 rw 0 0\nb /srv nfs4 rw 0 0\nc /srv/fast xfs rw 0 0\n")
    kinds = [machine.file_system_of(Path(p), mounts=mounts) for p in ("/srv/x", "/srv/fast", "/srvx", "/")]
    assert kinds == ["nfs4", "xfs", "ext4", "ext4"]


def test_exposed_means_that_others_reach_it(settings, monkeypatch):
    assert not exposure.is_exposed()
    monkeypatch.setenv("BIHUAN_BIND", "10.0.0.1")
    assert exposure.is_exposed()
