"""The pages of organisations and place parameters."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.core.actions.runner import perform
from bihuan.parties import actions, queries, rules
from bihuan.parties.models import Organisation, Parameter, Region
from bihuan.parties.terms import PartiesGrants
from cast import Cast, context, saved


@pytest.fixture
def cast(db) -> Cast:
    return Cast.build()


def test_organisations_are_found_by_name_and_only_within_ones_scope(cast, make_user, log_in):
    clerk = log_in(make_user("clerk", PartiesGrants.READ, region=cast.park.path))
    found = clerk.get("/organisations/", {"q": cast.works.name[:2]}).content.decode()
    assert cast.works.name in found
    outside = log_in(make_user("outside", PartiesGrants.READ, region=cast.next_city.path))
    assert cast.works.name not in outside.get("/organisations/").content.decode()
    assert log_in(make_user("nobody")).get("/organisations/").status_code == 404


def test_the_value_in_force_is_marked_and_a_later_one_waits(cast, make_user, log_in):
    for from_on, value in ((date(2020, 1, 1), 10), (date(2021, 1, 1), 20), (date(2200, 1, 1), 30)):
        saved(
            Parameter(
                name="老旧装置年限",
                region=cast.city,
                region_path=cast.city.path,
                from_on=from_on,
                value=value,
                basis="市规",
            )
        )
    page = log_in(make_user("clerk", PartiesGrants.MANAGE_PLACES, region=cast.city.path)).get("/parameters/")
    assert page.content.decode().count("现行") == 1
    assert [(row.value, holds) for row, holds in page.context["rows"]] == [(30, False), (20, True), (10, False)]


def test_a_town_its_villages_and_grids_are_entered_at_once_and_counted_upwards(cast, make_user, log_in):
    clerk = context(cast.actor("parties_clerk", "parties_clerk", cast.office, region=cast.city))
    lines = [
        "990101101，东湖街道，街道",
        "990101101201，湖滨社区，社区，990101101",
        "990101101201-01，一网格，网格，990101101201",
    ]
    perform(actions.add_regions, ctx=clerk, parent=cast.district, lines=lines)
    grid = Region.objects.get(code="990101101201-01")
    assert grid.path == f"{cast.district.path}990101101/990101101201/990101101201-01/"
    with pytest.raises(actions.AlreadyThere):
        perform(actions.add_regions, ctx=clerk, parent=cast.district, lines=lines[:1])
    with pytest.raises(rules.BadRegionLine):
        perform(actions.add_regions, ctx=clerk, parent=cast.district, lines=["990101102，西湖街道，街道，123456"])
    saved(Organisation(code="SQ-1", name="湖滨社区居委会", kind="town", region=grid, region_path=grid.path))
    rows = queries.with_numbers(ctx=clerk, regions=[cast.district, grid.parent, grid])
    assert [row.organisations for row in rows][1:] == [1, 1]
    assert rows[0].organisations > 1
    page = log_in(make_user("clerk", PartiesGrants.READ, region=cast.district.path)).get("/regions/").content.decode()
    assert "湖滨社区" in page
    assert cast.next_city.name not in page
