"""台账页面: whole pages of a register of 100 000 rows, one client, and the register checks over 100 000 pieces of equipment.

`python -m bench.register_pages [--rows 100000] [--equipment 100000] [--rounds 30] [--postgres]`. Pages go through the WSGI handler with
everything a visit costs but the network; each word, filter and cursor is another one, so that nothing is answered twice.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from typing import Any

from bench import records

LIST = "/registers/tanks/"


def equip(number: int) -> None:
    """Equipment of every age, one in fifty past its life, and the grant to see what is wrong with it."""
    from datetime import date

    from bihuan.core.access.models import Role
    from bihuan.core.records.register import all_registers
    from bihuan.parties.models import Organisation

    register = next(r for r in all_registers() if r.code == "equipment")
    plants = list(Organisation._base_manager.filter(kind="enterprise").order_by("code"))
    things, rows = [], []
    for n in range(number):
        values = {f.name: f.empty for f in register.fields} | {
            "code": f"EQ-{n:06}", "name": f"R-{n % 900}反应釜", "organisation": plants[n % len(plants)], "type": "reactor",
            "built_on": date(2000 if n % 50 == 0 else 2012 + n % 14, n % 12 + 1, n % 28 + 1), "design_life": None if n % 3 else 25,
        }  # fmt: skip
        thing, row = register.build(values)
        for made in (thing, row):
            made.created_at = made.updated_at = plants[0].created_at
        things.append(thing)
        rows.append(row)
    type(things[0]).objects.bulk_create(things, batch_size=500)
    type(rows[0]).objects.bulk_create(rows, batch_size=500)
    role = Role.objects.get(code="bench")
    role.grants = [*role.grants, "register_checks.read"]
    role.save()


def visit(client: Any, address: str) -> str:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"bench: {address} answered {answer.status_code}")
    return str(answer.content.decode())


def pages(rounds: int) -> None:
    from django.db import connection

    from bihuan.registers.tanks.models import Tank

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    chance = random.Random(3)
    words = [medium[:2] for medium in records.MEDIA] + records.NAMES
    kinds = ("fixed_roof", "floating_roof", "internal_floating", "spherical", "horizontal")
    for name in ("province", "county", "plant"):
        client = records.client_of(name)
        visible = Tank.objects.visible_to(records.acting(name).actor)
        print(f"{connection.vendor}, {name}: {visible.count()} of {Tank.objects.count()} rows", flush=True)
        some = list(visible.order_by("thing__code").values_list("pk", flat=True)[::97])
        plays = {
            "list": [LIST] * rounds,
            "last page": [f"{LIST}?last=1"] * rounds,
            "deep pages, one after another": _walk(client, rounds),
            "filter by kind": [f"{LIST}?type={kinds[n % 5]}" for n in range(rounds)],
            "filter by word": [f"{LIST}?q={chance.choice(words)}" for _ in range(rounds)],
            "row": [f"{LIST}{chance.choice(some)}/" for _ in range(rounds)],
            "search": [f"/search/?q={chance.choice(words)}" for _ in range(rounds)],
        }
        for what, addresses in plays.items():
            visit(client, addresses[0])
            records.tell_times(what, [partial(visit, client, address) for address in addresses])


def _walk(client: Any, rounds: int) -> list[str]:
    """The addresses of the pages before the last one, as their own links lead there."""
    found, address = [], f"{LIST}?last=1"
    for _ in range(rounds):
        page = visit(client, address)
        link = re.search(r'href="([^"]*[?;&]before=[^"]+)"', page)
        if link is None:
            break
        address = LIST + "?" + link[1].replace("&amp;", "&").partition("?")[2]
        found.append(address)
    return found or [LIST]


def checks() -> None:
    from bihuan.domains.register_checks import queries
    from bihuan.kernel.calendar import day_of

    on = day_of(records.acting("province").at)
    begun = time.perf_counter()
    found = list(queries.findings(on=on))
    print(f"register checks: {len(found)} findings in {time.perf_counter() - begun:.2f} s", flush=True)
    client = records.client_of("province")
    records.tell_times("their page, the first visit", [partial(visit, client, "/register-checks/")])
    records.tell_times("their page, held", [partial(visit, client, "/register-checks/")] * 20)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--equipment", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--postgres", action="store_true")
    said = parser.parse_args(argv)
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "") if said.postgres else ""
    if said.postgres and not url:
        again = [sys.executable, "-m", "bench.register_pages", *(argv if argv is not None else sys.argv[1:])]
        return subprocess.call(
            [sys.executable, str(records.ROOT / "tools" / "with_postgres.py"), *again], cwd=records.ROOT
        )
    home = tempfile.mkdtemp(prefix="bihuan-bench-")
    try:
        records.start(home, url)
        records.seed(said.rows)
        equip(said.equipment)
        pages(said.rounds)
        checks()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
