import hashlib
import json
import os
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db.models import Q
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from bihuan.core import clock
from bihuan.core.access import rehearsal
from bihuan.core.actions import runner
from bihuan.core.evidence import actions, limits, reach, receiving, store
from bihuan.core.evidence.jobs import clear_unfinished
from bihuan.core.evidence.models import Evidence, Upload
from bihuan.core.modules import registry

PDF = b"%PDF-1.7\n" + bytes(range(32, 127)) * 20


@pytest.fixture
def evidence(manager, ctx_of, make_picture):
    upload = receiving.receive_bytes(ctx=ctx_of(manager), name="现场 照片.jpg", content=make_picture())
    return runner.perform(actions.add, ctx=ctx_of(manager), upload=upload, title="照片").value


def multipart(name, content, **fields):
    body = encode_multipart(BOUNDARY, {**fields, "file": SimpleUploadedFile(name, content)})
    return {"data": body, "content_type": MULTIPART_CONTENT}


def no_parts():
    return not list(store.root().glob("arriving/*"))


# files in


def test_a_form_sends_a_file_and_gets_evidence_in_one_breath(visit, manager):
    answer = visit(
        manager, "POST", "/api/evidence/files", **multipart("报告.pdf", PDF, title="整改报告", kind="report")
    )
    said = json.loads(answer.content)
    assert answer.status_code == 201
    assert said["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert Evidence.objects.get(pk=said["evidence"]["id"]).kind == "report"
    assert no_parts()


def test_the_bytes_may_come_bare_with_their_name_in_a_header(visit, manager):
    answer = visit(
        manager, "POST", "/api/evidence/files", data=PDF, content_type="application/octet-stream",
        headers={"x-file-name": quote("报告.pdf")},
    )  # fmt: skip
    assert (answer.status_code, json.loads(answer.content)["name"]) == (201, "报告.pdf")
    assert Upload.objects.get().file.size == len(PDF)


def test_a_large_file_goes_straight_to_the_disk(visit, manager, monkeypatch):
    biggest = []
    write = store.Arriving.write
    monkeypatch.setattr(store.Arriving, "write", lambda self, piece: (biggest.append(len(piece)), write(self, piece)))
    content = PDF + bytes(32) * limits.MEGABYTE  # 32 MB
    assert visit(manager, "POST", "/api/evidence/files", **multipart("a.pdf", content)).status_code == 201
    assert max(biggest) <= limits.CHUNK
    assert sum(biggest) == len(content)


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.pdf", b"", 422, "evidence_empty"),
        ("a.pdf", b"MZ\x90\x00" + bytes(99), 415, "evidence_unknown_format"),
        ("a.exe", PDF, 415, "evidence_unknown_format"),
        ("a.png", PDF, 415, "evidence_wrong_extension"),
    ],
)
@pytest.mark.parametrize("way", ["multipart", "bare"])
def test_a_bad_file_is_refused_in_words_and_leaves_nothing(visit, manager, way, name, content, status, code):
    bare = {
        "data": content,
        "content_type": "application/octet-stream",
        "headers": {"x-file-name": quote(name)},
        "CONTENT_LENGTH": str(len(content)),
    }
    answer = visit(manager, "POST", "/api/evidence/files", **(multipart(name, content) if way == "multipart" else bare))
    assert (answer.status_code, json.loads(answer.content)["code"]) == (status, code)
    assert no_parts()
    assert not Upload.objects.exists()


def test_a_path_in_a_bare_name_is_refused_and_in_a_form_cut_off(visit, manager):
    bare = {"data": PDF, "content_type": "application/pdf", "headers": {"x-file-name": quote("../../etc/a.pdf")}}
    assert json.loads(visit(manager, "POST", "/api/evidence/files", **bare).content)["code"] == "evidence_bad_name"
    body = multipart("a.pdf", PDF)
    body["data"] = body["data"].replace(b'filename="a.pdf"', b'filename="../../../a.pdf"')
    assert json.loads(visit(manager, "POST", "/api/evidence/files", **body).content)["name"] == "a.pdf"
    disguised = {**bare, "headers": {"x-file-name": quote("x\u202egpj.pdf")}}
    assert json.loads(visit(manager, "POST", "/api/evidence/files", **disguised).content)["code"] == "evidence_bad_name"
    assert {p.name for p in store.root().parent.iterdir()} <= {"evidence", "keys"}


