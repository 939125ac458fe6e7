"""Findings: what the registers show becomes one case an object and check, and is struck off when they are right."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bihuan.core.access.context import Context
from bihuan.core.pages.held import Held
from bihuan.domains.register_checks import jobs, queries, rules
from bihuan.domains.register_checks.terms import Check, ChecksGrants
from bihuan.domains.register_checks.tests.plays import service
from bihuan.loop.models import Case
from bihuan.parties.models import Parameter
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.installations import rules as storage
from bihuan.registers.installations.tests.plays import a_warehouse, an_equipment, stock
from bihuan.registers.licences.models import Licence
from bihuan.registers.licences.tests.plays import a_holder, a_licence
from bihuan.registers.parks.tests.plays import a_park, square
from bihuan.registers.places_of_use.tests.plays import a_place
from bihuan.registers.public_bodies.models import BodySetUp
from bihuan.registers.staff.models import StaffMember
from bihuan.registers.supervisors.models import SectorDuty
from bihuan.registers.vehicles.models import Vehicle
from cast import AT, TODAY, Cast, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return Cast.build()


def an_enterprise(cast):
    return saved(Enterprise(thing=a_holder(cast), type="production"))


def found(check):
    return [f for f in queries.findings(on=TODAY) if f.check is check]


def run(at=AT):
    jobs.open_finding_cases(ctx=Context(actor=service(), at=at))


def duty(cast, sector, region=None):
    place = region or cast.city
    return saved(
        SectorDuty(
            code=f"FG-{sector}-{place.code}", region=place, region_path=place.path, sector=sector, department=cast.industry,
            organisation_code=cast.industry.code, basis="方案",
        )
    )  # fmt: skip


def test_nobody_in_charge_is_found_until_the_sector_or_the_object_has_somebody(cast):
    an_enterprise(cast)
    a_place(cast)
    assert len(found(Check.NO_SUPERVISOR)) == 2
    duty(cast, "energy")
    assert [f.code for f in found(Check.NO_SUPERVISOR)] == ["SY-09"]
    duty(cast, "schools", cast.next_city)
    assert len(found(Check.NO_SUPERVISOR)) == 1
    duty(cast, "schools", cast.district)
    assert found(Check.NO_SUPERVISOR) == []


@pytest.mark.parametrize(("days", "is_found"), [(90, True), (91, False), (-10, True)])
def test_a_licence_is_told_ninety_days_ahead(cast, days, is_found):
    a_licence(cast, until=TODAY + timedelta(days=days))
    assert bool(found(Check.LICENCE)) is is_found


def test_a_renewed_licence_needs_nobody(cast):
    a_licence(cast, until=TODAY)
    a_licence(cast, code="云WH-002", until=TODAY + timedelta(days=900))
    assert found(Check.LICENCE) == []


def test_equipment_is_old_by_its_own_life_or_by_the_years_of_its_place(cast):
    an_equipment(cast, built_on=date(2010, 1, 1))
    assert found(Check.OLD_EQUIPMENT) == []
    saved(
        Parameter(name="老旧装置年限", region=cast.city, region_path=cast.city.path, from_on=date(2026, 1, 1), value=10, basis="方案")
    )  # fmt: skip
    assert len(found(Check.OLD_EQUIPMENT)) == 1
    an_equipment(cast, code="R-102", built_on=date(2010, 1, 1), design_life=30)
    assert len(found(Check.OLD_EQUIPMENT)) == 1
    an_equipment(cast, code="R-103", built_on=date(2010, 1, 1), assessed_on=date(2025, 1, 1))
    assert len(found(Check.OLD_EQUIPMENT)) == 1


@pytest.mark.parametrize(
    ("built", "years", "ends"), [((2006, 11, 22), 20, (2026, 11, 22)), ((2008, 2, 29), 15, (2023, 2, 28))]
)
def test_a_life_ends_on_its_day(built, years, ends):
    assert storage.end_of_life(built_on=date(*built), years=years) == date(*ends)


def test_a_warehouse_is_checked_for_amounts_neighbours_and_people(cast):
    house = a_warehouse(cast, people_limit=9, people_present=9)
    stock(house, "S1", "A", "硝酸钾", "5.1", most="10", live="10")
    stock(house, "S2", "B", "甲醇", "3")
    assert not found(Check.TOGETHER)
    assert not found(Check.OVER_STORED)
    assert not found(Check.PEOPLE)
    stock(house, "S3", "A", "乙醇", "3", most="10", live="10.0001")
    house.people_present = 10
    house.save()
    assert {"硝酸钾", "乙醇"} <= set(found(Check.TOGETHER)[0].text.split("（")[0].split())
    assert len(found(Check.OVER_STORED)) == len(found(Check.PEOPLE)) == 1


def test_bounds_are_checked(cast):
    works = an_enterprise(cast)
    works.thing.longitude, works.thing.latitude = Decimal("121"), Decimal("31")
    works.thing.save()
    park = a_park(cast, shape=square())
    checks = {f.check for f in queries.findings(on=TODAY)}
    assert {Check.OUTSIDE, Check.CONTROL_LINE} <= checks
    assert Check.OVERLAP not in checks
    a_park(cast, code="P-2", shape=square(west=120.05))
    assert Check.OVERLAP in {f.check for f in queries.findings(on=TODAY)}
    park.control_line = square(west=120.01)
    park.save()
    assert any("没有包住" in f.text for f in found(Check.CONTROL_LINE))


def test_a_finding_is_one_case_that_waits_for_the_register(cast):
    licence = a_licence(cast, until=TODAY + timedelta(days=60))
    run()
    run(AT + timedelta(days=1))
    case = Case.objects.get(kind="register_finding", clause=Check.LICENCE.label.zh)
    assert case.due_on == licence.until_on
    assert case.owner == cast.works
    assert case.supervisor == cast.district_emergency
    with pytest.raises(rules.StillFound):
        queries.require_gone(ctx=Context(actor=service(), at=AT), case=case, facts={})
    Licence.objects.filter(pk=licence.pk).update(until_on=TODAY + timedelta(days=900))
    queries.require_gone(ctx=Context(actor=service(), at=AT), case=case, facts={})


def test_the_page_shows_ones_own_scope(cast, make_user, log_in):
    a_licence(cast, until=TODAY)
    run()
    ours = make_user("reader", ChecksGrants.READ, PartiesGrants.READ, region=cast.city.path)
    theirs = make_user("next", ChecksGrants.READ, PartiesGrants.READ, region=cast.next_city.path)
    assert "安全生产许可证" in log_in(ours).get("/register-checks/").content.decode()
    page = log_in(theirs).get("/register-checks/").content.decode()
    assert "安全生产许可证" not in page
    assert log_in(make_user("nobody")).get("/register-checks/").status_code == 404


@pytest.mark.parametrize(("days", "is_found"), [(90, True), (91, False), (-10, True)])
def test_the_papers_of_a_vehicle_are_told_ninety_days_ahead(cast, days, is_found):
    thing = cast.thing(cast.works, "C-1")
    saved(Vehicle(thing=thing, plate="云A12345", type="van", inspected_until=TODAY + timedelta(days=days)))
    assert [f.code for f in found(Check.VEHICLE)] == (["C-1"] if is_found else [])


def test_a_look_over_many_things_is_held_and_the_scope_is_not(cast, monkeypatch):
    a_licence(cast, until=TODAY)
    reader = Context(actor=cast.actor("r", "checks_reader", cast.office, region=cast.city), at=AT)
    monkeypatch.setattr(queries, "HELD", Held(seconds=60, is_large=lambda looked: True))
    first = queries.visible(ctx=reader)
    Licence.objects.all().delete()
    later = queries.visible(ctx=Context(actor=reader.actor, at=AT + timedelta(seconds=59)))
    assert (later.value, later.at) == (first.value, AT)
    stranger = cast.actor("n", "checks_reader", cast.office, region=cast.next_city)
    assert queries.visible(ctx=Context(actor=stranger, at=AT)).value == []
    assert queries.visible(ctx=Context(actor=reader.actor, at=AT + timedelta(seconds=60))).value == []


def test_each_object_shows_its_three_supervisors_and_its_gaps(cast, make_user, log_in):
    licence = a_licence(cast, until=TODAY + timedelta(days=900))
    thing = an_enterprise(cast).thing
    assert [f.code for f in found(Check.NO_APPROVER)] == [thing.code]
    client = log_in(make_user("reader", ChecksGrants.READ, PartiesGrants.READ, region=cast.city.path))
    for gap in ("", "sector", "business", "approval"):
        assert thing.name in client.get(f"/register-checks/supervisors/?gap={gap}").content.decode()
    duty(cast, "energy")
    Licence.objects.filter(pk=licence.pk).update(issuer="云州市应急管理局")
    assert found(Check.NO_APPROVER) == []
    [line] = queries.in_charge([thing], on=TODAY)
    assert (line.sector, line.business, line.approval) == ([cast.industry.name], [], ["云州市应急管理局"])
    for gap, is_there in (("sector", False), ("business", True), ("approval", False)):
        page = client.get(f"/register-checks/supervisors/?gap={gap}").content.decode()
        assert (thing.name in page) is is_there


def test_a_chemical_park_needs_its_own_safety_organ_and_a_director(cast):
    park = a_park(cast)
    assert len(found(Check.NO_SAFETY_ORGAN)) == len(found(Check.NO_DIRECTOR)) == 1
    of = {"organisation": park.thing.organisation, "organisation_code": park.thing.organisation_code,
          "region_path": park.thing.region_path}  # fmt: skip
    shared = saved(BodySetUp(code="JG-1", form="shared", basis="编办", from_on=TODAY, **of))
    assert "合署" in found(Check.NO_SAFETY_ORGAN)[0].text
    BodySetUp.objects.filter(pk=shared.pk).update(form="own_organ")
    head = {"post": "安全总监", "duty": "director", "degree": "bachelor", "practice_years": 9}
    leaving = saved(StaffMember(code="AQ-1", name="陈", joined_on=date(2024, 1, 1), left_on=TODAY, **head, **of))
    assert (len(found(Check.NO_SAFETY_ORGAN)), len(found(Check.NO_DIRECTOR))) == (0, 1)
    StaffMember.objects.filter(pk=leaving.pk).update(left_on=None)
    assert not found(Check.NO_DIRECTOR)
    type(park).objects.filter(pk=park.pk).update(type="concentrated")
    BodySetUp.objects.all().delete()
    assert not found(Check.NO_SAFETY_ORGAN)
