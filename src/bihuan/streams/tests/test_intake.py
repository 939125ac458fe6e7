"""Units, decoding, plausibility, device clocks: what comes in, and what is said of the rest."""

from __future__ import annotations

import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.engines.alarms import terms as t
from bihuan.streams.intake import arrow as arrow_batch
from bihuan.streams.intake import decode
from bihuan.streams.intake.process import Intake
from bihuan.streams.intake.tags import BadTags, Tag, TagMap
from bihuan.streams.intake.units import UnitsDoNotMeet, conversion

AT = 1_700_000_000_000
TAGS = (
    Tag(tag="LT-101", point=11, given="mm", unit="m", low=0.0, high=12.0),
    Tag(tag="PT-102", point=12, given="kPa", unit="MPa"),
    Tag(tag="GT-103", point=13, given="ppm", unit="mg/m3", molar_mass=34.08),
    Tag(tag="TT-104", point=14, given="℃", scale=0.1, shift=-50.0, filed=True),
)


@pytest.fixture
def intake():
    made = Intake()
    made.adopt(TagMap(enterprise="acme", partition=3, version=1, tags=TAGS))
    return made


def take(intake, values, *, sent_at=AT, received_at=AT, **more):
    data = json.dumps({"sent_at": sent_at, "values": values} | more).encode()
    return intake.take(enterprise="acme", data=data, received_at=received_at)


@pytest.mark.parametrize(
    ("given_", "wanted", "value", "result"),
    [
        ("kPa", "MPa", 1500, 1.5),
        ("MPa", "kPa", 0.6, 600),
        ("K", "℃", 273.15, 0),
        ("℃", "K", 25, 298.15),
        ("℉", "℃", 212, 100),
        ("°C", "℉", 0, 32),
        ("mm", "m", 2500, 2.5),
        ("%vol", "ppm", 1, 10_000),
        ("", "", 7, 7),
    ],
)
def test_units_convert_both_ways(given_, wanted, value, result):
    factor, offset = conversion(given_, wanted)
    assert value * factor + offset == pytest.approx(result)
    back, other = conversion(wanted, given_)
    assert result * back + other == pytest.approx(value)


def test_ppm_becomes_milligrams_at_the_stated_temperature():
    factor, _ = conversion("ppm", "mg/m3", molar_mass=34.08)
    assert 7.174 * factor == pytest.approx(10, rel=1e-3)  # the set-point table's own figure for H2S at 25 ℃
    cold, _ = conversion("ppm", "mg/m3", molar_mass=34.08, temperature_c=0.0)
    assert cold / factor == pytest.approx(298.15 / 273.15)


def test_percent_of_the_explosive_limit_needs_the_gas():
    assert conversion("%LEL", "%vol", lel_percent=5.0)[0] == pytest.approx(0.05)
    with pytest.raises(UnitsDoNotMeet):
        conversion("%LEL", "ppm")


@pytest.mark.parametrize(("a", "b"), [("kPa", "℃"), ("ppm", "mg/m3"), ("furlong", "m"), ("m", "furlong")])
def test_units_that_do_not_meet_are_refused(a, b):
    with pytest.raises(UnitsDoNotMeet):
        conversion(a, b)


@pytest.mark.parametrize("tags", [(TAGS[0], TAGS[0]), (TAGS[0], Tag(tag="other", point=11))])
def test_a_tag_or_point_twice_is_refused(tags):
    with pytest.raises(BadTags):
        TagMap(enterprise="acme", partition=3, version=1, tags=tags)


def test_a_tag_map_survives_json():
    tags = TagMap(enterprise="acme", partition=3, version=1, tags=TAGS)
    assert TagMap.from_json(json.loads(json.dumps(tags.to_json()))).tags == TAGS


def test_values_become_points_in_their_own_units_in_the_order_of_time(intake):
    s = take(
        intake, [["TT-104", AT, 700], ["LT-101", AT - 1, 2500], ["PT-102", AT - 2, 600], ["GT-103", AT - 3, 7.174]]
    ).samples
    assert s.point.tolist() == [13, 12, 11, 14]
    assert s.value == pytest.approx([10, 0.6, 2.5, 20], rel=1e-3)
    assert s.quality.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("millimetres", "quality"), [(0, 0), (-0.1, t.IMPLAUSIBLE), (12_000, 0), (12_000.1, t.IMPLAUSIBLE)]
)
def test_a_value_outside_its_range_is_kept_and_called_implausible(intake, millimetres, quality):
    s = take(intake, [["LT-101", AT, millimetres]]).samples
    assert (s.quality.tolist(), s.value[0]) == ([quality], pytest.approx(millimetres / 1000))


