"""ISA-18.2 states, commands, moved limits, chatter, flood, stale, first-out."""

from __future__ import annotations

import pytest

from bihuan.engines.alarms.settings import Limit, Patterns
from bihuan.engines.alarms.terms import Happening, LimitKind, State

HOUR = 3_600_000


def shelf(start, **more):
    return {"reason": "变送器检修", "until": start + HOUR, "role": "shift_lead"} | more


def test_acknowledged_then_cleared_is_normal(bench, high):
    b = bench(high)
    states = [x.state for x in b.see((0, 85)) + b.do("acknowledge", occurrence=1) + b.see((1, 70))]
    assert states == [State.UNACK, State.ACKED, State.NORM]


def test_cleared_before_acknowledged_still_asks_to_be_acknowledged(bench, high):
    b = bench(high)
    states = [x.state for x in b.see((0, 85), (1, 70))[1:] + b.do("acknowledge", occurrence=1)]
    assert states == [State.RTNUN, State.NORM]


def test_an_acknowledgement_is_for_an_occurrence_and_not_for_the_next_one(bench, high):
    b = bench(high)
    b.see((0, 85), (1, 70), (2, 85))
    assert [x.state for x in b.do("acknowledge", occurrence=1)] == [State.UNACK]
    assert [x.state for x in b.do("acknowledge", occurrence=2)] == [State.ACKED]
    assert b.do("acknowledge", occurrence=2)[0].kind == Happening.REFUSED


def test_a_shelved_alarm_is_recorded_but_hidden_and_comes_back_when_the_shelf_ends(bench, high, start, told):
    b = bench(high)
    assert b.do("shelve", **shelf(start))[0].state == State.SHLVD
    (raised,) = b.see((0, 85))
    assert (raised.hidden, raised.state) == (True, State.SHLVD)
    assert b.wait(1, at=3599.999) == []
    (back,) = b.wait(1, at=3600)
    assert (back.kind, back.state, back.detail["reason"]) == (Happening.UNSHELVED, State.UNACK, "expired")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"until": None},
        {"until": 1_700_000_000_000},
        {"until": 1_700_000_000_000 + 8 * HOUR + 1},
        {"role": "visitor"},
    ],
)
def test_a_shelf_needs_reason_end_and_role(bench, high, start, wrong):
    b = bench(high)
    (said,) = b.do("shelve", **(shelf(start) | wrong))
    assert said.kind == Happening.REFUSED
    assert b.see((0, 85))[0].state == State.UNACK


def test_the_longest_shelf_is_accepted(bench, high, start):
    assert bench(high).do("shelve", **shelf(start, until=start + 8 * HOUR))[0].kind == Happening.SHELVED


def test_suppressed_and_out_of_service_say_who_hid_it(bench, high):
    b = bench(high)
    assert b.do("suppress", reason="停车工况")[0].state == State.DSUPR
    assert b.do("take_out", reason="检修", reference="WO-1")[0].state == State.OOSRV
    assert b.see((0, 85))[0].hidden
    assert b.do("put_back")[0].state == State.DSUPR
    assert b.do("unsuppress")[0].state == State.UNACK
    assert b.do("unsuppress")[0].kind == Happening.REFUSED


@pytest.mark.parametrize("command", [{"do": "fly"}, {"do": "shelve", "limit": "X"}, {"do": "shelve", "point": 9}])
def test_a_command_that_makes_no_sense_is_refused_and_recorded(bench, high, command):
    b = bench(high)
    said = b.engine.command({"point": 7, "limit": "H", "by": "li"} | command, seq=5, at=0)
    assert [x.kind for x in said] == [Happening.REFUSED]


def test_raising_a_limit_does_not_end_its_alarm_and_is_reported(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80, deadband=2))
    b.see((0, 85))
    (moved,) = b.set(Limit(kind=LimitKind.H, value=95, deadband=2), audit="a-17")
    assert moved.kind == Happening.LIMIT_MOVED
    assert moved.detail == {"old": 80.0, "new": 95.0, "audit": "a-17"}
    assert b.see((1, 85), (2, 78)) == []
    assert told(b.see((3, 77.9))) == ["H cleared"]
    assert b.see((4, 94)) == []
    assert told(b.see((5, 95))) == ["H raised"]


def test_lowering_a_limit_makes_its_alarm_last_until_the_new_one_is_left(bench, told):
    b = bench(Limit(kind=LimitKind.H, value=80))
    b.see((0, 85))
    b.set(Limit(kind=LimitKind.H, value=70))
    assert b.see((1, 75)) == []
    assert told(b.see((2, 69))) == ["H cleared"]


@pytest.mark.parametrize("limits", [(), (Limit(kind=LimitKind.H, value=80, enabled=False),)])
def test_taking_a_limit_away_does_not_end_its_alarm(bench, told, limits):
    b = bench(Limit(kind=LimitKind.H, value=80))
    b.see((0, 85))
    assert told(b.set(*limits)) == ["H limit_moved"]
    assert told(b.see((1, 85), (2, 79), (3, 85))) == ["H cleared"]


def test_the_same_settings_again_report_nothing(bench, high):
    b = bench(high)
    b.see((0, 85))
    assert b.set(high) == []


def test_a_limit_moved_while_nothing_is_active_is_simply_in_force(bench, high, told):
    b = bench(high)
    assert b.set(Limit(kind=LimitKind.H, value=60)) == []
    assert told(b.see((0, 65))) == ["H raised"]


def test_the_third_raise_within_a_minute_is_chatter_told_once(bench, high, told):
    b = bench(high)
    rows = [(i, 85 if i % 2 == 0 else 70) for i in range(8)]
    assert told(b.see(*rows)).count("H chattering") == 1
    assert [x.repeats for x in b.see((20, 85))] == [4]


def test_two_raises_within_a_minute_are_not_chatter(bench, high, told):
    b = bench(high)
    assert "H chattering" not in told(b.see((0, 85), (1, 70), (2, 85), (3, 70)))


def test_eleven_alarms_in_ten_minutes_are_a_flood_and_ten_are_not(bench, high):
    points = tuple(range(11))
    b = bench(high, points=points, group="内操一岗", lost_after_ms=10_000_000)
    kinds = [x.kind for p in points[:10] for x in b.see((0, 85), point=p)]
    assert Happening.FLOOD_BEGAN not in kinds
    flood = b.see((0, 85), point=10)[-1]
    assert (flood.kind, flood.detail) == (Happening.FLOOD_BEGAN, {"group": "内操一岗", "count": 11})
    assert [x.kind for x in b.wait(600)] == []
    assert [x.kind for x in b.wait(1)] == [Happening.FLOOD_ENDED]


def test_the_first_alarm_of_a_quiet_group_is_first_out(bench, high):
    b = bench(high, points=(1, 2))
    first = b.see((0, 85), point=1) + b.see((1, 85), point=2)
    assert [x.first_out for x in first] == [True, False]
    b.see((2, 70), point=1)
    b.see((2, 70), point=2)
    assert b.see((3, 85), point=2)[0].first_out


def test_an_alarm_active_for_a_day_is_stale_once(bench, high, told):
    b = bench(high, patterns=Patterns(stale_after_ms=5000))
    b.see((0, 85))
    assert b.wait(4) == []
    assert told(b.wait(10)) == ["H stale"]


def test_identity_is_point_limit_and_occurrence(bench, high):
    b = bench(high)
    raised = [x for x in b.see((0, 85), (1, 70), (2, 85)) if x.kind == Happening.RAISED]
    assert [(x.point, x.limit, x.occurrence) for x in raised] == [(7, "H", 1), (7, "H", 2)]
