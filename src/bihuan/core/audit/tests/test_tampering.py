"""Somebody with all rights on the database, but without the keys and the anchor, which lie outside it."""

import base64
import hashlib
import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core import serializers
from django.db import transaction

from bihuan.core.access import rehearsal
from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions import runner
from bihuan.core.audit import actions, keys, sealing, verifying, writing
from bihuan.core.audit.canonical import canonical_bytes, leaf_hash, merkle_root
from bihuan.core.audit.models import AuditRow, AuditSubject, PersonalSalt, Seal
from bihuan.core.audit.sealing import link_of, message_of, read_anchors, seal_pending
from bihuan.core.audit.verifying import export, verify_database, verify_file
from bihuan.core.audit.writing import Personal
from bihuan.kernel.identity import new_id

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path


def write(number=1, **said):
    return writing.write(
        at=AT, actor=f"user:{number}", action="case.close_out", outcome="done",
        subjects=[f"loop.case:{number}"], said=said or {"input": {"note": f"第{number}条"}},
    )  # fmt: skip


@pytest.fixture
def sealed(db):
    """Three seals of three rows each, anchored."""
    for seal in range(3):
        for number in range(3):
            write(seal * 3 + number)
        seal_pending(at=AT + timedelta(seconds=seal))
    assert verify_database().is_clean
    return list(Seal.objects.order_by("number"))


def forge_roots(sign_with=None):
    """Recompute every leaf, root and link, as anybody can who reads the source; signatures need the key."""
    previous = sealing.FIRST
    for seal in Seal.objects.order_by("number"):
        rows = list(AuditRow.objects.filter(seal=seal).order_by("position"))
        for position, row in enumerate(rows):
            AuditRow.objects.filter(pk=row.pk).update(leaf=leaf_hash(bytes(row.canonical)), position=position)
        seal.previous, seal.count = previous, len(rows)
        seal.root = merkle_root([leaf_hash(bytes(r.canonical)) for r in rows])
        if sign_with is not None:
            seal.signature = sign_with.sign(message_of(seal)).hex()
        seal.save()
        previous = link_of(seal)


def rewritten(row, **changes):
    said = json.loads(bytes(row.canonical)) | changes
    return canonical_bytes(said)


def english(report):
    return [finding.en for finding in report.findings]


# (a) edits a row


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("own_key", [False, True])
def test_an_edited_row_is_reported_even_when_every_root_is_made_again(sealed, thorough, own_key):
    row = AuditRow.objects.filter(seal=2).first()
    AuditRow.objects.filter(pk=row.pk).update(canonical=rewritten(row, outcome="denied"), outcome="denied")
    if thorough:
        forge_roots(Ed25519PrivateKey.generate() if own_key else None)
    found = english(verify_database())
    if thorough:
        assert any("does not carry this system's mark" in f for f in found)
        assert any("signature of seal 2 is invalid" in f for f in found)
        assert any("Seal 2 differs from its anchor" in f for f in found)
        assert any("Seal 3 differs from its anchor" in f for f in found)
    else:
        assert any("does not match its hash" in f for f in found)


def test_an_edited_column_beside_untouched_bytes_is_reported(sealed):
    row = AuditRow.objects.filter(seal=1).first()
    AuditRow.objects.filter(pk=row.pk).update(actor="user:somebody-else")
    assert any("columns of row" in f for f in english(verify_database()))


def test_an_edited_seal_is_reported(sealed):
    Seal.objects.filter(number=2).update(sealed_at=AT + timedelta(days=1))
    found = english(verify_database())
    assert any("signature of seal 2 is invalid" in f for f in found)
    assert any("Seal 3 does not continue" in f for f in found)


def test_two_rows_that_changed_places_are_reported(sealed):
    one, two = AuditRow.objects.filter(seal=1).order_by("position")[:2]
    AuditRow.objects.filter(pk=one.pk).update(position=99)
    AuditRow.objects.filter(pk=two.pk).update(position=0)
    AuditRow.objects.filter(pk=one.pk).update(position=1)
    assert any("root of seal 1" in f for f in english(verify_database()))


# (b) cuts the tail


def drop(rows):
    AuditSubject.objects.filter(row__in=rows).delete()
    rows.delete()


def test_a_tail_cut_off_is_reported(sealed):
    drop(AuditRow.objects.filter(seal=3))
    Seal.objects.filter(number=3).delete()
    assert any("its tail was cut" in f for f in english(verify_database()))


def test_all_of_it_cut_off_is_reported(sealed):
    drop(AuditRow.objects.all())
    Seal.objects.all().delete()
    assert any("seals 1–3" in f for f in english(verify_database()))


def test_one_row_taken_out_is_reported_even_when_the_count_is_made_again(sealed):
    drop(AuditRow.objects.filter(pk=AuditRow.objects.filter(seal=2, position=1).get().pk))
    assert any("where 3 were sealed" in f for f in english(verify_database()))
    forge_roots()
    assert any("Seal 2 differs from its anchor" in f for f in english(verify_database()))


