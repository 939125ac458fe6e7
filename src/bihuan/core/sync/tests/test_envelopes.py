import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from bihuan.core import clock
from bihuan.core.access import rehearsal
from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of, actor_of_token, digest
from bihuan.core.access.models import ApiToken, Assignment
from bihuan.core.actions import runner
from bihuan.core.audit.models import AuditRow
from bihuan.core.evidence import actions, receiving
from bihuan.core.evidence.models import Evidence
from bihuan.core.jobs import queue
from bihuan.core.sync import actions as settling
from bihuan.core.sync import envelopes
from bihuan.core.sync.models import IdempotencyKey, SyncConflict

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=365)


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path


@pytest.fixture
def inspector(db):
    user = rehearsal.make_user("inspector", at=LONG_AGO, organisation_code="E001", region_path="330000/")
    role = rehearsal.make_role("evidence_role", "evidence.add", "evidence.read", at=LONG_AGO)
    rehearsal.assign(user, role, at=LONG_AGO, organisation="E001")
    return user


@pytest.fixture
def ctx(inspector):
    def make(at=AT):
        return Context(actor=actor_of(inspector, at=at), at=at)

    return make


@pytest.fixture
def evidence(ctx):
    upload = receiving.receive_bytes(ctx=ctx(), name="a.txt", content=b"note")
    return runner.perform(actions.add, ctx=ctx(), upload=upload, title="原名").value


@pytest.fixture
def envelope(evidence):
    def make(key="key-00000001", *, title="离线改名", version=1, at=AT - timedelta(hours=5), **more):
        return {
            "action": "evidence.describe",
            "input": {
                "evidence": {"id": str(evidence.pk), "expected_version": version},
                "title": title,
                "kind": "record",
                "effective_on": "2026-11-20",
            },
            "key": key,
            "occurred_at": at.isoformat(),
            "device": "phone-1",
            **more,
        }

    return make


def one(ctx, said):
    return envelopes.receive(ctx=ctx, batch=[said])[0]


def changed_online(ctx, evidence, title="在线改名"):
    evidence.refresh_from_db()
    runner.perform(
        actions.describe, ctx=ctx, evidence=evidence, title=title, kind="other", effective_on=date(2026, 11, 1)
    )


def test_an_envelope_goes_through_the_one_door_with_both_times(ctx, envelope, evidence):
    answer = one(ctx(), envelope())
    evidence.refresh_from_db()
    assert (answer.status, evidence.title, evidence.version) == ("done", "离线改名", 2)
    said = json.loads(bytes(AuditRow.objects.get(pk=answer.audit_row).canonical))
    assert said["at"] == "2026-11-22T02:00:00.000000Z"
    assert said["occurred_at"] == "2026-11-21T21:00:00.000000Z"
    assert said["cause"] == "sync:phone-1"


def test_a_replay_gives_the_same_answers_and_changes_nothing(ctx, envelope, evidence):
    batch = [envelope(), envelope("key-00000002", version=1, title="别的")]
    first = envelopes.receive(ctx=ctx(), batch=batch)
    rows = AuditRow.objects.count()
    again = envelopes.receive(ctx=ctx(AT + timedelta(days=1)), batch=batch)
    assert [a.status for a in first] == ["done", "conflict"]
    assert [a.status for a in again] == ["repeated", "conflict"]
    assert [(a.audit_row, a.result, a.conflict) for a in first] == [(a.audit_row, a.result, a.conflict) for a in again]
    assert AuditRow.objects.count() == rows
    assert SyncConflict.objects.count() == 1


def test_the_same_key_with_another_body_is_refused_for_done_and_for_conflicts(ctx, envelope, evidence):
    one(ctx(), envelope())
    assert one(ctx(), envelope(title="又改")).problem.code == "idempotency_key_reused"
    one(ctx(), envelope("key-00000002"))  # meets version 2: a conflict
    assert one(ctx(), envelope("key-00000002", title="又改")).problem.code == "idempotency_key_reused"


def test_a_row_that_moved_on_becomes_a_listed_conflict_and_nothing_wins_by_itself(ctx, envelope, evidence):
    changed_online(ctx(), evidence)
    answer = one(ctx(), envelope())
    conflict = SyncConflict.objects.get(pk=answer.conflict)
    evidence.refresh_from_db()
    assert (answer.status, conflict.state, evidence.title) == ("conflict", "open", "在线改名")
    assert conflict.input["title"] == "离线改名"
    assert (conflict.occurred_at, conflict.received_at) == (AT - timedelta(hours=5), AT)


