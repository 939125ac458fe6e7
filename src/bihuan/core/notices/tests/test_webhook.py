import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from bihuan.core.jobs import queue
from bihuan.core.notices import outbound
from bihuan.core.notices.models import Delivery, Preference
from bihuan.core.notices.outbound import Rules, Unreachable, is_public, post, target_of
from bihuan.core.notices.terms import DeliveryState

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def subscriber(people, hook):
    user = people("hooked", email="")
    Preference.objects.create(
        user=user, channels={"test.case": ["webhook"]}, webhook_url=hook.address, webhook_secret="s3cret",
        created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    return user


def test_a_webhook_is_signed_over_time_and_body(subscriber, told, hook):
    told([subscriber], link="/cases/1/")
    queue.drain(at=NOON)
    path, headers, body = hook.calls[0]
    moment, mac = (part.split("=")[1] for part in headers["X-Bihuan-Signature"].split(","))
    expected = hmac.new(b"s3cret", moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert (path, mac, int(moment)) == ("/hook", expected, int(NOON.timestamp()))
    said = json.loads(body)
    assert said["notices"][0]["text"] == {"zh": "有新任务", "en": "A new task"}
    assert said["delivery"] == headers["X-Bihuan-Delivery"] == str(Delivery.objects.get().pk)
    assert Delivery.objects.get().state == DeliveryState.SENT


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (204, DeliveryState.SENT),
        (301, DeliveryState.FAILED),
        (307, DeliveryState.FAILED),
        (404, DeliveryState.FAILED),
        (429, DeliveryState.WAITING),
        (500, DeliveryState.WAITING),
    ],
)
def test_what_the_other_side_answers(subscriber, told, hook, status, state):
    hook.answers = [(status, {"Location": hook.address + "/elsewhere"})]
    told([subscriber])
    queue.drain(at=NOON)
    assert Delivery.objects.get().state == state
    assert [c[0] for c in hook.calls] == ["/hook"]  # no redirect is followed
    queue.drain(at=NOON + timedelta(hours=1))
    assert len(hook.calls) == (2 if state == DeliveryState.WAITING else 1)


def test_loopback_is_not_reached_unless_the_operator_lists_it(subscriber, told, hook, settings):
    settings.BIHUAN_WEBHOOK_ALLOW = ""
    told([subscriber])
    queue.drain(at=NOON)
    row = Delivery.objects.get()
    assert (row.state, hook.calls) == (DeliveryState.FAILED, [])
    assert "127.0.0.1" in row.error


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "https://",
        "example.com/hook",
        "http://example.com/",
        "https://user:pw@example.com/",
        "https://example.com:22/",
        "https://example.com:99999/",
        "https://example.com/\r\nX: y",
        "https://example.com/钩子",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_breaks_the_rules_is_refused_before_anybody_is_asked(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("a name was resolved"))
    with pytest.raises(Unreachable):
        post(url, body=b"", headers={}, rules=Rules())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "::127.0.0.1",
    ],
)  # fmt: skip
def test_inner_and_reserved_addresses_are_not_public(address, monkeypatch):
    assert not is_public(ipaddress.ip_address(address))
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(family, 1, 6, "", (address, 443))])
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("a connection was opened"))
    with pytest.raises(Unreachable):
        post("https://innocent.example/", body=b"", headers={}, rules=Rules())


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("spelled", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_other_spellings_of_loopback_lead_to_the_same_no(spelled):
    with pytest.raises((Unreachable, ConnectionError)):
        post(f"https://{spelled}/", body=b"", headers={}, rules=Rules())


def test_one_inner_address_among_public_ones_spoils_them_all(monkeypatch):
    answers = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers)
    with pytest.raises(Unreachable):
        outbound.resolve(target_of("https://innocent.example/", Rules()), Rules())


def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch):
    """DNS rebinding: the first answer is public, a second would be loopback. There is no second question."""
    asked, reached = [], []
    answers = iter(["8.8.8.8", "127.0.0.1"])

    def resolve(host, *a, **k):
        asked.append(host)
        return [(2, 1, 6, "", (next(answers), 443))]

    def connect(address, *a, **k):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        post("https://rebinding.example/", body=b"", headers={}, rules=Rules())
    assert (asked, reached) == (["rebinding.example"], [("8.8.8.8", 443)])


def test_the_certificate_is_checked_for_the_name_not_the_address():
    context = outbound.tls_context()
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_a_network_of_the_operators_list_is_reached_and_its_neighbour_is_not(monkeypatch):
    rules = Rules(("10.1.0.0/16", "hooks.inner"))
    for address, host, fits in (
        ("10.1.2.3", "a.inner", True),
        ("10.2.0.1", "a.inner", False),
        ("10.2.0.1", "hooks.inner", True),
    ):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, _x=address, **k: [(2, 1, 6, "", (_x, 443))])
        target = target_of(f"https://{host}/", rules)
        if fits:
            assert outbound.resolve(target, rules) == [ipaddress.ip_address(address)]
        else:
            with pytest.raises(Unreachable):
                outbound.resolve(target, rules)


def test_an_endless_answer_is_read_to_its_limit_only(hook):
    hook.answer_bytes = 3_000_000
    rules = Rules(("127.0.0.1",), plain_http=True)
    assert post(hook.address, body=b"{}", headers={}, rules=rules) == 200


def test_a_server_that_drips_is_cut_off_in_time(monkeypatch):
    monkeypatch.setattr(outbound, "SECONDS", 0.5)
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip():
        line, _ = listener.accept()
        with line:
            try:
                while not over.wait(0.05):
                    line.sendall(b"H")
            except OSError:
                pass

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    began = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            post(
                f"http://127.0.0.1:{listener.getsockname()[1]}/", body=b"", headers={},
                rules=Rules(("127.0.0.1",), plain_http=True),
            )  # fmt: skip
    finally:
        over.set()
        listener.close()
        thread.join(5)
    assert time.monotonic() - began < 60  # without a limit of the whole it would never end