@pytest.mark.parametrize("kind", ["application/octet-stream", MULTIPART_CONTENT])
def test_over_the_limit_is_refused_without_reading_the_body(visit, manager, monkeypatch, kind):
    monkeypatch.setattr(WSGIRequest, "read", lambda *a: pytest.fail("the body was read"))
    answer = visit(
        manager, "POST", "/api/evidence/files", data=b"x", content_type=kind, headers={"x-file-name": "a.mp4"},
        CONTENT_LENGTH=str(limits.LARGEST_FILE_BYTES + 2 * limits.MEGABYTE),
    )  # fmt: skip
    assert answer.status_code == 413
    assert answer["Connection"] == "close"


def test_over_the_limit_of_its_kind_is_stopped_on_the_way(visit, manager, monkeypatch):
    monkeypatch.setitem(limits.FILE_BYTES, "document", 1000)
    assert visit(manager, "POST", "/api/evidence/files", **multipart("a.pdf", PDF)).status_code == 413
    assert no_parts()


def test_an_unknown_length_is_asked_for(visit, manager):
    assert visit(manager, "POST", "/api/evidence/files", data=PDF, CONTENT_LENGTH="").status_code == 411


def test_a_session_needs_the_csrf_token_also_for_a_file(visit, manager):
    assert visit(manager, "POST", "/api/evidence/files", csrf=True, **multipart("a.pdf", PDF)).status_code == 403
    assert no_parts()
    assert not Upload.objects.exists()


def test_nobody_and_who_lacks_the_grant_send_nothing(visit, regulator_next_door, db):
    body = multipart("a.pdf", PDF)
    assert visit(None, "POST", "/api/evidence/files", **body).status_code == 401
    assert visit(regulator_next_door, "POST", "/api/evidence/files", **body).status_code == 403


# in pieces


@pytest.fixture
def begin(visit):
    def go(actor, content=PDF, name="a.pdf", digest=None, size=None):
        said = {
            "name": name,
            "size": len(content) if size is None else size,
            "sha256": digest or hashlib.sha256(content).hexdigest(),
        }
        return visit(actor, "POST", "/api/evidence/uploads", data=json.dumps(said), content_type="application/json")

    return go


@pytest.fixture
def send(visit):
    def go(actor, upload, offset, piece, **more):
        return visit(
            actor, "PATCH", f"/api/evidence/uploads/{upload}", data=piece, content_type="application/octet-stream",
            headers={"upload-offset": str(offset)}, CONTENT_LENGTH=str(len(piece)), **more,
        )  # fmt: skip

    return go


def test_an_upload_goes_on_where_the_line_broke(visit, begin, send, manager):
    upload = json.loads(begin(manager).content)["id"]
    assert send(manager, upload, 0, PDF[:700])["Upload-Offset"] == "700"
    assert visit(manager, "HEAD", f"/api/evidence/uploads/{upload}")["Upload-Offset"] == "700"
    wrong = send(manager, upload, 300, PDF[300:])
    assert (wrong.status_code, wrong["Upload-Offset"]) == (409, "700")
    answer = send(manager, upload, 700, PDF[700:])
    assert json.loads(answer.content)["finished"] is True
    assert store.require_unaltered(hashlib.sha256(PDF).hexdigest()).read_bytes() == PDF
    assert no_parts()


def test_the_same_announced_again_goes_on_after_another_login(begin, send, manager, as_token):
    upload = json.loads(begin(manager).content)["id"]
    send(manager, upload, 0, PDF[:100])
    later = as_token(manager, "evidence.add")
    again = json.loads(begin(later).content)
    assert (again["id"], again["offset"]) == (upload, 100)
    assert json.loads(send(later, upload, 100, PDF[100:]).content)["finished"] is True
    assert Upload.objects.count() == 1


def test_what_arrived_before_the_connection_broke_stays(manager, ctx_of, begin):
    upload = Upload.objects.get(pk=json.loads(begin(manager).content)["id"])

    def pieces():
        yield PDF[:256]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        receiving.go_on(ctx=ctx_of(manager), upload=upload, offset=0, pieces=pieces())
    assert receiving.offset_of(upload) == 256


def test_a_finish_that_was_interrupted_is_made_good_by_an_empty_piece(manager, ctx_of, begin, send, monkeypatch):
    upload = json.loads(begin(manager).content)["id"]

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runner, "perform", die)
        with pytest.raises(KeyboardInterrupt):
            send(manager, upload, 0, PDF)
    row = Upload.objects.get(pk=upload)
    assert (row.file_id, receiving.offset_of(row)) == (None, len(PDF))
    assert send(manager, upload, len(PDF), b"more").status_code == 413
    answer = send(manager, upload, len(PDF), b"")
    assert json.loads(answer.content)["finished"] is True
    assert json.loads(send(manager, upload, len(PDF), b"").content)["finished"] is True  # and once more changes nothing


