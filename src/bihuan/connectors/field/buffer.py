"""断线缓存: readings on the gateway's disk until we have acknowledged them. Synced before anything is said to
be kept.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bihuan.connectors.field.readings import Reading
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class BufferFull(Problem):
    code = "gateway.buffer_full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    number: int
    values: str  # JSON rows; the sending time is added when it is sent


class Buffer:
    """Batches in the order they were read. Numbers rise for ever, so a batch sent twice is known by its number."""

    def __init__(self, path: Path, *, most_bytes: int = 4 << 30) -> None:
        self.most_bytes = most_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS batch"
            " (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT NOT NULL)"
        )
        self.db.execute("CREATE TABLE IF NOT EXISTS name (id TEXT NOT NULL)")
        if not self.db.execute("SELECT 1 FROM name").fetchone():
            self.db.execute("INSERT INTO name VALUES (?)", (secrets.token_hex(8),))
        #: A new disk is a new buffer: its numbers begin again and must not be taken for old ones.
        self.name = str(self.db.execute("SELECT id FROM name").fetchone()[0])

    def keep(self, readings: list[Reading], *, at: int) -> None:
        """Full means refused and said; what is already kept, the older and unacknowledged, is never pushed out."""
        if self.size() >= self.most_bytes:
            raise BufferFull(
                Text(
                    "网关缓存已满，新读数未能保存。请检查与平台的连接或加大 buffer_bytes。",
                    "The gateway's buffer is full and new readings are not kept. Check the link or raise buffer_bytes.",
                )
            )
        self.db.execute("INSERT INTO batch (at, body) VALUES (?, ?)", (at, json.dumps(readings, separators=(",", ":"))))

    def oldest(self, count: int = 64) -> list[Kept]:
        found = self.db.execute("SELECT number, body FROM batch ORDER BY number LIMIT ?", (count,))
        return [Kept(number=n, values=body) for n, body in found]

    def acknowledged(self, number: int) -> None:
        """Only ever called with our own acknowledgement in hand."""
        self.db.execute("DELETE FROM batch WHERE number = ?", (number,))

    def waiting(self) -> tuple[int, int | None]:
        count, oldest = self.db.execute("SELECT count(*), min(at) FROM batch").fetchone()
        return int(count), oldest

    def size(self) -> int:
        pages, free, page = (
            self.db.execute(f"PRAGMA {x}").fetchone()[0] for x in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * page)

    def close(self) -> None:
        self.db.close()
