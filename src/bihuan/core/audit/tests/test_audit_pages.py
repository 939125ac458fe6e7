from datetime import timedelta

import pytest
from django.test import Client

from bihuan.core import clock
from bihuan.core.access.actions import own_account
from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of
from bihuan.core.access.rehearsal import assign, logged_in, make_role, make_user
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied
from bihuan.core.audit import queries, sealing
from bihuan.core.audit.models import AuditRow
from bihuan.core.audit.verifying import verify_row
from bihuan.core.audit.web import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return clock.now() - timedelta(hours=1)


@pytest.fixture
def reader(at):
    user = make_user("reader", at=at)
    assign(user, make_role("readers", "access.read_audit", at=at), at=at)
    return user


@pytest.fixture
def somebody(at):
    return make_user("somebody", at=at, display_name="李四")


def act(user, at, language="en"):
    ctx = Context(actor_of(user, at=at), at)
    return runner.perform(own_account.set_preferences, ctx=ctx, language=language, theme="dark").audit_row


def ctx_of(user, at):
    return Context(actor_of(user, at=at), at)


def listed(reader, at, **wanted):
    rows, _ = queries.list_rows(ctx=ctx_of(reader, at), wanted=queries.Wanted(**wanted))
    return [r.pk for r in rows]


def test_rows_are_found_by_actor_action_outcome_subject_and_time(reader, somebody, at):
    mine, theirs = act(reader, at), act(somebody, at + timedelta(minutes=1))
    assert listed(reader, at) == [theirs, mine]
    assert listed(reader, at, actor="somebody") == [theirs]
    assert listed(reader, at, actor=f"user:{reader.pk}") == [mine]
    assert listed(reader, at, action="access.log_in") == []
    assert listed(reader, at, outcome="denied") == []
    assert listed(reader, at, subject=f"access.user:{somebody.pk}") == [theirs]
    assert listed(reader, at, from_at=at + timedelta(minutes=1)) == [theirs]
    assert listed(reader, at, until_at=at + timedelta(minutes=1)) == [mine]


def test_pages_follow_each_other_without_gap_or_repeat(reader, somebody, at, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    made = [act(somebody, at, language) for language in ("en", "zh", "en", "zh", "en")]
    seen, before = [], None
    while True:
        rows, before = queries.list_rows(ctx=ctx_of(reader, at), wanted=queries.Wanted(), before=before)
        seen += [r.pk for r in rows]
        if before is None:
            break
    assert seen == made[::-1]


def test_only_an_audit_administrator_of_the_whole_reads(somebody, at):
    role = make_role("readers", "access.read_audit", at=at)
    assign(somebody, role, at=at, region="330000/")
    row = act(somebody, at)
    for ask in (
        lambda: listed(somebody, at),
        lambda: queries.get_row(ctx=ctx_of(somebody, at), row_id=row),
        lambda: queries.sealing(ctx=ctx_of(somebody, at), since=at),
    ):
        with pytest.raises(Denied):
            ask()


def test_a_row_is_verified_with_its_seal_and_anchor(somebody, at, settings, tmp_path):
    settings.BIHUAN_AUDIT_ANCHOR = str(tmp_path / "anchors.jsonl")
    pk = act(somebody, at)
    report = verify_row(AuditRow.objects.get(pk=pk))
    assert (report.is_clean, report.unsealed) == (True, 1)
    sealing.seal_pending(at=at)
    report = verify_row(AuditRow.objects.get(pk=pk))
    assert (report.is_clean, report.seals) == (True, 1)
    (tmp_path / "anchors.jsonl").unlink()
    assert not verify_row(AuditRow.objects.get(pk=pk)).is_clean


@pytest.mark.parametrize("change", [{"actor": "user:nobody"}, {"canonical": b"{}"}, {"mac": "0" * 64}])
def test_an_edited_row_is_told_on_its_page(reader, somebody, at, change):
    pk = act(somebody, at)
    AuditRow.objects.filter(pk=pk).update(**change)
    body = logged_in(reader, at=clock.now()).get(f"/audit/{pk}/").content.decode()
    assert "bh-note bh-red" in body


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_show_what_happened_and_no_personal_value(reader, somebody, at, language):
    pk = act(somebody, at)
    client = logged_in(reader, at=clock.now())
    client.cookies["bihuan_language"] = language
    page = client.get("/audit/?actor=somebody").content.decode()
    assert str(pk) in page
    body = client.get(f"/audit/{pk}/").content.decode()
    assert "theme" in body
    assert "dark" in body


def test_others_and_strangers_see_neither_list_nor_row(somebody, at):
    pk = act(somebody, at)
    for address in ("/audit/", f"/audit/{pk}/"):
        assert logged_in(somebody, at=clock.now()).get(address).status_code == 403
        assert Client().get(address).status_code in (302, 401)


@pytest.mark.parametrize("query", ["before=nonsense", "from=yesterday", "until=2026-13-40", "actor=%00", "subject='"])
def test_odd_filters_answer_a_page(reader, query):
    assert logged_in(reader, at=clock.now()).get(f"/audit/?{query}").status_code == 200


def test_personal_values_are_told_as_kept_back():
    assert shown({"personal": "ab" * 32}) == "已脱敏"
    assert shown(None) == "—"
    assert shown([True, {"id": "x", "expected_version": 1}]) == "是、x"
