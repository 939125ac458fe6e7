"""A register by declaration only: what its actions, its list and its history do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, InvalidInput, NotFound, StaleVersion
from bihuan.core.audit.models import AuditRow
from bihuan.core.records import listing
from bihuan.core.records.history import history_of
from bihuan.parties.models import Thing
from bihuan.registers.tanks.models import Tank


def codes(register, ctx, **said):
    page = listing.page_of(register, listing.ask(register, said, actor=ctx.actor), ctx=ctx)
    return [row.thing.code for row in page.rows]


def test_a_row_is_added_with_its_thing_in_one_audit_row(add_tank, cast):
    tank = add_tank("V-1", built_on="2010-05-01")
    thing = Thing.objects.get(code="V-1")
    assert (tank.thing_id, thing.kind, thing.region_path) == (thing.pk, "tank", cast.here.path)
    assert (tank.volume, tank.built_on) == (Decimal("5000"), date(2010, 5, 1))
    assert AuditRow.objects.filter(subjects__subject__in=[tank.subject, thing.subject]).distinct().count() == 1


def test_an_input_that_breaks_its_field_is_named(add_tank):
    with pytest.raises(InvalidInput) as refused:
        add_tank("V-1", volume="5000.123", longitude="200")
    assert set(refused.value.where) == {"volume", "longitude"}


def test_a_rule_over_the_whole_row_is_asked(add_tank):
    with pytest.raises(InvalidInput) as refused:
        add_tank("V-1", longitude="117.1")
    assert set(refused.value.where) == {"longitude"}


def test_nobody_adds_a_row_outside_the_own_place(add_tank, cast):
    with pytest.raises((Denied, NotFound)):
        add_tank("V-1", by=cast.neighbour)
    assert not Tank.objects.exists()


def test_a_change_leaves_out_what_is_not_said_and_clears_what_is_empty(add_tank, tanks, as_):
    tank = add_tank("V-1", design_pressure="1.6", built_on="2010-05-01")
    done = runner.perform(tanks.action("change"), ctx=as_("keeper"), row=tank, medium="乙醇", built_on=None)
    assert (done.value.medium, done.value.built_on, done.value.design_pressure) == ("乙醇", None, Decimal("1.6"))


def test_a_change_of_the_thing_alone_counts_the_version_a_reader_saw(add_tank, tanks, as_):
    tank = add_tank("V-1")
    seen = tank.version
    runner.perform(tanks.action("change"), ctx=as_("keeper"), row=tank, name="新名")
    reference = {"id": str(tank.pk), "expected_version": seen}
    with pytest.raises(StaleVersion):
        runner.run(tanks.action("change"), ctx=as_("keeper"), inputs={"row": reference, "name": "别名"})


def test_the_code_can_not_be_changed(add_tank, tanks):
    assert "code" not in tanks.action("change").fields


def test_a_row_can_not_be_moved_out_of_the_own_place(add_tank, tanks, as_, cast):
    # The keeper of this county sees no enterprise of the next: the move stops at the reference already.
    with pytest.raises(NotFound):
        runner.perform(tanks.action("change"), ctx=as_("keeper"), row=add_tank("V-1"), organisation=cast.other_plant)
    # The region may be known to all: the place after the change is what counts.
    tank = add_tank("V-2")
    with pytest.raises(Denied):
        runner.perform(tanks.action("change"), ctx=as_("keeper"), row=tank, region=cast.there)


def test_a_retired_row_leaves_the_list_and_keeps_its_history(add_tank, tanks, as_):
    tank = add_tank("V-1")
    add_tank("V-2")
    runner.perform(tanks.action("retire"), ctx=as_("keeper"), row=tank, reason="已拆除")
    assert codes(tanks, as_("keeper")) == ["V-2"]
    assert codes(tanks, as_("keeper"), retired="1") == ["V-1", "V-2"]


def test_the_history_says_who_what_before_and_after(add_tank, tanks, as_, cast):
    tank = add_tank("V-1")
    runner.perform(
        tanks.action("change"),
        ctx=as_("keeper"),
        row=tank,
        type="spherical",
        organisation=cast.second_plant,
        name="二号罐",
    )
    row = tanks.find(ctx=as_("keeper"), row_id=tank.pk)
    past = history_of(tanks, row, actor=as_("keeper").actor)
    assert [p.by for p in past] == ["keeper", "keeper"]
    said = {c.label.zh: (c.before, c.after) for c in past[0].changes}
    assert said == {
        "型式": ("固定顶", "球罐"),
        "所属单位": ("东港化工有限公司", "南湖制药有限公司"),
        "名称": ("甲醇储罐", "二号罐"),
    }


def test_personal_values_are_not_in_the_history(enterprises, as_, cast):
    given = {"code": "E-1", "name": "东港", "organisation": cast.plant, "type": "production", "contact": "张三"}
    row = runner.perform(enterprises.action("add"), ctx=as_("keeper"), **given).value
    past = history_of(enterprises, enterprises.find(ctx=as_("keeper"), row_id=row.pk), actor=as_("keeper").actor)
    assert "张三" not in str(past)
    assert any(c.label.zh == "安全联系人" for c in past[0].changes)


def test_a_neighbour_sees_neither_row_nor_count(add_tank, tanks, as_):
    tank = add_tank("V-1")
    assert codes(tanks, as_("neighbour")) == []
    asked = listing.ask(tanks, {}, actor=as_("neighbour").actor)
    assert listing.count_of(tanks, asked, ctx=as_("neighbour")) == (0, False)
    with pytest.raises(NotFound):
        tanks.find(ctx=as_("neighbour"), row_id=tank.pk)


def test_an_enterprise_sees_its_own_rows_only(add_tank, tanks, as_, cast):
    add_tank("V-1")
    add_tank("V-2", plant=cast.second_plant)
    assert codes(tanks, as_("clerk")) == ["V-1"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"type": "spherical"}, ["V-3"]),
        ({"type": "spherical,fixed_roof"}, ["V-1", "V-2", "V-3"]),
        ({"volume_from": "600"}, ["V-2", "V-3"]),
        ({"volume_from": "600", "volume_until": "1000"}, ["V-2"]),
        ({"built_on_from": "2015-01-01"}, ["V-2"]),
        ({"has_interlock": "1"}, ["V-3"]),
        ({"organisation": "ORG-3"}, ["V-3"]),
        ({"q": "乙醇"}, ["V-2"]),
        ({"q": "yccg"}, ["V-2"]),
        ({"code": "V-3"}, ["V-3"]),
        ({"sort": "-code"}, ["V-3", "V-2", "V-1"]),
        ({"sort": "built_on"}, ["V-1", "V-2", "V-3"]),
        ({"sort": "-built_on"}, ["V-2", "V-1", "V-3"]),
    ],
)
def test_a_list_is_filtered_and_ordered(add_tank, tanks, as_, cast, said, found):
    add_tank("V-1", volume="500", built_on="2010-01-01")
    add_tank("V-2", "乙醇储罐", volume="1000", built_on="2020-01-01", medium="乙醇")
    add_tank("V-3", volume="2000", type="spherical", has_interlock=True, plant=cast.second_plant)
    assert codes(tanks, as_("keeper"), **said) == found


def test_a_filter_that_makes_no_sense_is_said_and_not_obeyed(tanks, as_):
    asked = listing.ask(tanks, {"volume_from": "viel", "sort": "scan_key"}, actor=as_("keeper").actor)
    assert set(asked.wrong) == {"volume", "sort"}


@pytest.mark.parametrize("sort", ["code", "-code", "built_on", "-built_on"])
def test_pages_follow_each_other_without_gap_or_repeat_both_ways(add_tank, tanks, as_, sort):
    for n in range(11):
        add_tank(f"V-{n:02}", built_on=[None, "2010-01-01", "2020-01-01"][n % 3])
    ctx = as_("keeper")
    asked = listing.ask(tanks, {"sort": sort}, actor=ctx.actor)
    whole = [r.thing.code for r in listing.page_of(tanks, asked, ctx=ctx).rows]
    assert len(whole) == 11
    forwards, after = [], ""
    while True:
        page = listing.page_of(tanks, asked, ctx=ctx, after=after, size=3)
        forwards += [r.thing.code for r in page.rows]
        if not (after := page.after):
            break
    assert forwards == whole
    backwards, page = [], listing.page_of(tanks, asked, ctx=ctx, last=True, size=3)
    while True:
        backwards = [r.thing.code for r in page.rows] + backwards
        if not page.before:
            break
        page = listing.page_of(tanks, asked, ctx=ctx, before=page.before, size=3)
    assert backwards == whole


@pytest.mark.parametrize("cursor", ["x", "bm9uZQ", "eyJhIjoxfQ", "WzEsMl0", "❤"])
def test_a_made_up_position_is_refused(tanks, as_, cursor):
    ctx = as_("keeper")
    with pytest.raises(listing.BadCursor):
        listing.page_of(tanks, listing.ask(tanks, {}, actor=ctx.actor), ctx=ctx, after=cursor)


def test_a_list_costs_the_same_queries_for_few_and_for_many(add_tank, tanks, as_, django_assert_num_queries):
    def read():
        page = listing.page_of(tanks, asked, ctx=ctx, size=200)
        return [[str(f.of(row)) for f in tanks.fields] for row in page.rows]

    ctx = as_("keeper")
    asked = listing.ask(tanks, {}, actor=ctx.actor)
    add_tank("V-0")
    with django_assert_num_queries(3):
        assert len(read()) == 1
    for n in range(60):
        add_tank(f"W-{n:03}")
    with django_assert_num_queries(3):
        assert len(read()) == 61


@pytest.mark.parametrize("sort", ["code", "-code"])
@pytest.mark.parametrize("near", [1, 7, 1_000])
def test_pages_are_the_same_wherever_the_nearest_rows_end(add_tank, tanks, as_, monkeypatch, sort, near):
    for n in range(23):
        add_tank(f"W-{n:03}")
    monkeypatch.setattr(listing, "NEAR", near)
    ctx = as_("keeper")
    asked = listing.ask(tanks, {"sort": sort}, actor=ctx.actor)
    found, page = [], listing.page_of(tanks, asked, ctx=ctx, size=5)
    while True:
        found += [tanks.by_name["code"].of(row) for row in page.rows]
        if not page.after:
            break
        page = listing.page_of(tanks, asked, ctx=ctx, size=5, after=page.after)
    assert found == sorted((f"W-{n:03}" for n in range(23)), reverse=sort == "-code")
    backwards = [tanks.by_name["code"].of(row) for row in page.rows]
    while page.before:
        page = listing.page_of(tanks, asked, ctx=ctx, size=5, before=page.before)
        backwards = [tanks.by_name["code"].of(row) for row in page.rows] + backwards
    assert backwards == found
