"""One person's data: told in full, and erased without a gap in the audit."""

import json
from dataclasses import replace

import pytest
from django.apps import apps

from bihuan.core.access.context import Held
from bihuan.core.access.models import LoginSession, User
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.audit import sealing, verifying
from bihuan.core.clock import now
from bihuan.core.jobs import queue
from bihuan.parties import actions as parties
from bihuan.parties.terms import PartiesGrants
from bihuan.site.commands.person import person
from bihuan.site.operations import personal
from bihuan.site.operations.tests.plays import administrator, leaver
from cast import Cast, context

pytestmark = pytest.mark.django_db
CANARIES = ("欧阳金丝雀", "13912345678", "canary@example.org", "ouyang", "198.51.100.7", "CanaryBrowser")


@pytest.fixture
def cast(db, settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path
    return Cast.build()


@pytest.fixture
def user(cast):
    """Somebody with an account, a place among the people, and a login."""
    user = leaver(cast)
    keeper = cast.actor("keeper", "committee_office", cast.office, region=cast.city)

    keeper = replace(keeper, held=tuple(Held(str(g), EVERYWHERE) for g in (*PartiesGrants, AccessGrants.MANAGE_USERS)))
    runner.perform(
        parties.add_person, ctx=context(keeper), name=CANARIES[0], phone=CANARIES[1], organisation=cast.works, user=user
    )
    LoginSession.objects.create(
        user=user, session_digest="d", authenticated_at=now(), last_seen_at=now(), expires_at=now(),
        address=CANARIES[4], agent=CANARIES[5], created_at=now(), updated_at=now(),
    )  # fmt: skip
    return user


def everything():
    """All rows of all tables, as text."""
    return "\n".join(repr(row) for m in apps.get_models() if m._meta.managed for row in m._base_manager.values_list())


def test_a_person_is_told_what_is_held(user, capsys):
    assert person(["ouyang"]) == 0
    said = capsys.readouterr().out
    assert [c for c in CANARIES if c not in said] == []
    assert json.loads(said)["by_identifier"]["audit_digests"] > 0


def test_an_erased_person_is_nowhere_and_the_audit_holds(cast, user):
    assert [c for c in CANARIES if c not in everything()] == []
    runner.perform(personal.erase_person, ctx=context(administrator(cast)), user=user, basis="本人申请")
    queue.drain(at=now())
    assert [c for c in CANARIES if c in everything()] == []
    assert personal.held(User.objects.get(pk=user.pk))["by_identifier"]["audit_digests"] == 0
    while sealing.seal_pending(at=now()):
        pass
    assert verifying.verify_database().is_clean


def test_nobody_in_service_is_erased(cast):
    user = leaver(cast)
    User.objects.filter(pk=user.pk).update(is_active=True)
    with pytest.raises(personal.StillInService):
        runner.perform(personal.erase_person, ctx=context(administrator(cast)), user=user, basis="本人申请")
    assert User.objects.get(pk=user.pk).display_name == CANARIES[0]
