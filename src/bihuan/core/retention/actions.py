"""确认期限、留存、按期删除."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import ProtectedError
from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import SECRET, Label, Ref, action
from bihuan.core.actions.problems import NotFound
from bihuan.core.audit.models import PersonalSalt
from bihuan.core.retention import queries
from bihuan.core.retention import rules as days_of
from bihuan.core.retention.declared import Kept, rule
from bihuan.core.retention.models import ConfirmedRule, LegalHold
from bihuan.core.retention.terms import RetentionGrants
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: Rows of one removal: one transaction and one audit row.
TOGETHER = 500

Code = Annotated[
    str, Field(min_length=1, max_length=80), Label("记录种类", "Kind of record", widget="choice:retention.kinds")
]
Basis = Annotated[str, Field(min_length=2, max_length=300), Label("依据", "Basis", widget="textarea")]


class TooShort(Problem):
    code = "retention.too_short"
    status = 422


class NotDue(Problem):
    """What the timer chose is no longer what the rule and the holds let go."""

    code = "retention.not_due"
    status = 409


class StillReferred(Problem):
    code = "retention.still_referred"
    status = 409


def everywhere(*, ctx: Context, **_: object) -> Place:
    return Place("")


def _kept(code: str) -> Kept:
    if (found := rule(code)) is None:
        raise NotFound(Text("没有这一种记录。", "There is no such kind of record."))
    return found


@action(
    "retention.confirm_rule",
    label=Text("确认保存期限", "Confirm how long it is kept"),
    needs=RetentionGrants.CONFIRM,
    scope=everywhere,
    signs_off=True,
    icon="check",
    confirm=Text(
        "确认后，到期的记录将被永久删除。请先看试运行。",
        "From then on what is due is removed for ever. See the dry run first.",
    ),
)
def confirm_rule(
    *,
    ctx: Context,
    code: Code,
    days: Annotated[int, Field(ge=1, le=36_500), Label("保存天数", "Days")],
    basis: Basis,
) -> ConfirmedRule:
    """确认: never fewer days than the law asks on this day."""
    kept = _kept(code)
    at_least = kept.at_least(ctx.at)
    if not days_of.is_long_enough(days, at_least=at_least):
        law = kept.law(ctx.at)
        words = Text("不少于 {n} 天（{s}，{state}）。", "At least {n} days ({s}, {state}).").format(
            n=at_least, s=law.citation if law else "", state=law.state.label if law else ""
        )
        raise TooShort(words, where={"days": words})
    said = {
        "days": days, "basis": basis, "confirmed_by": ctx.actor.id, "confirmed_at": ctx.at, "withdrawn_at": None,
    }  # fmt: skip
    known = ConfirmedRule._base_manager.filter(code=code).first()
    if known is None:
        return ctx.create(ConfirmedRule(code=code, **said))
    return ctx.change(known, **said)


@action(
    "retention.withdraw_rule",
    label=Text("停止按期删除", "Stop removing"),
    needs=(RetentionGrants.CONFIRM, RetentionGrants.HOLD),
    scope=everywhere,
    icon="x",
)
def withdraw_rule(*, ctx: Context, rule: Ref[ConfirmedRule], basis: Basis) -> ConfirmedRule:
    return ctx.change(rule, withdrawn_at=ctx.at)


@action(
    "retention.place_hold",
    label=Text("设置留存", "Hold records back"),
    needs=RetentionGrants.HOLD,
    scope=everywhere,
    icon="lock",
    tone="warning",
)
def place_hold(
    *,
    ctx: Context,
    reason: Annotated[str, Field(min_length=2, max_length=300), Label("事由", "Reason", widget="textarea")],
    code: Annotated[
        str,
        Field(max_length=80),
        Label(
            "记录种类",
            "Kind of record",
            widget="choice:retention.kinds",
            hint=Text("不选即全部种类。", "None means every kind."),
        ),
    ] = "",
    organisation_code: Annotated[
        str,
        Field(max_length=40),
        Label("单位编码", "Organisation code", hint=Text("不填即所有单位。", "Empty means all.")),
    ] = "",
) -> LegalHold:
    """留存: from this moment nothing of it goes. 调查、诉讼期间的资料不因到期删除."""
    if code:
        _kept(code)
    return ctx.create(
        LegalHold(
            code=code, organisation_code=organisation_code, reason=reason, placed_by=ctx.actor.id, placed_at=ctx.at
        )
    )


@action(
    "retention.release_hold",
    label=Text("解除留存", "Release the hold"),
    needs=RetentionGrants.HOLD,
    scope=everywhere,
    signs_off=True,
    icon="check",
    confirm=Text("解除后，已到期的记录会在下一次定时作业中删除。", "What is due goes at the next run of the timer."),
)
def release_hold(*, ctx: Context, hold: Ref[LegalHold], basis: Basis) -> LegalHold:
    if hold.released_at is not None:
        raise NotFound(Text("该留存已经解除。", "That hold was released before."))
    return ctx.change(hold, released_at=ctx.at)


class Removed(BaseModel):
    count: int


@action(
    "retention.remove",
    label=Text("按期删除", "Remove what is due"),
    needs=RetentionGrants.REMOVE,
    scope=everywhere,
    faces=(),
)
def remove(
    *,
    ctx: Context,
    code: Annotated[str, Label("记录种类", "Kind of record")],
    keys: Annotated[list[str], Label("记录", "Rows"), SECRET],  # their digest says the same in less
    count: Annotated[int, Label("条数", "How many")],
    digest: Annotated[str, Label("摘要", "Digest")],
    until: Annotated[datetime, Label("最晚的一条", "The latest of them")],
) -> Removed:
    """删除: exactly what was looked at, and only if it is still due and not held back. The audit keeps count and digest."""
    kept = _kept(code)
    confirmed = queries.confirmed_rules().get(code)
    if confirmed is None or not days_of.is_long_enough(confirmed.days, at_least=kept.at_least(ctx.at)):
        raise NotDue(
            Text("该期限未经确认，或短于法定期限。", "The rule is not confirmed, or shorter than the law asks.")
        )
    due, _ = queries.split(kept, at=ctx.at, days=confirmed.days)
    rows = list(due.filter(pk__in=keys))
    if len(rows) != count or queries.digest_of(rows) != digest:
        raise NotDue(Text("选定的记录已变化，下次再试。", "What was chosen has changed; next time."))
    subjects = [f"{row._meta.label_lower}:{row.pk}" for row in rows]
    try:
        for model, link in kept.parts:
            model._base_manager.filter(**{f"{link}__in": [r.pk for r in rows]}).delete()
        kept.model._base_manager.filter(pk__in=[r.pk for r in rows]).delete()
    except ProtectedError as referred:
        raise StillReferred(
            Text("仍被其他记录引用，不能删除：{e}", "Other records still refer to it: {e}").format(
                e=", ".join(sorted({o._meta.label_lower for o in referred.protected_objects}))
            )
        ) from None
    if kept.freed is not None:
        kept.freed(rows)
    # What the audit could still compare of these rows' personal values goes with them.
    PersonalSalt.objects.filter(subject__in=subjects).delete()
    return Removed(count=len(rows))
