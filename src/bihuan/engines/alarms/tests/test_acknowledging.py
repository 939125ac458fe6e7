"""确认: each person's own, for an occurrence, with an end if he says one; as many people as the limit asks for."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest

from bihuan.engines.alarms import snapshot
from bihuan.engines.alarms.settings import BadLimits, PointSettings
from bihuan.engines.alarms.terms import Happening, State

HOUR = 3_600_000
EXPIRED = Happening.ACKNOWLEDGEMENT_EXPIRED


def say(b, by, **more):
    (told,) = b.do("acknowledge", **({"occurrence": 1, "by": by} | more))
    return told


def test_a_second_person_may_acknowledge_too_and_the_same_word_twice_is_refused(bench, high):
    b = bench(high)
    b.see((0, 85))
    assert (say(b, "li").state, say(b, "wang").state) == (State.ACKED, State.ACKED)
    assert [say(b, x).kind for x in ("li", "wang")] == [Happening.REFUSED] * 2


def test_who_has_acknowledged_is_said_with_each_acknowledgement(bench, high):
    b = bench(high)
    b.see((0, 85))
    assert [say(b, x).detail["by"] for x in ("li", "wang")] == ["li", "wang"]


def test_an_acknowledgement_that_expires_asks_again_while_the_alarm_is_active(bench, high, start):
    b = bench(high)
    b.see((0, 85))
    assert say(b, "li", until=start + HOUR).state == State.ACKED
    assert b.wait(1, at=3599.999) == []
    (told,) = b.wait(1, at=3600)
    assert (told.kind, told.state, told.detail) == (EXPIRED, State.UNACK, {"by": "li"})
    assert b.wait(1, at=3601) == []
    assert say(b, "li", at=3602).state == State.ACKED


def test_of_two_acknowledgements_the_other_still_holds_when_one_expires(bench, high, start):
    b = bench(high)
    b.see((0, 85))
    say(b, "li", until=start + HOUR)
    say(b, "wang")
    (told,) = b.wait(1, at=3600)
    assert (told.kind, told.state) == (EXPIRED, State.ACKED)


def test_nothing_is_asked_again_of_an_alarm_that_has_returned(bench, high, start):
    b = bench(high)
    b.see((0, 85))
    say(b, "li", until=start + HOUR)
    assert [x.state for x in b.see((1, 70))] == [State.NORM]
    assert b.wait(1, at=3600) == []


def test_a_person_may_put_the_end_off(bench, high, start):
    b = bench(high)
    b.see((0, 85))
    say(b, "li", until=start + HOUR)
    assert say(b, "li", until=start + 2 * HOUR).kind == Happening.ACKNOWLEDGED
    assert b.wait(1, at=3600) == []
    assert [x.kind for x in b.wait(1, at=7200)] == [EXPIRED]


@pytest.mark.parametrize(
    "wrong",
    [{"until": 1_700_000_000_000}, {"until": "tomorrow"}, {"until": 1_700_000_000_000 + 24 * HOUR + 1}, {"by": ""}],
)
def test_an_acknowledgement_without_a_person_or_with_an_impossible_end_is_refused(bench, high, wrong):
    b = bench(high)
    b.see((0, 85))
    assert b.do("acknowledge", **({"occurrence": 1} | wrong))[0].kind == Happening.REFUSED
    assert say(b, "li").state == State.ACKED


def test_a_limit_may_ask_for_two_people(bench, high):
    b = bench(replace(high, acknowledgements=2))
    b.see((0, 85))
    first, second = say(b, "li"), say(b, "wang")
    assert (first.state, first.detail["missing"]) == (State.UNACK, 1)
    assert (second.state, "missing" in second.detail) == (State.ACKED, False)


def test_with_two_people_asked_for_one_expiry_asks_again(bench, high, start):
    b = bench(replace(high, acknowledgements=2))
    b.see((0, 85))
    say(b, "li", until=start + HOUR)
    say(b, "wang")
    assert [x.state for x in b.wait(1, at=3600)] == [State.UNACK]
    assert say(b, "zhao").state == State.ACKED


def test_a_latch_opens_only_when_all_who_are_asked_for_have_acknowledged(bench, high):
    b = bench(replace(high, latch=True, acknowledgements=2))
    b.see((0, 85), (1, 70))
    assert [x.kind for x in b.do("acknowledge", occurrence=1, by="li")] == [Happening.ACKNOWLEDGED]
    told = [x.kind for x in b.do("acknowledge", occurrence=1, by="wang")]
    assert told == [Happening.ACKNOWLEDGED, Happening.CLEARED]


def test_a_latch_closes_again_when_its_acknowledgement_expires(bench, high, start):
    b = bench(replace(high, latch=True))
    b.see((0, 85))
    say(b, "li", until=start + HOUR)
    b.wait(1, at=3600)
    assert [x.kind for x in b.see((3601, 70))] == [Happening.RETURNED]


def test_an_alarm_back_from_its_shelf_asks_everybody_again(bench, high, start):
    b = bench(high)
    b.see((0, 85))
    say(b, "li")
    b.do("shelve", reason="pump out", until=start + HOUR, role="shift_lead")
    assert [x.state for x in b.wait(1, at=3600)] == [State.UNACK]
    assert say(b, "li").state == State.ACKED


def test_who_has_acknowledged_and_until_when_survives_a_snapshot(bench, high, start):
    b = bench(replace(high, acknowledgements=2))
    b.see((0, 85))
    say(b, "li", until=start + HOUR)
    b.engine = snapshot.load(snapshot.save(b.engine))
    assert say(b, "li", until=start + HOUR).kind == Happening.REFUSED
    assert say(b, "wang").state == State.ACKED
    assert [x.state for x in b.wait(1, at=3600)] == [State.UNACK]


def test_a_snapshot_from_before_people_were_kept_is_read(bench, high):
    b = bench(high)
    b.see((0, 85))
    raw = zlib.decompress(snapshot.save(b.engine))
    size = int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8 : 8 + size]) | {"format": 1}
    del head["needed"]
    for alarm in head["alarms"].values():
        del alarm["people"]
    text = json.dumps(head).encode()
    b.engine = snapshot.load(zlib.compress(len(text).to_bytes(8, "little") + text + raw[8 + size :]))
    assert say(b, "li").state == State.ACKED


@pytest.mark.parametrize(("people", "good"), [(0, False), (1, True), (5, True), (6, False)])
def test_one_to_five_people_can_be_asked_for(high, people, good):
    def made():
        return PointSettings(point=1, version=1, limits=(replace(high, acknowledgements=people),))

    if good:
        assert PointSettings.from_json(made().to_json()) == made()
    else:
        with pytest.raises(BadLimits):
            made()
