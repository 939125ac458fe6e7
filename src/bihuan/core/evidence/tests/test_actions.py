from datetime import date, timedelta

import pytest

from bihuan.core.access.scope import Place
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, NotFound, StaleVersion
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.evidence import actions, jobs
from bihuan.core.evidence.models import Evidence, Upload
from bihuan.core.evidence.problems import BadPeriod, NotFinished, Superseded, UnknownOrganisation
from bihuan.core.evidence.reach import OrganisationPlaces
from bihuan.core.evidence.receiving import begin, receive_bytes
from bihuan.core.evidence.terms import EvidenceKind, ExpiryStage
from bihuan.core.jobs import queue
from bihuan.core.modules import registry

PDF = b"%PDF-1.7\n"


@pytest.fixture
def uploaded(ctx_of):
    def make(actor, content=PDF, name="报告.pdf"):
        return receive_bytes(ctx=ctx_of(actor), name=name, content=content)

    return make


@pytest.fixture
def added(ctx_of, uploaded):
    def make(actor, *, content=PDF, **said):
        upload = uploaded(actor, content)
        return runner.perform(actions.add, ctx=ctx_of(actor), upload=upload, **said).value

    return make


def test_evidence_lies_with_the_organisation_of_whoever_adds_it(manager, added):
    evidence = added(manager, title="整改报告", kind=EvidenceKind.REPORT, effective_on=date(2026, 11, 1))
    assert evidence.place == Place("330000/339900/339902/", frozenset(["E001"]))
    assert (evidence.title, evidence.file_name, evidence.uploaded_by) == ("整改报告", "报告.pdf", manager.id)
    assert OutboxEvent.objects.get().name == "evidence.evidence_added"
    assert AuditRow.objects.filter(action="evidence.add", outcome="done").count() == 1


def test_its_own_day_is_kept_apart_from_the_day_of_the_upload(manager, added, ctx_of):
    assert added(manager, effective_on=date(2024, 5, 1)).effective_on == date(2024, 5, 1)
    assert added(manager).effective_on == date(2026, 11, 22)


def test_only_who_sent_the_bytes_makes_evidence_of_them(manager, another_enterprise, uploaded, ctx_of):
    upload = uploaded(manager)
    with pytest.raises(NotFound):
        runner.perform(actions.add, ctx=ctx_of(another_enterprise), upload=upload)
    assert not Evidence.objects.exists()


def test_one_file_may_be_evidence_twice(manager, uploaded, ctx_of):
    upload = uploaded(manager)
    for title in ("一", "二"):
        runner.perform(actions.add, ctx=ctx_of(manager), upload=upload, title=title)
    assert Evidence.objects.filter(file=upload.file).count() == 2


def test_an_unfinished_upload_is_no_evidence(manager, ctx_of):
    upload = begin(ctx=ctx_of(manager), name="a.pdf", size=9, digest="a" * 64)
    with pytest.raises(NotFinished):
        runner.perform(actions.add, ctx=ctx_of(manager), upload=upload)


def test_another_organisation_may_own_it_where_the_grant_reaches(regulator, manager, uploaded, ctx_of, monkeypatch):
    places = {
        "E001": Place("330000/339900/339902/", frozenset(["E001"])),
        "E009": Place("330000/339900/339903/", frozenset(["E009"])),
    }
    monkeypatch.setattr(
        type(registry()),
        "declared",
        lambda self, kind: [OrganisationPlaces(places.get)] if kind is OrganisationPlaces else [],
    )
    upload = uploaded(regulator)
    evidence = runner.perform(actions.add, ctx=ctx_of(regulator), upload=upload, organisation_code="E001").value
    assert evidence.organisation_code == "E001"
    with pytest.raises(Denied):
        runner.perform(actions.add, ctx=ctx_of(regulator), upload=upload, organisation_code="E009")
    with pytest.raises(Denied):
        runner.perform(actions.add, ctx=ctx_of(manager), upload=uploaded(manager), organisation_code="E009")
    with pytest.raises(UnknownOrganisation):
        runner.perform(actions.add, ctx=ctx_of(regulator), upload=upload, organisation_code="E404")


@pytest.mark.parametrize(("days", "fits"), [(1, True), (0, False), (-1, False)])
def test_it_expires_after_the_day_it_takes_effect(manager, added, days, fits):
    day = date(2026, 11, 1)
    if fits:
        assert added(manager, effective_on=day, expires_on=day + timedelta(days)).expires_on
    else:
        with pytest.raises(BadPeriod):
            added(manager, effective_on=day, expires_on=day + timedelta(days))


