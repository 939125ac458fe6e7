"""Backup and restore of a whole installation and of each part alone, on either database."""

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bihuan.core.audit import sealing, verifying, writing
from bihuan.core.audit.models import AuditRow, Seal
from bihuan.core.clock import now
from bihuan.core.evidence import store
from bihuan.core.evidence.models import EvidenceFile
from bihuan.parties.models import Region
from bihuan.site.backup import aftercare, command, records, restoring, sealed, taking
from bihuan.site.backup.vault import Vault
from bihuan.site.operations import diary
from cast import saved

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("BIHUAN_STREAMS", "0")
    settings.BIHUAN_HOME = tmp_path / "home"
    settings.BIHUAN_HOME.mkdir()
    return settings.BIHUAN_HOME


@pytest.fixture
def identity(home, tmp_path):
    path = tmp_path / "identity"
    assert command.backup_key([str(path)]) == 0
    return path


def write_rows(count, *, at=None):
    for n in range(count):
        writing.write(at=at or now(), actor="service:x", action="a.b", outcome="done", subjects=[], said={"n": n})
    while sealing.seal_pending(at=at or now()):
        pass


def add_evidence(content):
    digest = hashlib.sha256(content).hexdigest()
    path = store.path_of(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    saved(EvidenceFile(digest=digest, size=len(content), media_type="application/pdf"))
    return digest


def add_history(home):
    """One file and a manifest that names it, as the historian leaves them."""
    folder = home / "history"
    (folder / "manifest").mkdir(parents=True)
    (folder / "2026-11-22").mkdir()
    (folder / "2026-11-22" / "a.parquet").write_bytes(b"PAR1 rows PAR1")
    (folder / "2026-11-22" / "garbage.parquet").write_bytes(b"named by nobody")
    from bihuan.streams.history.segments import digest_of

    file = {"name": "2026-11-22/a.parquet", "day": 20779, "rows": 1, "size": 14, "from_seq": 1, "to_seq": 1}
    file |= {"digest": digest_of(folder / file["name"]), "epoch": "e", "order": 1, "unique": False, "kind": "samples"}
    said = {"schema": 1, "number": 1, "epoch": "e", "last_seq": 1, "conflicts": 0, "state": [file]}
    (folder / "manifest" / "000000000001.json").write_text(json.dumps(said))


@pytest.fixture
def installation(home):
    saved(Region(code="330000", name="某省", kind="province", path="330000/"))
    digests = [add_evidence(b"photo " * 100), add_evidence(b"plan " * 2_000_000)]
    add_history(home)
    write_rows(3)
    return digests


def manifest_of(vault_folder, identity):
    vault = Vault(vault_folder)
    key = sealed.read_identity(identity)
    return vault, vault.manifest(vault.point(), identity=key), key


def test_without_an_identity_there_is_no_backup(home, tmp_path):
    with pytest.raises(taking.NoRecipient):
        taking.take(tmp_path / "vault", at=now())


def test_a_whole_installation_comes_back_and_is_measured(installation, identity, tmp_path, capfd, monkeypatch):
    """演练: a process of its own restores into a home and a database of its own, and verifies all of it."""
    monkeypatch.setenv("PYTHONPATH", str(Path(command.__file__).parents[3]))
    head = taking.take(tmp_path / "vault", at=now())
    assert command.drill(tmp_path / "vault", head, identity) == 0, capfd.readouterr()
    said = diary.last("drill")
    assert said.said["clean"] is True
    assert said.seconds > 0
    assert "演练通过" in capfd.readouterr().out


def test_a_second_backup_stores_only_what_is_new(installation, identity, tmp_path):
    first = taking.take(tmp_path / "vault", at=now())
    second = taking.take(tmp_path / "vault", at=now() + timedelta(seconds=1))
    assert second.size >= first.size
    assert second.new_bytes < first.new_bytes
    assert len(Vault(tmp_path / "vault").points()) == 2
    assert diary.last("backup").said["point"] == second.id


def test_nobody_reads_a_backup_without_the_identity(installation, identity, tmp_path):
    taking.take(tmp_path / "vault", at=now())
    for path in (tmp_path / "vault").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"photo" not in content
            assert "某省".encode() not in content
            assert (tmp_path / "home" / "keys" / "audit_mac.key").read_bytes() not in content


@pytest.mark.parametrize("part", ["keys", "evidence", "history"])
def test_a_part_lost_alone_comes_back_alone(part, installation, identity, home, tmp_path):
    taking.take(tmp_path / "vault", at=now())
    before = {p: p.read_bytes() for p in sorted((home / part).rglob("*")) if p.is_file() and "garbage" not in p.name}
    assert before
    for path in before:
        path.unlink()
    vault, manifest, key = manifest_of(tmp_path / "vault", identity)
    done = restoring.put_back_files(vault, manifest, home=home, parts=[part], identity=key)
    assert {p: p.read_bytes() for p in before} == before
    assert done.files == len(before)
    assert aftercare.verify().wrong == []
    again = restoring.put_back_files(vault, manifest, home=home, parts=[part], identity=key)
    assert (again.files, again.kept >= len(before)) == (0, True)


def test_an_altered_file_is_put_right_and_a_newer_one_stays(installation, identity, home, tmp_path):
    taking.take(tmp_path / "vault", at=now())
    altered = store.path_of(installation[0])
    altered.chmod(0o600)
    altered.write_bytes(b"forged")
    newer = add_evidence(b"after the backup")
    vault, manifest, key = manifest_of(tmp_path / "vault", identity)
    restoring.put_back_files(vault, manifest, home=home, parts=["evidence"], identity=key)
    assert store.digest_of(altered) == installation[0]
    assert store.path_of(newer).exists()


def test_whatever_the_records_of_a_point_name_is_in_the_point(installation, identity, tmp_path, monkeypatch):
    """Work goes on between the records and the files: the files may be more, never fewer."""
    whole = records.take
    late = []

    def work_goes_on(*args, **kwargs):
        snapshot = whole(*args, **kwargs)
        late.append(add_evidence(b"came in between"))
        return snapshot

    monkeypatch.setattr(records, "take", work_goes_on)
    taking.take(tmp_path / "vault", at=now())
    _, manifest, _ = manifest_of(tmp_path / "vault", identity)
    stored = {f["digest"] for f in manifest["parts"]["evidence"]}
    assert stored == {*installation, *late}
    assert not [f for f in manifest["parts"]["history"] if "garbage" in f["name"]]


def test_records_alone_come_back_and_the_audit_says_so(installation, identity, tmp_path):
    head = taking.take(tmp_path / "vault", at=now())
    seals = Seal.objects.count()
    write_rows(2)
    vault, manifest, key = manifest_of(tmp_path / "vault", identity)
    said = manifest["records"]
    snapshot = records.Snapshot(said["vendor"], said["migrations"], said["tables"])
    read = restoring.reader(vault, manifest, key)
    with pytest.raises(records.DatabaseNotEmpty):
        records.put_back(snapshot, read=read, replace=False)
    records.put_back(snapshot, read=read, replace=True)
    assert Seal.objects.count() == seals
    given_up = aftercare.tell(at=now(), point=head.id, made_at=head.at, parts=["records"], seconds=1.0)
    assert given_up == 1
    report = verifying.verify_database()
    assert (report.findings, len(report.notes)) == ([], 1)
    assert AuditRow.objects.filter(action="operations.note_restore").count() == 1


def test_only_our_key_can_say_that_a_restore_happened(home):
    write_rows(2)
    write_rows(2)
    AuditRow.objects.filter(seal__number=2).delete()
    Seal.objects.filter(number=2).delete()
    assert len(verifying.verify_database().findings) == 1
    forged = {"number": 1, "given_up": 2, "restored_at": "2026-11-22T00:00:00Z", "signature": "00" * 64}
    anchors = sealing.anchor_path()
    whole = anchors.read_text()
    anchors.write_text(whole + json.dumps(forged) + "\n")
    assert len(verifying.verify_database().findings) == 1
    anchors.write_text(whole)
    assert sealing.continue_from(1, at=now()) == 1
    write_rows(1)
    report = verifying.verify_database()
    assert (report.findings, len(report.notes)) == ([], 1)
    assert verifying.verify_row(AuditRow.objects.order_by("-id").first()).is_clean
    assert sealing.continue_from(2, at=now()) == 0


def test_a_home_in_use_is_neither_restored_over_nor_while_it_runs(installation, identity, home, tmp_path):
    with pytest.raises(restoring.HomeNotEmpty):
        restoring.require_empty(home)
    with command.nobody_runs(home), pytest.raises(command.StillRunning), command.nobody_runs(home):
        pass


def test_a_missing_file_is_told_and_the_rest_is_saved(installation, identity, tmp_path):
    path = store.path_of(installation[0])
    path.chmod(0o600)
    path.write_bytes(b"forged")
    taking.take(tmp_path / "vault", at=now())
    assert diary.last("backup").said["missing"] == 1
    _, manifest, _ = manifest_of(tmp_path / "vault", identity)
    assert [f["digest"] for f in manifest["parts"]["evidence"]] == [installation[1]]


def test_the_command_line_lists_points_without_the_identity(installation, identity, tmp_path):
    head = taking.take(tmp_path / "vault", at=now())
    done = subprocess.run(
        [sys.executable, "-m", "bihuan.site.main", "restore", str(tmp_path / "vault"), "--list"],
        env={"PYTHONPATH": str(Path(command.__file__).parents[3]), "BIHUAN_HOME": str(tmp_path / "nowhere"), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert head.id in done.stdout, done.stderr
    assert not (tmp_path / "nowhere").exists()
