"""Held figures: young ones are shown again, small ones never, and nobody waits for a count that somebody else does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from bihuan.core.pages.held import Held

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def held(most: int = 500) -> Held[int]:
    return Held(seconds=10, is_large=lambda n: n >= 100, most=most)


def test_a_large_figure_is_counted_once_within_its_time():
    figures = held()
    asked = []

    def count() -> int:
        asked.append(1)
        return 100 + len(asked)

    said = [figures.get("k", at=AT + timedelta(seconds=s), count=count) for s in (0, 9.999, 10, 19)]
    assert [s.value for s in said] == [101, 101, 102, 102]
    assert [s.at for s in said] == [AT, AT, AT + timedelta(seconds=10), AT + timedelta(seconds=10)]


def test_a_small_figure_is_counted_every_time():
    figures = held()
    assert [figures.get("k", at=AT, count=lambda n=n: n).value for n in (5, 6, 99)] == [5, 6, 99]


def test_what_has_become_small_is_let_go():
    figures = held()
    figures.get("k", at=AT, count=lambda: 500)
    assert figures.get("k", at=AT + timedelta(seconds=11), count=lambda: 5).value == 5
    assert figures.get("k", at=AT + timedelta(seconds=11), count=lambda: 6).value == 6


def test_another_scope_is_another_figure():
    figures = held()
    assert figures.get(("city",), at=AT, count=lambda: 500).value == 500
    assert figures.get(("district",), at=AT, count=lambda: 200).value == 200


def test_a_clock_set_back_keeps_nothing():
    figures = held()
    figures.get("k", at=AT, count=lambda: 500)
    assert figures.get("k", at=AT - timedelta(hours=1), count=lambda: 400).value == 400


def test_only_so_many_scopes_are_remembered_the_oldest_going_first():
    figures = held(most=2)
    for key in "abc":
        figures.get(key, at=AT, count=lambda: 500)
    assert figures.get("c", at=AT, count=lambda: 1).value == 500
    assert figures.get("a", at=AT, count=lambda: 1).value == 1


def test_while_one_counts_anew_the_others_see_the_figure_before():
    figures = held()
    figures.get("k", at=AT, count=lambda: 500)
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        begun.set()
        go_on.wait(60)
        return 600

    later = AT + timedelta(seconds=11)
    counting = threading.Thread(target=lambda: figures.get("k", at=later, count=slowly))
    counting.start()
    try:
        assert begun.wait(60)
        assert figures.get("k", at=later, count=lambda: 700).value == 500
        # But not for ever: after twice its time nobody is shown it any more.
        assert figures.get("k", at=AT + timedelta(seconds=20), count=lambda: 800).value == 800
    finally:
        go_on.set()
        counting.join(60)


def test_a_count_that_fails_leaves_the_way_free():
    figures = held()

    def fail() -> int:
        raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError):
        figures.get("k", at=AT, count=fail)
    assert figures.get("k", at=AT, count=lambda: 500).value == 500
