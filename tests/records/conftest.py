"""The cast of the registers: two neighbouring counties, a keeper in each, an enterprise's own clerk, many tanks."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import Assignment, Role, User
from bihuan.core.actions import runner
from bihuan.core.modules import registry
from bihuan.core.records.register import Register
from bihuan.parties.models import Organisation, Region
from bihuan.registers.enterprises.terms import EnterprisesGrants
from bihuan.registers.tanks.terms import TanksGrants

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
KEEPER = ("parties.read", TanksGrants.READ, TanksGrants.EDIT, EnterprisesGrants.READ, EnterprisesGrants.EDIT)


def _stored(row: Any) -> Any:
    row.created_at = row.updated_at = AT
    row.save(force_insert=True)
    return row


def region(code: str, parent: Region | None = None) -> Region:
    path = f"{parent.path if parent else ''}{code}/"
    return _stored(Region(code=code, name=f"区域{code}", kind="district", parent=parent, path=path))


def organisation(code: str, name: str, place: Region) -> Organisation:
    return _stored(Organisation(code=code, name=name, kind="enterprise", region=place, region_path=place.path))


def person(name: str, *grants: str, **scope: str) -> User:
    role = _stored(Role(code=f"role-{name}", name_zh=name, name_en=name, grants=[str(g) for g in grants]))
    user = _stored(User(username=name, display_name=name))
    _stored(
        Assignment(
            user=user, role=role, from_at=AT,
            scope_region=scope.get("region_path"), scope_organisation=scope.get("organisation"),
        )
    )  # fmt: skip
    return user


def acting(user: User) -> Context:
    return Context(actor=actor_of(User.objects.get(pk=user.pk), at=AT), at=AT)


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    province = region("990000")
    here, there = region("990101", province), region("990102", province)
    return SimpleNamespace(
        here=here,
        there=there,
        plant=organisation("ORG-1", "东港化工有限公司", here),
        other_plant=organisation("ORG-2", "西岭化工有限公司", there),
        second_plant=organisation("ORG-3", "南湖制药有限公司", here),
        keeper=person("keeper", *KEEPER, EnterprisesGrants.SEE_CONTACTS, region_path=here.path),
        neighbour=person("neighbour", *KEEPER, region_path=there.path),
        clerk=person("clerk", *KEEPER, organisation="ORG-1"),
        outsider=person("outsider", "parties.read", region_path=here.path),
    )


@pytest.fixture
def tanks() -> Register:
    return next(r for r in registry().declared(Register) if r.code == "tanks")


@pytest.fixture
def enterprises() -> Register:
    return next(r for r in registry().declared(Register) if r.code == "enterprises")


@pytest.fixture
def add_tank(tanks: Register, cast: SimpleNamespace) -> Any:
    def add(code: str, name: str = "甲醇储罐", *, by: User | None = None, plant: Any = None, **values: Any) -> Any:
        given = {
            "code": code, "name": name, "organisation": plant or cast.plant, "type": "fixed_roof",
            "medium": "甲醇", "volume": "5000", **values,
        }  # fmt: skip
        return runner.perform(tanks.action("add"), ctx=acting(by or cast.keeper), **given).value

    return add


@pytest.fixture
def as_(cast: SimpleNamespace) -> Any:
    return lambda name: acting(getattr(cast, name))
