"""Keys are changed while everybody works: nothing becomes unreadable, and the audit verifies across the change."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from django.core import signing

from bihuan.core.access import second_factor
from bihuan.core.access.models import User
from bihuan.core.audit import keys as audit_keys
from bihuan.core.audit import sealing, verifying, writing
from bihuan.core.audit.models import AuditRow, Seal
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.core.protection import envelopes, resealing, session_keys, sm2
from bihuan.core.protection.rings import AUDIT_MARKS, FIELDS, SECOND_FACTOR, keys_folder
from bihuan.core.protection.rotating import RESEAL_JOB, KeyKind, rotate
from bihuan.core.secrets import session_keys as session_keys_of
from bihuan.site.commands.keys import keys as keys_command
from cast import AT

pytestmark = pytest.mark.django_db
NUMBER = "13912345678"


@pytest.fixture(autouse=True)
def _home(home):
    return home


def user(name="zhang", **columns):
    return User.objects.create(username=name, created_at=AT, updated_at=AT, **columns)


def write(number):
    writing.write(at=AT, actor="user:1", action="a.b", outcome="done", subjects=[], said={"input": {"n": number}})


def seal_all():
    while sealing.seal_pending(at=AT):
        pass


def test_numbers_and_codes_are_sealed_anew_by_the_job_and_readable_all_the_while():
    someone = user(phone=NUMBER)
    secret = second_factor.new_secret()
    someone.second_factor_secret = second_factor.seal(secret, user=someone.pk)
    someone.save()
    before = someone.version
    for kind in (KeyKind.FIELDS, KeyKind.SECOND_FACTOR):
        rotate(kind, at=AT, cause="test")
        found = User.objects.get(phone=NUMBER)
        assert second_factor.unseal(found.second_factor_secret, user=found.pk) == secret
    assert {u.ring.name: resealing.left_under_old_keys(u) for u in resealing.all_under_key()} == {
        "field": 1,
        "second_factor": 1,
    }
    queue.drain(at=AT + timedelta(seconds=1))
    assert Task.objects.filter(job=RESEAL_JOB, state="done").count() == 2
    assert not any(resealing.left_under_old_keys(u) for u in resealing.all_under_key())
    # The old keys are needed by nothing any more.
    for ring in (FIELDS, SECOND_FACTOR):
        ring.known[-1].path.unlink()
    found = User.objects.get(phone=NUMBER)
    assert (found.phone, found.version) == (NUMBER, before)
    assert second_factor.unseal(found.second_factor_secret, user=found.pk) == secret


def test_sealing_anew_that_was_stopped_goes_on_and_loses_nothing():
    for n in range(7):
        user(f"u{n}", phone=f"1380000000{n}")
    FIELDS.rotate()
    seen = []

    def tired(field, stored, key):
        seen.append(key)
        if len(seen) > 3:
            raise KeyboardInterrupt
        return resealing.renewed_number(field, stored, key)

    with pytest.raises(KeyboardInterrupt):
        resealing.rewrite(User, "phone", resealing.connection, tired)
    assert resealing.reseal(at=AT, cause="test") >= 4
    assert sorted(User.objects.values_list("phone", flat=True)) == [f"1380000000{n}" for n in range(7)]


def test_somebody_who_writes_meanwhile_is_not_written_over():
    someone = user(phone=NUMBER)
    FIELDS.rotate()

    def overtaken(field, stored, key):
        User.objects.filter(pk=someone.pk).update(phone="13700000000")
        return envelopes.seal(envelopes.open_sealed(stored, about=field.about), about=field.about)

    assert resealing.rewrite(User, "phone", resealing.connection, overtaken) == 0
    assert User.objects.get(pk=someone.pk).phone == "13700000000"


def test_a_recovery_code_handed_out_before_a_new_key_is_good_once():
    someone = user()
    code = second_factor.new_recovery_codes()[0]
    kept = second_factor.recovery_digest(code, user=someone.pk)
    rotate(KeyKind.SECOND_FACTOR, at=AT, cause="test")
    assert second_factor.recovery_digest(code, user=someone.pk) != kept
    assert kept in second_factor.recovery_digests(code, user=someone.pk)
    assert pyotp.random_base32() not in second_factor.recovery_digests(code, user=someone.pk)


def test_the_audit_verifies_across_two_changes_of_its_keys(tmp_path):
    first = audit_keys.public_key_hex()
    for n in range(2):
        write(n)
        seal_all()
        rotate(KeyKind.AUDIT, at=AT, cause="test")
        write(100 + n)  # sealed by the new key
    seal_all()
    report = verifying.verify_database()
    assert report.findings == []
    assert len(report.notes) == 2
    chain = audit_keys.chain()
    assert len({first, *chain.keys}) == len(AUDIT_MARKS.known) == 3
    noted = [json.loads(bytes(r.canonical))["input"] for r in AuditRow.objects.filter(action="protection.note_key")]
    assert {(n["former_key"], n["public_key"]) for n in noted} == {
        (chain.keys[0], chain.keys[1]),
        (chain.keys[1], chain.keys[2]),
    }
    # No private key but the present one is left anywhere.
    assert [p.name for p in keys_folder().glob("*.pem")] == ["audit_signing-3.pem"]
    file = tmp_path / "audit.jsonl"
    verifying.export(file)
    for agreed in (None, *chain.keys):
        assert verifying.verify_file(file, public_key=agreed, anchor=sealing.anchor_path()).findings == []
    assert not verifying.verify_file(file, public_key="ab" * 32).is_clean
    for row in AuditRow.objects.all():
        assert verifying.verify_row(row).is_clean


@pytest.mark.skipif(not sm2.is_available(), reason="this machine's OpenSSL has no SM2")
def test_the_audit_goes_over_to_sm2_and_back_and_verifies_all_the_way(tmp_path, settings):
    kinds = []
    for n, chosen in enumerate(("ed25519", "sm2-sm3", "ed25519", "sm2-sm3")):
        settings.BIHUAN_AUDIT_SIGNATURE = chosen
        if n:
            rotate(KeyKind.AUDIT, at=AT, cause="test")
        write(n)
        seal_all()
        kinds.append(Seal.objects.order_by("-number").values_list("algorithm", flat=True).first())
    assert kinds == [audit_keys.ALGORITHMS[k] for k in ("ed25519", "sm2-sm3", "ed25519", "sm2-sm3")]
    assert verifying.verify_database().findings == []
    file = tmp_path / "audit.jsonl"
    verifying.export(file)
    for agreed in (None, *audit_keys.chain().keys):
        assert verifying.verify_file(file, public_key=agreed, anchor=sealing.anchor_path()).findings == []
    last = Seal.objects.order_by("-number").first()
    touched = ("0" if last.signature[0] != "0" else "1") + last.signature[1:]
    Seal.objects.filter(pk=last.pk).update(signature=touched)
    assert any("签名无效" in f.zh for f in verifying.verify_database().findings)


@pytest.mark.parametrize("touch", ["from_seal", "new", "old", "signed_by_old", "signed_by_new", "left_out", "twice"])
def test_an_exported_change_of_keys_that_was_touched_is_found(tmp_path, touch):
    write(1)
    seal_all()
    rotate(KeyKind.AUDIT, at=AT, cause="test")
    file = tmp_path / "audit.jsonl"
    verifying.export(file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change = next(line for line in lines if "key_change" in line)
    if touch == "left_out":
        lines.remove(change)
    elif touch == "twice":
        lines.insert(lines.index(change), change)
    elif touch == "from_seal":
        change["key_change"]["from_seal"] += 1
    else:
        value = change["key_change"][touch]
        change["key_change"][touch] = ("0" if value[0] != "0" else "1") + value[1:]
    file.write_text("\n".join(map(json.dumps, lines)))
    assert not verifying.verify_file(file).is_clean


def test_a_seal_signed_with_a_key_that_was_changed_before_it_is_found():
    """Whoever kept a copy of the old private key can sign nothing new with it."""
    old = (keys_folder() / "audit_signing.pem", audit_keys.public_key_hex())
    private = audit_keys._private_key(keys_folder(), 1)
    assert old[1] == audit_keys._hex(private)
    rotate(KeyKind.AUDIT, at=AT, cause="test")
    write(1)
    seal_all()
    last = Seal.objects.order_by("-number").first()
    forged = private.sign(sealing.message_of(last)).hex()
    Seal.objects.filter(pk=last.pk).update(signature=forged)
    assert any("签名无效" in f.zh for f in verifying.verify_database().findings)


def test_key_files_altered_so_that_another_key_counts_are_found():
    rotate(KeyKind.AUDIT, at=AT, cause="test")
    path = keys_folder() / audit_keys.CHANGES
    change = audit_keys.KeyChange.of(json.loads(path.read_text()))
    stranger = audit_keys.Ed25519PrivateKey.generate()
    forged = replace(change, old=audit_keys._hex(stranger))
    path.write_text(json.dumps(forged.as_data()) + "\n")
    os.utime(path, ns=(1, 1))
    assert not verifying.verify_database().is_clean


def test_a_running_process_takes_up_the_new_session_key(settings):
    session_keys_of(keys_folder())
    session_keys.refresh()
    ticket = signing.dumps({"n": 1})
    before = settings.SECRET_KEY
    rotate(KeyKind.SESSION, at=AT, cause="test")
    session_keys.refresh()
    assert before != settings.SECRET_KEY
    assert signing.loads(ticket) == {"n": 1}
    assert signing.loads(signing.dumps({"n": 2})) == {"n": 2}


def test_the_command_lists_and_changes_each_kind(capsys):
    user(phone=NUMBER)
    for kind in KeyKind:
        assert keys_command(["rotate", kind.value]) == 0
    assert keys_command(["reseal"]) == 0
    assert keys_command(["list"]) == 0
    said = capsys.readouterr().out
    assert "身份证件与电话号码：第 2 把在用" in said
    assert audit_keys.public_key_hex() in said
    assert "SM4-GCM" in said
    assert NUMBER not in said
    assert all(p.stat().st_mode & 0o077 == 0 for p in keys_folder().iterdir())
    assert AuditRow.objects.filter(action="protection.note_key").count() == len(KeyKind) + 1