# (c) inserts a row


def inserted(*, sealed_into=None, mac="0" * 64, row_id=None):
    row_id = row_id or new_id()
    content = {"format": 1, "id": row_id, "at": AT, "actor": "user:1", "action": "case.close_out", "outcome": "done"}
    canonical = canonical_bytes({**content, "subjects": []})
    return AuditRow.objects.create(
        id=row_id, at=AT, actor="user:1", action="case.close_out", outcome="done", canonical=canonical,
        leaf=leaf_hash(canonical), mac=mac, seal_id=sealed_into, position=3 if sealed_into else None,
    )  # fmt: skip


def test_a_row_slipped_in_unsealed_is_reported_and_never_sealed(sealed):
    row = inserted()
    assert any(str(row.pk) in f and "somebody else wrote" in f for f in english(verify_database()))
    write(50)
    seal_pending(at=AT)
    row.refresh_from_db()
    assert row.seal_id is None
    assert not verify_database().is_clean


def test_a_row_slipped_into_a_seal_is_reported(sealed):
    inserted(sealed_into=2)
    assert not verify_database().is_clean
    forge_roots()
    assert any("differs from its anchor" in f for f in english(verify_database()))


def test_a_genuine_row_copied_under_another_number_is_reported(sealed):
    """The mark of a row fits its bytes only, and the bytes say the row's own number."""
    row = AuditRow.objects.filter(seal=1).first()
    copy = AuditRow.objects.get(pk=row.pk)
    copy.pk, copy.seal, copy.position = new_id(), None, None
    copy.save(force_insert=True)
    assert any("columns of row" in f for f in english(verify_database()))


# (d) restores yesterday's copy


@pytest.mark.parametrize("rows_since", [0, 1, 9])
def test_yesterdays_copy_is_reported_also_after_work_went_on(sealed, rows_since):
    yesterday = serializers.serialize("json", [*Seal.objects.all(), *AuditRow.objects.all()])
    for number in range(4):
        write(100 + number)
        seal_pending(at=AT + timedelta(minutes=number))
    assert verify_database().is_clean
    drop(AuditRow.objects.all())
    Seal.objects.all().delete()
    for thing in serializers.deserialize("json", yesterday):
        thing.save()
    for number in range(rows_since):
        write(200 + number)
        seal_pending(at=AT + timedelta(hours=number + 1))
    found = english(verify_database())
    assert any("tail was cut or an old copy restored" in f or "differs from its anchor" in f for f in found)


# crashes and torn lines are no tampering


def test_a_crash_between_commit_and_anchor_is_mended_by_the_next_round(sealed, monkeypatch):
    write(50)
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "anchor_missing", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            seal_pending(at=AT)
    assert any("not anchored" in f for f in english(verify_database()))
    assert seal_pending(at=AT) is None  # nothing new to seal: the anchor is mended all the same
    assert verify_database().is_clean
    assert [a["number"] for a in read_anchors(sealing.anchor_path())] == [1, 2, 3, 4]


def test_a_line_torn_by_a_power_cut_swallows_no_anchor(sealed):
    path = sealing.anchor_path()
    whole = path.read_text().splitlines(keepends=True)
    path.write_text("".join(whole[:2]) + whole[2][:40])
    write(50)
    seal_pending(at=AT)
    assert [a["number"] for a in read_anchors(path)] == [1, 2, 3, 4]
    assert verify_database().is_clean


def test_an_anchor_is_written_once_and_nothing_is_written_without_need(sealed):
    path = sealing.anchor_path()
    before = path.stat().st_mtime_ns
    sealing.anchor_missing()
    assert path.stat().st_mtime_ns == before


def test_each_anchor_also_goes_to_the_syslog_server_and_none_waits_for_it(sealed, settings):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        settings.BIHUAN_AUDIT_SYSLOG = f"127.0.0.1:{server.getsockname()[1]}"
        write(50)
        seal = seal_pending(at=AT)
        datagram = server.recv(65_000).decode()
    head, _, body = datagram.partition(" audit-anchor - ")
    assert head.startswith("<109>1 ")
    assert json.loads(body)["signature"] == seal.signature
    settings.BIHUAN_AUDIT_SYSLOG = "no-such-host.invalid:514"
    write(51)
    assert seal_pending(at=AT) is not None
    assert verify_database().is_clean


# the exported file


@pytest.fixture
def exported(sealed, tmp_path):
    path = tmp_path / "audit.jsonl"
    assert export(path) == 9
    return path


def test_the_exported_file_verifies_without_the_database(exported, django_db_blocker):
    key = keys.public_key_hex()
    with django_db_blocker.block():
        report = verify_file(exported, public_key=key)
    assert (report.is_clean, report.seals, report.rows) == (True, 3, 9)


