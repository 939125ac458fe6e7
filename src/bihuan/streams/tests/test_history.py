"""Exact rows, last received wins, extremes kept, one writer, nothing half-written is ever seen."""

from __future__ import annotations

import csv
import itertools

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.engines.alarms.samples import Samples
from bihuan.kernel.formats import NewerFormat
from bihuan.streams.history.last import LastValues
from bihuan.streams.history.manifest import STATE_EVERY, SomebodyElseCommitted
from bihuan.streams.history.read import History, TooMany
from bihuan.streams.history.segments import DAY_MS, HOUR_MS
from bihuan.streams.history.store import Store

DAY = 19_675 * DAY_MS


def samples(*rows):
    """(point, at after DAY, value[, quality])"""
    return Samples(
        np.array([r[0] for r in rows], np.int32),
        np.array([DAY + r[1] for r in rows], np.int64),
        np.array([r[2] for r in rows], float),
        np.array([r[3] if len(r) > 3 else 0 for r in rows], np.uint8),
    )


def listed(s):
    return list(zip(s.point.tolist(), (s.at - DAY).tolist(), s.value.tolist(), s.quality.tolist(), strict=True))


def everything(folder, points=range(100)):
    return listed(History(folder).rows(points=list(points), start=DAY - 10 * DAY_MS, end=DAY + 10 * DAY_MS))


def test_rows_come_back_exactly_sorted_by_point_and_time(tmp_path):
    store = Store(tmp_path)
    rows = [(2, 5, -0.0), (1, 7, float("inf")), (1, 6, 0.1 + 0.2, 17), (3, 0, 5e-324)]
    store.append(samples(*rows), epoch="e", last_seq=9)
    got = History(tmp_path).rows(points=[1, 2, 3], start=DAY, end=DAY + 10)
    assert listed(got) == [(1, 6, 0.1 + 0.2, 17), (1, 7, float("inf"), 0), (2, 5, -0.0, 0), (3, 0, 5e-324, 0)]
    assert got.value.tobytes()[16:24] == np.float64(-0.0).tobytes()


def test_not_a_number_survives_with_its_bits(tmp_path):
    odd = np.array([0x7FF8_0000_0000_1234], np.uint64).view(float)
    Store(tmp_path).append(
        Samples(np.array([1], np.int32), np.array([DAY]), odd, np.array([16], np.uint8)), epoch="e", last_seq=1
    )
    assert History(tmp_path).rows(points=[1], start=DAY, end=DAY + 1).value.tobytes() == odd.tobytes()


