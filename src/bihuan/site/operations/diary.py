"""维护日志: when a backup, a drill, a restore or an upgrade was made. A file: it must outlive the database it is about."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

NAME = "operations.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    what: str
    at: datetime
    seconds: float = 0.0
    said: Mapping[str, Any] = field(default_factory=dict)


def path() -> Path:
    return Path(settings.BIHUAN_HOME) / NAME


def note(what: str, *, at: datetime, seconds: float = 0.0, **said: Any) -> None:
    line = json.dumps({"what": what, "at": at.isoformat(), "seconds": round(seconds, 3), "said": said})
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def entries() -> list[Entry]:
    """Oldest first. A line cut short by a power failure is no entry."""
    found = []
    try:
        lines = path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        try:
            said = json.loads(line)
            found.append(Entry(**{**said, "at": datetime.fromisoformat(said["at"])}))
        except (ValueError, TypeError, KeyError):
            continue
    return found


def last(what: str) -> Entry | None:
    return next((e for e in reversed(entries()) if e.what == what), None)
