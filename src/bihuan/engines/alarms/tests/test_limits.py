"""Both sides of every boundary: value, deadband, delays, latch, rate, stuck, bad, lost, late."""

from __future__ import annotations

import math

import pytest

from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.settings import BadLimits, Limit, Patterns, PointSettings
from bihuan.engines.alarms.terms import LimitKind


@pytest.mark.parametrize(
    ("kind", "limit", "inside", "at_it"),
    [
        ("H", 80.0, 79.99, 80.0),
        ("HH", 90.0, 89.99, 90.0),
        ("L", 20.0, 20.01, 20.0),
        ("LL", 10.0, 10.01, 10.0),
    ],
)
def test_a_limit_is_reached_at_its_value_and_not_before(bench, told, kind, limit, inside, at_it):
    b = bench(Limit(kind=LimitKind(kind), value=limit))
    assert b.see((0, inside)) == []
    assert told(b.see((1, at_it))) == [f"{kind} raised"]


@pytest.mark.parametrize(
    ("kind", "limit", "stays", "returns"),
    [("H", 80.0, 78.0, 77.99), ("L", 20.0, 22.0, 22.01)],
)
def test_an_alarm_returns_beyond_its_deadband_and_not_at_it(bench, told, kind, limit, stays, returns):
    b = bench(Limit(kind=LimitKind(kind), value=limit, deadband=2.0))
    b.see((0, limit))
    assert b.see((1, stays)) == []
    assert told(b.see((2, returns))) == [f"{kind} cleared"]


def test_high_and_high_high_in_one_sample_are_both_told_high_first(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80), Limit(kind=LimitKind.HH, value=90))
    assert told(b.see((0, 95))) == ["H raised", "HH raised"]


def test_an_on_delay_of_two_seconds_ignores_an_excursion_of_one(bench):
    b = bench(Limit(kind=LimitKind.H, value=80, on_delay_ms=2000))
    assert b.see((0, 85), (1, 79), (2, 85), (3.999, 85), (3.9995, 70)) == []


def test_an_on_delay_ends_exactly_when_it_has_passed(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80, on_delay_ms=2000))
    assert b.see((0, 85), (1.999, 85)) == []
    (raised,) = b.see((2, 85))
    assert raised.sample_at - raised.began_at == 2000


def test_an_on_delay_ends_by_the_clock_when_no_further_sample_comes_and_never_early(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80, on_delay_ms=2000))
    b.see((0, 85))
    assert b.wait(2) == []  # the sample may have come just before the first tick
    (raised,) = b.wait(1)
    assert raised.sample_at - raised.began_at == 2000


def test_an_off_delay_ends_by_a_sample_only(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80, off_delay_ms=5000))
    b.see((0, 85), (1, 70))
    assert b.wait(60) == []
    assert b.see((5.999, 70)) == []
    assert told(b.see((6, 70))) == ["H cleared"]


def test_an_off_delay_starts_again_when_the_value_goes_back_over(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80, off_delay_ms=5000))
    assert told(b.see((0, 85), (1, 70), (4, 85), (5, 70), (9, 70))) == ["H raised"]
    assert told(b.see((10, 70))) == ["H cleared"]


def test_a_latched_alarm_waits_for_a_person(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80, latch=True))
    assert told(b.see((0, 85), (1, 70), (2, 85), (3, 70))) == [
        "H raised",
        "H returned",
        "H again",
        "H returned",
    ]
    assert told(b.do("acknowledge", occurrence=1)) == ["H acknowledged", "H cleared"]
    assert told(b.see((4, 85))) == ["H raised"]


def test_a_latch_is_open_once_the_occurrence_is_acknowledged(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80, latch=True))
    b.see((0, 85))
    b.do("acknowledge", occurrence=1)
    assert told(b.see((1, 70))) == ["H cleared"]


def test_rate_of_change_counts_both_ways_per_second(bench, told):
    b = bench(Limit(kind=LimitKind.RATE, value=5.0))
    assert b.see((0, 10), (1, 14.9)) == []
    assert told(b.see((2, 9.9), (3, 9.8))) == ["RATE raised", "RATE cleared"]


def test_a_stuck_value_is_counted_from_the_moment_it_stopped_moving(bench, told):
    b = bench(Limit(kind=LimitKind.STUCK, value=0.0, on_delay_ms=10_000))
    assert b.see((0, 4), (5, 5), (14.999, 5)) == []
    (raised,) = b.see((15, 5))
    assert raised.sample_at - raised.began_at == 10_000
    assert told(b.see((16, 5.1))) == ["STUCK cleared"]


