"""`./run bench actions`: close-outs a second with audit row, event, search entry and outbox, by one and by four processes.

Then four processes are killed with -9 in the middle: every close-out that was answered must be there, with its one
audit row, and no half of one. On both databases, as `bench web`.
"""

from __future__ import annotations

import json
import os
import platform
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import _world as world

CASES = int(os.environ.get("BIHUAN_BENCH_CASES", "4000"))
SECONDS = float(os.environ.get("BIHUAN_BENCH_SECONDS", "10"))


def worker(number: int, of: int, out: Path) -> None:
    """Close out every case of one's share; write each answered number down, unbuffered, after the answer."""
    import django

    django.setup()
    from bihuan.core.access.identification import actor_of
    from bihuan.core.access.models import User
    from bihuan.core.actions.runner import run
    from bihuan.core.modules import registry
    from bihuan.loop.models import Case

    user = User.objects.get(username="yj")
    made = registry().actions["case.close_out"]
    waiting = Case.objects.filter(kind="general").order_by("number").values_list("pk", "number")
    mine = [row for n, row in enumerate(waiting) if n % of == number]
    stop = time.monotonic() + SECONDS
    with out.open("a", buffering=1) as file:
        for pk, said in mine:
            if time.monotonic() > stop:
                break
            now = datetime.now(UTC)
            from bihuan.core.access.context import Context

            ctx = Context(actor=actor_of(user, at=now, second_factor=True), at=now)
            begun = time.perf_counter()
            run(made, ctx=ctx, inputs={"case": {"id": str(pk)}, "note": "属实"}, key=f"{out.stem}:{said}")
            file.write(json.dumps([said, time.perf_counter() - begun]) + "\n")


def start(folder: Path, of: int, name: str) -> list[tuple[subprocess.Popen[bytes], Path]]:
    return [
        (
            subprocess.Popen(
                [sys.executable, "-m", "bench.actions", "--worker", str(n), str(of), str(out)], cwd=world.ROOT
            ),
            out,
        )
        for n in range(of)
        for out in [folder / f"{name}-{n}.jsonl"]
    ]


def answered(parts: list[tuple[subprocess.Popen[bytes], Path]]) -> list[tuple[str, float]]:
    found = []
    for _, out in parts:
        for line in out.read_text().splitlines() if out.exists() else []:
            try:
                number, took = json.loads(line)
            except ValueError:
                continue  # the line the kill cut short
            found.append((number, took))
    return found


def put_back() -> None:
    from bihuan.loop.models import Case

    Case.objects.filter(kind="general").update(stage="submitted", is_open=True, closed_at=None)


def run(database_url: str) -> int:
    from django.core.management import call_command

    with world.home(database_url=database_url) as folder:
        from bihuan.core.audit.models import AuditRow
        from bihuan.core.events.models import OutboxEvent
        from bihuan.loop.models import Case, CaseStep

        if database_url:
            call_command("migrate", verbosity=0)
        world.fill(cases=CASES, organisations=max(10, CASES // 30))
        print(f"{'processes':>9} {'close-outs/s':>13} {'p50 ms':>8} {'p95 ms':>8}")
        for processes in (1, 4):
            put_back()
            parts = start(folder, processes, f"p{processes}")
            for process, _ in parts:
                process.wait()
            done = answered(parts)
            times = [took for _, took in done]
            seconds = sum(times) / processes
            print(
                f"{processes:>9} {len(done) / seconds:>13.0f} {1000 * world.percentile(times, 0.5):>8.1f}"
                f" {1000 * world.percentile(times, 0.95):>8.1f}",
                flush=True,
            )
        put_back()
        before = AuditRow.objects.count()
        steps_before = CaseStep.objects.count()
        events_before = OutboxEvent.objects.count()
        parts = start(folder, 4, "killed")
        enough = random.Random(world.SEED).randint(CASES // 10, CASES // 4)
        patience = time.monotonic() + 60
        while len(answered(parts)) < enough and time.monotonic() < patience:
            time.sleep(0.02)
        for process, _ in parts:
            process.send_signal(signal.SIGKILL)
            process.wait()
        said = {number for number, _ in answered(parts)}
        closed = set(Case.objects.filter(stage="closed_out").values_list("number", flat=True))
        rows = AuditRow.objects.count() - before
        print(
            f"killed -9 in the middle: {len(said)} answered, {len(closed)} closed, {rows} audit rows,"
            f" {CaseStep.objects.count() - steps_before} steps, {OutboxEvent.objects.count() - events_before} events;"
            f" lost {len(said - closed)}"
        )
        whole = (
            len(closed)
            == rows
            == CaseStep.objects.count() - steps_before
            == OutboxEvent.objects.count() - events_before
        )
        return 0 if whole and not said - closed else 1


def main() -> int:
    if "--worker" in sys.argv:
        number, of, out = sys.argv[-3:]
        worker(int(number), int(of), Path(out))
        return 0
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "")
    print(f"{'PostgreSQL' if url else 'SQLite'}, {platform.machine()}, {os.cpu_count()} cores", flush=True)
    status = run(url)
    if not url and os.environ.get("BIHUAN_BENCH_BOTH", "1") == "1":
        again = [sys.executable, str(world.ROOT / "tools" / "with_postgres.py"), sys.executable, "-m", "bench.actions"]
        print(flush=True)
        return subprocess.run(again, cwd=world.ROOT, check=False).returncode or status
    return status


if __name__ == "__main__":
    sys.exit(main())
