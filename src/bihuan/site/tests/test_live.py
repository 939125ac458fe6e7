"""实时事件, with a real granian process on the test's database."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from freezegun import freeze_time

from bihuan.core.access.models import Assignment, LoginSession
from bihuan.core.events.models import OutboxEvent
from bihuan.core.events.outbox import place_pending
from bihuan.core.modules import registry
from bihuan.core.pages.declared import LiveFeed
from bihuan.core.pages.live import tickets
from bihuan.site.live import CHECK_EVERY, LOOK_EVERY
from live_process import HERE, LiveProcess, happen

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = "http://testserver"
NEXT_DOOR = "330000/339900/339903/"


@pytest.fixture
def server(transactional_db: None) -> Iterator[LiveProcess]:
    made = LiveProcess()
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop(signal.SIGKILL)


@pytest.fixture
def feed() -> LiveFeed:
    return next(f for f in registry().declared(LiveFeed) if f.needs)


@pytest.fixture
def zhang(make_user: Callable[..., Any], feed: LiveFeed) -> Any:
    return make_user("zhang", feed.needs[0], region=HERE)


class Listener:
    """One browser's view of the stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.lines = answer.iter_lines()
        self.cursor = ""

    def next(self, *kinds: str) -> tuple[str, Any]:
        """The next event of these kinds (any, when none is named); ("closed", None) when the stream ends."""
        kind, data = "", None
        try:
            for line in self.lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    self.cursor = value
                elif name == "event":
                    kind = value
                elif name == "data":
                    data = json.loads(value)
                elif not line and kind:
                    if not kinds or kind in kinds:
                        return kind, data
                    kind = ""
        except httpx.RemoteProtocolError:
            pass
        return "closed", None

    def told(self, count: int) -> list[str]:
        return [self.next("told")[1]["subject"] for _ in range(count)]


@contextmanager
def listening(server: LiveProcess, ticket: str, *, after: str = "", origin: str = ORIGIN) -> Iterator[Listener]:
    headers = {"Origin": origin, **({"Last-Event-ID": after} if after else {})}
    with httpx.stream("GET", server.url, params={"ticket": ticket}, headers=headers, timeout=120) as answer:
        assert answer.status_code == 200, answer.status_code
        listener = Listener(answer)
        assert listener.next()[0] in ("hello", "reset")
        yield listener


@pytest.fixture
def ticket_for(log_in: Callable[..., Any]) -> Callable[..., str]:
    def ask(user: Any) -> str:
        return str(log_in(user).get("/live-ticket/").json()["ticket"])

    return ask


