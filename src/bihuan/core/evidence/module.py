"""Declaration of evidence."""

from __future__ import annotations

from datetime import time

from bihuan.core.evidence import actions, events, freeing, jobs
from bihuan.core.evidence.models import Evidence
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import Job, Module
from bihuan.core.retention.declared import Kept
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
            "evidence.clear_aside",
            Text("清除已删除的证据文件", "Clear files set aside"),
            jobs.clear_aside,
            daily_at=time(4, 50),
        ),
        Job(
            "evidence.check_files",
            Text("核对证据文件", "Check the stored files"),
            jobs.check_files,
            every=jobs.WEEKLY,
            max_attempts=2,
        ),
    ),
    declares=(
        Kept(
            code="evidence.unused",
            label=Text("从未被引用的证据及其文件", "Evidence nothing refers to, with its files"),
            model=Evidence,
            since="created_at",
            days=365,
            source=Text(
                "产品默认一年（个人信息最小必要）", "The product's choice of a year: no more personal data than needed"
            ),
            only=freeing.unused,
            freed=freeing.free_files,
        ),
    ),
    urls="bihuan.core.evidence.urls",
    url_prefix="",
)
