"""A world to measure in: organisations, people and cases by the hundred thousand, put in by rows, not through doors.

Only the filling goes past the doors; whatever is measured goes through them.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261122


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def home(*, database_url: str = "") -> Iterator[Path]:
    """A scratch home with its settings in the environment, and Django set up on it."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-bench-"))
    os.environ |= {
        "BIHUAN_HOME": str(folder),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "bihuan.site.settings",
        "BIHUAN_HOSTS": "127.0.0.1",
        "PYTHONPATH": str(ROOT / "src"),
    }
    sys.path.insert(0, str(ROOT / "src"))
    import django
    from django.core.management import call_command

    django.setup()
    if not database_url:
        call_command("migrate", verbosity=0)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(*, cases: int, organisations: int) -> dict[str, str]:
    """Regions, organisations, cases with their parties. Answers the session cookies of a county and an enterprise user."""
    from django.db import connection

    from bihuan.core.access.models import Role
    from bihuan.core.access.roles import sync_declared_roles
    from bihuan.core.records.search import rebuild
    from bihuan.loop.models import Case, CaseParty
    from bihuan.parties.models import Organisation, Region

    chance = random.Random(SEED)
    at = datetime.now(UTC)
    today = at.date()
    stamp = {"created_at": at, "updated_at": at}
    city = Region(code="990100", name="云州市", kind="city", path="990100/", **stamp)
    districts = [
        Region(code=f"9901{n:02}", name=f"第{n}区", kind="district", parent=city, path=f"990100/9901{n:02}/", **stamp)
        for n in range(2, 12)
    ]
    Region.objects.bulk_create([city, *districts])
    bureau = Organisation(
        code="YJ", name="云州市应急管理局", kind="department", region=city, region_path=city.path, **stamp
    )
    units = []
    for n in range(organisations - 1):
        place = districts[n % len(districts)]
        units.append(
            Organisation(
                code=f"E{n:05}",
                name=f"云州第{n}化工有限公司",
                kind="enterprise",
                region=place,
                region_path=place.path,
                **stamp,
            )
        )
    Organisation.objects.bulk_create([bureau, *units], batch_size=2_000)
    words = ("更换", "恢复", "补齐", "整改", "评估", "清理")
    things = ("甲醇储罐", "可燃气体探测器", "温度联锁", "静电接地", "紧急切断阀", "消防通道", "危废台账", "作业票")
    stages = ("issued", "acknowledged", "in_hand", "submitted", "closed_out", "closed_out", "closed_out")
    batch: list[Case] = []
    parties: list[CaseParty] = []
    for n in range(cases):
        owner = units[n % len(units)]
        stage = chance.choice(stages)
        due = today + timedelta(days=chance.randint(-60, 200))
        case = Case(
            number=f"2026-{n + 1:06}", kind="general", title=f"{chance.choice(words)}{chance.choice(things)} {n}",
            owner=owner, organisation_code=owner.code, supervisor=bureau, supervisor_code="YJ", region=owner.region,
            region_path=owner.region_path, stage=stage, stage_since=at, is_open=stage != "closed_out", due_on=due,
            first_due_on=due, closed_at=at if stage == "closed_out" else None, submitted_by="user:nobody", **stamp,
        )  # fmt: skip
        batch.append(case)
        parties.append(CaseParty(case=case, organisation=owner, organisation_code=owner.code, role="owner"))
        parties.append(CaseParty(case=case, organisation=bureau, organisation_code="YJ", role="supervisor"))
        if len(batch) == 5_000:
            Case.objects.bulk_create(batch, batch_size=1_000)
            CaseParty.objects.bulk_create(parties, batch_size=2_000)
            batch, parties = [], []
    Case.objects.bulk_create(batch, batch_size=1_000)
    CaseParty.objects.bulk_create(parties, batch_size=2_000)
    rebuild(at=at)
    sync_declared_roles(at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    roles = {r.code: r for r in Role.objects.all()}
    return {
        "county": _session(roles["committee_office"], at, organisation="YJ", region=city.path),
        "enterprise": _session(roles["handler"], at, organisation="E00007"),
    }


def _session(role: object, at: datetime, *, organisation: str, region: str | None = None) -> str:
    from importlib import import_module

    from django.conf import settings

    from bihuan.core.access.identification import digest
    from bihuan.core.access.models import Assignment, LoginSession, User

    stamp = {"created_at": at, "updated_at": at}
    user = User.objects.create(
        username=organisation.lower(), display_name=organisation, organisation_code=organisation,
        region_path=region or "", password="!", password_changed_at=at, second_factor_since=at, **stamp,
    )  # fmt: skip
    Assignment.objects.create(
        user=user,
        role=role,
        scope_region=region,
        scope_organisation=None if region else organisation,
        from_at=at,
        **stamp,
    )
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.create()
    login = LoginSession.objects.create(
        user=user, session_digest=digest(store.session_key), second_factor=True, authenticated_at=at,
        last_seen_at=at, expires_at=at + timedelta(hours=8), **stamp,
    )  # fmt: skip
    store["login"] = str(login.pk)
    store.save()
    return str(store.session_key)


def start_web(*, processes: int = 1) -> tuple[subprocess.Popen[bytes], str]:
    """The pages as they are served: granian, one worker, as `bihuan web` starts it."""
    port = free_port()
    from bihuan.site.collecting import collect_if_changed

    collect_if_changed()
    environment = {**os.environ, "BIHUAN_PORT": str(port), "BIHUAN_WEB_PROCESSES": str(processes)}
    started = subprocess.Popen(
        [sys.executable, "-m", "bihuan.site.main", "web"], env=environment, stderr=subprocess.DEVNULL
    )
    return started, f"http://127.0.0.1:{port}"


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def today() -> date:
    return datetime.now(UTC).date()
