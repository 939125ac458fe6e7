"""Declaration of retention."""

from __future__ import annotations

from datetime import time

from bihuan.core.access.terms import AccessGrants
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource
from bihuan.core.retention import actions, jobs
from bihuan.core.retention.declared import rules
from bihuan.core.retention.terms import RetentionGrants
from bihuan.kernel.text import Text


def kinds(**_: object) -> list[tuple[str, Text]]:
    return [(k.code, k.label) for k in rules()]


MAY_LOOK = (RetentionGrants.CONFIRM, RetentionGrants.HOLD, AccessGrants.READ_AUDIT)

MODULE = Module(
    name="retention",
    label=Text("保存期限", "How long records are kept"),
    grants=RetentionGrants,
    actions=(
        actions.confirm_rule,
        actions.withdraw_rule,
        actions.place_hold,
        actions.release_hold,
        actions.remove,
    ),
    jobs=(
        Job(
            "retention.remove_due",
            Text("按期删除", "Remove what is due"),
            jobs.remove_due,
            grants=(RetentionGrants.REMOVE,),
            daily_at=time(4, 20),
        ),
    ),
    roles=(
        RoleSpec(
            "records_administrator",
            Text("档案与保存期限管理员", "Keeper of records"),
            (RetentionGrants.CONFIRM, RetentionGrants.HOLD),
            needs_second_factor=True,
        ),
    ),
    urls="bihuan.core.retention.urls",
    menu=(MenuItem(Text("保存期限", "Retention"), "retention", "calendar", MAY_LOOK, "settings", 50),),
    declares=(ChoiceSource("retention.kinds", kinds),),
)
