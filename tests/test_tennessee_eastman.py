"""The alarm engine on a plant's own series: quiet where nothing happens, awake where something does, the same twice."""

from __future__ import annotations

import numpy as np
import pytest
from bench import tennessee as tep

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def folder(shared_folder):
    found = shared_folder / "data" / "tep"
    if not found.is_dir():
        pytest.skip("shared is absent: the Tennessee Eastman series are not beside the checkout")
    return found


@pytest.fixture(scope="module")
def points(folder):
    return tep.limits_of(tep.series(folder, "d00"), 4.5, rows_held=1)


def test_a_normal_day_raises_no_alarm(folder, points):
    assert tep.raised_rows(tep.told(points, tep.series(folder, "d00_te"))) == []


@pytest.mark.parametrize("fault", [1, 6])
def test_a_gross_fault_raises_its_first_alarm_after_it_began(folder, points, fault):
    where = tep.raised_rows(tep.told(points, tep.series(folder, f"d{fault:02}_te")))
    assert min(where) >= tep.FAULT_AFTER


def test_any_split_into_batches_and_any_repetition_tells_the_same(folder, points):
    """Sequences differ with the split, the story doesn't."""
    rows = tep.series(folder, "d06_te")

    def story(values_a_batch):
        return [
            (x["point"], x["limit"], x["kind"], x.get("sample_at"), x.get("value"))
            for x in tep.told(points, rows, values_a_batch=values_a_batch)
        ]

    alarms = [x for x in story(52) if x[2] in ("raised", "cleared")]
    assert len(alarms) > 20
    assert story(52) == story(52)
    for size in (7, 30):
        assert [x for x in story(size) if x[2] in ("raised", "cleared")] == alarms


def test_what_is_judged_is_what_numpy_sees(folder, points):
    """Without delay or deadband an alarm is a row beyond the limit after one within."""
    plain = tep.limits_of(tep.series(folder, "d00"), 4.5)
    rows = tep.series(folder, "d01_te")
    high = np.array([x.limits[0].value for x in plain])
    crossings = (rows[1:] >= high) & ~(rows[:-1] >= high)
    first = {int(p): int(np.argmax(crossings[:, p])) + 1 for p in np.flatnonzero(crossings.any(0))}
    seen: dict[int, int] = {}
    for x in tep.told(plain, rows):
        if (x["limit"], x["kind"]) == ("H", "raised"):
            seen.setdefault(x["point"], (x["sample_at"] - tep.START) // tep.ROW_MS)
    assert seen == first
