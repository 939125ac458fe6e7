"""Files of a day and extremes of a month are merged; a merge killed anywhere changes nothing that is read."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from bihuan.engines.alarms.samples import Samples
from bihuan.streams.history import merging
from bihuan.streams.history.manifest import STATE_EVERY, Manifest
from bihuan.streams.history.read import History
from bihuan.streams.history.segments import DAY_MS, HOUR_MS
from bihuan.streams.history.store import Store, month_of

FIRST = 19_723  # 2024-01-01
START, YEAR = FIRST * DAY_MS, 366
AFTER = FIRST + YEAR


def rows(seed, n=3000, *, points=5, days=1, every=1, start=START):
    """On every so manieth of the days, since each day costs two files."""
    rng = np.random.default_rng(seed)
    at = start + rng.integers(0, -(-days // every), n) * every * DAY_MS + rng.integers(0, DAY_MS // 1000, n) * 1000
    at.sort()
    point = rng.integers(0, points, n).astype(np.int32)
    quality = np.where(rng.random(n) < 0.1, 16, 0).astype(np.uint8)
    return Samples(point, at, rng.normal(50, 20, n).round(1), quality)


def last_of(*parts):
    """What must be there: of two rows for the same point and moment the one that came later."""
    found = {}
    for s in parts:
        found |= {
            (p, at): (v, q)
            for p, at, v, q in zip(s.point.tolist(), s.at.tolist(), s.value.tolist(), s.quality.tolist(), strict=True)
        }
    return found


def highs(found, point, width, start=START, end=AFTER * DAY_MS):
    out = {}
    for (p, at), (v, q) in found.items():
        if p == point and start <= at < end and q < 16:
            bucket = at - (at - start) % width
            out[bucket] = max(out.get(bucket, v), v)
    return dict(sorted(out.items()))


def series(folder, point, width, start=START, end=AFTER * DAY_MS):
    table = History(folder).series(point=point, start=start, end=end, width_ms=width)
    return dict(zip(table["begin"].to_pylist(), table["high"].to_pylist(), strict=True))


def kinds(store):
    return {k: len(store.version.of(k)) for k in ("samples", "hours", "months")}


def a_year(folder, seed=1):
    made, store = rows(seed, days=YEAR, every=12), Store(folder)
    store.append(made, epoch="e", last_seq=1)
    store.compact(at_least=1)
    return made, store


def test_a_month_knows_its_first_day_and_its_length():
    assert month_of(FIRST) == month_of(FIRST + 30) == (FIRST, 31)
    assert month_of(FIRST + 31) == month_of(FIRST + 59) == (FIRST + 31, 29)
    assert month_of(FIRST + 60) == (FIRST + 60, 31)


@pytest.mark.parametrize("width", [HOUR_MS, DAY_MS, 7 * HOUR_MS])
def test_a_year_is_read_from_twelve_files_and_says_what_the_rows_say(tmp_path, width):
    made, store = a_year(tmp_path)
    assert store.tidy(today=AFTER, files_a_tier=24, at_rest_seconds=-1) == 12
    assert kinds(store) == {"samples": 31, "hours": 0, "months": 12}
    for point in range(5):
        assert series(tmp_path, point, width) == highs(last_of(made), point, width)
    part = {"start": START + 40 * DAY_MS + HOUR_MS, "end": START + 77 * DAY_MS}
    assert series(tmp_path, 3, width, **part) == highs(last_of(made), 3, width, **part)
    assert store.verify() == []


@pytest.mark.parametrize(("days", "merged"), [(37, []), (38, [FIRST + 31])])
def test_a_month_that_goes_on_waits_for_a_week_of_days_and_one_with_loose_rows_for_its_rest(tmp_path, days, merged):
    made, late, store = rows(1, days=days), rows(2, 20, start=START + 10 * DAY_MS), Store(tmp_path)
    store.append(made, epoch="e", last_seq=1)
    store.compact(at_least=1)
    store.append(late, epoch="e", last_seq=2)
    expected = highs(last_of(made, late), 1, DAY_MS)
    store.tidy(today=FIRST + days, files_a_tier=24, at_rest_seconds=3600)
    assert [x.day for x in store.version.of("months")] == merged
    assert series(tmp_path, 1, DAY_MS) == expected
    store.tidy(today=FIRST + 60, files_a_tier=24, at_rest_seconds=-1)
    assert {x.day for x in store.version.of("months")} == {FIRST, FIRST + 31}
    assert series(tmp_path, 1, DAY_MS) == expected


def test_rows_that_come_after_their_month_was_merged_count_at_once_and_in_the_next_merge(tmp_path):
    made, store = a_year(tmp_path)
    store.tidy(today=AFTER, files_a_tier=24, at_rest_seconds=-1)
    day = START + 96 * DAY_MS
    late = rows(2, 200, days=2, start=day)
    spoilt = made[(made.at >= day) & (made.at < day + DAY_MS)]
    bad = Samples(spoilt.point, spoilt.at, spoilt.value + 500, np.full(len(spoilt), 16, np.uint8))
    store.append(late[::2], epoch="e", last_seq=2)
    store.append(late[1::2], epoch="e", last_seq=2)
    store.append(bad, epoch="e", last_seq=3)  # what was good is known to be bad now: its extremes must go
    expected = [highs(last_of(made, late[::2], late[1::2], bad), p, DAY_MS) for p in range(5)]
    assert [series(tmp_path, p, DAY_MS) for p in range(5)] == expected  # loose rows count
    store.compact()
    assert kinds(store) == {"samples": kinds(store)["samples"], "hours": 2, "months": 12}
    assert [series(tmp_path, p, DAY_MS) for p in range(5)] == expected  # the days' own extremes count
    assert store.merge_months(today=AFTER) == 1
    assert (kinds(store)["hours"], kinds(store)["months"]) == (0, 12)
    assert [series(tmp_path, p, DAY_MS) for p in range(5)] == expected  # the month was made anew


def test_a_day_of_which_nothing_good_is_left_is_empty_in_its_month(tmp_path):
    store = Store(tmp_path)
    for n, quality in enumerate((0, 16), 1):
        day = [START + HOUR_MS, START + 5 * DAY_MS]
        both = Samples(np.ones(2, np.int32), np.array(day), np.full(2, 7.0), np.array([quality, 0], np.uint8))
        store.append(both, epoch="e", last_seq=n)
        store.tidy(today=AFTER, files_a_tier=24, at_rest_seconds=-1)
    assert series(tmp_path, 1, DAY_MS) == {START + 5 * DAY_MS: 7.0}


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", ["in the file", "before the commit", "after the commit"])
def test_a_merge_killed_anywhere_leaves_files_that_say_the_same(tmp_path, monkeypatch, where):
    made, store = a_year(tmp_path)
    expected = [highs(last_of(made), p, DAY_MS) for p in range(5)]

    def killed(*_, **__):
        raise Killed

    if where == "in the file":
        monkeypatch.setattr(merging.SegmentWriter, "finish", killed)
    elif where == "before the commit":
        monkeypatch.setattr(Manifest, "_write", killed)
    else:
        monkeypatch.setattr(Store, "sweep", killed)

    def tidy():
        store.tidy(today=AFTER, files_a_tier=24, at_rest_seconds=-1)
        store.sweep()

    with pytest.raises(Killed):
        tidy()
    monkeypatch.undo()
    again = Store(tmp_path)
    assert kinds(again)["months"] == (12 if where == "after the commit" else 0)
    assert [series(tmp_path, p, DAY_MS) for p in range(5)] == expected
    assert again.verify() == []
    again.sweep(grace_seconds=-1)
    assert [series(tmp_path, p, DAY_MS) for p in range(5)] == expected
    again.tidy(today=AFTER, files_a_tier=24, at_rest_seconds=-1)
    again.sweep(grace_seconds=-1)
    assert (kinds(again)["months"], again.verify()) == (12, [])
    assert [series(tmp_path, p, DAY_MS) for p in range(5)] == expected


def test_a_day_merged_in_pieces_is_the_day_merged_at_once(tmp_path):
    parts = [rows(n, 400, points=40) for n in range(5)]
    store = Store(tmp_path)
    for n, part in enumerate(parts, 1):
        store.append(part, epoch="e", last_seq=n)
    files = store.version.of("samples")
    tables = {}
    for chunk in (10**6, 100):
        (day, hours), conflicts = merging.merge_samples(tmp_path, files, whole=True, chunk=chunk)
        read = [merging.pq.read_table(tmp_path / x.name) for x in (day, hours)]
        tables[chunk] = (*read, conflicts, day.rows, hours.rows)
    assert tables[100] == tables[10**6]
    assert tables[100][3] == len(last_of(*parts))


def test_while_a_day_goes_on_its_files_stay_few_and_the_last_received_still_wins(tmp_path):
    store, parts = Store(tmp_path), []
    for n in range(1, 41):
        parts.append(rows(n, 30, points=3))
        store.append(parts[-1], epoch="e", last_seq=n)
        store.tidy(today=FIRST, files_a_tier=3, at_rest_seconds=-1)
        assert kinds(store)["samples"] <= 3 * 4
    assert {x.tier for x in store.version.of("samples")} >= {1, 2, 3}
    assert not store.version.of("hours")
    wanted = last_of(*parts)
    found = History(tmp_path).rows(points=range(3), start=START, end=START + DAY_MS)
    assert (last_of(found), len(found)) == (wanted, len(wanted))
    store.tidy(today=FIRST + 1, files_a_tier=3, at_rest_seconds=-1)
    assert kinds(store) == {"samples": 1, "hours": 1, "months": 0}
    assert last_of(History(tmp_path).rows(points=range(3), start=START, end=START + DAY_MS)) == wanted


@pytest.mark.parametrize("whole", [False, True])
def test_rows_appended_while_a_merge_is_at_work_are_kept_and_count_as_newer(tmp_path, monkeypatch, whole):
    store, parts = Store(tmp_path), [rows(n, 60, points=2) for n in range(4)]
    for n, part in enumerate(parts[:3], 1):
        store.append(part, epoch="e", last_seq=n)
    merge = merging.merge_samples

    def meanwhile(*args, **more):
        made = merge(*args, **more)
        if store.version.last_seq == 3:
            store.append(parts[3], epoch="e", last_seq=4)
        return made

    monkeypatch.setattr("bihuan.streams.history.store.merge_samples", meanwhile)
    store.tidy(today=FIRST + whole, files_a_tier=3, at_rest_seconds=-1)
    wanted = last_of(*parts)
    assert last_of(History(tmp_path).rows(points=range(2), start=START, end=START + DAY_MS)) == wanted
    store.tidy(today=FIRST + 1, files_a_tier=3, at_rest_seconds=-1)
    assert kinds(store) == {"samples": 1, "hours": 1, "months": 0}
    assert last_of(History(tmp_path).rows(points=range(2), start=START, end=START + DAY_MS)) == wanted
    assert series(tmp_path, 1, HOUR_MS, end=START + DAY_MS) == highs(wanted, 1, HOUR_MS, end=START + DAY_MS)


def test_a_manifest_of_the_first_format_is_read_and_goes_on_in_the_second(tmp_path):
    made, store = a_year(tmp_path)
    newest = Manifest(tmp_path).newest()
    for path in (tmp_path / "manifest").iterdir():
        path.unlink()
    files = [{k: v for k, v in asdict(x).items() if k not in ("days", "tier")} for x in newest.files]
    number = STATE_EVERY + 1
    head = {"schema": 1, "number": number, "epoch": "e", "last_seq": 1, "conflicts": 0, "state": files}
    (tmp_path / "manifest" / f"{number:012d}.json").write_text(json.dumps(head))
    store = Store(tmp_path)
    assert store.version.files == newest.files
    assert store.tidy(today=AFTER, files_a_tier=24, at_rest_seconds=-1) == 12
    assert series(tmp_path, 1, DAY_MS) == highs(last_of(made), 1, DAY_MS)


def test_extremes_of_a_month_stay_until_all_of_it_is_over_the_edge(tmp_path):
    _, store = a_year(tmp_path)
    store.tidy(today=AFTER, files_a_tier=24, at_rest_seconds=-1)
    store.expire(before_day=FIRST + 30)
    assert kinds(store)["months"] == 12
    store.expire(before_day=FIRST + 31)
    assert kinds(store)["months"] == 11
    assert min(x.day for x in store.version.files) == FIRST + 31
