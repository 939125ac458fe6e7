from datetime import UTC, datetime, timedelta

import pytest

from bihuan.core.access.models import Role
from bihuan.core.access.rehearsal import make_role
from bihuan.core.access.roles import signs_off, sync_declared_roles
from bihuan.core.audit.models import AuditRow
from bihuan.core.modules import registry

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_every_declared_role_gets_its_row_once():
    assert sync_declared_roles(at=AT) == len(registry().roles)
    assert sync_declared_roles(at=AT + timedelta(days=1)) == 0
    assert set(Role.objects.values_list("code", flat=True)) == set(registry().roles)
    row = AuditRow.objects.get()
    assert (row.actor, row.action) == ("service:access.start", "access.sync_roles")


def test_a_row_edited_behind_our_back_is_put_right():
    sync_declared_roles(at=AT)
    Role.objects.filter(code="audit_administrator").update(grants=["access.manage_grants"])
    assert sync_declared_roles(at=AT) == 1
    assert Role.objects.get(code="audit_administrator").grants == ["access.read_audit"]


def test_a_role_no_longer_declared_keeps_its_row_and_grants_nothing():
    make_role("left_over", "access.operate", at=AT, is_declared=True)
    sync_declared_roles(at=AT)
    left = Role.objects.get(code="left_over")
    assert (left.grants, left.is_declared) == ([], False)


def test_an_offices_own_role_is_left_alone():
    make_role("own", "access.operate", at=AT)
    sync_declared_roles(at=AT)
    assert Role.objects.get(code="own").grants == ["access.operate"]


def test_a_grant_that_opens_a_signing_action_asks_for_a_second_factor():
    signing = [a for a in registry().actions.values() if a.signs_off]
    assert all(signs_off(a.needs) for a in signing)
    assert not signs_off(["access.use_own_account"])
