"""The pages of organisations and place parameters."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.parties.models import Parameter
from bihuan.parties.terms import PartiesGrants
from cast import Cast, saved


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