@pytest.mark.parametrize(
    ("moved", "code"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, seconds=1), "occurred_in_the_future"),
        (timedelta(days=-90), None),
        (timedelta(days=-90, seconds=-1), "occurred_too_long_ago"),
    ],
)
def test_the_time_of_occurrence_has_two_bounds(ctx, envelope, moved, code):
    answer = one(ctx(), envelope(at=AT + moved))
    assert (answer.problem.code if answer.problem else None) == code


@pytest.mark.parametrize(
    ("granted", "ended", "status"),
    [
        (timedelta(hours=-6), None, "done"),  # held then and now
        (timedelta(hours=-4), None, "refused"),  # not yet held when it happened
        (timedelta(hours=-6), timedelta(hours=-4), "refused"),  # held then, no longer at receipt
        (timedelta(hours=-5), None, "done"),  # held from that very instant
    ],
)
def test_the_grant_must_have_held_then_and_hold_now(ctx, envelope, evidence, inspector, granted, ended, status):
    Assignment.objects.filter(user=inspector).update(from_at=AT + granted, until_at=AT + ended if ended else None)
    assert one(ctx(), envelope()).status == status
    evidence.refresh_from_db()
    assert (evidence.title == "离线改名") is (status == "done")


def test_a_grant_held_then_in_another_place_does_not_count(ctx, envelope, inspector):
    assignment = Assignment.objects.get(user=inspector)
    Assignment.objects.filter(pk=assignment.pk).update(from_at=AT - timedelta(hours=1))
    rehearsal.assign(inspector, assignment.role, at=LONG_AGO, organisation="E002", until_at=AT - timedelta(hours=1))
    answer = one(ctx(), envelope())
    assert (answer.status, answer.problem.code) == ("refused", "denied")
    assert AuditRow.objects.filter(outcome="denied").count() == 1


def test_a_token_narrowed_to_less_sends_less(ctx, envelope, inspector, db):
    ApiToken.objects.create(
        user=inspector, name="t", digest=digest("secret"), grants=["evidence.read"], created_at=AT, updated_at=AT,
        expires_at=AT + timedelta(days=1),
    )  # fmt: skip
    token = Context(actor=actor_of_token("secret", at=AT), at=AT)
    assert one(token, envelope()).problem.code == "denied"


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        {},
        {"action": "evidence.describe"},
        {"action": "evidence.describe", "input": [], "key": "key-00000001", "occurred_at": "2026-11-22T00:00:00Z"},
        {"action": "no.such", "input": {}, "key": "key-00000001", "occurred_at": "2026-11-22T00:00:00Z"},
        {"action": "evidence.receive", "input": {}, "key": "key-00000001", "occurred_at": "2026-11-22T00:00:00Z"},
        {"action": "access.change_password", "input": {}, "key": "key-00000001", "occurred_at": "2026-11-22T00:00:00Z"},
        {"action": "evidence.describe", "input": {}, "key": "short", "occurred_at": "2026-11-22T00:00:00Z"},
        {"action": "evidence.describe", "input": {}, "key": "key-00000001", "occurred_at": "2026-11-22T00:00:00"},
        {"action": "evidence.describe", "input": {}, "key": "key-00000001", "occurred_at": "yesterday"},
    ],
)
def test_a_senseless_envelope_is_refused_and_the_next_one_still_done(ctx, envelope, said):
    wrong, right = envelopes.receive(ctx=ctx(), batch=[said, envelope()])
    assert (wrong.status, right.status) == ("refused", "done")
    assert wrong.problem is not None


def test_a_batch_has_a_limit(ctx):
    with pytest.raises(envelopes.TooMany):
        envelopes.receive(ctx=ctx(), batch=[None] * 501)
    assert len(envelopes.receive(ctx=ctx(), batch=[None] * 500)) == 500


def test_keys_are_purged_after_ninety_days_when_their_envelopes_are_too_old(ctx, envelope, evidence):
    said = envelope(at=AT)
    one(ctx(), said)
    for days, left in ((90, 1), (91, 0)):
        at = AT + timedelta(days=days)
        queue.enqueue(job="sync.purge_keys", payload={}, key=f"purge{days}", at=at)
        queue.drain(at=at)
        assert IdempotencyKey.objects.filter(key=said["key"]).count() == left
    assert one(ctx(AT + timedelta(days=91)), said).problem.code == "occurred_too_long_ago"


