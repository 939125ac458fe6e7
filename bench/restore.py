"""`./run bench restore`: a recovery point of a home of some gigabytes, a second one after a day's work, and the rehearsal.

Prints how large each part is, how long the first and the second point took and what they wrote, how long restoring the
whole into an empty home and verifying it took, and how far the point was behind. Cases and files are put in by rows, the
audited acts go through the door and are sealed. `BIHUAN_BENCH_GB` of evidence (2), `BIHUAN_BENCH_CASES` (100 000),
`BIHUAN_BENCH_ACTS` (20 000). With a PostgreSQL: `python tools/with_postgres.py python -m bench.restore`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import _world as world

GIGABYTES = float(os.environ.get("BIHUAN_BENCH_GB", "2"))
CASES = int(os.environ.get("BIHUAN_BENCH_CASES", "100000"))
ACTS = int(os.environ.get("BIHUAN_BENCH_ACTS", "20000"))
#: What an office uploads: mostly photographs.
FILE_BYTES = 2_000_000


def add_evidence(bytes_wanted: float, *, seed: int) -> int:
    """Files that nothing makes smaller, with their rows."""
    from bihuan.core.evidence import store
    from bihuan.core.evidence.models import Evidence, EvidenceFile
    from bihuan.parties.models import Organisation

    chance, at = random.Random(seed), datetime.now(UTC)
    stamp = {"created_at": at, "updated_at": at}
    unit = Organisation.objects.exclude(code="YJ").order_by("code").first()
    number = max(1, int(bytes_wanted / FILE_BYTES))
    for n in range(number):
        content = chance.randbytes(FILE_BYTES)
        digest = hashlib.sha256(content).hexdigest()
        path = store.path_of(digest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(content)
        path.chmod(0o400)
        file = EvidenceFile.objects.create(digest=digest, size=len(content), media_type="image/jpeg", **stamp)
        Evidence.objects.create(
            title=f"现场照片 {seed}-{n}", kind="photo", file=file, file_name="photo.jpg", effective_on=at.date(),
            organisation_code=unit.code, region_path=unit.region_path, uploaded_by="service:bench", **stamp,
        )  # fmt: skip
    return number


def act(number: int) -> None:
    """Audited acts through the door, and their seals."""
    from bihuan.core import clock
    from bihuan.core.access.context import Context, service_actor
    from bihuan.core.access.terms import AccessGrants
    from bihuan.core.actions import runner
    from bihuan.core.audit.sealing import seal_pending
    from bihuan.site.backup.aftercare import note_restore

    actor = service_actor("bench", AccessGrants.START_UP)
    for n in range(number):
        at = clock.now()
        ctx = Context(actor=actor, at=at)
        runner.perform(note_restore, ctx=ctx, point=f"p{n}", made_at=at, parts=[], given_up=0)
    while seal_pending(at=clock.now()):
        pass


def size_of(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e9 if folder.exists() else 0.0


def bihuan(*arguments: str | Path) -> tuple[float, str]:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bihuan.site.main", *map(str, arguments)],
        env={**os.environ, "BIHUAN_LANGUAGE": "en"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - begun, done.stdout.strip()


def main() -> int:
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "")
    print(f"{'PostgreSQL' if url else 'SQLite'}, {platform.machine()}, {os.cpu_count()} cores", flush=True)
    beside = Path(tempfile.mkdtemp(prefix="bihuan-bench-vault-"))
    try:
        with world.home(database_url=url) as home:
            from django.core.management import call_command
            from django.db import connections

            if url:
                call_command("migrate", verbosity=0)
            begun = time.monotonic()
            world.fill(cases=CASES, organisations=1_000)
            files = add_evidence(GIGABYTES * 1e9, seed=1)
            act(ACTS)
            print(f"filled in {time.monotonic() - begun:.0f} s: {CASES} cases, {files} files, {ACTS} acts", flush=True)
            print(f"home {size_of(home):.2f} GB, of it evidence {size_of(home / 'evidence'):.2f} GB", flush=True)
            connections.close_all()
            identity, vault = beside / "identity.txt", beside / "vault"
            bihuan("backup-key", identity)
            for what in ("first point", "after a day's work"):
                seconds, said = bihuan("backup", vault)
                print(f"{what}: {seconds:.1f} s with the start; {said}", flush=True)
                if what == "first point":
                    add_evidence(50e6, seed=2)
                    act(500)
                    connections.close_all()
            seconds, said = bihuan("restore", vault, "--identity", identity, "--drill")
            print(f"rehearsal: {seconds:.1f} s with the start; {said}", flush=True)
            print(f"vault {size_of(vault):.2f} GB", flush=True)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
