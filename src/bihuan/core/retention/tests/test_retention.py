"""What goes, when, and what keeps it from going: both sides of each boundary."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bihuan.core.access.context import Context
from bihuan.core.access.models import LoginSession
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, SecondFactorNeeded
from bihuan.core.audit import sealing, verifying
from bihuan.core.audit.models import AuditRow, PersonalSalt
from bihuan.core.evidence import freeing, store
from bihuan.core.evidence.models import Evidence, EvidenceFile
from bihuan.core.retention import actions, jobs, queries
from bihuan.core.retention.declared import Kept, rule, rules
from bihuan.core.retention.models import ConfirmedRule
from bihuan.core.retention.rules import is_long_enough, may_go
from bihuan.core.retention.tests.plays import CODE, confirmed, hold, keeper, session, timer
from bihuan.kernel.text import Text
from bihuan.law import law
from cast import AT, Cast, context

INSTANT = timedelta(microseconds=1)
#: What the law's data says today, as the issue's list has it.
LEAST = {
    "work_permit_days": 365,
    "network_log_days": 184,
    "monitoring_days": 30,
    "waste_manifest_days": 3653,
    "waybill_days": 366,
    "positioning_days": 365,
    "work_video_days": 30,
    "key_area_video_days": 30,
}


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path


@pytest.fixture
def cast(db):
    return Cast.build()


def run(at=AT):
    jobs.remove_due(ctx=Context(actor=timer(), at=at, cause="test"))


@pytest.mark.parametrize(("name", "days"), LEAST.items())
def test_each_term_of_the_law_lets_go_at_its_instant_and_not_before(name, days):
    assert law.shipped().at(AT.date()).value("retention/retention", name).value == days
    written = datetime(2020, 2, 29, 12, tzinfo=UTC)
    over = written + timedelta(days=days)
    assert may_go(written, days=days, at=over)
    assert not may_go(written, days=days, at=over - INSTANT)


@pytest.mark.parametrize(
    ("days", "at_least", "well"), [(184, 184, True), (183, 184, False), (1, None, True), (0, None, False)]
)
def test_an_office_may_keep_longer_than_the_law_and_never_shorter(days, at_least, well):
    assert is_long_enough(days, at_least=at_least) is well


def test_every_declared_kind_stands_and_keeps_at_least_what_the_law_asks(cast):
    known = {s.kept.code: s for s in queries.all_standing(ctx=context(keeper(cast)))}
    assert {"access.sessions", "notices.notices", "records.sheets", "jobs.tasks", "evidence.unused"} <= set(known)
    assert not any(s.is_too_short for s in known.values())
    assert not any(s.is_in_force for s in known.values())
    assert len(rules()) == len(known)


def test_nothing_goes_before_somebody_confirmed_it(cast):
    session(cast, seen=AT - timedelta(days=4000))
    run()
    assert LoginSession.objects.count() == 1
    runner.perform(actions.confirm_rule, ctx=context(keeper(cast)), code=CODE, days=184, basis="档案管理办法")
    run()
    assert LoginSession.objects.count() == 0


def test_a_row_goes_at_the_end_of_its_days_and_one_instant_younger_stays(cast):
    confirmed(cast)
    old = session(cast, seen=AT - timedelta(days=184))
    young = session(cast, seen=AT - timedelta(days=184) + INSTANT)
    run()
    assert list(LoginSession.objects.all()) == [young]
    assert old.pk != young.pk


def test_what_is_still_in_use_stays_however_old(cast):
    confirmed(cast)
    row = session(cast, seen=AT - timedelta(days=400), ended=False)
    LoginSession.objects.update(expires_at=AT + timedelta(days=1))
    run()
    assert list(LoginSession.objects.all()) == [row]


def test_fewer_days_than_the_law_asks_are_refused_and_never_carried_out(cast):
    for days, well in ((183, False), (184, True)):
        if well:
            runner.perform(actions.confirm_rule, ctx=context(keeper(cast)), code=CODE, days=days, basis="依据")
        else:
            with pytest.raises(actions.TooShort, match="184"):
                runner.perform(actions.confirm_rule, ctx=context(keeper(cast)), code=CODE, days=days, basis="依据")
    # Somebody writes a shorter one straight into the table, or the law grows longer: the timer leaves it.
    ConfirmedRule.objects.update(days=183)
    session(cast, seen=AT - timedelta(days=400))
    run()
    assert LoginSession.objects.count() == 1


def test_confirming_takes_the_right_role_everywhere_and_a_second_factor(cast):
    said = {"code": CODE, "days": 184, "basis": "依据"}
    for role in ("system_administrator", "security_administrator", "records_administrator"):
        with pytest.raises(Denied):  # over the city, not over the installation
            runner.perform(
                actions.confirm_rule, ctx=context(cast.actor(role, role, cast.office, region=cast.city)), **said
            )
    from dataclasses import replace

    with pytest.raises(SecondFactorNeeded):
        runner.perform(actions.confirm_rule, ctx=context(replace(keeper(cast), second_factor=False)), **said)


@pytest.mark.parametrize(
    ("what", "keeps"),
    [({}, True), ({"code": CODE}, True), ({"code": "jobs.tasks"}, False), ({"organisation_code": "E-WORKS"}, True)],
)
def test_a_hold_keeps_what_it_names(cast, what, keeps):
    confirmed(cast)
    session(cast, seen=AT - timedelta(days=400))
    held = hold(cast, **what)
    run()
    assert LoginSession.objects.exists() is keeps
    runner.perform(actions.release_hold, ctx=context(keeper(cast)), hold=held, basis="调查终结")
    run()
    assert not LoginSession.objects.exists()


def test_a_hold_of_one_organisation_keeps_its_rows_alone(cast):
    from bihuan.core.access.models import User

    kept = Kept("test.users", Text("账号", "Accounts"), User, "created_at", 1, Text("试", "test"))
    cast.user("ours", cast.works)
    cast.user("theirs", cast.neighbour)
    hold(cast, organisation_code="E-WORKS")
    goes, stays = queries.split(kept, at=AT + timedelta(days=2), days=1)
    assert [u.username for u in stays] == ["ours"]
    assert "theirs" in {u.username for u in goes}
    assert "ours" not in {u.username for u in goes}


def test_a_hold_placed_while_the_timer_runs_is_obeyed(cast):
    confirmed(cast)
    row = session(cast, seen=AT - timedelta(days=400))
    said = {
        "code": CODE,
        "keys": [str(row.pk)],
        "count": 1,
        "digest": queries.digest_of([row]),
        "until": row.last_seen_at,
    }
    hold(cast)
    with pytest.raises(actions.NotDue):
        runner.perform(actions.remove, ctx=context(timer()), **said)
    assert LoginSession.objects.count() == 1


def test_the_audit_says_how_many_and_their_digest_and_stays_whole(cast):
    confirmed(cast)
    rows = [session(cast, seen=AT - timedelta(days=200 + n)) for n in range(3)]
    runner.perform(actions.place_hold, ctx=context(keeper(cast)), reason="别处的调查", code="jobs.tasks")
    PersonalSalt.objects.create(row=AuditRow.objects.first(), path="/x", salt="s", subject=rows[0].subject)
    digest = queries.digest_of(list(LoginSession.objects.all()))
    run()
    said = json.loads(bytes(AuditRow.objects.get(action="retention.remove").canonical))["input"]
    assert (said["code"], said["count"], said["digest"], said["keys"]) == (CODE, 3, digest, "●")
    assert not PersonalSalt.objects.filter(subject=rows[0].subject).exists()
    while sealing.seal_pending(at=AT):
        pass
    assert verifying.verify_database().is_clean


def test_rows_another_table_refers_to_stay_and_the_timer_goes_on(cast, monkeypatch):
    from bihuan.core.access.models import User

    referred = Kept("test.users", Text("账号", "Accounts"), User, "created_at", 1, Text("试", "test"))
    session(cast, seen=AT - timedelta(days=400))
    sessions = rule(CODE)
    monkeypatch.setattr(jobs, "rules", lambda: [referred, sessions])
    monkeypatch.setattr(actions, "rule", lambda code: {"test.users": referred, CODE: sessions}[code])
    confirmed(cast, code="test.users", days=1)
    confirmed(cast)
    User.objects.update(created_at=AT - timedelta(days=3))
    run()
    assert User.objects.filter(username="leaver").exists()
    assert not LoginSession.objects.exists()


def test_evidence_nothing_refers_to_goes_with_its_file_and_used_evidence_stays(
    cast, django_capture_on_commit_callbacks
):
    unused = cast.evidence(cast.safety_manager, cast.works)
    twin = cast.evidence(cast.safety_manager, cast.works)
    Evidence.objects.filter(pk=twin.pk).update(file=unused.file)
    used = cast.evidence(cast.safety_manager, cast.works)
    later = cast.evidence(cast.safety_manager, cast.works)
    Evidence.objects.filter(pk=later.pk).update(revises=used)
    for one in (unused, used):
        path = store.path_of(one.file_id)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
    confirmed(cast, code="evidence.unused", days=365)
    Evidence.objects.filter(pk=twin.pk).update(created_at=AT + timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        run(AT + timedelta(days=365) - INSTANT)
    assert Evidence.objects.count() == 4
    with django_capture_on_commit_callbacks(execute=True):
        run(AT + timedelta(days=365))
    # Its twin is a day younger and needs the file.
    assert set(Evidence.objects.values_list("pk", flat=True)) == {twin.pk, used.pk, later.pk}
    assert store.path_of(unused.file_id).exists()
    with django_capture_on_commit_callbacks(execute=True):
        run(AT + timedelta(days=366))
    assert not EvidenceFile.objects.filter(pk=unused.file_id).exists()
    assert not store.path_of(unused.file_id).exists()
    assert store.path_of(used.file_id).exists()
    # For a week the bytes can still be had, should somebody have sent them in that instant.
    freeing.clear_aside(at=datetime.now(UTC))
    assert [name for name, _ in store.aside()] == [unused.file_id]
    assert freeing.clear_aside(at=datetime.now(UTC) + timedelta(days=8)) == 1
    assert store.aside() == []


def test_a_file_that_came_back_into_use_is_put_back(cast):
    one = cast.evidence(cast.safety_manager, cast.works)
    path = store.path_of(one.file_id)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    store.set_aside(one.file_id)
    assert not path.exists()
    freeing.clear_aside(at=datetime.now(UTC) + timedelta(days=30))
    assert path.read_bytes() == b"x"


def test_the_page_and_the_dry_run_show_it_and_change_nothing(cast, make_user, log_in):
    from bihuan.core.retention.terms import RetentionGrants

    row = session(cast, seen=AT - timedelta(days=4000))
    hold(cast, code="jobs.tasks")
    client = log_in(make_user("keeper", RetentionGrants.CONFIRM, RetentionGrants.HOLD))
    for language in ("zh", "en"):
        client.cookies["bihuan_language"] = language
        assert client.get("/retention/").status_code == 200
        page = client.get(f"/retention/{CODE}/").content.decode()
        assert str(row.pk) in page
    assert LoginSession.objects.filter(pk=row.pk).exists()
    assert client.get("/retention/no.such/").status_code == 404
    assert log_in(make_user("nobody", "parties.read")).get("/retention/").status_code == 403
