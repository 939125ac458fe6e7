"""Real facilities and quantities through the Excel import: a slice of what `./run bench facilities` loads."""

from __future__ import annotations

import pytest
from bench import facilities

from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.major_hazards.models import Calculation, HazardStock, HazardUnit

pytestmark = [pytest.mark.shared, pytest.mark.django_db]

SITES = 60


def test_every_row_arrives_or_is_refused_with_its_reason():
    data = facilities.read(facilities.shared_folder(), sites=SITES)
    ctx = facilities.people()
    enterprises = facilities.load("enterprises", data.enterprises, ctx=ctx)
    units = facilities.load("hazard_units", data.units, ctx=ctx)
    stock = facilities.load("hazard_stock", data.stock, ctx=ctx)
    for done in (enterprises, units, stock):
        assert sum(done.counts.values()) == done.rows, (done.counts, done.refused)
    assert (Enterprise.objects.count(), HazardUnit.objects.count()) == (SITES, SITES)
    written, wrong = stock.counts["written"], stock.counts.get("wrong", 0)
    assert HazardStock.objects.count() == written > 0
    assert wrong > 0, "substances in no table, names that may be several: these need a person"
    assert sum(stock.reasons.values()) >= wrong
    graded = Calculation.objects.filter(is_current=True)
    assert graded.count() == HazardStock.objects.values("unit").distinct().count()
