"""Installs a bundle where there is no network, and works with what it installed. Started by `./run bundle --prove`.

Runs inside a network namespace of its own: only the loopback is there, and it is brought up here. Every step is what
docs/howto/install.md and docs/howto/restore.md tell an administrator to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
PATIENCE = 300
NEXT = "0.1.0.next"


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        fcntl.ioctl(line, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def require_no_network() -> None:
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    if routes:
        raise SystemExit("prove: this namespace has a route; start me by `./run bundle --prove`")


def step(words: str, *command: str | Path, env: dict[str, str]) -> None:
    begun = time.monotonic()
    done = subprocess.run(list(map(str, command)), env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    print(f"{'ok' if done.returncode == 0 else 'FAILED':<7} {words} ({time.monotonic() - begun:.1f} s)", flush=True)
    if done.returncode:
        raise SystemExit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  # our own demo
            return bool(answer.status == 200)
    except OSError:
        return False


def serve(bihuan: Path, home: Path, env: dict[str, str]) -> None:
    """The demo with all its processes: ready, and every page it needs is served from the bundle."""
    begun = time.monotonic()
    log = home.with_suffix(".log")
    with log.open("w") as file:
        demo = subprocess.Popen([bihuan, "demo", "--home", home], env=env, stdout=file, stderr=subprocess.STDOUT)
    try:
        monitor = f"http://127.0.0.1:{env['BIHUAN_MONITOR_PORT']}/readyz"
        while not answers(monitor):
            if demo.poll() is not None or time.monotonic() - begun > PATIENCE:
                raise SystemExit(f"prove: the demo did not become ready\n{log.read_text()[-4000:]}")
            time.sleep(0.5)
        page = f"http://127.0.0.1:{env['BIHUAN_PORT']}/account/login/"
        if not answers(page):
            raise SystemExit("prove: no login page")
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(timeout=PATIENCE)
    print(f"ok      the demo serves, all its processes are ready ({time.monotonic() - begun:.1f} s)", flush=True)


def next_release(bundle: Path, folder: Path) -> Path:
    """The same content under another number: what is tried is the way over, not the difference."""
    shutil.copytree(bundle, folder)
    (folder / "VERSION").write_text(f"{NEXT}\n")
    lines = [line for line in (folder / "SHA256SUMS").read_text().splitlines() if not line.endswith("  VERSION")]
    lines.append(f"{hashlib.sha256((folder / 'VERSION').read_bytes()).hexdigest()}  VERSION")
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    return folder


def blocks(page: Path) -> Iterator[str]:
    """The commands of a page, block by block, without what needs root or the network and without remarks."""
    for block in re.findall(r"^```\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        lines = [line for line in block.splitlines() if line and not line.startswith(("sudo ", "./run ", "#"))]
        if lines and not any("|" in line or line[0] in "[{" for line in lines):
            yield "\n".join(lines)


def follow(page: Path, folder: Path, env: dict[str, str], *, put_in: dict[str, str]) -> None:
    """Types what the page says, as one goes through it: a folder one has changed to is kept."""
    for block in blocks(page):
        for old, new in put_in.items():
            block = block.replace(old, new)
        here = folder / ".here"
        at = here.read_text().strip() if here.exists() else str(folder)
        words = f"{page.name}: {block.splitlines()[0]}" + (" …" if "\n" in block else "")
        step(words, "sh", "-euc", f"cd '{at}'\n{block}\npwd >'{here}'", env=env)


def upgrade_the_kept(bihuan: Path, kept: Path, folder: Path, env: dict[str, str]) -> None:
    """The home an earlier release left: upgraded with a recovery point before it, verified, and restored elsewhere."""
    with tarfile.open(kept) as tar:
        tar.extractall(folder, filter="data")
    inside = env | {"BIHUAN_HOME": str(folder / "home"), "BIHUAN_DEMO": "1", "BIHUAN_STREAMS": "0"}
    step(f"upgrades the home of {kept.name}", bihuan, "upgrade", "--backup", folder / "vault", env=inside)
    step("verifies its audit", bihuan, "audit", "verify", env=inside)
    step("backs it up", bihuan, "backup", folder / "vault", env=inside)
    again = ("restore", folder / "vault", "--identity", folder / "identity.txt", "--home", folder / "again")
    step("restores it into an empty home", bihuan, *again, env=inside)


def main() -> int:
    if sys.argv[1:] == ["--can"]:
        loopback_up()
        require_no_network()
        with socket.create_server(("127.0.0.1", 0)) as here, socket.create_connection(here.getsockname(), 10):
            return 0
    archive = Path(sys.argv[1]).resolve()
    kept = [Path(name).resolve() for name in sys.argv[2:]]
    loopback_up()
    require_no_network()
    with tempfile.TemporaryDirectory(prefix="bihuan-prove-") as scratch:
        folder = Path(scratch)
        bundle = folder / archive.name.removesuffix(".tar.gz")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "BIHUAN_LANGUAGE": "en",
            **{name: value for name, value in os.environ.items() if name == "PIP_COMPILE"},
            # A compiler would be a mistake: whoever asks for one finds none.
            "CC": "/bin/false",
            "CXX": "/bin/false",
            **{f"BIHUAN_{name}PORT": free_port() for name in ("", "LIVE_", "MONITOR_")},
        }
        for file in (archive, archive.with_suffix(".gz.sha256")):
            (folder / file.name).symlink_to(file)
        docs, prefix, demo = (
            Path(__file__).resolve().parent.parent / "docs" / "howto",
            folder / "bihuan",
            folder / "demo",
        )
        named = {"bihuan-0.1.0-linux-x86_64": bundle.name}
        uninstalling = "~/bihuan/current/uninstall.sh ~/bihuan\n"
        page = folder / "install.md"
        page.write_text((docs / "install.md").read_text(encoding="utf-8").replace(uninstalling, ""), encoding="utf-8")
        follow(page, folder, env | {"PYTHON": sys.executable}, put_in=named)
        bihuan = prefix / "current" / "bin" / "bihuan"
        step("builds the demo", bihuan, "demo", "--home", demo, "--no-serve", env=env)
        serve(bihuan, demo, env)
        inside = env | {"BIHUAN_HOME": str(demo), "BIHUAN_DEMO": "1", "BIHUAN_STREAMS": "0"}
        typed = inside | {"PATH": f"{prefix / 'current' / 'bin'}:{env['PATH']}"}
        restore = {"/backup/bihuan": str(folder / "vault"), "/var/lib/bihuan": str(folder / "again")}
        (folder / ".here").unlink()
        follow(docs / "restore.md", folder, typed, put_in=restore)
        step("verifies the audit", bihuan, "audit", "verify", env=inside)
        lost = next((demo / "evidence").glob("[0-9a-f]*/*/*"))
        lost.unlink()
        evidence = ("restore", folder / "vault", "--identity", folder / "identity.txt", "--only", "evidence")
        step("restores lost evidence alone", bihuan, *evidence, env=inside)
        if not lost.exists():
            raise SystemExit("prove: the lost piece of evidence did not come back")
        for earlier in kept:
            upgrade_the_kept(bihuan, earlier, folder / earlier.stem, env)
        step("upgrades in place", bihuan, "upgrade", "--backup", folder / "vault", env=inside)
        following = next_release(bundle, folder / "next")
        put_in = {"tar xzf bihuan-<new>-linux-x86_64.tar.gz": ":", "bihuan-<new>-linux-x86_64": str(following), "~/bihuan-state": str(demo)}  # fmt: skip
        follow(docs / "upgrade.md", folder, env | {"PYTHON": sys.executable}, put_in=put_in)
        if (prefix / "current").resolve().name != NEXT or len(list((prefix / "releases").iterdir())) != 2:
            raise SystemExit("prove: the next release must be the current one, beside the old one")
        step("answers again", bihuan, "--version", env=env)
        step("uninstalls", "sh", "-euc", uninstalling, env=env)
        if prefix.exists() or not demo.exists():
            raise SystemExit("prove: uninstalling must take the program and leave the state")
    return 0


if __name__ == "__main__":
    sys.exit(main())