def test_a_revision_stands_beside_what_it_revises(manager, added, uploaded, ctx_of):
    old = added(manager, title="安全评价报告")
    fresh = runner.perform(
        actions.revise, ctx=ctx_of(manager), evidence=old, upload=uploaded(manager, PDF + b"2")
    ).value
    old.refresh_from_db()
    assert (fresh.revises_id, fresh.title, fresh.place) == (old.pk, "安全评价报告", old.place)
    assert old.is_superseded
    assert old.file_id != fresh.file_id
    with pytest.raises(Superseded):
        runner.perform(actions.revise, ctx=ctx_of(manager), evidence=old, upload=uploaded(manager))


def test_a_stranger_can_neither_revise_nor_describe(manager, another_enterprise, regulator_next_door, added, ctx_of):
    evidence = added(manager)
    said = {"title": "x", "kind": EvidenceKind.OTHER, "effective_on": date(2026, 1, 1)}
    for stranger in (another_enterprise, regulator_next_door):
        with pytest.raises(NotFound):
            runner.perform(actions.describe, ctx=ctx_of(stranger), evidence=evidence, **said)
    assert AuditRow.objects.filter(outcome="denied").count() == 2


def test_two_who_describe_at_once_are_told(manager, added, ctx_of):
    evidence = added(manager)
    said = {"title": "x", "kind": EvidenceKind.OTHER, "effective_on": date(2026, 1, 1)}
    stale = Evidence.objects.get(pk=evidence.pk)
    runner.perform(actions.describe, ctx=ctx_of(manager), evidence=evidence, **said)
    with pytest.raises(StaleVersion):
        runner.perform(actions.describe, ctx=ctx_of(manager), evidence=stale, **said)


@pytest.mark.parametrize(
    ("left", "stage"),
    [
        (31, ExpiryStage.NONE),
        (30, ExpiryStage.MONTH),
        (8, ExpiryStage.MONTH),
        (7, ExpiryStage.WEEK),
        (1, ExpiryStage.WEEK),
        (0, ExpiryStage.EXPIRED),
        (-9, ExpiryStage.EXPIRED),
    ],
)
def test_each_stage_of_expiry_is_said_once(manager, added, ctx_of, left, stage):
    evidence = added(manager, effective_on=date(2020, 1, 1), expires_on=date(2026, 11, 22) + timedelta(left))
    OutboxEvent.objects.all().delete()
    job = registry().job("evidence.note_expiries")
    for minute in (0, 1):
        at = ctx_of(manager).at + timedelta(minutes=minute)
        queue.enqueue(job=job.name, payload={}, key=f"k{minute}", at=at)
        queue.drain(at=at)
    evidence.refresh_from_db()
    assert evidence.expiry_stage == stage
    said = OutboxEvent.objects.values_list("name", "payload__stage")
    expected = {
        ExpiryStage.NONE: [],
        ExpiryStage.EXPIRED: [("evidence.evidence_expired", None)],
    }.get(stage, [("evidence.evidence_expiring", stage.value)])
    assert list(said) == expected


def test_a_new_day_of_expiry_is_reminded_of_again_and_a_superseded_piece_never(manager, added, uploaded, ctx_of):
    evidence = added(manager, effective_on=date(2020, 1, 1), expires_on=date(2026, 11, 25))
    service = ctx_of(manager)
    jobs.note_expiries(ctx=service)
    evidence.refresh_from_db()
    assert evidence.expiry_stage == ExpiryStage.WEEK
    said = {"title": "x", "kind": EvidenceKind.OTHER, "effective_on": date(2020, 1, 1)}
    runner.perform(actions.describe, ctx=ctx_of(manager), evidence=evidence, expires_on=date(2026, 11, 24), **said)
    evidence.refresh_from_db()
    assert evidence.expiry_stage == ExpiryStage.NONE
    runner.perform(actions.revise, ctx=ctx_of(manager), evidence=evidence, upload=uploaded(manager))
    OutboxEvent.objects.all().delete()
    jobs.note_expiries(ctx=service)
    assert not OutboxEvent.objects.filter(name__startswith="evidence.evidence_expir").exists()


def test_uploads_nobody_went_on_with_are_cleared_after_seven_days(manager, ctx_of, db):
    upload = begin(ctx=ctx_of(manager), name="a.pdf", size=9, digest="a" * 64)
    ctx = ctx_of(manager)
    for days, cleared in ((7, False), (8, True)):
        at = ctx.at + timedelta(days=days)
        queue.enqueue(job="evidence.clear_unfinished", payload={}, key=f"k{days}", at=at)
        queue.drain(at=at)
        upload = Upload.objects.get(pk=upload.pk)
        assert (upload.abandoned_at is not None) is cleared
