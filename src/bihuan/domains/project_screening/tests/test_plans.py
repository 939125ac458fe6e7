"""A site that is drawn is held against plan layers and bounds of parks; what was declared yields to the drawing."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.core.actions.runner import perform
from bihuan.domains.project_screening import actions, queries
from bihuan.domains.project_screening.models import PlanArea, PlanLayer
from bihuan.domains.project_screening.terms import ScreeningGrants
from bihuan.domains.project_screening.tests.plays import a_layer, a_project, drawn, plan_inputs, planner, square
from bihuan.engines.geometry.shapes import WrongShape
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.parks.tests.plays import a_park
from cast import Cast, context

pytestmark = pytest.mark.django_db
INSIDE = square(120.02, 30.02, 0.02)
ACROSS = square(120.09, 30.02, 0.02)
CROSSED = {"type": "Polygon", "coordinates": [[[120, 30], [120.1, 30.1], [120.1, 30], [120, 30.1], [120, 30]]]}


@pytest.fixture
def cast(db):
    return Cast.build()


def outcome(project, text):
    return next((f["outcome"].value, f["why"].zh) for f in queries.findings_of(project) if text in f["text"].zh)


def test_the_drawing_decides_and_says_how_much_lies_inside(cast):
    layer = a_layer(cast)
    a_layer(cast, plan="industry", name="产业规划·化工片区")
    project = drawn(cast, a_project(cast, fits_plans="unknown"), INSIDE)
    assert outcome(project, "规划")[0] == "passed"
    project = drawn(cast, project, ACROSS)
    found, why = outcome(project, "规划")
    assert (found, project.verdict) == ("failed", "refused")
    assert "用地只有 50% 在可布局范围内" in why
    a_layer(
        cast,
        plan="town",
        use="refuses",
        name="生态保护红线",
        areas=[{"name": "湿地", "geometry": square(120.03, 30.03, 0.05)}],
    )
    assert "湿地" in outcome(drawn(cast, project, INSIDE), "规划")[1]
    perform(actions.end_plan, ctx=context(planner(cast)), layer=layer, until_on="2026-06-01")
    names = {
        area.layer.name for area in queries.areas_near(site=INSIDE, region_path=cast.park.path, on=date(2026, 11, 22))
    }
    assert names == {"产业规划·化工片区", "生态保护红线"}
    assert queries.areas_near(site=INSIDE, region_path=cast.next_city.path, on=date(2026, 11, 22)) == []


def test_the_bounds_of_recognised_parks_count_and_others_do_not(cast):
    project = a_project(cast, in_park="yes")
    park = a_park(cast, shape=square())
    project = drawn(cast, project, ACROSS)
    assert outcome(project, "园区") == ("passed", "位于认定的化工园区内。")
    type(park).objects.filter(pk=park.pk).update(recognised_on=date(2021, 12, 20))
    project = drawn(cast, project, ACROSS)
    found, why = outcome(project, "园区")
    assert found == "failed"
    assert "50%" in why
    project = drawn(cast, project, INSIDE)
    assert outcome(project, "园区")[0] == "passed"
    assert "不在任何" in outcome(drawn(cast, project, square(121, 31, 0.02)), "园区")[1]


def test_one_wrong_area_keeps_the_whole_layer_out(cast):
    with pytest.raises(WrongShape, match="第 2 个图斑"):
        a_layer(cast, areas=[{"name": "一区", "geometry": square()}, {"name": "二区", "geometry": CROSSED}])
    assert PlanLayer.objects.count() == PlanArea.objects.count() == 0


def test_a_file_becomes_a_layer_through_the_page_or_says_why_not(cast, make_user, log_in):
    grants = (ScreeningGrants.READ, ScreeningGrants.EDIT, ScreeningGrants.SUBMIT, PartiesGrants.READ)
    client = log_in(make_user("planner", *grants, region=cast.city.path))
    said = {k: v for k, v in plan_inputs(cast).items() if isinstance(v, str)} | {"region": str(cast.district.pk)}

    def sent(shape):
        feature = {"type": "Feature", "properties": {"name": "一区"}, "geometry": shape}
        return client.post(
            "/projects/plans/", said | {"file": SimpleUploadedFile("a.geojson", json.dumps(feature).encode())}
        )

    refused = sent(CROSSED)
    assert refused.status_code == 422
    assert "自相交" in refused.content.decode()
    assert PlanLayer.objects.count() == 0
    assert sent(square()).status_code == 302
    assert "国土空间规划·工业用地" in client.get("/projects/plans/").content.decode()
    project = a_project(cast)
    address = f"/projects/{project.pk}/site/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"geometry": json.dumps(INSIDE), "system": "cgcs2000"}).status_code == 302
    page = client.get(project.get_absolute_url()).content.decode()
    assert "用地全部在可布局范围内" in page
    layers = client.get("/api/map/plans?bbox=119,29,121,31").json()
    assert [f["properties"]["tone"] for f in layers["features"]] == ["green"]
    stranger = log_in(make_user("next", *grants, region=cast.next_city.path))
    assert stranger.get(address).status_code == 404
    assert "工业用地" not in stranger.get("/projects/plans/").content.decode()
