from datetime import UTC, datetime, time

import pytest

from bihuan.core.notices.timing import after_quiet, is_quiet, next_at


def at(text):
    """A moment by its local clock."""
    return datetime.fromisoformat(f"{text}:00+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_from_the_first_minute_and_no_longer_at_the_last(clock, quiet):
    assert is_quiet(at(f"2026-11-22T{clock}"), time(22), time(7)) is quiet


def test_hours_need_not_span_midnight():
    assert is_quiet(at("2026-11-22T12:30"), time(12), time(14))
    assert not is_quiet(at("2026-11-22T14:00"), time(12), time(14))


@pytest.mark.parametrize(("start", "end"), [(None, None), (time(22), None), (None, time(7)), (time(7), time(7))])
def test_without_both_ends_no_hour_is_quiet(start, end):
    assert not is_quiet(at("2026-11-22T23:00"), start, end)


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2026-11-22T21:59", "2026-11-22T21:59"),
        ("2026-11-22T22:00", "2026-11-23T07:00"),
        ("2026-11-23T00:30", "2026-11-23T07:00"),
        ("2026-12-31T23:00", "2027-01-01T07:00"),
    ],
)
def test_what_falls_into_the_night_is_sent_when_it_ends(now, sent):
    assert after_quiet(at(now), time(22), time(7)) == at(sent)


def test_the_digest_goes_out_at_its_next_hour():
    assert next_at(at("2026-11-22T07:30"), time(7, 30)) == at("2026-11-22T07:30")
    assert next_at(at("2026-11-22T07:31"), time(7, 30)) == at("2026-11-23T07:30")
