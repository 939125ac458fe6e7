"""Bounds of parks: drawn, imported, compared; layers of the map within one's scope."""

import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.core.actions.runner import perform
from bihuan.core.records import mapping
from bihuan.core.records.mapping import Box
from bihuan.engines.geometry.shapes import WrongShape
from bihuan.parties.models import Region, Thing
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.enterprises.terms import EnterprisesGrants
from bihuan.registers.parks import actions, queries
from bihuan.registers.parks.models import Park
from bihuan.registers.parks.terms import ParksGrants
from bihuan.registers.parks.tests.plays import a_park, drawer, square
from cast import AT, Cast, context, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return Cast.build()


def enterprise(cast, code, longitude, latitude):
    works = cast.works
    thing = saved(
        Thing(
            code=code, kind="enterprise", name=f"企业{code}", organisation=works, organisation_code=works.code,
            region=cast.park, region_path=cast.park.path, scan_key=f"k-{code}", longitude=Decimal(longitude), latitude=Decimal(latitude),
        )
    )  # fmt: skip
    return saved(Enterprise(thing=thing, type="production"))


def test_bounds_of_a_park_are_the_boundary_of_its_region_too(cast):
    park = a_park(cast)
    perform(
        actions.draw_bounds,
        ctx=context(drawer(cast)),
        thing=park.thing,
        geometry=json.dumps(square()),
        system="cgcs2000",
    )
    region = Region.objects.get(pk=cast.park.pk)
    assert region.boundary == Thing.objects.get(pk=park.thing_id).shape
    assert region.boundary["type"] == "Polygon"


def test_bounds_that_cross_themselves_change_nothing(cast):
    park = a_park(cast)
    crossed = {"type": "Polygon", "coordinates": [[[120, 30], [120.1, 30.1], [120.1, 30], [120, 30.1], [120, 30]]]}
    with pytest.raises(WrongShape) as refused:
        perform(
            actions.draw_bounds,
            ctx=context(drawer(cast)),
            thing=park.thing,
            geometry=json.dumps(crossed),
            system="wgs84",
        )
    assert "120.050000 30.050000" in refused.value.text.zh
    assert Thing.objects.get(pk=park.thing_id).shape is None


def test_what_lies_outside_overlaps_or_stands_within_the_line_is_found(cast):
    park = a_park(cast, shape=square())
    other = a_park(cast, code="P-102", shape=square(west=120.05))
    inside, outside, beyond = (
        enterprise(cast, c, x, "30.05") for c, x in (("E1", "120.05"), ("E2", "119.98"), ("E3", "121"))
    )
    line = square(west=119.95, south=29.95, size=0.2)
    perform(
        actions.draw_control_line, ctx=context(drawer(cast)), park=park, geometry=json.dumps(line), system="cgcs2000", document="云资规〔2026〕1号"
    )  # fmt: skip
    park.refresh_from_db()
    found = queries.bounds_of(park)
    assert {t.code for t, _ in found.outside} == {"E2", "E3"}
    assert len(found.overlaps) == 1
    assert found.line_encloses is True
    assert [t.code for t in queries.within_control_line(park)] == ["E2"]
    assert inside.pk != beyond.pk != outside.pk
    assert queries.bounds_of(Park.objects.get(pk=other.pk)).line_encloses is None


def people(cast, make_user, name="drawer"):
    return make_user(
        name, ParksGrants.READ, ParksGrants.DRAW, ParksGrants.EDIT, PartiesGrants.READ, EnterprisesGrants.READ,
        region=cast.district.path,
    )  # fmt: skip


def test_a_file_is_read_shown_and_kept_and_a_bad_one_says_why(cast, make_user, log_in):
    park = a_park(cast)
    client = log_in(people(cast, make_user))
    url = f"/boundaries/{park.thing_id}/bounds/"
    assert client.get(url).status_code == 200
    feature = {"type": "Feature", "properties": {"name": "四至"}, "geometry": square()}
    file = SimpleUploadedFile("a.geojson", json.dumps(feature).encode())
    shown = client.post(url, {"read": "1", "system": "cgcs2000", "file": file})
    assert shown.status_code == 200
    assert "四至" in shown.content.decode()
    bad = client.post(url, {"read": "1", "system": "cgcs2000", "file": SimpleUploadedFile("a.kml", b"<kml")})
    assert bad.status_code == 422
    assert "KML" in bad.content.decode()
    assert client.post(url, {"read": "1", "system": "mars"}).status_code == 422
    kept = client.post(url, {"keep": "1", "system": "cgcs2000", "geometry": json.dumps(square())})
    assert kept.status_code == 302
    assert Thing.objects.get(pk=park.thing_id).shape is not None
    page = client.get(kept["Location"]).content.decode()
    assert "图上面积" in page


def test_a_layer_shows_what_the_window_holds_within_ones_scope(cast, make_user, log_in):
    enterprise(cast, "E1", "120.05", "30.05")
    enterprise(cast, "E2", "121.05", "31.05")
    client = log_in(people(cast, make_user))
    found = client.get("/api/map/enterprises?bbox=120,30,120.1,30.1").json()
    assert [f["properties"]["title"] for f in found["features"]] == ["企业E1"]
    assert len(client.get("/api/map/enterprises").json()["features"]) == 2
    assert client.get("/api/map/enterprises?bbox=1,2,3").status_code == 422
    assert client.get("/api/map/nothing").status_code == 404
    assert client.get("/api/map/risk_colours").status_code == 404
    next_door = make_user("next", EnterprisesGrants.READ, region=cast.next_city.path)
    assert log_in(next_door).get("/api/map/enterprises").json()["features"] == []
    assert client.get("/map/").status_code == 200


def test_many_points_are_counted_by_cells_and_none_is_lost(cast):
    works = cast.works
    things = [
        Thing(
            code=f"E{n:05d}", kind="enterprise", name=f"企业{n}", organisation=works, organisation_code=works.code,
            region=cast.park, region_path=cast.park.path, scan_key=f"k{n}", created_at=AT, updated_at=AT,
            longitude=Decimal(n % 40) / 400 + 120, latitude=Decimal(n // 40) / 400 + 30,
        )
        for n in range(mapping.MOST + 40)
    ]  # fmt: skip
    Thing.objects.bulk_create(things)
    Enterprise.objects.bulk_create([Enterprise(thing=t, type="use", created_at=AT, updated_at=AT) for t in things])
    reader = cast.actor("reader", "enterprises_reader", cast.district_emergency, region=cast.district)
    layer = mapping.get_layer(ctx=context(reader), name="enterprises")
    found = layer.features(ctx=context(reader), box=Box(119.9, 29.9, 120.2, 30.2))
    assert len(found) < len(things)
    assert sum(f.count for f in found) == len(things)
    few = layer.features(ctx=context(reader), box=Box(120.0, 30.0, 120.0501, 30.0101))
    assert {f.count for f in few} == {1}
