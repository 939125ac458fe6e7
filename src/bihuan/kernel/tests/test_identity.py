"""标识."""

from __future__ import annotations

from unittest import mock

from bihuan.kernel import identity
from bihuan.kernel.identity import new_id


def test_identifiers_are_version_7_of_the_right_variant():
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_identifiers_of_one_process_grow_even_within_a_millisecond():
    made = [new_id() for _ in range(5_000)]
    assert made == sorted(set(made))


def test_a_clock_that_steps_back_does_not_turn_the_order_round():
    first = new_id()
    with mock.patch.object(identity.time, "time_ns", return_value=0):
        second = new_id()
    assert second > first
