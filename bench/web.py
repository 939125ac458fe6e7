"""`./run bench web`: pages over 100 000 cases in 3 000 organisations, 20 concurrent clients, warm, on both databases.

Prints requests/s, p50 and p95 of each page as a county user and as an enterprise user. The twenty clients are threads
of this process, each with one connection kept open; they share the machine's cores with the pages and the database.
`BIHUAN_BENCH_CASES` makes the world smaller, `BIHUAN_BENCH_SECONDS` the time a page is measured, `BIHUAN_BENCH_PAGES`
names the pages to measure, comma separated. With `BIHUAN_BENCH_HOME` the filled world is kept there for the next run.
PostgreSQL is measured when `tools/with_postgres.py` can start one; run that way the address is taken from it.
"""

from __future__ import annotations

import http.client
import os
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

from bench import _world as world

CASES = int(os.environ.get("BIHUAN_BENCH_CASES", "100000"))
ORGANISATIONS = min(3_000, max(10, CASES // 30))
CLIENTS = 20
SECONDS = float(os.environ.get("BIHUAN_BENCH_SECONDS", "8"))

#: For the county all cases are in sight, for the enterprise some thirty.
PAGES = {
    "list": "/cases/",
    "deep page": f"/cases/?page={max(1, CASES // 50 // 2)}",
    "board": "/overview/",
    "inbox": "/inbox/",
    "case page": "/cases/2026-000008/",
    "search": "/search/?q=" + quote("甲醇"),
}


class Client:
    """One browser: one connection kept open, one request after the other. No library: its work would count as ours."""

    def __init__(self, address: str, cookie: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.headers = {"Cookie": f"bihuan_session={cookie}"}

    def get(self, path: str) -> int:
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def measure(address: str, path: str, cookie: str) -> tuple[float, float, float, int]:
    """Requests/s, p50 and p95 in milliseconds, and how many answers were not 200."""
    taken: list[float] = []
    wrong = 0
    stop = time.monotonic() + SECONDS
    lock = threading.Lock()

    def client() -> None:
        nonlocal wrong
        browser = Client(address, cookie)
        while time.monotonic() < stop:
            begun = time.perf_counter()
            status = browser.get(path)
            took = time.perf_counter() - begun
            with lock:
                taken.append(took)
                wrong += status != 200
        browser.connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begun
    return len(taken) / seconds, 1000 * world.percentile(taken, 0.5), 1000 * world.percentile(taken, 0.95), wrong


def warm(address: str, path: str, cookie: str) -> None:
    """Every thread of every process has seen the page: a few rounds of all clients, not counted."""
    threads = [
        threading.Thread(target=lambda: [Client(address, cookie).get(path) for _ in range(3)]) for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run(database_url: str) -> None:
    kept = Path(os.environ["BIHUAN_BENCH_HOME"]) if os.environ.get("BIHUAN_BENCH_HOME") else None
    if kept is not None:
        kept = kept / f"{'postgresql' if database_url else 'sqlite'}-{CASES}"
    with world.home(database_url=database_url, kept=kept):
        if database_url:
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
        begun = time.monotonic()
        if world.is_filled(cases=CASES):
            cookies = world.sign_in()
            print(f"{CASES} cases kept from an earlier run", flush=True)
        else:
            cookies = world.fill(cases=CASES, organisations=ORGANISATIONS)
            print(
                f"filled {CASES} cases, {ORGANISATIONS} organisations in {time.monotonic() - begun:.0f} s", flush=True
            )
        server, address = world.start_web()
        try:
            world.wait_for(address)
            print(f"{'page':<12} {'as':<11} {'req/s':>7} {'p50 ms':>8} {'p95 ms':>8} {'not 200':>8}")
            chosen = os.environ.get("BIHUAN_BENCH_PAGES", "").split(",")
            for who, cookie in cookies.items():
                for name, path in PAGES.items():
                    if chosen != [""] and name not in chosen:
                        continue
                    warm(address, path, cookie)
                    rate, middle, high, wrong = measure(address, path, cookie)
                    print(f"{name:<12} {who:<11} {rate:>7.1f} {middle:>8.0f} {high:>8.0f} {wrong:>8}", flush=True)
        finally:
            server.terminate()
            server.wait(timeout=20)


def main() -> int:
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "")
    kind = "PostgreSQL" if url else "SQLite"
    print(
        f"{kind}, {platform.machine()}, {os.cpu_count()} cores, {CLIENTS} clients on the same machine, {SECONDS:g} s a page"
    )
    run(url)
    if not url and os.environ.get("BIHUAN_BENCH_BOTH", "1") == "1":
        again = [sys.executable, str(world.ROOT / "tools" / "with_postgres.py"), sys.executable, "-m", "bench.web"]
        print(flush=True)
        return subprocess.run(again, cwd=Path(world.ROOT), check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
