"""One person's data: told in full, and erased without a gap in the audit."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from bihuan.core.access.context import Actor, Held
from bihuan.core.access.models import LoginSession, User
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.audit import sealing, verifying
from bihuan.core.clock import now
from bihuan.core.evidence import receiving
from bihuan.core.evidence.actions import add as add_evidence
from bihuan.core.evidence.models import Evidence
from bihuan.core.evidence.terms import EvidenceGrants
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


def raw_everything():
    """All text of all tables as it really lies there, around the models."""
    said = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
                said += [
                    repr([bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else v for v in row])
                    for row in cursor.fetchall()
                ]
    return "\n".join(said)


def test_a_number_is_told_wherever_it_stands_and_lies_nowhere_in_the_clear(user, capsys):
    assert CANARIES[1] not in raw_everything()
    assert person(["--phone", "139 1234 5678"]) == 0
    found = {(f["table"], f["column"]) for f in json.loads(capsys.readouterr().out)}
    assert found == {("access.user", "phone"), ("parties.person", "phone")}


def test_from_the_page_of_an_account_to_nothing_left(cast, user, log_in, make_user, tmp_path):
    """The whole way as an administrator goes it: closed, erased, salts forgotten, audit verified, export verified."""
    administrator = log_in(make_user("sysadmin", AccessGrants.MANAGE_USERS))
    User.objects.filter(pk=user.pk).update(is_active=True)
    owner = Actor(
        kind="user", id=f"user:{user.pk}", name="", organisation="E-WORKS", second_factor=True,
        held=tuple(Held(g, EVERYWHERE) for g in (AccessGrants.USE_OWN_ACCOUNT, EvidenceGrants.ADD, EvidenceGrants.READ)),
    )  # fmt: skip
    upload = receiving.receive_bytes(ctx=context(owner), name=f"{CANARIES[0]}的整改照片.txt", content="整改".encode())
    evidence = runner.perform(add_evidence, ctx=context(owner), upload=upload, title=f"{CANARIES[0]}签名").value
    page = f"/accounts/{user.pk}/"
    fresh = User.objects.get(pk=user.pk)
    assert "operations-erase_person" not in administrator.get(page).content.decode()
    closing = administrator.post(
        "/do/access-deactivate_user/", {"user": f"{user.pk}@{fresh.version}", "reason": "离任"}
    )
    assert closing.status_code == 302
    assert "operations-erase_person" in administrator.get(page).content.decode()
    fresh = User.objects.get(pk=user.pk)
    erasing = administrator.post(
        "/do/operations-erase_person/", {"user": f"{user.pk}@{fresh.version}", "basis": "本人申请"}
    )
    assert erasing.status_code == 302
    queue.drain(at=now() + timedelta(seconds=5))
    assert [c for c in CANARIES if c in everything() or c in raw_everything()] == []
    assert personal.ERASED in administrator.get(page).content.decode()
    kept = Evidence.objects.get(pk=evidence.pk)
    assert (kept.file_name, kept.title, kept.file_id) == (f"{personal.ERASED}.txt", personal.ERASED, upload.file_id)
    assert person(["--phone", CANARIES[1]]) == 0
    assert personal.held(User.objects.get(pk=user.pk))["by_identifier"]["audit_digests"] == 0
    while sealing.seal_pending(at=now()):
        pass
    assert verifying.verify_database().is_clean
    verifying.export(tmp_path / "audit.jsonl")
    assert verifying.verify_file(tmp_path / "audit.jsonl").is_clean
    assert [c for c in CANARIES if c in (tmp_path / "audit.jsonl").read_text()] == []
