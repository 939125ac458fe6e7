"""One story in a real browser: a product's papers, the code of a tank, what the public sees on a telephone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bihuan.parties.terms import PartiesGrants
from bihuan.registers.chemicals.terms import ChemicalsGrants
from bihuan.registers.major_hazards.terms import MajorHazardsGrants
from bihuan.registers.major_hazards.tests import plays as hazards
from bihuan.registers.products.terms import ProductsGrants
from bihuan.registers.products.tests import plays as product_plays
from bihuan.registers.scan_codes import queries
from bihuan.registers.scan_codes.terms import ScanCodesGrants
from bihuan.registers.scan_codes.tests import plays
from bihuan.registers.tanks.terms import TanksGrants
from browser_checks import assert_sound
from cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture(page, name: str) -> None:
    """With BIHUAN_PICTURES naming a folder, each stop is kept to be looked at."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_product_its_papers_and_the_public_page(make_user, open_page, settings):
    settings.BIHUAN_PUBLIC_URL = "https://bihuan.example.gov"
    cast = Cast.build()
    product = product_plays.sheet(cast).product
    tank = plays.tank(cast)
    unit = hazards.a_unit(cast)
    seeing = (ChemicalsGrants.READ, PartiesGrants.READ, MajorHazardsGrants.READ)
    grants = (*ProductsGrants, *ScanCodesGrants, *TanksGrants, *seeing)
    user = make_user("ma", *grants, organisation=cast.works.code)
    stops = {
        "product": f"/registers/products/{product.pk}/",
        "tank": f"/registers/tanks/{tank.pk}/",
        "calculation": f"/registers/hazard_units/{unit.pk}/",
        "codes": "/codes/",
        "prints": "/prints/",
        "catalogue": "/catalogue/?q=UN1230",
        "processes": "/catalogue/processes/",
        "mixture": "/catalogue/mixture/?components=甲醇；70",
        "scanned": queries.path_of(tank.thing),
    }
    wide, narrow = open_page(user), open_page(user, language="en", width=360)
    for name, address in stops.items():
        wide.goto(address)
        picture(wide, f"{name}-zh1280")
        assert_sound(wide)
    for name in ("product", "tank", "codes", "prints"):
        narrow.goto(stops[name])
        picture(narrow, f"{name}-en360")
        assert_sound(narrow)
