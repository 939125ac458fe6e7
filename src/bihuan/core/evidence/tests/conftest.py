"""The cast of evidence, and files of every kind."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.test import RequestFactory
from django.urls import resolve
from PIL import Image

from bihuan.core.access.context import ANONYMOUS, Actor, Context, Held
from bihuan.core.access.models import User
from bihuan.core.access.scope import Scope
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.pages import problems
from bihuan.kernel.problem import Problem

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
COUNTY, NEXT_DOOR = "330000/339900/339902/", "330000/339900/339903/"


def make_user(username, *, organisation, region):
    return User.objects.create(
        username=username,
        display_name=username,
        organisation_code=organisation,
        region_path=region,
        created_at=AT,
        updated_at=AT,
    )


def acting(user, *held):
    return Actor(
        kind="user",
        id=f"user:{user.pk}",
        name=user.username,
        held=tuple(Held(str(grant), scope) for grant, scope in held),
        organisation=user.organisation_code or None,
    )


def token_of(actor, *grants):
    return Actor(
        kind="token",
        id=actor.id.replace("user:", "token:") + ":1",
        name="token",
        held=tuple(h for h in actor.held if h.grant in grants),
        organisation=actor.organisation,
    )


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path


@pytest.fixture
def manager(db):
    """The enterprise's safety manager."""
    user = make_user("manager", organisation="E001", region=COUNTY)
    own = Scope(organisation="E001")
    return acting(user, (EvidenceGrants.ADD, own), (EvidenceGrants.READ, own))


@pytest.fixture
def regulator(db):
    user = make_user("regulator", organisation="D001", region=COUNTY)
    county = Scope(region_path=COUNTY)
    return acting(user, (EvidenceGrants.READ, county), (EvidenceGrants.ADD, county))


@pytest.fixture
def regulator_next_door(db):
    user = make_user("next-door", organisation="D002", region=NEXT_DOOR)
    return acting(user, (EvidenceGrants.READ, Scope(region_path=NEXT_DOOR)))


@pytest.fixture
def another_enterprise(db):
    user = make_user("other", organisation="E002", region=COUNTY)
    own = Scope(organisation="E002")
    return acting(user, (EvidenceGrants.ADD, own), (EvidenceGrants.READ, own))


@pytest.fixture
def ctx_of():
    def make(actor, at=AT, **more):
        return Context(actor=actor, at=at, **more)

    return make


@pytest.fixture
def visit():
    """A request as the edge hands it to the view, by its address."""

    def go(actor, method, path, *, at=AT, csrf=False, **request):
        request.setdefault("headers", {}).setdefault("accept", "application/json")
        made = RequestFactory().generic(method, path, **request)
        made.ctx = Context(actor=actor or ANONYMOUS, at=at)
        made._dont_enforce_csrf_checks = not csrf
        match = resolve(made.path_info)
        try:
            return match.func(made, *match.args, **match.kwargs)
        except Problem as problem:
            return problems.answer(made, problem)

    return go


def picture(kind="JPEG", size=(64, 32), **save):
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, kind, **save)
    return out.getvalue()


def office(*members, content=b"<x/>"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member, content)
    return out.getvalue()


@pytest.fixture
def make_picture():
    return picture


@pytest.fixture
def make_office():
    return office


@pytest.fixture
def as_token():
    return token_of


@pytest.fixture
def body_of():
    def read(answer):
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    return read