def test_other_bytes_than_announced_are_thrown_away(begin, send, manager):
    upload = json.loads(begin(manager, digest="0" * 64).content)["id"]
    answer = send(manager, upload, 0, PDF)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "evidence_digest_mismatch")
    assert receiving.offset_of(Upload.objects.get(pk=upload)) == 0


def test_more_than_announced_is_refused(begin, send, manager):
    upload = json.loads(begin(manager).content)["id"]
    assert send(manager, upload, 0, PDF + b"more").status_code == 413


def test_an_upload_belongs_to_its_user(visit, begin, send, manager, another_enterprise):
    upload = json.loads(begin(manager).content)["id"]
    assert visit(another_enterprise, "HEAD", f"/api/evidence/uploads/{upload}").status_code == 404
    assert send(another_enterprise, upload, 0, PDF).status_code == 404
    assert json.loads(begin(another_enterprise).content)["id"] != upload


def test_an_announcement_too_large_or_senseless_is_refused_at_once(visit, begin, manager):
    assert begin(manager, size=limits.FILE_BYTES["document"] + 1).status_code == 413
    assert begin(manager, size=0).status_code == 422
    assert begin(manager, digest="no digest").status_code == 422
    for body in (b"", b"[]", b'{"name": "a.pdf"}', b'{"name":"a.pdf","size":"x","sha256":""}'):
        answer = visit(manager, "POST", "/api/evidence/uploads", data=body, content_type="application/json")
        assert answer.status_code == 422


def test_unfinished_uploads_have_a_number(begin, manager, monkeypatch):
    monkeypatch.setattr(limits, "UNFINISHED_UPLOADS", 2)
    answers = [begin(manager, content=PDF + bytes([n])).status_code for n in range(3)]
    assert answers == [201, 201, 429]


# out again


def test_it_is_shown_in_place_and_can_do_nothing_there(visit, evidence, manager, body_of):
    answer = visit(manager, "GET", evidence.get_absolute_url())
    assert hashlib.sha256(body_of(answer)).hexdigest() == evidence.file_id
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == (
        "inline; filename=\"_____.jpg\"; filename*=UTF-8''" + quote("现场 照片.jpg", safe="")
    )
    saved = visit(manager, "GET", evidence.get_absolute_url() + "?download=1")
    assert saved["Content-Disposition"].startswith("attachment;")


def test_what_a_browser_might_run_is_saved_not_shown(visit, manager, ctx_of):
    upload = receiving.receive_bytes(ctx=ctx_of(manager), name="a.pdf", content=PDF)
    pdf = runner.perform(actions.add, ctx=ctx_of(manager), upload=upload).value
    assert visit(manager, "GET", pdf.get_absolute_url())["Content-Disposition"].startswith("attachment")