def test_the_span_is_half_open(tmp_path):
    Store(tmp_path).append(samples((1, 10, 1), (1, 20, 2)), epoch="e", last_seq=1)
    assert listed(History(tmp_path).rows(points=[1], start=DAY + 10, end=DAY + 20)) == [(1, 10, 1, 0)]


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.integers(0, 3),
                st.integers(-2 * DAY_MS, 2 * DAY_MS).map(lambda x: x - x % (DAY_MS // 2)),
                st.sampled_from([1.0, 2.0, float("nan")]),
                st.sampled_from([0, 16]),
            ),
            min_size=1,
            max_size=12,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_the_last_received_wins_before_and_after_compaction(tmp_path_factory, appends):
    folder = tmp_path_factory.mktemp("history")
    store, expected = Store(folder), {}
    for n, rows in enumerate(appends, 1):
        store.append(samples(*rows), epoch="e", last_seq=n)
        expected |= {(p, at): (v, q) for p, at, v, q in rows}
    wanted = [str((p, at, v, q)) for (p, at), (v, q) in sorted(expected.items())]
    assert [str(x) for x in everything(folder, range(4))] == wanted
    store.compact(at_least=1)
    assert [str(x) for x in everything(folder, range(4))] == wanted
    store.append(samples((0, 0, 77.0)), epoch="e", last_seq=99)
    assert (0, 0, 77.0, 0) in everything(folder, range(4))
    store.compact(at_least=1)
    assert (0, 0, 77.0, 0) in everything(folder, range(4))
    assert all(x.unique for x in store.version.of("samples"))


def encodings(folder, name):
    column = pq.ParquetFile(folder / name).metadata.row_group(0).column(2)
    assert column.path_in_schema == "value"
    return column.encodings


@pytest.mark.parametrize("noise", [False, True])
def test_a_compacted_day_is_exact_and_values_that_repeat_get_a_dictionary(tmp_path, noise):
    rng, store = np.random.default_rng(1), Store(tmp_path)
    value = rng.normal(50, 5, 20_000)
    value = value if noise else np.round(value * 40.95) / 40.95
    nan = np.array([0x7FF8_0000_0000_1234, 0x7FF8_0000_0000_0001], np.uint64).view(float)
    value[:6] = [*nan, -0.0, 0.0, float("inf"), 5e-324]
    rows = Samples(np.zeros(20_000, np.int32), DAY + np.arange(20_000), value, np.zeros(20_000, np.uint8))
    store.append(rows[:9_000], epoch="e", last_seq=1)
    store.append(rows[9_000:], epoch="e", last_seq=2)
    store.compact()
    (file,) = store.version.of("samples")
    assert ("RLE_DICTIONARY" in encodings(tmp_path, file.name)) is not noise
    kept = History(tmp_path).rows(points=[0], start=DAY, end=DAY + DAY_MS)
    assert kept.value.tobytes() == value.tobytes()


def test_rows_that_disagree_about_one_moment_are_counted(tmp_path):
    store = Store(tmp_path)
    store.append(samples((1, 0, 1.0), (1, 0, 1.0), (1, 1, 5.0)), epoch="e", last_seq=1)
    store.append(samples((1, 1, 6.0)), epoch="e", last_seq=2)
    store.compact()
    assert store.version.conflicts == 1


def noisy(seed, rows=4000, days=3):
    rng = np.random.default_rng(seed)
    at = np.sort(rng.choice(days * DAY_MS, rows, replace=False))
    value = rng.normal(50, 10, rows).round(2)
    quality = np.where(rng.random(rows) < 0.1, 16, 0).astype(np.uint8)
    return Samples(np.full(rows, 5, np.int32), DAY + at, value, quality)


def brute(s, start, end, width):
    out = {}
    for at, v, q in zip(s.at.tolist(), s.value.tolist(), s.quality.tolist(), strict=True):
        if start <= at < end and q < 16:
            out.setdefault(at - (at - start) % width, []).append((at, v))
    return [
        {
            "begin": b,
            "count": len(r),
            "low": min(v for _, v in r),
            "low_at": min(r, key=lambda x: (x[1], x[0]))[0],
            "high": max(v for _, v in r),
            "high_at": min(r, key=lambda x: (-x[1], x[0]))[0],
            "first": r[0][1],
            "last": r[-1][1],
        }
        for b, r in sorted(out.items())
    ]


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("width", [60_000, HOUR_MS, 6 * HOUR_MS, 7 * HOUR_MS])
def test_a_series_keeps_every_extreme_and_its_moment(tmp_path, width, compact):
    s, store = noisy(1), Store(tmp_path)
    third = len(s) // 3
    store.append(s[: 2 * third], epoch="e", last_seq=1)
    if compact:
        store.compact(at_least=1)
    store.append(s[2 * third :], epoch="e", last_seq=2)
    start, end = DAY + 3 * HOUR_MS, DAY + 70 * HOUR_MS
    table = History(tmp_path).series(point=5, start=start, end=end, width_ms=width)
    expected = brute(s, start, end, width)
    got = table.drop_columns(["total", "mean"]).to_pylist()
    assert got == expected
    assert table["mean"].to_numpy() == pytest.approx(table["total"].to_numpy() / table["count"].to_numpy())


def test_hourly_extremes_are_not_used_for_a_day_with_later_rows(tmp_path):
    store = Store(tmp_path)
    store.append(samples((1, 10, 1.0)), epoch="e", last_seq=1)
    store.compact(at_least=1)
    store.append(samples((1, 20, 99.0)), epoch="e", last_seq=2)
    table = History(tmp_path).series(point=1, start=DAY, end=DAY + HOUR_MS, width_ms=HOUR_MS)
    assert table["high"].to_pylist() == [99.0]


@pytest.mark.parametrize("width", [0, 1])
def test_a_series_of_too_many_buckets_is_refused(tmp_path, width):
    with pytest.raises(TooMany):
        History(tmp_path).series(point=1, start=0, end=DAY_MS, width_ms=width)


def test_an_empty_history_answers_emptily(tmp_path):
    assert everything(tmp_path) == []
    assert History(tmp_path).series(point=1, start=0, end=HOUR_MS, width_ms=60_000).num_rows == 0


def test_of_two_writers_the_later_is_refused(tmp_path):
    one, two = Store(tmp_path), Store(tmp_path)
    one.append(samples((1, 0, 1.0)), epoch="e", last_seq=1)
    with pytest.raises(SomebodyElseCommitted):
        two.append(samples((1, 0, 2.0)), epoch="e", last_seq=1)
    assert everything(tmp_path) == [(1, 0, 1.0, 0)]
    two.refresh()
    two.append(samples((1, 1, 2.0)), epoch="e", last_seq=2)


def test_a_file_that_was_written_but_not_committed_is_not_there_and_is_swept(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store.append(samples((1, 0, 1.0)), epoch="e", last_seq=1)
    monkeypatch.setattr(type(store.manifest), "_write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        store.append(samples((1, 1, 2.0)), epoch="e", last_seq=2)
    monkeypatch.undo()
    assert everything(tmp_path) == [(1, 0, 1.0, 0)]
    again = Store(tmp_path)
    assert again.version.last_seq == 1
    assert (again.sweep(), again.sweep(grace_seconds=-1)) == (0, 1)
    assert again.verify() == []


def test_the_next_segment_begins_behind_the_last_committed_sequence_or_anew_in_a_new_epoch(tmp_path):
    store = Store(tmp_path)
    for epoch, last in (("a", 10), ("a", 25), ("b", 4)):
        store.append(samples((1, last, 1.0)), epoch=epoch, last_seq=last)
    assert [(x.from_seq, x.to_seq, x.epoch) for x in store.version.files] == [(1, 10, "a"), (11, 25, "a"), (1, 4, "b")]


def test_a_manifest_reads_the_same_from_deltas_and_from_whole_states(tmp_path):
    store = Store(tmp_path)
    for n in range(1, 4 * STATE_EVERY + 5):
        store.append(samples((1, n, float(n))), epoch="e", last_seq=n)
        if n % 30 == 0:
            store.compact()
    assert store.manifest.newest() == store.version
    store.manifest.forget_old()
    assert store.manifest.newest() == store.version
    assert len(everything(tmp_path)) == 4 * STATE_EVERY + 4


def test_a_manifest_of_a_later_format_is_not_guessed_at(tmp_path):
    Store(tmp_path).append(samples((1, 0, 1.0)), epoch="e", last_seq=1)
    (path,) = (tmp_path / "manifest").glob("*.json")
    whole = path.read_text()
    for one, later in (('"schema":2', '"schema":3'), ('"format":1', '"format":2')):  # of the list, of a segment
        path.write_text(whole.replace(one, later))
        with pytest.raises(NewerFormat, match="较新的版本"):
            Store(tmp_path)
    path.write_text(whole.replace('"format":1', '"kind":"samples"'))  # as it was before segments said their format
    assert Store(tmp_path).version.files[0].format == 1


def test_tampering_with_a_segment_is_found(tmp_path):
    store = Store(tmp_path)
    store.append(samples((1, 0, 1.0)), epoch="e", last_seq=1)
    name = store.version.files[0].name
    data = bytearray((tmp_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(data)
    assert store.verify() == [name]


def test_days_before_the_retentions_edge_leave_and_the_edge_stays(tmp_path):
    store = Store(tmp_path)
    store.append(samples((1, -1, 1.0), (1, 0, 2.0)), epoch="e", last_seq=1)
    assert store.expire(before_day=DAY // DAY_MS) == 1
    assert everything(tmp_path) == [(1, 0, 2.0, 0)]


def test_export_says_exactly_the_rows_in_both_formats(tmp_path):
    store, history = Store(tmp_path), History(tmp_path)
    store.append(noisy(2, rows=50), epoch="e", last_seq=1)
    span = {"points": [5], "start": DAY, "end": DAY + 3 * DAY_MS}
    rows = history.rows(**span)
    assert history.export(tmp_path / "x.csv", **span) == history.export(tmp_path / "x.parquet", **span) == 50
    table = pq.read_table(tmp_path / "x.parquet")
    assert table["value"].to_numpy().tobytes() == rows.value.tobytes()
    with (tmp_path / "x.csv").open(encoding="utf-8-sig") as text:
        read = list(csv.DictReader(text))
    assert [float(r["value"]) for r in read] == rows.value.tolist()
    assert read[0]["at"].startswith("2023-11-14T")


def test_last_values_take_the_newest_whatever_the_order_of_batches():
    orders = itertools.permutations(
        [samples((1, 0, 1.0), (1, 5, 2.0)), samples((1, 3, 9.0), (2, 1, 4.0)), samples((5000, 7, 7.0))]
    )
    for batches in orders:
        last = LastValues(capacity=2)
        for batch in batches:
            last.take(batch)
        assert listed(last.of()) == [(1, 5, 2.0, 0), (2, 1, 4.0, 0), (5000, 7, 7.0, 0)]
        assert listed(last.of(np.array([2, 77, -1, 10**9]))) == [(2, 1, 4.0, 0)]
