"""`./run bench campaign`: the office's pages over 50 campaigns, 3 000 units and 200 000 tasks, warm, on both databases.

Prints p50, p95 and the number of SQL statements of the morning page, the coverage matrix, the board by unit, places,
gaps, the calendar, the big screen, and of one report over a whole campaign as a page, as Word and as Excel. The
campaigns are put in by rows; what is measured goes through the pages, one request after the other, as an officer of
the city. `BIHUAN_BENCH_CASES` makes the world smaller, `BIHUAN_BENCH_ROUNDS` says how often each page is asked.
With `BIHUAN_BENCH_HOME` the filled world is kept there for the next run.
"""

from __future__ import annotations

import logging
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import _world as world

CASES = int(os.environ.get("BIHUAN_BENCH_CASES", "200000"))
ROUNDS = int(os.environ.get("BIHUAN_BENCH_ROUNDS", "30"))
#: A slow page is asked less often: for so many seconds, but so many times at least.
LONGEST, FEWEST = 25.0, 8
ORGANISATIONS = min(3_000, max(50, CASES // 60))
CAMPAIGNS = 50
#: Tasks of one plan; of the first one's they are answered by the plans of ten districts.
ITEMS, BELOW = 80, 10
INDICATORS, HISTORY = 400, 6


def fill_campaigns() -> None:
    """The cases of the world become tasks of fifty plans; one of them with ten plans below it, its reports and indicators."""
    from bihuan.core.evidence.models import Evidence, EvidenceFile
    from bihuan.domains.campaign.models import (
        Campaign,
        CampaignTask,
        Indicator,
        Measurement,
        PlanItem,
        PlanRelation,
        Report,
        Reporter,
        TaskCover,
    )
    from bihuan.loop.models import Case
    from bihuan.parties.models import Organisation, Region

    at = datetime.now(UTC)
    stamp = {"created_at": at, "updated_at": at}
    year = at.year
    Case.objects.update(kind="campaign_task")
    city, bureau = Region.objects.get(code="990100"), Organisation.objects.get(code="YJ")
    units = list(Organisation.objects.exclude(code="YJ").order_by("code"))
    file = EvidenceFile.objects.create(digest="0" * 64, size=3, media_type="text/plain", **stamp)
    document = Evidence.objects.create(
        title="方案", kind="document", file=file, file_name="plan.txt", effective_on=world.today(),
        organisation_code="YJ", region_path=city.path, uploaded_by="service:bench", **stamp,
    )  # fmt: skip
    districts = list(Region.objects.filter(parent=city).order_by("code"))
    phases = [
        {"name": "集中治理", "start": f"{year}-01-01", "end": f"{year}-11-30"},
        {"name": "总结验收", "start": f"{year}-12-01", "end": f"{year}-12-31"},
    ]
    reports = [{"raw": "每月20日前报送进展", "due": ["monthly:20"], "who": "各单位"}]
    campaigns = [
        Campaign(
            name=f"第{n}号集中治理行动", issuer=bureau, organisation_code="YJ", supervisor=bureau, document=document,
            region=districts[n - 1] if 1 <= n <= BELOW else city,
            region_path=(districts[n - 1] if 1 <= n <= BELOW else city).path, from_on=date(year, 1, 1),
            until_on=date(year, 12, 31), state="published", document_name="plan.txt", reading="read", phases=phases,
            reports=reports, published_at=at, **stamp,
        )
        for n in range(CAMPAIGNS)
    ]  # fmt: skip
    Campaign.objects.bulk_create(campaigns)
    items = [
        [
            PlanItem(campaign=c, position=float(k), no=str(k + 1), text=f"第{k + 1}项任务", section=f"第{k // 10}章", **stamp)
            for k in range(ITEMS)
        ]
        for c in campaigns
    ]  # fmt: skip
    PlanItem.objects.bulk_create([i for rows in items for i in rows], batch_size=2_000)
    tasks: list[CampaignTask] = []
    for n, (case, owner) in enumerate(
        Case.objects.order_by("number").values_list("pk", "organisation_code").iterator()
    ):
        mine, k = n % CAMPAIGNS, n // CAMPAIGNS
        tasks.append(
            CampaignTask(
                case_id=case, campaign=campaigns[mine], item=items[mine][k % ITEMS], first_owner=f"{owner}-{k}",
                position=float(k % ITEMS), no=str(k % ITEMS + 1), section=f"第{k % ITEMS // 10}章", due_from="own", **stamp,
            )
        )  # fmt: skip
        if len(tasks) == 5_000:
            CampaignTask.objects.bulk_create(tasks, batch_size=2_000)
            tasks = []
    CampaignTask.objects.bulk_create(tasks, batch_size=2_000)
    below = campaigns[1 : BELOW + 1]
    PlanRelation.objects.bulk_create(PlanRelation(campaign=c, kind="superior", to=campaigns[0], **stamp) for c in below)
    TaskCover.objects.bulk_create(
        [
            TaskCover(campaign=c, parent_item=items[0][k], item=items[m][k], **stamp)
            for m, c in enumerate(below, 1)
            for k in range(ITEMS - m)
        ],
        batch_size=2_000,
    )
    _measured(Indicator, Measurement, campaigns, units, stamp, at)
    _reports(Report, Reporter, campaigns, units, bureau, stamp)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _measured(indicators: Any, measurements: Any, campaigns: Any, units: Any, stamp: Any, at: datetime) -> None:
    rows = [
        indicators(
            campaign=campaigns[n % CAMPAIGNS], name=f"指标{n}覆盖率不低于75%", op=">=", target=Decimal(75), unit="%", **stamp
        )
        for n in range(INDICATORS)
    ]  # fmt: skip
    indicators.objects.bulk_create(rows)
    values = []
    for n, row in enumerate(rows):
        for m in range(20):
            unit = units[(n * 20 + m) % len(units)]
            for k in range(HISTORY):
                last = k == HISTORY - 1
                value = Decimal(60 + (n + m + k) % 30)
                on = (at - timedelta(days=30 * (HISTORY - k))).date()
                values.append(
                    measurements(
                        indicator=row, organisation=unit, organisation_code=unit.code, region_path=unit.region_path,
                        on=on, value=value, source="台账", is_current=last,
                        unmet_since=on if last and value < 75 else None, **stamp,
                    )
                )  # fmt: skip
    measurements.objects.bulk_create(values, batch_size=2_000)


def _reports(reports: Any, reporters: Any, campaigns: Any, units: Any, bureau: Any, stamp: Any) -> None:
    """Three hundred units owe a report of the first campaign this month; the city's own is consolidated from all of it."""
    from bihuan.domains.campaign.rules import reports as rules
    from bihuan.domains.campaign.terms import ReportKind
    from bihuan.loop.models import Case, CaseParty

    today = world.today()
    first = campaigns[0]
    owing = [(unit, False) for unit in units[:300]] + [(bureau, True)]
    reporters.objects.bulk_create(
        reporters(campaign=first, organisation=u, organisation_code=u.code, **stamp)
        for u, upward in owing
        if not upward
    )
    for n, (unit, upward) in enumerate(owing):
        supervisor = units[0] if unit.code == "YJ" else bureau
        case = Case.objects.create(
            number=f"R-{n:05}", kind="campaign_report", title=f"月报 {unit.name}", owner=unit,
            organisation_code=unit.code, supervisor=supervisor, supervisor_code=supervisor.code, region=unit.region,
            region_path=unit.region_path, stage="issued", stage_since=stamp["created_at"], due_on=today + timedelta(days=5),
            **stamp,
        )  # fmt: skip
        CaseParty.objects.create(case=case, organisation=unit, organisation_code=unit.code, role="owner")
        reports.objects.create(
            case=case, campaign=first, organisation=unit, organisation_code=unit.code, kind="monthly",
            for_on=today + timedelta(days=5), from_on=today.replace(day=1), until_on=today + timedelta(days=6),
            is_upward=upward, title=f"{first.name}进展报告",
            body=[
                {"key": s.key, "heading": s.heading, "text": s.text}
                for s in rules.sections_of(ReportKind.MONTHLY, is_upward=upward)
            ],
            **stamp,
        )  # fmt: skip


def grant_office() -> None:
    from bihuan.core.access.models import Assignment, Role, User

    at = datetime.now(UTC)
    Assignment.objects.get_or_create(
        user=User.objects.get(username="yj"), role=Role.objects.get(code="campaign_office"), scope_region="990100/",
        scope_organisation=None, defaults={"from_at": at, "created_at": at, "updated_at": at},
    )  # fmt: skip


def addresses() -> dict[str, str]:
    from bihuan.domains.campaign.models import Campaign, Report

    first = Campaign.objects.get(name="第0号集中治理行动")
    upward = Report.objects.get(is_upward=True)
    at = f"/campaigns/{first.pk}/"
    return {
        "morning page": "/office/",
        "matrix": f"{at}coverage/",
        "board by unit": f"{at}?view=unit",
        "places": f"{at}places/",
        "gaps": "/indicators/",
        "calendar": "/calendar/",
        "big screen": "/screen/",
        "unit card": "/my-unit/?unit=E00007",
        "reports": f"{at}reports/",
        "report": f"/reports/{upward.pk}/",
        "report, Word": f"/reports/{upward.pk}/report.docx",
        "report, Excel": f"/reports/{upward.pk}/rows.xlsx",
    }


@dataclass(frozen=True, slots=True)
class Measured:
    """p50 and p95 and the processor time of a middle visit in milliseconds, statements of one, visits, and those not 200."""

    middle: float
    high: float
    cpu: float
    statements: int
    rounds: int
    wrong: int


def measure(client: Any, path: str) -> Measured:
    """One page, again and again; held figures are let go each time, so it is the dearest visit that is measured."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bihuan.domains.campaign.queries import office
    from bihuan.loop import figures

    taken: list[float] = []
    used: list[float] = []
    wrong = 0
    client.get(path)
    begun_all = time.perf_counter()
    while len(taken) < ROUNDS and (len(taken) < FEWEST or time.perf_counter() - begun_all < LONGEST):
        figures.forget()
        office.forget()
        begun, cpu = time.perf_counter(), time.process_time()
        wrong += client.get(path).status_code != 200
        taken.append(time.perf_counter() - begun)
        used.append(time.process_time() - cpu)
    figures.forget()
    office.forget()
    with CaptureQueriesContext(connection) as caught:
        client.get(path)
    middle, high = (1000 * world.percentile(taken, share) for share in (0.5, 0.95))
    return Measured(middle, high, 1000 * world.percentile(used, 0.5), len(caught), len(taken), wrong)


def run(database_url: str) -> None:
    kept = Path(os.environ["BIHUAN_BENCH_HOME"]) if os.environ.get("BIHUAN_BENCH_HOME") else None
    if kept is not None:
        kept = kept / f"campaign-{'postgresql' if database_url else 'sqlite'}-{CASES}"
    with world.home(database_url=database_url, kept=kept):
        from django.conf import settings
        from django.core.management import call_command
        from django.test import Client

        if database_url:
            call_command("migrate", verbosity=0)
        from bihuan.domains.campaign.models import Campaign, Report
        from bihuan.site.collecting import collect_if_changed

        begun = time.monotonic()
        if Campaign.objects.exists():
            cookies = world.sign_in()
            print(f"{CASES} tasks kept from an earlier run", flush=True)
        else:
            cookies = world.fill(cases=CASES, organisations=ORGANISATIONS, search=False)
            fill_campaigns()
            spent = time.monotonic() - begun
            print(f"filled {CASES} tasks, {CAMPAIGNS} campaigns, {ORGANISATIONS} units in {spent:.0f} s", flush=True)
        logging.disable(logging.INFO)  # a line a request would be measured with it
        settings.BIHUAN_RATES = {}  # nobody asks for thirty reports in a minute
        grant_office()
        collect_if_changed()
        client = Client(SERVER_NAME="127.0.0.1")
        client.cookies[settings.SESSION_COOKIE_NAME] = cookies["county"]
        print(f"{'page':<14} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'SQL':>5} {'rounds':>7} {'not 200':>8}")
        for name, path in addresses().items():
            m = measure(client, path)
            print(
                f"{name:<14} {m.middle:>8.0f} {m.high:>8.0f} {m.cpu:>8.0f} {m.statements:>5} {m.rounds:>7} {m.wrong:>8}",
                flush=True,
            )
        print(f"{Report.objects.count()} reports, {Campaign.objects.count()} campaigns")


def main() -> int:
    url = os.environ.get("BIHUAN_TEST_DATABASE_URL", "")
    kind = "PostgreSQL" if url else "SQLite"
    print(f"{kind}, {platform.machine()}, {os.cpu_count()} cores, one request at a time, {ROUNDS} rounds a page")
    run(url)
    if not url and os.environ.get("BIHUAN_BENCH_BOTH", "1") == "1":
        again = [sys.executable, str(world.ROOT / "tools" / "with_postgres.py"), sys.executable, "-m", "bench.campaign"]
        print(flush=True)
        return subprocess.run(again, cwd=Path(world.ROOT), check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
