"""Declaration of evidence."""

from __future__ import annotations

from datetime import time

from bihuan.core.evidence import actions, events, jobs
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import Job, Module
from bihuan.kernel.text import Text

MODULE = Module(
    name="evidence",
    label=Text("证据", "Evidence"),
    grants=EvidenceGrants,
    actions=(
        actions.begin_upload,
        actions.receive,
        actions.abandon_upload,
        actions.add,
        actions.revise,
        actions.describe,
        actions.note_expiry,
    ),
    events=(events.EvidenceAdded, events.EvidenceExpiring, events.EvidenceExpired),
    jobs=(
        Job(
            "evidence.note_expiries",
            Text("证据到期提醒", "Remind of expiring evidence"),
            jobs.note_expiries,
            grants=(EvidenceGrants.ADD, EvidenceGrants.READ),
            daily_at=time(7, 0),
        ),
        Job(
            "evidence.clear_unfinished",
            Text("清理未完成的上传", "Clear unfinished uploads"),
            jobs.clear_unfinished,
            grants=(EvidenceGrants.ADD,),
            daily_at=time(3, 10),
        ),
        Job(
            "evidence.check_files",
            Text("核对证据文件", "Check the stored files"),
            jobs.check_files,
            every=jobs.WEEKLY,
            max_attempts=2,
        ),
    ),
    urls="bihuan.core.evidence.urls",
    url_prefix="",
)
