"""The pure fold: the same log, the same bytes, wherever it is cut."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bihuan.engines.alarms.samples import Samples
from bihuan.engines.alarms.settings import Limit, PointSettings
from bihuan.engines.alarms.terms import KIND
from bihuan.streams import wire
from bihuan.streams.bus import layout
from bihuan.streams.folds.fold import Fold

AT = 1_700_000_000_000


def rows(*what, received=AT):
    """(point, second, value) …"""
    columns = Samples(
        np.array([r[0] for r in what], np.int32),
        np.array([AT + int(r[1] * 1000) for r in what]),
        np.array([r[2] for r in what], float),
        np.zeros(len(what), np.uint8),
    )
    return wire.pack(columns, received_at=received)


def high(point=1, value=80.0, **more):
    return PointSettings(point=point, version=1, limits=(Limit(kind=KIND["H"], value=value),), **more)


def fold_with(*settings):
    fold = Fold(epoch="e1")
    fold.apply(seq=1, subject="TELEMETRY.0._settings", data=wire.pack_settings(settings, at=AT))
    return fold


def play(entries, *, save_every=0):
    fold, told = Fold(epoch="e1"), []
    for seq, (what, data) in enumerate(entries, 1):
        if save_every and seq % save_every == 0:
            fold = Fold.load(fold.save())
        told += fold.apply(seq=seq, subject=layout.telemetry(0, what), data=data)
    return told, fold


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_recorded_day_replayed_twice_gives_the_same_bytes(log, seed):
    day = log(seed)
    first, a = play(day.entries)
    second, b = play(day.entries, save_every=7)
    assert wire.pack_json({"told": first}) == wire.pack_json({"told": second})
    assert a.save() == b.save()
    assert len(first) > 50
    assert sum(a.counts[x] for x in ("judged", "duplicate", "conflict", "late", "future", "unknown")) == day.rows


def test_every_transition_of_a_day_has_its_own_id(log):
    told, _ = play(log(4).entries)
    assert len({x["id"] for x in told}) == len(told)
    assert any(x.get("retrospective") for x in told)


def test_late_samples_raise_a_retrospective_alarm_and_nothing_now():
    fold = fold_with(high())
    assert fold.apply(seq=2, subject="TELEMETRY.0.acme", data=rows((1, 0, 50.0))) == []
    told = fold.apply(seq=3, subject="TELEMETRY.0.acme", data=rows((1, -600, 95.0), (1, -500, 40.0)))
    assert [(x["kind"], x["retrospective"]) for x in told] == [("raised", True), ("cleared", True)]
    assert fold.live.life.alarms == {}


def test_a_week_of_backlog_is_late_although_nothing_newer_was_judged():
    fold = fold_with(high())
    told = fold.apply(seq=2, subject="TELEMETRY.0.acme", data=rows((1, -7 * 86400, 95.0)))
    assert [x["retrospective"] for x in told] == [True]


def test_time_is_the_difference_of_ticks_so_two_owners_make_no_time():
    fold = fold_with(high(lost_after_ms=10_000))
    fold.apply(seq=2, subject="TELEMETRY.0.acme", data=rows((1, 0, 95.0)))
    told, seq = [], 2
    for second in range(11):
        for _ in range(2):
            seq += 1
            told += fold.apply(seq=seq, subject="TELEMETRY.0._clock", data=wire.pack_tick(at=AT + second * 1000))
    assert told == []
    told = fold.apply(seq=99, subject="TELEMETRY.0._clock", data=wire.pack_tick(at=AT + 11_000))
    assert [x["kind"] for x in told] == ["input_lost"]


@pytest.mark.parametrize("jump", [900_000, -900_000])
def test_a_jumping_server_clock_makes_nobody_silent(jump):
    fold = fold_with(high(lost_after_ms=10_000))
    fold.apply(seq=2, subject="TELEMETRY.0._clock", data=wire.pack_tick(at=AT))
    assert fold.apply(seq=3, subject="TELEMETRY.0._clock", data=wire.pack_tick(at=AT + jump)) == []
    assert fold.live.tick_clock == (5000 if jump > 0 else 0)


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("acme", b""),
        ("acme", b"BH1\0"),
        ("acme", b"x" * 100),
        ("acme", wire.pack(Samples(*(np.zeros(2, d) for d in ("i4", "i8", "f8", "u1"))), received_at=0)[:-1]),
        ("_clock", b"{}"),
        ("_clock", b"\x78\x9cbroken"),
        ("_clock", b'{"at":"x"}'),
        ("_clock", b"[1]"),
        ("_settings", b'{"at":1,"changes":[{"point":1}]}'),
        ("_settings", b'{"at":1,"changes":[{"point":1,"version":1,"limits":[{"kind":"Q"}]}]}'),
        ("_commands", b'{"do":"shelve"}'),
    ],
)
def test_an_entry_nobody_can_read_is_counted_and_passed_by(what, data):
    fold = fold_with(high())
    assert fold.apply(seq=2, subject=layout.telemetry(0, what), data=data) == []
    assert (fold.counts["unreadable"], fold.seq) == (1, 2)
    told = fold.apply(seq=3, subject="TELEMETRY.0.acme", data=rows((1, 0, 95.0)))
    assert [x["kind"] for x in told] == ["raised"]


def test_settings_with_one_bad_point_change_nothing():
    fold = fold_with(high())
    good, bad = high(value=10.0).to_json(), high(point=2).to_json() | {"lost_after_ms": -1}
    fold.apply(seq=2, subject="TELEMETRY.0._settings", data=wire.pack_json({"at": AT, "changes": [good, bad]}))
    assert fold.counts["unreadable"] == 1
    assert fold.apply(seq=3, subject="TELEMETRY.0.acme", data=rows((1, 0, 50.0))) == []


def test_a_new_epoch_keeps_what_is_active_and_begins_to_count_again():
    fold = fold_with(high())
    fold.apply(seq=2, subject="TELEMETRY.0.acme", data=rows((1, 0, 95.0)))
    fold.begin_epoch("e2")
    (cleared,) = fold.apply(seq=1, subject="TELEMETRY.0.acme", data=rows((1, 1, 10.0)))
    assert (cleared["kind"], cleared["id"]) == ("cleared", "e2:1:1:H:cleared:0")


def test_a_batch_survives_packing_with_every_odd_value():
    odd = Samples(
        np.array([0, 2**31 - 1], np.int32),
        np.array([-(2**62), 2**62]),
        np.array([math.inf, -0.0]),
        np.array([0, 255], np.uint8),
    )
    back = wire.unpack(wire.pack(odd, received_at=5))
    assert back.received_at == 5
    for name in ("point", "at", "value", "quality"):
        assert getattr(back.samples, name).tobytes() == getattr(odd, name).tobytes()


def test_large_json_is_compressed_and_reads_the_same():
    content = {"x": ["报警"] * 50_000}
    packed = wire.pack_json(content)
    assert len(packed) < 10_000
    assert wire.unpack_json(packed) == content
