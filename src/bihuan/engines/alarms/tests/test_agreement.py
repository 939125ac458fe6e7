"""Properties: kernel and oracle agree; splits and snapshots change nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.engines.alarms import snapshot
from bihuan.engines.alarms import terms as t
from bihuan.engines.alarms.engine import Engine
from bihuan.engines.alarms.oracle import Oracle
from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, Patterns, PointSettings
from bihuan.engines.alarms.terms import LimitKind

PATTERNS = Patterns(lateness_ms=20_000, future_ms=5_000, stale_after_ms=20_000, chatter_within_ms=10_000)
delays = st.sampled_from([0, 0, 1000, 2000, 3500])
values = st.sampled_from([0.0, 9.0, 10.0, 11.0, 50.0, 50.0, 79.0, 80.0, 81.0, 90.0, 95.0, float("nan"), float("inf")])
qualities = st.sampled_from([0] * 8 + [t.CLOCK_CORRECTED, t.BAD_QUALITY, t.NOT_CONNECTED])


@st.composite
def point_settings(draw, number):
    level = {"H": 80.0, "HH": 90.0, "L": 10.0, "LL": 5.0, "RATE": 30.0, "STUCK": 0.0, "BAD": 0.0, "LOST": 0.0}
    limits = [
        Limit(
            kind=LimitKind(kind),
            value=value,
            deadband=draw(st.sampled_from([0.0, 1.0, 2.0])) if kind not in ("STUCK", "BAD", "LOST") else 0.0,
            on_delay_ms=draw(delays),
            off_delay_ms=draw(delays) if kind != "LOST" else 0,
            latch=draw(st.booleans()),
            enabled=draw(st.sampled_from([True, True, True, False])),
        )
        for kind, value in level.items()
        if draw(st.sampled_from([True, True, False]))
    ]
    lost_after_ms = draw(st.sampled_from([2000, 5000]))
    return PointSettings(point=number, version=1, limits=tuple(limits), lost_after_ms=lost_after_ms)


@st.composite
def days(draw):
    """Deliveries of rows with ticks between them: time goes on, sometimes back, sometimes far ahead."""
    points = [draw(point_settings(n)) for n in range(1, 4)]
    now, entries = 1_000_000, []
    for _ in range(draw(st.integers(1, 12))):
        if draw(st.booleans()):
            entries += [("tick", draw(st.integers(1, 3)))]
            continue
        rows = []
        for _ in range(draw(st.integers(1, 12))):
            now += draw(st.sampled_from([0, 0, 500, 1000, 1500]))
            at = now + draw(st.sampled_from([0] * 9 + [-500, -30_000, 4_000, 9_000]))
            rows.append((draw(st.integers(1, 4)), at, draw(values), draw(qualities)))
        entries.append(("rows", rows))
    return points, entries, draw(st.randoms(use_true_random=False))


def columns(rows):
    return Samples(
        np.array([r[0] for r in rows], np.int32),
        np.array([r[1] for r in rows], np.int64),
        np.array([r[2] for r in rows], np.float64),
        np.array([r[3] for r in rows], np.uint8),
    )


def play(points, entries, *, cuts=None, reload=False):
    """Answers every transition and every fate. `cuts` splits deliveries, `reload` goes through a snapshot
    each time.
    """
    engine, told, fates, seq = Engine(PATTERNS), [], [], 1
    engine.configure(points, seq=0, at=0)
    for what, content in entries:
        if reload:
            engine = snapshot.load(snapshot.save(engine))
        if what == "tick":
            for _ in range(content):
                told += engine.tick(seq=seq, at=engine.tick_clock, elapsed_ms=1000)
            continue
        received = max(r[1] for r in content if True)
        samples, at = columns(content), 0
        while at < len(content):
            until = len(content) if cuts is None else min(len(content), at + cuts.randint(1, 4))
            judged = engine.judge(samples[at:until], seq=seq, received_at=received)
            told += judged.transitions
            fates += judged.fate.tolist()
            at = until
    return told, fates


def without_number(transitions):
    return [x.to_json() | {"number": 0} for x in transitions]


@settings(max_examples=150, deadline=None)
@given(days())
def test_any_split_of_a_delivery_gives_the_same_transitions(day):
    points, entries, cuts = day
    whole, split = play(points, entries), play(points, entries, cuts=cuts)
    assert without_number(whole[0]) == without_number(split[0])
    assert whole[1] == split[1]


@settings(max_examples=60, deadline=None)
@given(days())
def test_a_snapshot_between_any_two_entries_changes_nothing(day):
    points, entries, _ = day
    assert play(points, entries) == play(points, entries, reload=True)


@settings(max_examples=200, deadline=None)
@given(days())
def test_the_kernel_and_the_oracle_agree(day):
    points, entries, _ = day
    told, fates = play(points, entries)
    oracle = Oracle(points, lateness_ms=PATTERNS.lateness_ms, future_ms=PATTERNS.future_ms)
    expected, expected_fates, clock = [], [], 0
    for what, content in entries:
        if what == "tick":
            for _ in range(content):
                clock += 1000
                expected += oracle.tick(clock)
            continue
        received = max(r[1] for r in content)
        for n, (number, at, value, quality) in enumerate(content):
            fate, said = oracle.sample(n, number, at, value, quality, received)
            expected_fates.append(fate)
            expected += said
    process = {"raised", "cleared", "returned", "again", "input_lost", "input_back"}
    mine = [(x.point, f"{x.limit} {x.kind}", x.occurrence, x.sample_at) for x in told if x.kind in process]
    assert mine == [x[1:5] for x in expected]
    assert fates == expected_fates


def test_a_flood_larger_than_the_kernels_room_is_told_completely():
    engine = Engine()
    limits = tuple(Limit(kind=LimitKind(k), value=v) for k, v in (("H", 80), ("HH", 90)))
    engine.configure([PointSettings(point=n, version=1, limits=limits) for n in range(5000)], seq=1, at=0)
    n = np.arange(5000, dtype=np.int32)
    at = np.full(5000, 1_000_000)
    told = engine.judge(Samples(n, at, np.full(5000, 99.0), np.zeros(5000, np.uint8)), seq=2, received_at=1_000_000)
    raised = [(x.point, x.limit) for x in told.transitions if x.kind == "raised"]
    assert raised == [(p, k) for p in range(5000) for k in ("H", "HH")]
    assert [x.number for x in told.transitions] == list(range(len(told.transitions)))


def test_time_passing_over_many_silent_points_is_told_completely():
    engine = Engine()
    lost = (Limit(kind=LimitKind.LOST, on_delay_ms=1000),)
    engine.configure([PointSettings(point=n, version=1, limits=lost) for n in range(5000)], seq=1, at=0)
    assert engine.tick(seq=2, at=0, elapsed_ms=1000) == []
    assert sum(x.kind == "raised" for x in engine.tick(seq=3, at=0, elapsed_ms=1000)) == 5000
