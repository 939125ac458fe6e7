"""One recovery point over records, evidence, history and streams while all four are being written; then all of it again."""

import asyncio
import hashlib
import threading
import time

import numpy as np
import pytest
from django.db import connection

from bihuan.core.audit import sealing, writing
from bihuan.core.audit.models import AuditRow
from bihuan.core.clock import now
from bihuan.core.evidence import store
from bihuan.core.evidence.models import EvidenceFile
from bihuan.engines.alarms.engine import Samples
from bihuan.site.backup import aftercare, command, records, restoring, sealed, taking
from bihuan.site.backup.vault import Vault
from bihuan.streams import wire
from bihuan.streams.bus import client, copies, layout
from bihuan.streams.bus.server import Server, ServerSettings, free_port
from bihuan.streams.bus.users import Register
from bihuan.streams.history.store import Store
from cast import saved

pytestmark = [pytest.mark.nats, pytest.mark.django_db(transaction=True)]


class Bus:
    """A bus whose streams lie in `folder`."""

    def __init__(self, home, folder):
        register = Register(home / "bus" / "users.json")
        self.ours = register.ours()
        self.server = Server(
            ServerSettings(home=folder, users=register.users(), port=free_port(), mqtt_port=0, max_store="1GB")
        )
        self.server.start()

    def ask(self, work):
        async def main():
            async with client.connect(url=self.server.url, user=self.ours, name="test", patient=True) as nc:
                return await work(nc, client.jetstream(nc, timeout=60))

        return asyncio.run(asyncio.wait_for(main(), 240))


class Work:
    """Step n: a piece of evidence, the record that names it, a sample on the bus, a row of history. Then n is acknowledged."""

    def __init__(self, home, bus):
        self.bus, self.history = bus, Store(home / "history")
        self.done, self.stop, self.wrong = 0, False, None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            self.bus.ask(self.work)
        except Exception as wrong:  # told by the test, not by the thread
            self.wrong = wrong
        finally:
            connection.close()

    async def work(self, nc, js):
        while not self.stop:
            n = self.done + 1
            await asyncio.to_thread(self.records, n)
            rows = Samples(
                np.array([1], np.int32), np.array([1_790_000_000_000 + n]), np.array([float(n)]), np.zeros(1, np.uint8)
            )
            await js.publish(layout.telemetry(0, "acme"), wire.pack(rows, received_at=n))
            self.history.append(rows, epoch="e", last_seq=n)
            self.done = n

    def records(self, n):
        content = f"photo {n}".encode() * 50
        digest = hashlib.sha256(content).hexdigest()
        path = store.path_of(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        saved(EvidenceFile(digest=digest, size=len(content), media_type="application/pdf"))
        writing.write(at=now(), actor="service:x", action="a.b", outcome="done", subjects=[], said={"step": n})
        connection.close()

    def reaches(self, n):
        limit = time.monotonic() + 240
        while self.done < n:
            assert self.wrong is None, self.wrong
            assert self.thread.is_alive()
            assert time.monotonic() < limit
            time.sleep(0.01)

    def end(self):
        self.stop = True
        self.thread.join()
        assert self.wrong is None, self.wrong


def steps_of_records():
    said = [str(bytes(c)) for c in AuditRow.objects.filter(action="a.b").values_list("canonical", flat=True)]
    return sorted(int(c.partition('"step":')[2].split("}")[0].split(",")[0]) for c in said)


def test_one_cut_over_everything_while_work_goes_on_comes_back_whole(tmp_path, settings, monkeypatch):
    home = settings.BIHUAN_HOME = tmp_path / "home"
    (home / "bus").mkdir(parents=True)
    bus = Bus(home, tmp_path / "bus")
    try:
        for name, value in (
            ("STREAMS", "1"),
            ("BUS_URL", bus.server.url),
            ("BUS_USER", bus.ours.name),
            ("BUS_PASSWORD", bus.ours.password),
        ):
            monkeypatch.setenv(f"BIHUAN_{name}", value)
        bus.ask(lambda nc, js: layout.ensure(js, share=0.002, lease_seconds=600.0))
        assert command.backup_key([str(tmp_path / "identity")]) == 0
        work = Work(home, bus)
        work.reaches(15)
        before = work.done
        head = taking.take(tmp_path / "vault", at=now())
        work.reaches(work.done + 5)
        work.end()
    finally:
        bus.server.kill()
    assert head.id

    begun = time.monotonic()
    vault, identity = Vault(tmp_path / "vault"), sealed.read_identity(tmp_path / "identity")
    manifest = vault.manifest(vault.point(), identity=identity)
    again = settings.BIHUAN_HOME = tmp_path / "again"
    restoring.put_back_files(
        vault, manifest, home=again, parts=["keys", "evidence", "history", "bus"], identity=identity
    )
    said = manifest["records"]
    snapshot = records.Snapshot(said["vendor"], said["migrations"], said["tables"])
    records.put_back(snapshot, read=restoring.reader(vault, manifest, identity), replace=True)
    steps = steps_of_records()
    assert steps == list(range(1, len(steps) + 1))  # no hole
    assert len(steps) >= before  # nothing that was acknowledged before the backup began is missing
    while sealing.seal_pending(at=now()):
        pass
    verdict = aftercare.verify()
    assert verdict.wrong == []
    assert (
        verdict.evidence == EvidenceFile.objects.count() in (len(steps), len(steps) + 1)
    )  # evidence comes before its row
    history = Store(again / "history")
    # Later parts may know more than the records, never less than what was acknowledged.
    assert history.version.last_seq >= before
    assert sum(x.rows for x in history.version.of("samples")) == history.version.last_seq

    fresh = Bus(again, tmp_path / "bus-again")
    try:
        folder = again / "bus" / copies.WAITING
        assert sorted(fresh.ask(lambda nc, js: copies.put_back_all(nc, folder))) == sorted(copies.COPIED)
        state = fresh.ask(lambda nc, js: js.stream_info("TELEMETRY")).state
    finally:
        fresh.server.kill()
    assert state.first_seq == 1
    assert state.messages == state.last_seq >= before
    took = time.monotonic() - begun
    print(
        f"cut after {before} of {work.done} steps in {head.seconds} s; back in {took:.1f} s: {len(steps)} records, "
        f"{history.version.last_seq} rows of history, {state.messages} messages"
    )
