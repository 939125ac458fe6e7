"""`./run check`: what must hold before a test is worth running.

Every step runs, any failure fails the whole. `./run check lint types` runs only those.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Step:
    name: str
    command: list[str]
    needs: str = ""  # a module that must exist for the step to mean anything


STEPS = [
    Step("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    Step("lint", [PYTHON, "-m", "ruff", "check", "."]),
    Step("our own lints", [PYTHON, "tools/lints.py"]),
    Step("layers", [PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"]),
    Step("types", [PYTHON, "-m", "mypy"], needs="bihuan.site.settings"),
    Step("django", [PYTHON, "-m", "django", "check", "--fail-level", "WARNING"], needs="bihuan.site.settings"),
    Step(
        "missing migrations",
        [PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"],
        needs="bihuan.site.settings",
    ),
]


def exists(module: str) -> bool:
    """By its file, not by importing it: the settings read the environment."""
    path = ROOT / "src" / Path(*module.split("."))
    return not module or path.is_dir() or path.with_suffix(".py").is_file()


def main() -> int:
    wanted = sys.argv[1:]
    names = [step.name for step in STEPS]
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        print(f"check: there is no step {', '.join(unknown)}; there are: {', '.join(names)}", file=sys.stderr)
        return 2
    failed = []
    with tempfile.TemporaryDirectory(prefix="bihuan-check-") as home:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "bihuan.site.settings",
            # An empty home: a check must neither read nor write the data of whoever runs it.
            "BIHUAN_HOME": home,
        }
        for step in STEPS:
            if wanted and step.name not in wanted:
                continue
            if not exists(step.needs):
                print(f"SKIPPED  {step.name}: {step.needs} does not exist", flush=True)
                continue
            started = time.monotonic()
            done = subprocess.run(
                step.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            word = "FAILED " if done.returncode else "ok     "
            print(f"{word}  {step.name} ({time.monotonic() - started:.1f} s)", flush=True)
            if done.returncode:
                failed.append(step.name)
                print(done.stdout, flush=True)
    if failed:
        print(f"check: failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
