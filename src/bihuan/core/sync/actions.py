"""Listing and settling conflicts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import PERSONAL, Ref, action
from bihuan.core.sync.models import SyncConflict
from bihuan.core.sync.terms import ConflictState
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class AlreadySettled(Problem):
    code = "sync_conflict_settled"
    status = 409

    def __init__(self) -> None:
        super().__init__(Text("这个冲突已经处理过了。", "This conflict is settled already."))


def _own(*, ctx: Context, **_: object) -> Place:
    return Place("")


@action(
    "sync.list_conflict",
    label=Text("登记同步冲突", "List a conflict"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_own,
    faces=(),
)
def list_conflict(
    *,
    ctx: Context,
    owner: UUID,
    action: str,
    input: Annotated[dict[str, Any], PERSONAL],
    key: Annotated[str, Field(max_length=200)],
    fingerprint: str,
    device: str,
    occurred_at: datetime,
) -> SyncConflict:
    """冲突: kept with all that was sent, once per key."""
    known = SyncConflict.objects.filter(owner_id=owner, action=action, key=key).first()
    if known is not None:
        return known  # type: ignore[no-any-return]
    return ctx.create(
        SyncConflict(
            owner_id=owner,
            action=action,
            input=input,
            key=key,
            fingerprint=fingerprint,
            device=device,
            occurred_at=occurred_at,
            received_at=ctx.at,
        )
    )


@action(
    "sync.apply_anyway",
    label=Text("仍按我报的执行", "Apply anyway"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_own,
    faces=(),
)
def apply_anyway(*, ctx: Context, conflict: Ref[SyncConflict], audit_row: UUID) -> SyncConflict:
    """仍执行: notes that the owner sent it again and it was done. An action never calls an action, so `resending` sent it first."""
    if not conflict.is_open:
        raise AlreadySettled
    return ctx.change(conflict, state=ConflictState.APPLIED, settled_at=ctx.at, audit_row=audit_row)


@action(
    "sync.discard",
    label=Text("放弃我报的", "Discard mine"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_own,
    icon="trash",
    tone="red",
    confirm=Text("您离线填写的内容将不被采用。确定放弃？", "What you filled in offline will not be used. Discard it?"),
)
def discard(*, ctx: Context, conflict: Ref[SyncConflict]) -> SyncConflict:
    """放弃: what is there stays; what was sent remains readable in the list."""
    if not conflict.is_open:
        raise AlreadySettled
    return ctx.change(conflict, state=ConflictState.DISCARDED, settled_at=ctx.at)