def test_markup_sent_as_text_stays_text(visit, manager, ctx_of):
    upload = receiving.receive_bytes(ctx=ctx_of(manager), name="a.txt", content=b"<script>alert(1)</script>")
    text = runner.perform(actions.add, ctx=ctx_of(manager), upload=upload).value
    assert visit(manager, "GET", text.get_absolute_url())["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=100-", 206, 100, None),
        ("bytes=-10", 206, -10, None),
        ("bytes=0-999999999", 206, 0, None),
        ("bytes=999999999-", 416, None, None),
        ("bytes=9-1", 416, None, None),
        ("bytes=-0", 416, None, None),
        ("bytes=-", 416, None, None),
        ("bytes=0-1,5-9", 416, None, None),
    ],
)
def test_ranges(visit, evidence, manager, body_of, wanted, status, first, last):
    whole = body_of(visit(manager, "GET", evidence.get_absolute_url()))
    answer = visit(manager, "GET", evidence.get_absolute_url(), headers={"range": wanted})
    assert answer.status_code == status
    if status == 206:
        expected = whole[first:] if last is None else whole[first : last + 1]
        assert body_of(answer) == expected
        assert answer["Content-Length"] == str(len(expected))
        start = len(whole) - len(expected) if last is None else first
        assert answer["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(whole)}"
    else:
        assert answer["Content-Range"] == f"bytes */{len(whole)}"


def test_a_known_file_is_not_sent_again_and_a_head_has_no_body(visit, evidence, manager):
    etag = visit(manager, "HEAD", evidence.get_absolute_url())["ETag"]
    assert visit(manager, "GET", evidence.get_absolute_url(), headers={"if-none-match": etag}).status_code == 304
    head = visit(manager, "HEAD", evidence.get_absolute_url())
    assert (head.content, int(head["Content-Length"])) == (b"", evidence.file.size)


def test_an_altered_file_answers_no_bytes(visit, evidence, manager):
    path = store.path_of(evidence.file_id)
    path.chmod(0o600)
    path.write_bytes(b"another picture")
    answer = visit(manager, "GET", evidence.get_absolute_url())
    assert (answer.status_code, json.loads(answer.content)["code"]) == (500, "evidence_altered")


def status_for(visit, actor, evidence):
    addresses = (evidence.get_absolute_url(), evidence.thumbnail_url, f"/api/evidence/{evidence.pk}")
    return {visit(actor, "GET", address).status_code for address in addresses}


def test_the_same_id_answers_its_own_and_is_not_there_for_others(
    visit, evidence, manager, regulator, regulator_next_door, another_enterprise
):
    assert status_for(visit, manager, evidence) == {200}
    assert status_for(visit, regulator, evidence) == {200}
    assert status_for(visit, regulator_next_door, evidence) == {404}
    assert status_for(visit, another_enterprise, evidence) == {404}
    assert status_for(visit, None, evidence) == {404}


def test_a_token_sees_by_its_grants_only(visit, evidence, manager, as_token):
    assert status_for(visit, as_token(manager, "evidence.read"), evidence) == {200}
    assert status_for(visit, as_token(manager, "evidence.add"), evidence) == {404}


def test_whoever_sees_a_row_it_is_linked_to_sees_it(visit, evidence, another_enterprise, monkeypatch):
    declared = reach.EvidenceReach(
        "cases", lambda actor: Q(pk=evidence.pk) if actor.organisation == "E002" else Q(pk__in=[])
    )
    monkeypatch.setattr(
        type(registry()), "declared", lambda self, kind: [declared] if kind is reach.EvidenceReach else []
    )
    assert status_for(visit, another_enterprise, evidence) == {200}


def test_the_thumbnail_is_a_small_picture_and_a_document_has_none(visit, evidence, manager, ctx_of, body_of):
    answer = visit(manager, "GET", evidence.thumbnail_url)
    assert answer["Content-Type"] == "image/webp"
    assert body_of(answer)[8:12] == b"WEBP"
    upload = receiving.receive_bytes(ctx=ctx_of(manager), name="a.pdf", content=PDF)
    pdf = runner.perform(actions.add, ctx=ctx_of(manager), upload=upload).value
    assert visit(manager, "GET", pdf.thumbnail_url).status_code == 404


def test_a_part_still_arriving_is_not_swept_away(begin, send, manager, ctx_of):
    upload = Upload.objects.get(pk=json.loads(begin(manager).content)["id"])
    send(manager, upload.pk, 0, PDF[:10])
    clear_unfinished(ctx=ctx_of(manager))
    assert receiving.offset_of(upload) == 10
    # Seven days later by the clock of the file itself.
    old = (ctx_of(manager).at - timedelta(days=1)).timestamp()
    os.utime(receiving.part_of(upload), (old, old))
    clear_unfinished(ctx=ctx_of(manager, at=ctx_of(manager).at + timedelta(days=8)))
    assert not receiving.part_of(upload).exists()


def test_addresses_answer_in_the_shape_of_problems(manager, visit):
    answer = visit(manager, "GET", "/api/evidence/00000000-0000-7000-8000-000000000000")
    assert json.loads(answer.content)["code"] == "not_found"


def test_a_logged_in_browser_sends_and_sees_through_the_whole_door(db, make_picture):
    at = clock.now()
    user = rehearsal.make_user("browser", at=at, organisation_code="E001", region_path="330000/")
    role = rehearsal.make_role("evidence_role", "evidence.add", "evidence.read", at=at)
    rehearsal.assign(user, role, at=at, organisation="E001")
    browser = rehearsal.logged_in(user, at=at, client=Client(enforce_csrf_checks=True))
    body = {"file": SimpleUploadedFile("a.jpg", make_picture()), "add": "1"}
    assert browser.post("/api/evidence/files", body).status_code == 403
    assert no_parts()
    browser.cookies["bihuan_csrf"] = "a" * 32
    body["file"].seek(0)
    answer = browser.post("/api/evidence/files", body, headers={"x-csrftoken": "a" * 32})
    assert answer.status_code == 201, answer.content
    address = answer.json()["evidence"]["url"]
    shown = browser.get(address)
    assert shown.status_code == 200
    assert "sandbox" in shown["Content-Security-Policy"]
    assert browser.get(address + "thumbnail/").status_code == 200
    assert Client().get(address).status_code == 302
    assert Client().post("/api/evidence/files", body).status_code == 401