@pytest.mark.parametrize("value", [None, "12", [1], {}, math.nan, math.inf])
def test_a_value_that_is_no_number_is_bad_and_never_zero(intake, value):
    s = take(intake, [["PT-102", AT, value]]).samples
    assert s.quality[0] >= t.BAD_FROM
    assert not np.isfinite(s.value[0])


def test_unknown_tags_go_to_the_dead_letters_and_the_rest_is_taken(intake):
    taken = take(intake, [["LT-999", AT, 1], ["PT-102", AT, 1], ["LT-999", AT, 2]])
    assert taken.samples.point.tolist() == [12]
    assert [(x.reason, x.detail) for x in taken.dead] == [("unknown-tags", {"tags": {"LT-999": 2}})]


def test_an_unknown_enterprise_is_a_dead_letter(intake):
    assert intake.take(enterprise="stranger", data=b"{}", received_at=AT).dead[0].reason == "unknown-enterprise"


@pytest.mark.parametrize("off", [900_000, -900_000, 60_001, -60_001])
def test_a_device_whose_clock_is_off_is_corrected_and_marked(intake, off):
    s = take(intake, [["PT-102", AT + off, 600]], sent_at=AT + off).samples
    assert (s.at.tolist(), s.quality.tolist()) == ([AT], [t.CLOCK_CORRECTED])
    assert intake.health["acme"].counts["clock_corrected"] == 1


@pytest.mark.parametrize("off", [60_000, -60_000, 0])
def test_a_small_skew_is_left_alone(intake, off):
    s = take(intake, [["PT-102", AT + off, 600]], sent_at=AT + off).samples
    assert (s.at.tolist(), s.quality.tolist()) == ([AT + off], [t.GOOD])


def test_a_late_batch_of_a_right_clock_keeps_its_times(intake):
    s = take(intake, [["PT-102", AT - 7 * 86_400_000, 600]], sent_at=AT).samples
    assert (s.at.tolist(), s.quality.tolist()) == ([AT - 7 * 86_400_000], [t.GOOD])


def test_without_a_sending_time_a_future_is_pulled_back_to_now(intake):
    data = json.dumps({"at": AT + 900_000, "values": {"PT-102": 600}}).encode()
    s = intake.take(enterprise="acme", data=data, received_at=AT).samples
    assert (s.at.tolist(), s.quality.tolist()) == ([AT], [t.CLOCK_CORRECTED])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"values": 5}',
        b'{"values": {"PT-102": 1}}',
        b'{"values": [["PT-102"]]}',
        b'{"values": [["PT-102", "yesterday", 1]]}',
        b'{"values": [["PT-102", "2026-01-01T00:00:00", 1]]}',
        b'{"values": [["PT-102", -1, 1]]}',
        b'{"values": [["PT-102", 1e300, 1]]}',
        b'{"values": [["PT-102", true, 1]]}',
        b"[" * 5000,
        decode.ARROW_MARK + b"xxxx",
    ],
)
def test_a_broken_batch_is_a_dead_letter_with_a_reason(intake, data):
    taken = intake.take(enterprise="acme", data=data, received_at=AT)
    assert (taken.samples, [x.reason for x in taken.dead]) == (None, ["broken"])


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_called_broken(data):
    made = Intake()
    made.adopt(TagMap(enterprise="acme", partition=3, version=1, tags=TAGS))
    for payload in (data, decode.ARROW_MARK + data):
        taken = made.take(enterprise="acme", data=payload, received_at=AT)
        assert taken.samples is not None or taken.dead


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_arrow_batch_never_reads_beyond_itself(where, byte):
    good = bytearray(arrow([0, 1, 0, 1], [AT] * 4, [1.0] * 4))
    good[where % len(good)] = byte
    try:
        columns = decode.decode(bytes(good), {"PT-102": 0, "LT-101": 1})
    except decode.Broken:
        return
    assert len(columns.row) == len(columns.at) == len(columns.value) == len(columns.quality)


def arrow(index, at, value, tags=("PT-102", "LT-101"), sent_at=AT):
    return arrow_batch.encode(list(tags), index, at, value, [0] * len(at), sent_at=sent_at)


