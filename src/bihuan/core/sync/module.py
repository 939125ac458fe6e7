"""Declaration of sync."""

from __future__ import annotations

from datetime import time

from django.db.models import Q

from bihuan.core.access.terms import AccessGrants
from bihuan.core.modules import Job, Module
from bihuan.core.pages.declared import Look, TopbarWidget
from bihuan.core.retention.declared import Kept
from bihuan.core.sync import actions, jobs, queries
from bihuan.core.sync.models import SyncConflict
from bihuan.core.sync.terms import ConflictState
from bihuan.kernel.text import Text

MODULE = Module(
    name="sync",
    label=Text("离线同步", "Offline sync"),
    actions=(actions.list_conflict, actions.apply_anyway, actions.discard),
    jobs=(Job("sync.purge_keys", Text("清理幂等键", "Purge idempotency keys"), jobs.purge_keys, daily_at=time(3, 20)),),
    urls="bihuan.core.sync.urls",
    url_prefix="",
    declares=(
        TopbarWidget(
            "sync_conflicts",
            Text("同步冲突", "Sync conflicts"),
            "arrows-join",
            "sync-conflicts",
            queries.open_count,
            needs=(AccessGrants.USE_OWN_ACCOUNT,),
            order=30,
        ),
        Kept(
            code="sync.conflicts",
            label=Text("已处理的同步冲突", "Sync conflicts that were settled"),
            model=SyncConflict,
            since="settled_at",
            days=365,
            source=Text("产品默认一年", "The product's own choice of a year"),
            only=lambda at: ~Q(state=ConflictState.OPEN),
        ),
        Look(ConflictState.OPEN, "orange", "alert-circle"),
        Look(ConflictState.APPLIED, "green", "check"),
        Look(ConflictState.DISCARDED, "neutral", "trash"),
    ),
)
