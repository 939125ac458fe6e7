"""No connection outlives its thread for long: an office that works in bursts must not run out of files overnight."""

from __future__ import annotations

import threading
from typing import Any

from bihuan.site.thread_connections import ThreadConnections


class Connection:
    """As Django's: it refers to itself in a ring, and only its own thread may close it unless it is shared."""

    def __init__(self) -> None:
        self.ring = self
        self.is_shared = self.is_closed = False

    def inc_thread_sharing(self) -> None:
        self.is_shared = True

    def close(self) -> None:
        assert self.is_shared
        self.is_closed = True


def in_a_thread(work: Any) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_what_a_thread_opened_is_closed_by_the_next_request_after_its_end():
    threads, made = ThreadConnections(), [Connection(), Connection()]
    for connection in made:
        in_a_thread(lambda c=connection: threads.note(connection=c))
    assert threads.sweep() == 2
    assert all(c.is_closed for c in made)
    assert threads.sweep() == 0


def test_a_living_threads_connection_stays_open_however_often_it_is_opened_anew():
    threads, mine = ThreadConnections(), Connection()
    threads.note(connection=mine)
    threads.note(connection=mine)
    in_a_thread(lambda: threads.note(connection=Connection()))
    assert threads.sweep() == 1
    assert not mine.is_closed