def test_bad_quality_holds_the_levels_and_has_an_alarm_of_its_own(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80), Limit(kind=LimitKind.BAD))
    b.see((0, 85))
    assert told(b.see((1, 0, t.BAD_QUALITY))) == ["BAD raised"]
    assert told(b.see((2, math.nan))) == []
    assert told(b.see((3, 85))) == ["BAD cleared"]


def test_a_quality_just_below_bad_is_judged(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80))
    assert b.see((0, 85, t.BAD_FROM)) == []
    assert told(b.see((1, 85, t.BAD_FROM - 1))) == ["H raised"]


def test_silence_is_not_recovery(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80), Limit(kind=LimitKind.LOST, on_delay_ms=60_000))
    b.see((0, 95))
    assert b.wait(60) == []
    lost = b.wait(1)
    assert told(lost) == ["H input_lost", "LOST raised"]
    assert lost[0].state == t.State.UNACK
    assert b.wait(600) == []
    assert told(b.see((700, 95))) == ["H input_back", "LOST cleared"]
    assert told(b.see((701, 70))) == ["H cleared"]


def test_a_not_connected_sample_is_no_sign_of_life(bench, told):
    b = bench(Limit(kind=LimitKind.LOST, on_delay_ms=3000))
    b.wait(3)
    b.see((3, 0, t.NOT_CONNECTED))
    assert told(b.wait(1)) == ["LOST raised"]
    assert told(b.see((5, 1, t.NOT_CONNECTED))) == []


def test_a_filed_point_is_silent_without_an_alarm(bench):
    b = bench(Limit(kind=LimitKind.LOST, on_delay_ms=3000), filed=True)
    assert b.wait(100) == []


def test_a_stopped_clock_makes_nobody_silent(bench):
    b = bench(Limit(kind=LimitKind.LOST, on_delay_ms=10_000))
    assert b.engine.tick(seq=9, at=0, elapsed_ms=3_600_000) == []


@pytest.mark.parametrize(
    ("second", "value", "fate"),
    [
        (10.001, 1, t.JUDGED),
        (10, 5, t.DUPLICATE),
        (10, 6, t.CONFLICT),
        (9.999, 5, t.LATE),
    ],
)
def test_a_row_not_newer_than_what_was_judged_is_not_judged_again(bench, second, value, fate):
    b = bench(Limit(kind=LimitKind.H, value=80))
    b.see((10, 5))
    b.see((second, value), received=12)
    assert b.judged.fate.tolist() == [fate]


@pytest.mark.parametrize(
    ("second", "fate"),
    [(0, t.JUDGED), (-0.001, t.LATE), (180, t.JUDGED), (180.001, t.FUTURE)],
)
def test_lateness_and_future_have_sharp_edges(bench, second, fate):
    b = bench(Limit(kind=LimitKind.H, value=80), patterns=Patterns(lateness_ms=120_000, future_ms=60_000))
    assert b.see((second, 99), received=120) == [] or fate == t.JUDGED
    assert b.judged.fate.tolist() == [fate]


def test_an_unknown_point_is_said_and_not_judged(bench):
    b = bench(Limit(kind=LimitKind.H, value=80))
    for stranger in (8, 100_000, -1):
        b.see((0, 99), point=stranger)
        assert b.judged.fate.tolist() == [t.UNKNOWN]


@pytest.mark.parametrize(
    "limits",
    [
        (Limit(kind=LimitKind.H, value=90), Limit(kind=LimitKind.HH, value=90)),
        (Limit(kind=LimitKind.L, value=50), Limit(kind=LimitKind.H, value=40)),
        (Limit(kind=LimitKind.LL, value=5), Limit(kind=LimitKind.L, value=4)),
        (Limit(kind=LimitKind.H, value=math.nan),),
        (Limit(kind=LimitKind.H, value=1, deadband=-1),),
        (Limit(kind=LimitKind.H, value=1, on_delay_ms=-1),),
        (Limit(kind=LimitKind.H, value=1), Limit(kind=LimitKind.H, value=2)),
        (Limit(kind=LimitKind.RATE, value=-1),),
    ],
)
def test_settings_that_make_no_sense_are_refused(limits):
    with pytest.raises(BadLimits):
        PointSettings(point=1, version=1, limits=limits)


def test_levels_just_in_order_are_accepted():
    PointSettings(
        point=1, version=1, limits=(Limit(kind=LimitKind.H, value=90), Limit(kind=LimitKind.HH, value=90.001))
    )
