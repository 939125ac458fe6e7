"""Installs a bundle where there is no network, and works with what it installed. Started by `./run bundle --prove`.

Runs inside a network namespace of its own: only the loopback is there, and it is brought up here. Every step is what
docs/howto/install.md and docs/howto/restore.md tell an administrator to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
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
    archive = Path(sys.argv[1]).resolve()
    kept = [Path(name).resolve() for name in sys.argv[2:]]
    loopback_up()
    require_no_network()
    with tempfile.TemporaryDirectory(prefix="bihuan-prove-") as scratch:
        folder = Path(scratch)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        bundle = next(folder.glob("bihuan-*"))
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "BIHUAN_LANGUAGE": "en",
            # A compiler would be a mistake: whoever asks for one finds none.
            "CC": "/bin/false",
            "CXX": "/bin/false",
            **{f"BIHUAN_{name}PORT": free_port() for name in ("", "LIVE_", "MONITOR_")},
        }
        prefix, demo = folder / "program", folder / "demo"
        step("installs", bundle / "install.sh", "--prefix", prefix, "--no-service", "--python", sys.executable, env=env)
        bihuan = prefix / "current" / "bin" / "bihuan"
        step("answers", bihuan, "--version", env=env)
        step("builds the demo", bihuan, "demo", "--home", demo, "--no-serve", env=env)
        serve(bihuan, demo, env)
        inside = env | {"BIHUAN_HOME": str(demo), "BIHUAN_DEMO": "1", "BIHUAN_STREAMS": "0"}
        step("makes an identity", bihuan, "backup-key", folder / "identity", env=inside)
        step("backs up", bihuan, "backup", folder / "vault", env=inside)
        drill = ("restore", folder / "vault", "--identity", folder / "identity", "--drill")
        step("rehearses the restore", bihuan, *drill, env=inside)
        whole = ("restore", folder / "vault", "--identity", folder / "identity", "--home", folder / "again")
        step("restores into an empty home", bihuan, *whole, env=inside)
        evidence = ("restore", folder / "vault", "--identity", folder / "identity", "--only", "evidence")
        lost = next((demo / "evidence").glob("[0-9a-f]*/*/*"), None)
        if lost is not None:
            lost.unlink()
        step("restores lost evidence alone", bihuan, *evidence, env=inside)
        records = ("restore", folder / "vault", "--identity", folder / "identity", "--only", "records", "--replace")
        step("restores the database alone", bihuan, *records, env=inside)
        if lost is not None and not lost.exists():
            raise SystemExit("prove: the lost piece of evidence did not come back")
        step("verifies the audit", bihuan, "audit", "verify", env=inside)
        for earlier in kept:
            upgrade_the_kept(bihuan, earlier, folder / earlier.stem, env)
        step("upgrades in place", bihuan, "upgrade", "--backup", folder / "vault", env=inside)
        following = next_release(bundle, folder / "next")
        options = ("--prefix", prefix, "--home", demo, "--no-service", "--python", sys.executable)
        step("installs the next release over it", following / "install.sh", *options, env=env)
        if (prefix / "current").resolve().name != NEXT or len(list((prefix / "releases").iterdir())) != 2:
            raise SystemExit("prove: the next release must be the current one, beside the old one")
        step("answers again", bihuan, "--version", env=env)
        step("uninstalls", bundle / "uninstall.sh", prefix, env=env)
        if prefix.exists() or not demo.exists():
            raise SystemExit("prove: uninstalling must take the program and leave the state")
    return 0


if __name__ == "__main__":
    sys.exit(main())
