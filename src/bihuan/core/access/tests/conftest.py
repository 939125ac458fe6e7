from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bihuan.core.access import passwords
from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import Role
from bihuan.core.access.rehearsal import assign, make_role, make_user
from bihuan.core.access.roles import sync_declared_roles

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PASSWORD = "Correct-Horse-7-Battery"
PROVINCE, CITY, NEXT_CITY = "330000/", "330000/339900/", "330000/339800/"


@pytest.fixture
def at():
    return AT


@pytest.fixture
def cast(db):
    """The three administrators everywhere, a county's security administrator, a clerk, and a stranger next door."""
    sync_declared_roles(at=AT)
    stored = passwords.hash_of(PASSWORD)

    def person(name, role=None, region="", **columns):
        user = make_user(name, at=AT, password=stored, password_changed_at=AT, **columns)
        if role:
            assign(user, Role.objects.get(code=role), at=AT, region=region)
        return user

    clerk_role = make_role("clerk", "parties.manage", at=AT)
    return SimpleNamespace(
        system=person("sys", "system_administrator"),
        security=person("sec", "security_administrator"),
        security_two=person("sec2", "security_administrator"),
        audit=person("aud", "audit_administrator"),
        city_security=person("citysec", "security_administrator", CITY, region_path=CITY),
        clerk=person("clerk", region_path=CITY, organisation_code="ORG1", display_name="王小明"),
        stranger=person("stranger", region_path=NEXT_CITY, organisation_code="ORG2"),
        clerk_role=clerk_role,
        roles={r.code: r for r in Role.objects.all()},
        PASSWORD=PASSWORD,
    )


@pytest.fixture
def ctx_of():
    def make(user, *, after=timedelta(0), second_factor=True):
        at = AT + after
        user.refresh_from_db()
        return Context(actor=actor_of(user, at=at, second_factor=second_factor), at=at)

    return make
