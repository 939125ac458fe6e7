"""A list with personal fields leaves after somebody else approved it, watermarked, for some days, and written down."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from docx import Document
from openpyxl import load_workbook
from pdfminer.high_level import extract_text

from bihuan.core.access.models import Assignment, User
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, NotFound, SecondFactorNeeded
from bihuan.core.audit.models import AuditRow
from bihuan.core.exports import actions, files, jobs, watermarked
from bihuan.core.exports.models import ExportRequest
from bihuan.core.exports.terms import ExportForm, ExportState
from bihuan.core.exports.tests.plays import approver, maker, request, requester
from bihuan.core.jobs import queue
from bihuan.registers.enterprises.tests import plays as enterprise_plays
from bihuan.registers.tanks.terms import TanksGrants
from cast import AT, Cast, context

NUMBER = "13912345678"
LATER = AT + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path


@pytest.fixture
def cast(db):
    found = Cast.build()
    row = enterprise_plays.PLAYS["enterprises.change"](found).inputs["row"]
    row.contact, row.contact_phone = "=张三", NUMBER
    row.save()
    return found


def ask(cast, **said):
    given = {"code": "enterprises", "form": "xlsx", "purpose": "应急联络核对", **said}
    return runner.perform(actions.ask, ctx=context(requester(cast)), **given).value


def made(cast, form="xlsx"):
    asked = ask(cast, form=form)
    runner.perform(actions.approve, ctx=context(approver(cast), at=LATER), request=asked)
    queue.drain(at=LATER)
    return ExportRequest.objects.get(pk=asked.pk)


def test_nobody_approves_his_own_request_nor_without_a_second_factor(cast):
    asked = ask(cast)
    own = replace(approver(cast), id=requester(cast).id)
    with pytest.raises(actions.NotByOneself):
        runner.perform(actions.approve, ctx=context(own), request=asked)
    with pytest.raises(SecondFactorNeeded):
        runner.perform(actions.approve, ctx=context(replace(approver(cast), second_factor=False)), request=asked)
    assert ExportRequest.objects.get().state == "asked"
    assert not files.path_of(asked.pk).exists()


def test_only_who_may_see_the_personal_fields_may_ask_for_them(cast):
    role = Assignment.objects.get(user=requester(cast).user_id).role
    role.grants = [*role.grants, TanksGrants.READ.value]
    role.save()
    with pytest.raises(actions.NothingPersonal):
        ask(cast, code="tanks")
    role.grants = [g for g in role.grants if g != "enterprises.see_contacts"]
    role.save()
    with pytest.raises(Denied):
        ask(cast)


def test_what_was_refused_is_never_made(cast):
    asked = ask(cast)
    runner.perform(actions.refuse, ctx=context(approver(cast)), request=asked, remark="理由不足")
    with pytest.raises(actions.NotInThisState):
        runner.perform(actions.approve, ctx=context(approver(cast)), request=ExportRequest.objects.get())
    jobs.make(ctx=context(approver(cast)), request=str(asked.pk))
    assert not files.path_of(asked.pk).exists()


def words_of(form, content):
    """(the table's text, the marks by page or part)."""
    if form == "xlsx":
        sheet = load_workbook(io.BytesIO(content)).active
        cells = "\n".join(str(v) for row in sheet.iter_rows(min_row=2, values_only=True) for v in row if v is not None)
        assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
        return cells, [sheet["A1"].value, sheet.oddHeader.center.text, sheet.oddFooter.center.text]
    if form == "docx":
        document = Document(io.BytesIO(content))
        cells = "\n".join(c.text for row in document.tables[0].rows for c in row.cells)
        section = document.sections[0]
        shape = section.header.paragraphs[0]._p.xml
        return cells, [section.header.paragraphs[0].text, section.footer.paragraphs[0].text, shape]
    text = extract_text(io.BytesIO(content))
    return text, [text]


@pytest.mark.fonts
@pytest.mark.parametrize("form", [f.value for f in ExportForm])
def test_each_form_says_who_took_it_when_what_for_and_its_number(cast, form):
    found = made(cast, form)
    assert (found.state_term, found.rows) == (ExportState.READY, 1)
    assert NUMBER.encode() not in files.path_of(found.pk).read_bytes()
    cells, marks = words_of(form, files.read(found.pk, digest=found.digest))
    assert NUMBER in cells
    assert "张三" in cells
    for mark in marks:
        for said in (found.number, "asker", "2026-11-22", "应急联络核对"):
            assert said in mark
    if form == "xlsx":
        assert cells.count(found.number) == 1  # in the row itself too


def test_it_holds_what_its_requester_may_see_when_it_is_made(cast):
    asked = ask(cast)
    Assignment.objects.filter(user=requester(cast).user_id).update(until_at=AT)
    runner.perform(actions.approve, ctx=context(approver(cast), at=LATER), request=asked)
    queue.drain(at=LATER)
    found = ExportRequest.objects.get()
    assert found.state_term is not ExportState.READY
    assert not files.path_of(found.pk).exists()


@pytest.mark.parametrize(("most", "state"), [(1, ExportState.READY), (0, ExportState.FAILED)])
def test_more_rows_than_allowed_are_not_made(cast, settings, most, state):
    settings.BIHUAN_EXPORT_ROWS = most
    found = made(cast)
    assert found.state_term is state
    assert files.path_of(found.pk).exists() is (state is ExportState.READY)


def test_each_fetching_is_written_down_and_the_requester_alone_may(cast):
    found = made(cast)
    with pytest.raises((NotFound, Denied)):
        runner.perform(actions.note_download, ctx=context(approver(cast), at=LATER), request=found)
    for time in (1, 2):
        runner.perform(
            actions.note_download, ctx=context(requester(cast), at=LATER), request=ExportRequest.objects.get()
        )
        assert ExportRequest.objects.get().downloads == time
    assert AuditRow.objects.filter(action="exports.note_download", outcome="done").count() == 2


def test_its_time_ends_at_its_instant_and_the_file_goes(cast, settings):
    found = made(cast)
    over = LATER + timedelta(hours=settings.BIHUAN_EXPORT_HOURS)
    assert found.expires_at == over
    before = over - timedelta(microseconds=1)
    jobs.expire(ctx=context(maker(), at=before))
    runner.perform(actions.note_download, ctx=context(requester(cast), at=before), request=found)
    with pytest.raises(actions.NotInThisState):
        runner.perform(
            actions.note_download, ctx=context(requester(cast), at=over), request=ExportRequest.objects.get()
        )
    jobs.expire(ctx=context(maker(), at=over))
    assert ExportRequest.objects.get().state_term is ExportState.EXPIRED
    assert not files.path_of(found.pk).exists()


def test_a_file_somebody_changed_is_not_handed_out(cast):
    found = made(cast)
    path = files.path_of(found.pk)
    text = path.read_text()
    path.chmod(0o600)
    path.write_text(text[:-8] + ("A" if text[-8] != "A" else "B") + text[-7:])
    with pytest.raises(files.FileGone):
        files.read(found.pk, digest=found.digest)


def test_the_pages_from_the_list_to_the_file(cast, log_in):
    found = made(cast)
    ExportRequest.objects.update(expires_at="2099-01-01T00:00:00Z")
    owner = log_in(User.objects.get(pk=found.requested_by_id))
    assert "exports-ask/?code=enterprises" in owner.get("/registers/enterprises/").content.decode()
    page = owner.get(found.get_absolute_url()).content.decode()
    assert f"{found.get_absolute_url()}file" in page
    answer = owner.post(f"{found.get_absolute_url()}file")
    assert answer["Content-Disposition"].endswith(f"{found.number}.xlsx")
    assert answer["Cache-Control"] == "no-store"
    assert NUMBER in words_of("xlsx", answer.content)[0]
    neighbour = log_in(cast.user("next", cast.neighbour))
    for address in (found.get_absolute_url(), f"{found.get_absolute_url()}file"):
        assert neighbour.get(address).status_code in (404, 405)
        assert neighbour.post(address).status_code in (404, 405)


def test_words_cannot_break_out_of_the_layout():
    nasty = "]#panic() \\ \u202e $x$ *b* <w:p/> &"
    table = watermarked.Table("题", nasty, "N", [nasty], [[nasty]]).cleaned()
    for make in (watermarked.as_xlsx, watermarked.as_docx):
        assert make(table)
    assert "\u202e" not in table.mark


def test_a_request_is_seen_by_whoever_asked_and_may_approve_there(cast):
    asked = request(cast)
    visible = ExportRequest.objects.visible_to
    assert visible(requester(cast)).get() == visible(approver(cast)).get() == asked
    assert not visible(cast.actor("next", "export_approver", cast.office, region=cast.next_city)).exists()
    assert not visible(cast.stranger).exists()
