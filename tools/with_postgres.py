"""`python tools/with_postgres.py COMMAND …`: run a command with a PostgreSQL of its own, and take it down again.

The cluster lives in a temporary folder, listens on a Unix socket only (so that any number run side by side), and is
named to the command in BIHUAN_TEST_DATABASE_URL. Durability is off: nothing in it outlives the command.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

#: The path of a Unix socket has room for a hundred characters; a TMPDIR deep in a tree would not do.
SHORT = "/tmp"  # noqa: S108  # mkdtemp makes a folder of its own in it

ABSENT = 69  # EX_UNAVAILABLE: there is no server to run


def server_folder() -> Path | None:
    """The folder of `initdb` and `postgres`; Debian keeps it out of the PATH. Newest first."""
    named = os.environ.get("BIHUAN_POSTGRES_BIN")
    if named:
        return Path(named) if (Path(named) / "initdb").is_file() else None
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parent.parent.name))
    return found[-1].parent if found else None


def unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as `postgres`, or as whoever nobody is."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise SystemExit("with_postgres: running as root, and there is no user 'postgres' or 'nobody' to run the server as")


@contextmanager
def running(binaries: Path) -> Iterator[str]:
    """A cluster for the time of the block; its address as a database URL."""
    person = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="bhpg-", dir=SHORT if Path(SHORT).is_dir() else None))
    server: subprocess.Popen[bytes] | None = None
    try:
        if person:
            os.chown(folder, int(str(person["user"])), int(str(person["group"])))
        data = folder / "data"
        quiet = {"stdin": subprocess.DEVNULL, "cwd": folder, **person}
        made = subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "bihuan", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **quiet,
        )  # type: ignore[call-overload]  # fmt: skip
        if made.returncode:
            raise SystemExit(f"with_postgres: initdb failed:\n{made.stdout.decode(errors='replace')}")
        off = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")
        room = (f"unix_socket_directories={folder}", "max_connections=120", "shared_buffers=64MB")
        log = (folder / "log").open("wb")
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, *(part for o in off + room for part in ("-c", o))],
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True, **quiet,
        )  # type: ignore[call-overload]  # fmt: skip
        _wait(binaries, folder, server)
        subprocess.run([binaries / "createdb", "-h", folder, "-U", "bihuan", "bihuan"], check=True, **quiet)  # type: ignore[call-overload]
        yield f"postgresql://bihuan@{quote(str(folder), safe='')}/bihuan"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # fast shutdown: sessions are ended, files closed
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(binaries: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        asked = subprocess.run(
            [binaries / "pg_isready", "-q", "-h", folder, "-U", "bihuan"], check=False, stdin=subprocess.DEVNULL
        )
        if asked.returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(
        f"with_postgres: the server did not start:\n{(folder / 'log').read_text(errors='replace')[-4000:]}"
    )


def main(argv: list[str]) -> int:
    if not argv:
        print(__doc__, file=sys.stderr)
        return 2
    binaries = server_folder()
    if binaries is None:
        print(
            "with_postgres: no PostgreSQL server (Debian: apt-get install postgresql, or set BIHUAN_POSTGRES_BIN)",
            file=sys.stderr,
        )
        return ABSENT
    # A supervisor's TERM unwinds like an interrupt, so that the cluster never outlives this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with running(binaries) as url:
        return subprocess.run(argv, env={**os.environ, "BIHUAN_TEST_DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
