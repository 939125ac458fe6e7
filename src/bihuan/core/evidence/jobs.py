"""Timers of evidence."""

from __future__ import annotations

import logging
from datetime import timedelta

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.evidence import actions, freeing, limits, steps, store
from bihuan.core.evidence.models import Evidence, EvidenceFile, Upload
from bihuan.core.evidence.problems import AlteredFile

log = logging.getLogger("bihuan.evidence")


def note_expiries(*, ctx: Context) -> None:
    """到期提醒: thirty days before, seven days before, and on the day."""
    due = Evidence.objects.filter(actions.due_for_a_word(steps.today(ctx.at))).order_by("expires_on", "id")
    for evidence in due.iterator():
        runner.perform(actions.note_expiry, ctx=ctx, evidence=evidence)


def clear_unfinished(*, ctx: Context) -> None:
    """清理: uploads nobody went on with for seven days, and parts of requests that broke off."""
    before = ctx.at - limits.UNFINISHED_KEPT
    stale = Upload.objects.filter(finished_at__isnull=True, abandoned_at__isnull=True, created_at__lt=before)
    for upload in stale.iterator():
        part = store.arriving_path(f"upload-{upload.pk}")
        if part.exists() and part.stat().st_mtime > before.timestamp():
            continue  # begun long ago, but still arriving
        runner.perform(actions.abandon_upload, ctx=ctx, owner=upload.owner, id=str(upload.pk))
        part.unlink(missing_ok=True)
    for part in store.arriving_path("any").parent.glob("*.part"):
        if part.stat().st_mtime < before.timestamp():
            part.unlink(missing_ok=True)


def clear_aside(*, ctx: Context) -> None:
    freeing.clear_aside(at=ctx.at)


def check_files(*, ctx: Context) -> None:
    """每周核对: every stored file still has its digest. Raises, so that the job shows as failed with the names."""
    wrong = []
    for digest in EvidenceFile.objects.order_by("digest").values_list("digest", flat=True).iterator():
        try:
            store.require_unaltered(digest)
        except AlteredFile:
            log.error("evidence: the file %s is missing or altered", digest)
            wrong.append(digest)
    if wrong:
        raise AlteredFiles(wrong)


class AlteredFiles(Exception):
    def __init__(self, digests: list[str]) -> None:
        super().__init__(f"{len(digests)} stored files are missing or altered: {', '.join(digests[:20])}")


WEEKLY = timedelta(days=7)