def test_arrow_and_json_say_the_same(intake):
    rows = [
        ("LT-101", AT - 5, 2500.0, 0),
        ("PT-102", AT - 4, 600.0, 0),
        ("XX-1", AT - 3, 1.0, 0),
        ("LT-101", AT, 2600.0, 2),
    ]
    a = intake.take(enterprise="acme", data=decode.encode_json(rows, sent_at=AT), received_at=AT)
    tags = ["LT-101", "PT-102", "XX-1"]
    columns = ([tags.index(r[0]) for r in rows], [r[1] for r in rows], [r[2] for r in rows], [r[3] for r in rows])
    b = intake.take(enterprise="acme", data=arrow_batch.encode(tags, *columns, sent_at=AT), received_at=AT)
    for name in ("point", "at", "value", "quality"):
        assert getattr(a.samples, name).tolist() == getattr(b.samples, name).tolist()
    assert a.dead == b.dead


def test_arrow_timestamps_and_plain_strings_are_read(intake):
    table = pa.table(
        {
            "tag": ["PT-102", None],
            "at": pa.array([AT, AT], pa.timestamp("ms", tz="UTC")),
            "value": pa.array([600, None], pa.int32()),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)
    taken = intake.take(enterprise="acme", data=bytes(sink.getvalue()), received_at=AT)
    assert (taken.samples.at.tolist(), taken.samples.value.tolist()) == ([AT], [0.6])
    assert taken.dead[0].detail == {"tags": {"(null)": 1}}


@pytest.mark.parametrize(("lag", "moved"), [(-1, 0), (0, 1), (20, 21), (4999, 5000), (5000, 0)])
def test_a_clock_that_is_set_puts_no_value_on_or_before_the_moment_of_the_last(intake, lag, moved):
    """The first comes by a right clock; then the device's is 15 minutes fast, and our receipt lags by so much."""
    fast = 900_000
    for at, received in ((AT, AT), (AT + fast, AT - lag)):
        data = decode.encode_json([("LT-101", at, 1.0, 0)], sent_at=at)
        taken = intake.take(enterprise="acme", data=data, received_at=received)
    assert taken.samples.at.tolist() == [AT - lag + moved]


def test_the_online_rate_counts_what_should_be_connected_and_files_apart(intake):
    take(intake, [["LT-101", AT, 1000], ["PT-102", AT, 600], ["GT-103", AT, "x"]])
    assert intake.online("acme", at=AT) == {"expected": 3, "online": 2, "filed": 1, "rate": 2 / 3}
    assert intake.online("acme", at=AT + 300_000)["online"] == 2
    assert intake.online("acme", at=AT + 300_001)["online"] == 0


def test_a_new_tag_map_forgets_nobody_it_still_names(intake):
    take(intake, [["PT-102", AT, 600]])
    intake.adopt(TagMap(enterprise="acme", partition=3, version=2, tags=(TAGS[1], TAGS[0])))
    assert intake.online("acme", at=AT)["online"] == 1


even = st.tuples(
    st.sampled_from(["LT-101", "LT-102", "nobody"]),
    st.integers(0, 2_000_000_000_000) | st.just(2**63) | st.just("2026-11-22T08:00:00+08:00"),
    st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
    st.integers(-3, 300) | st.booleans(),
)


@settings(deadline=None)
@given(st.lists(even, max_size=6))
def test_whole_columns_and_row_by_row_say_the_same(rows):
    """An object among the rows makes the decoder go row by row; the others come out as they would in columns."""
    known = {"LT-101": 0, "LT-102": 1}
    other = {"tag": "LT-101", "at": 5, "value": 1.0}
    plain, mixed = (
        {"sent_at": 9, "values": [list(x) for x in rows] + more} for more in ([["LT-101", 5, 1.0, 0]], [other])
    )
    found = []
    for content in (plain, mixed):
        try:
            c = decode.decode(json.dumps(content).encode(), known)
        except decode.Broken:
            found.append("broken")
        else:
            lines = [getattr(c, k).tolist() for k in ("row", "at", "value", "quality")]
            found.append((repr(lines), c.sent_at, c.unknown, c.unreadable))
    assert found[0] == found[1]


def test_an_arrow_dictionary_is_looked_up_once_and_a_new_map_forgets_it(intake):
    batch = arrow_batch.encode(["LT-101", "nobody"], [0, 1], [1, 2], [1.0, 2.0], [0, 0], sent_at=2)
    words = {}
    first, again = (decode.decode(batch, {"LT-101": 7}, words) for _ in range(2))
    assert first.row.tolist() == again.row.tolist() == [7, -1]
    assert (len(words), again.unknown) == (1, {"nobody": 1})
    other = arrow_batch.encode(["nobody", "LT-101"], [0, 1], [1, 2], [1.0, 2.0], [0, 0], sent_at=2)
    assert decode.decode(other, {"LT-101": 7}, words).row.tolist() == [-1, 7]
