"""`./run bench web`: pages over 100 000 cases in 3 000 organisations, 20 concurrent clients, warm, on both databases.

Prints requests/s, p50 and p95 of each page as a county user and as an enterprise user. `BIHUAN_BENCH_CASES` makes it
smaller. PostgreSQL is measured when `tools/with_postgres.py` can start one; run that way the address is taken from it.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from bench import _world as world

CASES = int(os.environ.get("BIHUAN_BENCH_CASES", "100000"))
ORGANISATIONS = min(3_000, max(10, CASES // 30))
CLIENTS = 20
SECONDS = float(os.environ.get("BIHUAN_BENCH_SECONDS", "8"))

PAGES = {
    "list": "/cases/",
    "deep page": f"/cases/?page={max(1, CASES // 50 // 2)}",
    "deep page (enterprise)": "/cases/?page=1",
    "board": "/overview/",
    "inbox": "/inbox/",
    "case page": "/cases/2026-000008/",
    "search": "/search/?q=甲醇",
}


def measure(address: str, path: str, cookie: str) -> tuple[float, float, float, int]:
    """Requests/s, p50 and p95 in milliseconds, and how many answers were not 200."""
    taken: list[float] = []
    wrong = 0
    stop = time.monotonic() + SECONDS
    lock = threading.Lock()

    def client() -> None:
        nonlocal wrong
        with httpx.Client(base_url=address, cookies={"bihuan_session": cookie}, timeout=60) as session:
            while time.monotonic() < stop:
                begun = time.perf_counter()
                status = session.get(path).status_code
                took = time.perf_counter() - begun
                with lock:
                    taken.append(took)
                    wrong += status != 200

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begun
    return len(taken) / seconds, 1000 * world.percentile(taken, 0.5), 1000 * world.percentile(taken, 0.95), wrong


def run(database_url: str) -> None:
    with world.home(database_url=database_url):
        if database_url:
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
        begun = time.monotonic()
        cookies = world.fill(cases=CASES, organisations=ORGANISATIONS)
        print(f"filled {CASES} cases, {ORGANISATIONS} organisations in {time.monotonic() - begun:.0f} s", flush=True)
        server, address = world.start_web(processes=2)
        try:
            for _ in range(100):
                try:
                    httpx.get(address + "/account/login/", timeout=5)
                    break
                except httpx.HTTPError:
                    time.sleep(0.2)
            print(f"{'page':<12} {'as':<11} {'req/s':>7} {'p50 ms':>8} {'p95 ms':>8} {'not 200':>8}")
            for who, cookie in cookies.items():
                for name, path in PAGES.items():
                    if ("enterprise" in name) != (who == "enterprise" and "deep" in name):
                        continue
                    httpx.get(address + path, cookies={"bihuan_session": cookie}, timeout=60)
                    rate, middle, high, wrong = measure(address, path, cookie)
                    shown = name.split(" (")[0]
                    print(f"{shown:<12} {who:<11} {rate:>7.1f} {middle:>8.0f} {high:>8.0f} {wrong:>8}", flush=True)
        finally:
            server.terminate()
            server.wait(timeout=20)


def main() -> int:
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "")
    kind = "PostgreSQL" if url else "SQLite"
    print(
        f"{kind}, {platform.machine()}, {os.cpu_count()} cores, {CLIENTS} clients on the same machine, two page processes"
    )
    run(url)
    if not url and os.environ.get("BIHUAN_BENCH_BOTH", "1") == "1":
        again = [sys.executable, str(world.ROOT / "tools" / "with_postgres.py"), sys.executable, "-m", "bench.web"]
        print(flush=True)
        return subprocess.run(again, cwd=Path(world.ROOT), check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
