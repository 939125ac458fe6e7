"""台账: an import of 100 000 rows beside 200 small writes a second and 20 clicking users; search and deep pages after it.

`python -m bench.records [--rows 100000] [--rate 200] [--users 20]`, on SQLite; with `--postgres` on a PostgreSQL of its own
(started by tools/with_postgres.py, durability off). Every writer is a whole action with audit; its time counts from
the moment it was due, so that a stall shows in all that it delayed. Clicks are whole pages through the WSGI handler.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COUNTIES, PLANTS = 10, 1_000
MEDIA = [
    "甲醇",
    "乙醇",
    "苯",
    "甲苯",
    "液氨",
    "液氯",
    "丙烯",
    "丁二烯",
    "环氧乙烷",
    "苯乙烯",
    "盐酸",
    "硫酸",
    "硝酸",
    "氢氧化钠",
    "双氧水",
    "丙酮",
]
NAMES = [
    "东港",
    "西岭",
    "南湖",
    "北山",
    "中原",
    "长江",
    "黄海",
    "云龙",
    "金鼎",
    "华美",
    "新盛",
    "恒通",
    "瑞丰",
    "天成",
    "永泰",
    "宏达",
    "兴业",
    "百川",
    "九州",
    "三江",
]


def start(home: str, url: str) -> None:
    os.environ.update(
        BIHUAN_HOME=home, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="bihuan.site.settings", BIHUAN_DEBUG="0",
        BIHUAN_HOSTS="testserver",
    )  # fmt: skip
    import django
    from django.conf import settings

    # Pages are measured without the front-end files of a set-up: their names needn't be looked up in a manifest.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    django.setup()
    logging.disable(logging.WARNING)  # a line for each of 200 writes a second would hide the figures


def seed(number: int) -> None:
    """A province of ten counties and a thousand plants, tanks in them, and the people of this play."""
    from datetime import timedelta

    from django.core.management import call_command

    from bihuan.core import clock
    from bihuan.core.access.models import Assignment, Role, User
    from bihuan.core.records import search
    from bihuan.core.records.register import all_registers
    from bihuan.parties.models import Organisation, Region

    call_command("migrate", verbosity=0)
    at = clock.now() - timedelta(hours=1)
    stamp = {"created_at": at, "updated_at": at}
    top = Region.objects.create(code="990000", name="云省", kind="province", path="990000/", **stamp)
    counties = [
        Region(code=f"9901{n:02}", name=f"云{n}县", kind="district", parent=top, path=f"990000/9901{n:02}/", **stamp)
        for n in range(COUNTIES)
    ]
    Region.objects.bulk_create(counties)
    plants = [
        Organisation(
            code=f"P{n:04}", name=f"{NAMES[n % 20]}{NAMES[n // 20 % 20]}化工{n}有限公司", kind="enterprise",
            region=counties[n % COUNTIES], region_path=counties[n % COUNTIES].path, **stamp,
        )
        for n in range(PLANTS)
    ]  # fmt: skip
    Organisation.objects.bulk_create(plants)
    register = next(r for r in all_registers() if r.code == "tanks")
    things, tanks = [], []
    for n in range(number):
        values = {f.name: f.empty for f in register.fields}
        values |= tank(n, "S", plants[n % PLANTS])
        thing, row = register.build(values)
        for made in (thing, row):
            made.created_at = made.updated_at = at
        things.append(thing)
        tanks.append(row)
    type(things[0]).objects.bulk_create(things, batch_size=500)
    type(tanks[0]).objects.bulk_create(tanks, batch_size=500)
    search.rebuild(at=at)
    grants = ["tanks.read", "tanks.edit", "enterprises.read", "parties.read", "parties.manage"]
    role = Role.objects.create(code="bench", name_zh="测", name_en="bench", grants=grants, **stamp)
    for name, region, plant in (
        ("province", "990000/", None),
        ("county", counties[3].path, None),
        ("plant", None, "P0003"),
    ):
        user = User.objects.create(username=name, display_name=name, password_changed_at=at, **stamp)
        Assignment.objects.create(
            user=user, role=role, scope_region=region, scope_organisation=plant, from_at=at, **stamp
        )


def tank(n: int, prefix: str, plant: Any) -> dict[str, Any]:
    from decimal import Decimal

    from bihuan.registers.tanks.terms import TankType

    medium = MEDIA[n % len(MEDIA)]
    return {
        "code": f"{prefix}-{n:06}", "name": f"{plant.name[:4]}{medium}{n % 97}号储罐", "organisation": plant,
        "type": list(TankType)[n % 5], "medium": medium, "volume": Decimal(n % 9_000 + 100),
    }  # fmt: skip


def write_workbook(path: Path, rows: int) -> None:
    from bihuan.core.records.sheets.writing import workbook
    from bihuan.parties.models import Organisation

    plants = list(Organisation.objects.order_by("code"))
    heads = ["编码", "名称", "所属单位", "型式", "储存介质", "公称容积（m³）", "投用日期", "经度（°）", "纬度（°）"]

    def lines() -> Any:
        from datetime import date

        for n in range(rows):
            t = tank(n, "V", plants[n % PLANTS])
            yield [t["code"], t["name"], plants[n % PLANTS].code, str(t["type"].label), t["medium"], t["volume"],
                   date(2000 + n % 25, n % 12 + 1, n % 28 + 1), "117.1", "34.2"]  # fmt: skip

    with path.open("wb") as file:
        for chunk in workbook(name="填写", headings=heads, widths=[14] * 9, rows=lines()):
            file.write(chunk)


def acting(name: str) -> Any:
    from bihuan.core import clock
    from bihuan.core.access.context import Context
    from bihuan.core.access.identification import actor_of
    from bihuan.core.access.models import User

    at = clock.now()
    return Context(actor=actor_of(User.objects.get(username=name), at=at), at=at)


# — the players, each a process —


def worker(home: str, url: str, stop: Any) -> None:
    start(home, url)
    from bihuan.core.jobs.queue import run_worker

    run_worker(stop=stop.is_set, idle=0.1)


def writers(home: str, url: str, stop: Any, out: Any, rate: float, threads: int, offset: int) -> None:
    """An open loop: a write is due every so often, whether or not the one before it is done."""
    start(home, url)
    from dataclasses import replace

    from bihuan.core import clock
    from bihuan.core.actions import runner
    from bihuan.core.modules import registry
    from bihuan.parties.models import Organisation

    action = registry().actions["parties.change_organisation"]
    ctx = acting("province")
    keys = list(Organisation.objects.order_by("code").values_list("pk", "name"))[offset::2]
    begun = time.perf_counter()
    lock, number, found = threading.Lock(), [0], []  # type: ignore[var-annotated]

    def play() -> None:
        while not stop.is_set():
            with lock:
                n, number[0] = number[0], number[0] + 1
            due = begun + n / rate
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            pk, name = keys[n % len(keys)]
            try:
                runner.run(
                    action,
                    ctx=replace(ctx, at=clock.now()),
                    inputs={"organisation": {"id": str(pk)}, "name": name, "short_names": [str(n)]},
                )
                error = ""
            except Exception as failed:  # counted and shown: none is expected
                error = f"{type(failed).__name__}: {failed}"[:120]
            found.append((time.time(), time.perf_counter() - due, error))

    run_threads(play, threads)
    out.put(("write", found))


def client_of(name: str) -> Any:
    """Somebody logged in."""
    from datetime import timedelta
    from importlib import import_module

    from django.conf import settings
    from django.test import Client

    from bihuan.core import clock
    from bihuan.core.access.identification import digest
    from bihuan.core.access.models import LoginSession, User

    now, user = clock.now(), User.objects.get(username=name)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.create()
    login = LoginSession.objects.create(
        user=user, session_digest=digest(store.session_key), second_factor=True, authenticated_at=now,
        last_seen_at=now, expires_at=now + timedelta(hours=8), created_at=now, updated_at=now,
    )  # fmt: skip
    store["login"] = str(login.pk)
    store.save()
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return client


def clickers(home: str, url: str, stop: Any, out: Any, users: int) -> None:
    """People who look for about a second before the next click."""
    start(home, url)
    from bihuan.registers.tanks.models import Tank

    some = [str(pk) for pk in Tank.objects.filter(thing__organisation__code="P0003").values_list("pk", flat=True)[:50]]
    found: list[tuple[float, float, str]] = []

    clients = [client_of(("province", "county", "plant")[n % 3]) for n in range(users)]
    left = list(enumerate(clients))

    def play() -> None:
        n, client = left.pop()
        chance = random.Random(n)
        pages = ["/registers/tanks/", "/registers/tanks/?type=spherical", f"/registers/tanks/{chance.choice(some)}/",
                 f"/registers/tanks/?q={chance.choice(MEDIA[:6])}", f"/api/search?q={chance.choice(MEDIA[:6])}", "/registers/tanks/?last=1"]  # fmt: skip
        while not stop.is_set():
            time.sleep(chance.uniform(0.6, 1.4))
            address = chance.choice(pages)
            begun = time.perf_counter()
            answer = client.get(address)
            error = "" if answer.status_code == 200 else f"{answer.status_code} {address.partition('?')[0][:30]}"
            found.append((time.time(), time.perf_counter() - begun, error))

    run_threads(play, users)
    out.put(("click", found))


def run_threads(play: Any, number: int) -> None:
    threads = [threading.Thread(target=play) for _ in range(number)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


# — the telling —


def told(what: str, found: list[tuple[float, float, str]], begun: float, ended: float) -> str:
    times = sorted(took * 1000 for at, took, error in found if begun <= at < ended)
    errors = Counter(error for at, _, error in found if error and begun <= at < ended)
    if not times:
        return f"  {what:<8} none"
    p50, p95, p99 = (times[min(len(times) - 1, int(len(times) * p))] for p in (0.5, 0.95, 0.99))
    rate = len(times) / max(0.001, ended - begun)
    return (
        f"  {what:<8} {len(times):>6} at {rate:6.1f}/s   p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f}  max {times[-1]:7.1f} ms"
        f"   errors {sum(errors.values())}{' ' + json.dumps(dict(errors), ensure_ascii=False) if errors else ''}"
    )


def run(home: str, url: str, *, seeded: int, rows: int, rate: float, users: int) -> None:
    start(home, url)
    from django.db import connection, connections

    from bihuan.core.actions import runner
    from bihuan.core.modules import registry
    from bihuan.core.records.models import Sheet
    from bihuan.core.records.sheets import spool

    begun = time.perf_counter()
    seed(seeded)
    path = Path(home) / "rows.xlsx"
    write_workbook(path, rows)
    print(
        f"{connection.vendor}: seeded {seeded} tanks of {PLANTS} plants in {time.perf_counter() - begun:.0f} s; workbook of {rows} rows, {path.stat().st_size >> 20} MB",
        flush=True,
    )
    method = multiprocessing.get_context("spawn")
    stop, out = method.Event(), method.Queue()
    players = [method.Process(target=clickers, args=(home, url, stop, out, users))]
    players += [method.Process(target=writers, args=(home, url, stop, out, rate / 2, 4, n)) for n in range(2)]
    hand = method.Process(target=worker, args=(home, url, stop))
    connections.close_all()
    for p in (*players, hand):
        p.daemon = True  # they end with this process, however it ends
    for p in players:
        p.start()
    time.sleep(12)  # until everybody is up
    marks = [("nothing else", time.time())]
    time.sleep(15)
    with path.open("rb") as file:
        stored = spool.keep(iter(lambda: file.read(1 << 20), b""))
    sheet = runner.perform(
        registry().actions["tanks.upload_sheet"], ctx=acting("province"), spool=stored, file_name="rows.xlsx"
    ).value
    hand.start()
    marks.append(("checking", time.time()))
    sheet = until(sheet.pk, "checking")
    print(f"  checked: {sheet.state} {sheet.counts} {sheet.reason_zh}", flush=True)
    runner.perform(registry().actions["tanks.accept_sheet"], ctx=acting("province"), sheet=sheet)
    marks.append(("writing", time.time()))
    sheet = until(sheet.pk, "applying")
    marks.append(("", time.time()))
    print(f"  written: {sheet.state} {sheet.counts}", flush=True)
    assert Sheet.objects.get(pk=sheet.pk).written == rows
    stop.set()
    found: dict[str, list[Any]] = {"write": [], "click": []}
    for _ in players:
        what, some = out.get(timeout=120)
        found[what] += some
    for p in (*players, hand):
        p.join(60)
    for (name, first), (_, last) in pairwise(marks):
        print(f"beside {name} ({last - first:.0f} s):")
        for what in ("write", "click"):
            print(told(what, found[what], first, last))
    locked = sum("locked" in error for some in found.values() for _, _, error in some)
    print(f"“database is locked”: {locked}", flush=True)
    after(rows)


def until(pk: Any, state: str) -> Any:
    from bihuan.core.records.models import Sheet

    while True:
        sheet = Sheet.objects.get(pk=pk)
        if sheet.state != state:
            return sheet
        time.sleep(0.2)


def after(rows: int) -> None:
    """What a search and a page cost on what is there now."""
    from django.db import connection

    from bihuan.core.records import listing, search
    from bihuan.core.records.models import SearchEntry
    from bihuan.core.records.register import all_registers

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    register = next(r for r in all_registers() if r.code == "tanks")
    words = [w[:2] for w in MEDIA if len(w) >= 2] + NAMES + ["储罐", "号储", "jc", "v-", "00", "12", "zz", "某某"]
    print(f"{SearchEntry.objects.count()} entries; two-character search over {len(words)} words, 3 rounds:")
    for name in ("province", "county", "plant"):
        actor = acting(name).actor
        tell_times(f"search {name}", [partial(search.find, actor=actor, text=w) for w in words * 3])
    tell_times(
        "LIKE scan, all rows",
        [lambda w=w: list(SearchEntry.objects.filter(text__contains=w).values("title")[:20]) for w in words],
    )
    tell_times(
        "  of them words with no hit",
        [
            lambda w=w: list(SearchEntry.objects.filter(text__contains=w).values("title")[:20])
            for w in ("某某", "zz", "之乎")
        ],
    )
    for name in ("province", "county", "plant"):
        ctx = acting(name)
        asked = listing.ask(register, {}, actor=ctx.actor)
        whole = listing.exact_count(register, asked, ctx=ctx)
        page, cursors = listing.page_of(register, asked, ctx=ctx, size=500), []
        for _ in range(min(120, whole // 500)):
            if page.after:
                cursors.append(page.after)
                page = listing.page_of(register, asked, ctx=ctx, after=page.after, size=500)
        deep = cursors[len(cursors) * 9 // 10 :] or [""]
        tell_times(f"list {name} ({whole}), first page", [partial(listing.page_of, register, asked, ctx=ctx)] * 20)
        tell_times("  deep page", [partial(listing.page_of, register, asked, ctx=ctx, after=c) for c in deep * 20][:20])
        tell_times("  count up to 1000", [partial(listing.count_of, register, asked, ctx=ctx)] * 20)


def tell_times(name: str, plays: list[Any]) -> None:
    times = []
    for play in plays:
        begun = time.perf_counter()
        play()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    print(
        f"  {name:<34} p50 {times[len(times) // 2]:7.1f}  p95 {times[int(len(times) * 0.95)]:7.1f}  max {times[-1]:7.1f} ms",
        flush=True,
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seeded", type=int, default=20_000, help="tanks that are there before")
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--postgres", action="store_true")
    said = parser.parse_args(argv)
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "") if said.postgres else ""
    if said.postgres and not url:
        again = [sys.executable, "-m", "bench.records", *(argv if argv is not None else sys.argv[1:])]
        return subprocess.call([sys.executable, str(ROOT / "tools" / "with_postgres.py"), *again], cwd=ROOT)
    home = tempfile.mkdtemp(prefix="bihuan-bench-")
    try:
        run(home, url, seeded=said.seeded, rows=said.rows, rate=said.rate, users=said.users)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
