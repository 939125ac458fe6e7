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
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261122


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def home(*, database_url: str = "", kept: Path | None = None) -> Iterator[Path]:
    """A scratch home with its settings in the environment, and Django set up on it. A kept one is there again next time."""
    folder = kept or Path(tempfile.mkdtemp(prefix="bihuan-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "BIHUAN_HOME": str(folder),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "bihuan.site.settings",
        "BIHUAN_HOSTS": "127.0.0.1",
        "BIHUAN_RATES": "api=1000000 search=1000000",  # 20 clients are one account here, which would be told to slow down
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
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def is_filled(*, cases: int) -> bool:
    """Whether an earlier run left just this world here. Half of one, or another one, is refused."""
    from bihuan.loop.models import Case

    found: int = Case.objects.count()
    if found not in (0, cases):
        raise SystemExit(f"there are {found} cases here, not {cases}: empty the database or name another home")
    return found == cases


def fill(*, cases: int, organisations: int, search: bool = True) -> dict[str, str]:
    """Regions, organisations, cases with their parties. Answers the session cookies of a county and an enterprise user.

    `search`: whether cases can be found by words; making that takes longest of all.
    """
    from django.db import connection, transaction

    from bihuan.core.access.roles import sync_declared_roles
    from bihuan.core.notices.models import Notice
    from bihuan.core.records.search import rebuild
    from bihuan.loop.models import Case, CaseParty, CaseStep
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
    steps: list[CaseStep] = []

    def put() -> None:
        with transaction.atomic():
            Case.objects.bulk_create(batch, batch_size=1_000)
            CaseParty.objects.bulk_create(parties, batch_size=2_000)
            CaseStep.objects.bulk_create(steps, batch_size=2_000)
        for rows in (batch, parties, steps):
            rows.clear()

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
        before = ""
        for hours, (move, to) in enumerate(WAY[: 1 + WAY_TO.index(stage)]):
            steps.append(
                CaseStep(
                    case=case,
                    move=move,
                    from_stage=before,
                    to_stage=to,
                    at=at - timedelta(days=9, hours=-hours),
                    actor="service:bench",
                    organisation=owner,
                    note="现场已处理，照片见附件。",
                    **stamp,
                )
            )
            before = to
        if len(batch) == 5_000:
            put()
    put()
    if search:
        rebuild(at=at)
    sync_declared_roles(at=at)
    county, enterprise = _people(at)
    Notice.objects.bulk_create(
        Notice(
            recipient=user, topic="case.issued", level="ordinary", text_zh=f"事项 {n} 有新动态", text_en=f"Case {n} moved",
            link="/cases/", read_at=None if n % 4 == 0 else at, **stamp,
        )
        for user in (county, enterprise) for n in range(400)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return sign_in()


#: The moves of a case from its first day to its last, each with the stage it leads to.
WAY = (
    ("issue", "issued"),
    ("acknowledge", "acknowledged"),
    ("progress", "in_hand"),
    ("submit", "submitted"),
    ("close_out", "closed_out"),
)
WAY_TO = tuple(to for _, to in WAY)


def _people(at: datetime) -> tuple[Any, Any]:
    """Who looks: somebody of the county over all its cases, and somebody of one enterprise."""
    from bihuan.core.access.models import Assignment, Role, User

    stamp = {"created_at": at, "updated_at": at}
    found = []
    for organisation, role, region in (("YJ", "committee_office", "990100/"), ("E00007", "handler", None)):
        user = User.objects.create(
            username=organisation.lower(), display_name=organisation, organisation_code=organisation,
            region_path=region or "", password="!", password_changed_at=at, second_factor_since=at, **stamp,
        )  # fmt: skip
        Assignment.objects.create(
            user=user, role=Role.objects.get(code=role), scope_region=region,
            scope_organisation=None if region else organisation, from_at=at, **stamp,
        )  # fmt: skip
        found.append(user)
    return found[0], found[1]


def sign_in() -> dict[str, str]:
    """Fresh sessions of the county and the enterprise user; answers their cookies."""
    from django.conf import settings

    from bihuan.core.access.identification import digest
    from bihuan.core.access.models import LoginSession, User

    at = datetime.now(UTC)
    cookies = {}
    for who, username in (("county", "yj"), ("enterprise", "e00007")):
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store.create()
        login = LoginSession.objects.create(
            user=User.objects.get(username=username), session_digest=digest(store.session_key), second_factor=True,
            authenticated_at=at, last_seen_at=at, expires_at=at + timedelta(hours=8), created_at=at, updated_at=at,
        )  # fmt: skip
        store["login"] = str(login.pk)
        store.save()
        cookies[who] = str(store.session_key)
    return cookies


def start_web() -> tuple[subprocess.Popen[bytes], str]:
    """The pages as `bihuan up` serves them: as many processes and threads."""
    port = free_port()
    from bihuan.site.collecting import collect_if_changed

    collect_if_changed()
    started = subprocess.Popen(
        [sys.executable, "-m", "bihuan.site.main", "web"],
        env={**os.environ, "BIHUAN_PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    return started, f"http://127.0.0.1:{port}"


def wait_for(address: str) -> None:
    for _ in range(150):
        try:
            with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nobody answers at {address}")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def today() -> date:
    return datetime.now(UTC).date()
