"""The list by grade, the page of a unit, and its sheet as a file."""

from __future__ import annotations

import pytest

from bihuan.registers.major_hazards.terms import MajorHazardsGrants
from bihuan.registers.major_hazards.tests import plays
from cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


def test_the_list_the_unit_and_its_sheet(cast, make_user, log_in, django_assert_max_num_queries):
    unit = plays.a_unit(cast)
    client = log_in(make_user("zhang", MajorHazardsGrants.READ, region=cast.park.path))
    with django_assert_max_num_queries(20):
        page = client.get("/major-hazards/").content.decode()
    assert "甲罐区" in page
    assert "三级" in page
    assert "甲罐区" not in client.get("/major-hazards/", {"grade": "I"}).content.decode()
    detail = client.get(f"/registers/hazard_units/{unit.pk}/").content.decode()
    assert "表1" in detail
    assert "12 氯" in detail
    for form in ("docx", "xlsx", "json"):
        assert client.get(f"/major-hazards/{unit.pk}/sheet.{form}").status_code == 200
    assert client.get(f"/major-hazards/{unit.pk}/sheet.exe").status_code == 404


def test_next_door_there_is_no_unit(cast, make_user, log_in):
    unit = plays.a_unit(cast)
    client = log_in(make_user("li", MajorHazardsGrants.READ, region=cast.next_city.path))
    assert "甲罐区" not in client.get("/major-hazards/").content.decode()
    assert client.get(f"/registers/hazard_units/{unit.pk}/").status_code == 404
    assert client.get(f"/major-hazards/{unit.pk}/sheet.docx").status_code == 404
