"""证据到期: what nothing refers to, and the files that go with it.

A file is first set aside for a week: somebody may send the same bytes in the very instant, and finds them there again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from bihuan.core.evidence import store
from bihuan.core.evidence.models import Evidence, EvidenceFile, Upload


def unused(at: datetime) -> Q:
    """No case, no campaign, no later revision points to it, whatever tables there are."""
    found = Q(revises__isnull=True)
    for link in Evidence._meta.related_objects:
        found &= Q(**{f"{link.name}__isnull": True})
    return found


def free_files(rows: Iterable[Evidence]) -> None:
    """After the rows went, in their transaction: files no other evidence needs."""
    for digest in sorted({row.file_id for row in rows}):
        if Evidence._base_manager.filter(file=digest).exists():
            continue
        Upload._base_manager.filter(file=digest).delete()
        EvidenceFile._base_manager.filter(pk=digest).delete()
        transaction.on_commit(partial(store.set_aside, digest))


def clear_aside(*, at: datetime) -> int:
    """What was set aside over a week ago and is needed by nobody; what came back into use is put back. Answers how many went."""
    gone = 0
    for digest, path in store.aside():
        if EvidenceFile._base_manager.filter(pk=digest).exists():
            store.put_back(digest)
        elif path.stat().st_mtime < at.timestamp() - store.ASIDE_SECONDS:
            path.unlink()
            gone += 1
    return gone
