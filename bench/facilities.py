"""台账: real facilities and quantities through the Excel import, enterprises then units then stock: rate, what is refused and why.

`python -m bench.facilities [--sites 6186] [--postgres]`. The data are those of ../shared/data/facilities (US EPA Risk
Management Program, compiled by the Data Liberation Project, CC BY-SA 4.0): input of a measurement, never shipped.
Everything goes as an office would do it: a workbook in the template's columns, uploaded, checked, the good rows accepted.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REGION = "990000"
GRANTS = (
    "parties.read", "parties.manage", "enterprises.read", "enterprises.edit", "major_hazards.read", "major_hazards.edit",
)  # fmt: skip


@dataclass
class Facilities:
    """What the files hold, as rows of our templates."""

    enterprises: list[list[Any]] = field(default_factory=list)
    units: list[list[Any]] = field(default_factory=list)
    stock: list[list[Any]] = field(default_factory=list)


HEADINGS = {
    "enterprises": ["编码", "名称", "所在区域", "企业类型", "从业人数", "经度", "纬度"],
    "hazard_units": ["编码", "名称", "所属单位", "单元类型", "500米内常住人口（人）", "人口依据"],
    "hazard_stock": ["物料编号", "所属单元", "设备或储罐编号", "危险化学品名称", "CAS号", "设计最大量（t）"],
}


def shared_folder() -> Path:
    return Path(os.environ.get("BIHUAN_SHARED") or ROOT.parent / "shared") / "data" / "facilities"


def read(folder: Path, *, sites: int) -> Facilities:
    """The first so many facilities, and what they hold. A quantity is that of one process: each is a vessel of its own."""
    found = Facilities()
    wanted: set[str] = set()
    with (folder / "rmp_facilities.csv").open(encoding="utf-8", newline="") as file:
        for row in list(csv.DictReader(file))[:sites]:
            code = row["EPAFacilityID"]
            wanted.add(code)
            found.enterprises.append(
                [code, row["FacName"], REGION, "使用", row["FacFTE"], row["FacLng"], row["FacLat"]]
            )
            found.units.append([f"{code}-U1", row["FacName"], code, "储罐区", 0, "未提供，按0计（仅用于测量）"])
    held: defaultdict[str, int] = defaultdict(int)
    with (folder / "rmp_inventory.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["EPAFacilityID"]
            if code in wanted:
                held[code] += 1
                n = held[code]
                found.stock.append(
                    [
                        f"{code}-M{n}",
                        f"{code}-U1",
                        f"P-{n}",
                        row["chemical"],
                        row["cas"],
                        Decimal(row["quantity_t"] or 0),
                    ]
                )
    return found


@dataclass
class Loaded:
    """What became of one workbook."""

    register: str
    rows: int
    counts: dict[str, int]
    checking: float
    writing: float
    reasons: Counter[str]
    refused: str = ""


def load(register: str, rows: Sequence[Sequence[Any]], *, ctx: Any) -> Loaded:
    """Upload, check, accept the good rows and those asked about; the work of the worker is done here and now."""
    from bihuan.core.actions import runner
    from bihuan.core.jobs import queue
    from bihuan.core.modules import registry
    from bihuan.core.records.models import Sheet, SheetRow
    from bihuan.core.records.sheets import spool
    from bihuan.core.records.sheets.writing import workbook

    heads = HEADINGS[register]
    stored = spool.keep(workbook(name="填写", headings=heads, widths=[16] * len(heads), rows=rows))
    actions = registry().actions
    begun = time.perf_counter()
    made = runner.perform(
        actions[f"{register}.upload_sheet"], ctx=ctx, spool=stored, file_name=f"{register}.xlsx"
    ).value
    queue.drain(at=ctx.at)
    sheet = Sheet.objects.get(pk=made.pk)
    checked = time.perf_counter()
    reasons = Counter(
        f"{e['field'] or '-'}: {plainly(e['zh'])}"
        for row in SheetRow.objects.filter(sheet=sheet, state__in=("wrong", "asked")).iterator()
        for e in row.errors
    )
    if sheet.state == "checked" and any(sheet.counts.get(state) for state in ("new", "update", "asked")):
        runner.perform(actions[f"{register}.accept_sheet"], ctx=ctx, sheet=sheet, only_good_rows=True, is_sure=True)
        queue.drain(at=ctx.at)
        sheet = Sheet.objects.get(pk=sheet.pk)
    return Loaded(
        register,
        len(rows),
        dict(sheet.counts),
        checked - begun,
        time.perf_counter() - checked,
        reasons,
        sheet.reason_zh,
    )


def plainly(words: str) -> str:
    """The reason without the names and numbers of the single row."""
    return re.sub(r"[0-9][0-9.,]*", "n", re.sub(r"“[^”]*”", "“…”", words))[:90]


def told(done: Loaded) -> Iterable[str]:
    def rate(seconds: float) -> str:
        return f"{seconds:6.1f} s, {done.rows / max(seconds, 0.001):7.0f} rows/s"

    yield f"{done.register}: {done.rows} rows → {done.counts} {done.refused}"
    yield f"  checked {rate(done.checking)}   written {rate(done.writing)}"
    for reason, number in done.reasons.most_common(12):
        yield f"  {number:>6}  {reason}"


def people() -> Any:
    """The keeper of a made-up region, and the context of what he does now."""
    from datetime import timedelta

    from bihuan.core import clock
    from bihuan.core.access.context import Context
    from bihuan.core.access.identification import actor_of
    from bihuan.core.access.models import Assignment, Role, User
    from bihuan.parties.models import Region

    at = clock.now() - timedelta(hours=1)
    stamp = {"created_at": at, "updated_at": at}
    region = Region.objects.create(code=REGION, name="云省", kind="province", path=f"{REGION}/", **stamp)
    role = Role.objects.create(code="facilities", name_zh="测", name_en="bench", grants=list(GRANTS), **stamp)
    user = User.objects.create(username="facilities", display_name="facilities", password_changed_at=at, **stamp)
    Assignment.objects.create(user=user, role=role, scope_region=region.path, from_at=at, **stamp)
    now = clock.now()
    return Context(actor=actor_of(user, at=now), at=now)


def run(home: str, url: str, *, sites: int) -> None:
    from bench.records import start

    start(home, url)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    data = read(shared_folder(), sites=sites)
    ctx = people()
    print(f"{connection.vendor}: {len(data.enterprises)} facilities, {len(data.stock)} quantities", flush=True)
    for register, rows in (
        ("enterprises", data.enterprises),
        ("hazard_units", data.units),
        ("hazard_stock", data.stock),
    ):
        for line in told(load(register, rows, ctx=ctx)):
            print(line, flush=True)
    from bihuan.registers.major_hazards.models import Calculation

    grades = Counter(Calculation.objects.filter(is_current=True).values_list("grade", flat=True))
    print(f"grades of the units whose stock was taken: {dict(sorted(grades.items()))}", flush=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=6_186)
    parser.add_argument("--postgres", action="store_true")
    said = parser.parse_args(argv)
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "") if said.postgres else ""
    if said.postgres and not url:
        again = [sys.executable, "-m", "bench.facilities", *(argv if argv is not None else sys.argv[1:])]
        return subprocess.call([sys.executable, str(ROOT / "tools" / "with_postgres.py"), *again], cwd=ROOT)
    if not shared_folder().is_dir():
        print(f"bench: the facilities are not at {shared_folder()}", file=sys.stderr)
        return 2
    home = tempfile.mkdtemp(prefix="bihuan-bench-")
    try:
        run(home, url, sites=said.sites)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