def edit_row(lines):
    said = json.loads(lines[2])
    text = base64.b64decode(said["canonical"]).replace(b"done", b"gone")
    return [*lines[:2], json.dumps(said | {"canonical": base64.b64encode(text).decode()}), *lines[3:]]


def edit_row_and_leaf(lines):
    said = json.loads(edit_row(lines)[2])
    leaf = leaf_hash(base64.b64decode(said["canonical"]))
    return [*lines[:2], json.dumps(said | {"leaf": leaf}), *lines[3:]]


def edit_seal(lines):
    said = json.loads(lines[1])
    said["seal"]["sealed_at"] = "2020-01-01T00:00:00.000000Z"
    return [lines[0], json.dumps(said), *lines[2:]]


TAMPERINGS = {
    "a row edited": edit_row,
    "a row edited with its hash": edit_row_and_leaf,
    "a seal edited": edit_seal,
    "a row taken out": lambda lines: lines[:2] + lines[3:],
    "a row doubled": lambda lines: [*lines[:3], lines[2], *lines[3:]],
    "two rows exchanged": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "a seal taken out with its rows": lambda lines: lines[:5] + lines[9:],
    "the first seal taken out": lambda lines: [lines[0], *lines[5:]],
    "two seals exchanged": lambda lines: [lines[0], *lines[5:9], *lines[1:5], *lines[9:]],
    "the last seal cut off": lambda lines: lines[:9],
    "the last seal cut off before the end": lambda lines: [*lines[:9], lines[-1]],
    "everything cut off": lambda lines: lines[:1],
    "something added after the end": lambda lines: [*lines, lines[2]],
    "a line that is no line": lambda lines: [*lines[:3], "{", *lines[3:]],
    "no key": lambda lines: lines[1:],
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_of_the_file_is_found(exported, name):
    exported.write_text("\n".join(TAMPERINGS[name](exported.read_text().splitlines())) + "\n")
    assert not verify_file(exported).is_clean


def test_a_file_forged_throughout_under_another_key_needs_the_agreed_key_to_be_found(exported, sealed):
    true_key, forger = keys.public_key_hex(), Ed25519PrivateKey.generate()
    lines = [json.loads(line) for line in edit_row_and_leaf(exported.read_text().splitlines())]
    previous, rows = sealing.FIRST, []
    for line in reversed(lines):
        if "leaf" in line:
            rows.insert(0, line["leaf"])
        elif "seal" in line:
            line["seal"]["root"], rows = merkle_root(rows), []
    for line in lines:
        if "seal" in line:
            seal = line["seal"]
            seal["previous"] = previous
            message = sealing.seal_message(**{k: seal[k] for k in verifying._SIGNED})
            seal["signature"], previous = forger.sign(message).hex(), hashlib.sha256(message).hexdigest()
    lines[-1]["end"]["signature"] = forger.sign(verifying._end_message(3, previous)).hex()
    lines[0]["public_key"] = forger.public_key().public_bytes_raw().hex()
    exported.write_text("\n".join(map(json.dumps, lines)) + "\n")
    assert verify_file(exported).is_clean, "the forger did a thorough job"
    assert not verify_file(exported, public_key=true_key).is_clean
    assert not verify_file(exported, anchor=sealing.anchor_path()).is_clean


# forgetting a person


def test_erasing_a_persons_salts_keeps_everything_verifying(db, tmp_path):
    user = rehearsal.make_user("zhang", at=AT, display_name="张三")
    for _ in range(2):
        changes = {user.subject: {"display_name": [None, Personal("张三", user.subject)]}}
        writing.write(
            at=AT, actor="user:1", action="access.create_user", outcome="done", subjects=[user.subject],
            said={"input": {"display_name": Personal("张三", "input:access.create_user")}, "changes": changes},
        )  # fmt: skip
    seal_pending(at=AT)
    assert PersonalSalt.objects.count() == 4
    written = b"".join(bytes(r.canonical) for r in AuditRow.objects.all())
    assert "张三".encode() not in written
    salt = PersonalSalt.objects.filter(subject=user.subject).first()
    assert writing.personal_digest(salt.salt, "张三").encode() in written
    ctx = Context(actor=service_actor("t", "access.manage_users"), at=AT)
    done = runner.perform(actions.erase_personal, ctx=ctx, subject=user.subject, basis="本人申请")
    assert (done.result, PersonalSalt.objects.count()) == ({"count": 4}, 0)
    seal_pending(at=AT)
    assert verify_database().is_clean
    export(tmp_path / "f")
    assert verify_file(tmp_path / "f").is_clean


def test_two_sealers_at_once_give_no_row_twice(sealed):
    write(50)
    with transaction.atomic():
        assert seal_pending(at=AT).count == 1
        assert seal_pending(at=AT) is None
    assert verify_database().is_clean
