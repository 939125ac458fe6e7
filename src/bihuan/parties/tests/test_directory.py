"""What accounts learn of organisations and regions, and that it bounds who may grant what where."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.core.access import directory
from bihuan.core.access.actions import accounts, grants
from bihuan.core.access.context import Actor, Held
from bihuan.core.access.rehearsal import make_role
from bihuan.core.access.scope import Place, Scope
from bihuan.core.actions import runner
from cast import AT, Cast, context

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return Cast.build()


def administrator(cast, grant, region):
    user = cast.user("admin", cast.office)
    held = (Held(grant, Scope(region_path=region.path)),)
    return context(Actor(kind="user", id=f"user:{user.pk}", name="", held=held, second_factor=True))


def test_an_organisation_lies_where_its_register_says(cast):
    assert directory.place_of_organisation("E-WORKS") == Place(cast.park.path, frozenset(["E-WORKS"]))
    assert directory.place_of_organisation("NO-SUCH") is None


def test_names_come_many_at_a_time(cast):
    with CaptureQueriesContext(connection) as seen:
        units = directory.organisation_names(["E-WORKS", "E-NEXT", "GONE", None, ""])
        places = directory.region_names([cast.city.path, "nowhere/", None])
    assert units == {"E-WORKS": cast.works.name, "E-NEXT": cast.neighbour.name, "GONE": "GONE"}
    assert places == {cast.city.path: cast.city.name, "nowhere/": "nowhere/"}
    assert len(seen) == 2


@pytest.mark.parametrize(("region", "problem"), [("city", None), ("next_city", "not_found")])
def test_a_role_for_one_organisation_is_granted_by_whoever_covers_its_place(cast, region, problem):
    ctx = administrator(cast, "access.manage_grants", getattr(cast, region))
    worker, role = cast.user("worker", cast.works), make_role("own", "parties.read", at=AT)
    inputs = {"user": worker, "role": role, "organisation_code": "E-WORKS"}
    if problem is None:
        assert runner.perform(grants.grant_role, ctx=ctx, **inputs).value.scope_organisation == "E-WORKS"
    else:
        with pytest.raises(Exception, match="没有找到") as refused:
            runner.perform(grants.grant_role, ctx=ctx, **inputs)
        assert refused.value.code == problem


def test_one_may_know_the_person_and_still_not_cover_the_organisation(cast):
    ctx = administrator(cast, "access.manage_grants", cast.district)
    worker, role = cast.user("worker", cast.works), make_role("own", "parties.read", at=AT)
    with pytest.raises(grants.BeyondScope):
        runner.perform(grants.grant_role, ctx=ctx, user=worker, role=role, organisation_code="GX")
    with pytest.raises(grants.BadGrant):
        runner.perform(grants.grant_role, ctx=ctx, user=worker, role=role, organisation_code="NO-SUCH")


def test_a_new_account_lies_where_its_organisation_lies(cast):
    ctx = administrator(cast, "access.manage_users", cast.city)
    inputs = {"display_name": "新人", "password_hash": "x"}
    made = runner.perform(accounts.create_user, ctx=ctx, username="one", organisation_code="E-WORKS", **inputs).value
    assert made.region_path == cast.park.path
    with pytest.raises(accounts.BadAccount):
        runner.perform(accounts.create_user, ctx=ctx, username="two", organisation_code="NO-SUCH", **inputs)
