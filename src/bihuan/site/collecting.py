"""静态文件: collected under the home with digests in their names, when they have changed since the last time."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

STAMP = ".stamp"
#: Without this one no page looks like anything.
NEEDED = "vendor/htmx.min.js"


class BrowserFilesMissing(Problem):
    code = "browser_files_missing"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "缺少浏览器端文件（static/vendor）。请运行 ./run set-up，或 python frontend/vendor.py。",
                "The browser's files (static/vendor) are missing. Run ./run set-up, or python frontend/vendor.py.",
            )
        )


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise says no types
    """Names with a digest, kept by browsers for ever. A page names fifteen; where they lie never changes in a process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        key = name or ""
        if key not in self._addresses or force:
            self._addresses[key] = super().url(name, force)
        return self._addresses[key]


def listing() -> dict[str, Path]:
    return {
        name: Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list(["CVS", ".*", "*~"])
    }


def digest_of(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        said = files[name].stat()
        digest.update(f"{name}\0{said.st_size}\0{said.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_if_changed() -> bool:
    """True when something was collected. A run that broke off left no stamp, so the next one starts over."""
    files = listing()
    if NEEDED not in files:
        raise BrowserFilesMissing
    stamp = Path(settings.STATIC_ROOT) / STAMP
    digest = digest_of(files)
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest)
    return True