def test_one_hears_what_happens_in_ones_own_region_and_nothing_of_the_neighbours(
    server: LiveProcess, zhang: Any, feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    with listening(server, ticket_for(zhang)) as listener:
        happen(feed, region=NEXT_DOOR)
        happen(feed, region="330000/")
        happen(feed, region="")
        ours = happen(feed, region=HERE)
        below = happen(feed, region=f"{HERE}339902001/")

        assert listener.told(2) == [ours, below]


def test_an_organisation_hears_what_names_it(
    server: LiveProcess, make_user: Callable[..., Any], feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    enterprise = make_user("plant", feed.needs[0], organisation="E001")
    with listening(server, ticket_for(enterprise)) as listener:
        happen(feed, organisations=("E002",))
        ours = happen(feed, organisations=("E001", "E002"))

        assert listener.told(1) == [ours]


def test_who_holds_no_grant_of_the_feed_hears_nothing_of_it(
    server: LiveProcess, make_user: Callable[..., Any], feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    li = make_user("li")
    with listening(server, ticket_for(li)) as listener:
        happen(feed, region=HERE)
        kind, _ = listener.next("told", "heartbeat")

        assert kind == "heartbeat"


def test_what_is_sent_is_a_hint_without_content(
    server: LiveProcess, zhang: Any, feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    with listening(server, ticket_for(zhang)) as listener:
        happen(feed)
        _, said = listener.next("told")

    assert set(said) == {"name", "subject", "feeds", "at"}
    assert listener.answer.headers["access-control-allow-origin"] == ORIGIN
    assert listener.answer.headers["content-type"].startswith("text/event-stream")


def test_only_a_fresh_ticket_from_the_right_page_opens(
    server: LiveProcess, zhang: Any, ticket_for: Callable[..., str]
) -> None:
    good = ticket_for(zhang)
    read = tickets.read(good)
    assert read is not None
    with freeze_time(datetime.now(UTC) - timedelta(seconds=tickets.SECONDS + 1)):
        stale = tickets.write(read)

    def status(ticket: str, origin: str = ORIGIN) -> int:
        with httpx.stream("GET", server.url, params={"ticket": ticket}, headers={"Origin": origin}, timeout=60) as a:
            return a.status_code

    assert status(good) == 200
    assert status(stale) == 403
    assert status("") == 403
    assert status(good[:-2] + ("AA" if not good.endswith("AA") else "BB")) == 403
    assert status(good, origin="http://evil.example") == 403
    assert httpx.post(server.url, params={"ticket": good}, timeout=60).status_code == 405


def test_a_broken_connection_resumes_without_a_gap_and_without_a_double(
    server: LiveProcess, zhang: Any, feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    with listening(server, ticket_for(zhang)) as listener:
        first = happen(feed)
        assert listener.told(1) == [first]
        cursor = listener.cursor
    server.stop(signal.SIGKILL)
    missed = [happen(feed) for _ in range(30)]
    happen(feed, region=NEXT_DOOR)
    server.start()

    with listening(server, ticket_for(zhang), after=cursor) as listener:
        later = happen(feed)
        assert listener.told(31) == [*missed, later]


def test_who_missed_too_much_is_told_to_load_afresh(
    server: LiveProcess, zhang: Any, feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    happen(feed)
    name = registry().event_name(feed.events[0])
    OutboxEvent.objects.bulk_create(
        [OutboxEvent(name=name, payload={}, at=datetime.now(UTC), region_path=HERE) for _ in range(1_100)]
    )
    place_pending()

    headers = {"Origin": ORIGIN, "Last-Event-ID": "1"}
    query = {"ticket": ticket_for(zhang)}
    with httpx.stream("GET", server.url, params=query, headers=headers, timeout=120) as answer:
        listener = Listener(answer)
        assert [listener.next()[0], listener.next()[0]] == ["reset", "hello"]
        latest = happen(feed)
        assert listener.told(1) == [latest]


def _closes(listener: Listener) -> str:
    kind, _ = listener.next("revoked", "told")
    assert listener.next()[0] == "closed"
    return kind


def test_what_may_be_heard_is_looked_up_again_more_often_than_every_ten_seconds() -> None:
    assert CHECK_EVERY + LOOK_EVERY < 10


def test_a_revoked_session_is_cut_off(
    server: LiveProcess, zhang: Any, feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    with listening(server, ticket_for(zhang)) as listener:
        LoginSession.objects.update(ended_at=datetime.now(UTC))
        assert _closes(listener) == "revoked"


def test_changed_grants_cut_it_off(
    server: LiveProcess, zhang: Any, feed: LiveFeed, ticket_for: Callable[..., str]
) -> None:
    with listening(server, ticket_for(zhang)) as listener:
        Assignment.objects.update(until_at=datetime.now(UTC))
        assert _closes(listener) == "revoked"


def test_a_silent_stream_beats(server: LiveProcess, zhang: Any, ticket_for: Callable[..., str]) -> None:
    with listening(server, ticket_for(zhang)) as listener:
        assert listener.next()[0] == "heartbeat"


def test_one_session_holds_a_few_connections_at_most(
    server: LiveProcess, zhang: Any, ticket_for: Callable[..., str]
) -> None:
    ticket = ticket_for(zhang)
    open_ones = [listening(server, ticket) for _ in range(6)]
    for one in open_ones:
        one.__enter__()
    with httpx.stream("GET", server.url, params={"ticket": ticket}, headers={"Origin": ORIGIN}, timeout=60) as seventh:
        assert seventh.status_code == 429
    for one in open_ones:
        one.__exit__(None, None, None)


def test_stopping_does_not_wait_for_open_pages(server: LiveProcess, zhang: Any, ticket_for: Callable[..., str]) -> None:
    with listening(server, ticket_for(zhang)):
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 60


def test_a_ticket_needs_a_login(client: Any) -> None:
    assert client.get("/live-ticket/", headers={"Accept": "application/json"}).status_code == 401