# settling, through the pages


@pytest.fixture
def browser(inspector):
    return rehearsal.logged_in(inspector, at=clock.now())


@pytest.fixture
def conflict(ctx, envelope, evidence):
    changed_online(ctx(), evidence)
    return SyncConflict.objects.get(pk=one(ctx(), envelope()).conflict)


def test_envelopes_come_by_http_and_answer_one_by_one(browser, envelope, evidence):
    now = clock.now()
    batch = [envelope(at=now), envelope("key-00000002", at=now), {"key": "nonsense"}]
    answer = browser.post("/api/sync/envelopes", json.dumps({"envelopes": batch}), content_type="application/json")
    answers = answer.json()["answers"]
    assert [a["status"] for a in answers] == ["done", "conflict", "refused"]
    assert answers[1]["url"].startswith("/sync/conflicts/")
    assert answers[2]["problem"]["code"] == "invalid_input"
    for body in ("", "[]", '{"envelopes": 3}'):
        assert browser.post("/api/sync/envelopes", body, content_type="application/json").status_code == 422


def test_both_sides_are_shown_and_the_owner_applies_theirs(browser, conflict, evidence):
    assert "改" in browser.get(reverse("sync-conflicts")).content.decode()
    page = browser.get(conflict.get_absolute_url()).content.decode()
    assert "离线改名" in page
    assert "在线改名" in page
    seen = json.dumps({str(evidence.pk): 2})
    address = reverse("sync-conflict-apply", args=[conflict.pk])
    assert browser.post(address, {"seen": seen}).status_code == 302
    conflict.refresh_from_db()
    evidence.refresh_from_db()
    assert (conflict.state, evidence.title, evidence.version) == ("applied", "离线改名", 3)
    assert AuditRow.objects.get(pk=conflict.audit_row).action == "evidence.describe"
    assert browser.post(address, {"seen": seen}).status_code == 409


def test_a_row_that_moved_again_after_it_was_looked_at_is_told_again(browser, conflict, evidence, ctx):
    seen = json.dumps({str(evidence.pk): 2})
    changed_online(ctx(), evidence, title="又改")
    answer = browser.post(reverse("sync-conflict-apply", args=[conflict.pk]), {"seen": seen})
    conflict.refresh_from_db()
    assert (answer.status_code, conflict.state) == (409, "open")
    seen = json.dumps({str(evidence.pk): 3})
    assert browser.post(reverse("sync-conflict-apply", args=[conflict.pk]), {"seen": seen}).status_code == 302


def test_a_crash_between_doing_and_noting_is_made_good_by_trying_again(browser, conflict, evidence, monkeypatch):
    perform = runner.perform
    monkeypatch.setattr(runner, "perform", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
    seen = json.dumps({str(evidence.pk): 2})
    address = reverse("sync-conflict-apply", args=[conflict.pk])
    with pytest.raises(KeyboardInterrupt):
        browser.post(address, {"seen": seen})
    monkeypatch.setattr(runner, "perform", perform)
    assert browser.post(address, {"seen": seen}).status_code == 302
    evidence.refresh_from_db()
    conflict.refresh_from_db()
    assert (evidence.version, conflict.state) == (3, "applied")


def test_the_owner_discards_theirs_and_what_is_there_stays(conflict, evidence, ctx):
    runner.perform(settling.discard, ctx=ctx(), conflict=conflict)
    evidence.refresh_from_db()
    conflict.refresh_from_db()
    assert (conflict.state, evidence.title) == ("discarded", "在线改名")
    with pytest.raises(settling.AlreadySettled):
        runner.perform(settling.discard, ctx=ctx(), conflict=conflict)


def test_a_conflict_of_somebody_else_is_not_there(conflict, db):
    stranger = rehearsal.logged_in(rehearsal.make_user("other", at=AT), at=clock.now())
    assert stranger.get(conflict.get_absolute_url()).status_code == 404
    assert stranger.post(reverse("sync-conflict-apply", args=[conflict.pk]), {"seen": "{}"}).status_code == 404
    assert "evidence" not in stranger.get(reverse("sync-conflicts")).content.decode()
    assert Evidence.objects.count() == 1
