"""In a real browser: bounds are drawn, refused where they cross, imported; layers are switched; a colour is won back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bihuan.core.modules import registry
from bihuan.domains.register_checks.terms import ChecksGrants
from bihuan.domains.risk_grading.tests import plays as grading
from bihuan.engines.static_risk.tables import doc19_at
from bihuan.parties.models import Thing
from bihuan.registers.enterprises.terms import EnterprisesGrants
from bihuan.registers.parks.terms import ParksGrants
from bihuan.registers.parks.tests.plays import a_park, square
from bihuan.registers.places_of_use.terms import PlacesOfUseGrants
from browser_checks import assert_sound
from cast import TODAY, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CROSSED = [[120, 30], [120.1, 30.1], [120.1, 30], [120, 30.1], [120, 30]]


def seen(page, name):
    """A picture to look at, where a folder is named."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_bounds_are_drawn_layers_shown_and_a_colour_won_back(make_user, open_page):
    cast = Cast.build()
    park, enterprise = a_park(cast), grading.an_enterprise(cast)
    enterprise.thing.longitude, enterprise.thing.latitude = "120.05", "30.05"
    enterprise.thing.save()
    roles = ("risk_assessor", "project_decider", "boundary_drawer")
    grants = {g for role in roles for g in registry().roles[role].grants}
    user = make_user(
        "gao", *grants, ParksGrants.EDIT, EnterprisesGrants.EDIT, PlacesOfUseGrants.READ, ChecksGrants.READ, region=cast.city.path
    )  # fmt: skip
    page = open_page(user)
    address = f"/boundaries/{park.thing_id}/bounds/"
    page.goto(address)
    assert_sound(page)
    canvas = page.locator("[data-draw-boundary][data-ready]")
    canvas.wait_for()
    # Clicks on the map make corners, and the text of the form follows.
    for x, y in ((80, 80), (300, 80), (300, 250)):
        canvas.click(position={"x": x, "y": y})
    page.wait_for_function("() => document.getElementById('geometry').value.includes('Polygon')")
    page.locator("#geometry").fill(json.dumps({"type": "Polygon", "coordinates": [CROSSED]}))
    with page.expect_navigation():
        page.locator("button[name=keep]").click()
    page.get_by_text("120.050000 30.050000").first.wait_for()
    seen(page, "boundary-crossed")
    page.goto(address)
    feature = {"type": "Feature", "properties": {"name": "四至"}, "geometry": square()}
    page.locator("input[type=file]").set_input_files(
        {"name": "park.geojson", "mimeType": "application/json", "buffer": json.dumps(feature).encode()}
    )
    with page.expect_navigation():
        page.locator("button[name=read]").click()
    page.locator("[data-draw-boundary][data-ready]").wait_for()
    page.locator("[data-take]").click()
    page.wait_for_function("() => document.getElementById('geometry').value.includes('120')")
    seen(page, "boundary-imported")
    with page.expect_navigation():
        page.locator("button[name=keep]").click()
    assert Thing.objects.get(pk=park.thing_id).shape is not None
    assert_sound(page)
    seen(page, "park")

    page.goto("/map/?layer=bounds&layer=enterprises")
    page.locator("#layer-map[data-ready]").wait_for()
    page.wait_for_function("() => document.querySelectorAll('#layer-list li').length === 2")
    assert_sound(page)
    page.locator("#layers input[value=bounds]").uncheck()
    page.wait_for_function("() => document.querySelectorAll('#layer-list li').length === 1")
    seen(page, "map")

    page.goto(f"/risk-grading/{enterprise.pk}/")
    for rule in doc19_at(TODAY).direct_red:
        page.locator(f"input[name='rule-{rule.code}'][value=no]").check()
    for box in page.locator("input[type=number]").all():
        box.fill("0")
    page.locator("[id='item-5.2']").fill("1")
    page.locator("[id='item-8.1']").fill("1")
    with page.expect_navigation():
        page.locator("button[name=try]").click()
    page.locator("#result").get_by_text("黄色").first.wait_for()
    seen(page, "assess")
    page.locator("[id='item-5.2']").fill("0")
    with page.expect_navigation():
        page.locator("button[name=keep]").click()
    page.locator("#result").get_by_text("90").first.wait_for()
    assert_sound(page)

    english = open_page(user, language="en", width=360)
    for name, where in (
        ("risk", "/risk-grading/"),
        ("assess-en", f"/risk-grading/{enterprise.pk}/"),
        ("boundary-en", address),
    ):
        english.goto(where)
        assert_sound(english)
        seen(english, name)
