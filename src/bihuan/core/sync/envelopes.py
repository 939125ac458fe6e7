"""信封: things done offline, each through the one door, with both times; one answer each, the same answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.action import Action
from bihuan.core.actions.problems import InvalidInput, KeyReused, LoginNeeded, StaleVersion, UnknownAction
from bihuan.core.audit.canonical import canonical_bytes
from bihuan.core.modules import registry
from bihuan.core.sync import actions
from bihuan.core.sync.models import SyncConflict
from bihuan.core.sync.then_and_now import then_and_now
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

BATCH = 500
AHEAD = timedelta(minutes=5)
KEPT = timedelta(days=90)


class ClockAhead(Problem):
    code = "occurred_in_the_future"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "发生时间比服务器时间晚五分钟以上，没有执行。请校准设备时钟后重新提交。",
                "It is said to have happened more than five minutes from now, and was not done. Set the device's clock and send it again.",
            )
        )


class TooOld(Problem):
    code = "occurred_too_long_ago"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "发生时间已超过九十天，不能再补报。请在线重新办理。",
                "It happened more than ninety days ago and can't be sent any more. Do it again online.",
            )
        )


class TooMany(Problem):
    code = "too_many_envelopes"
    status = 413

    def __init__(self) -> None:
        super().__init__(Text("一次最多提交 {n} 条。", "At most {n} at a time.").format(n=BATCH))


class Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: Annotated[str, Field(max_length=80)]
    input: dict[str, Any] = {}
    key: Annotated[str, Field(min_length=8, max_length=200)]
    occurred_at: datetime
    device: Annotated[str, Field(max_length=80)] = ""


class Answer(BaseModel):
    """`status`: done, repeated, conflict or refused. Refused ones say the problem; conflicts where to settle them."""

    key: str
    status: str
    audit_row: str | None = None
    result: Any = None
    conflict: str | None = None
    problem: Problem | None = None

    model_config = ConfigDict(arbitrary_types_allowed=True)


def receive(*, ctx: Context, batch: list[Any]) -> list[Answer]:
    """In the order they were made. One that is refused does not hold up the next: they are separate things somebody did."""
    if ctx.actor.user_id is None:
        raise LoginNeeded
    if len(batch) > BATCH:
        raise TooMany
    return [_receive_one(ctx, said) for said in batch]


def _receive_one(ctx: Context, said: Any) -> Answer:
    key = str(said.get("key", ""))[:200] if isinstance(said, Mapping) else ""
    try:
        envelope = _opened(said, at=ctx.at)
        made = _action_named(envelope.action)
        fingerprint = hashlib.sha256(canonical_bytes(envelope.input)).hexdigest()
        if (conflict := _listed(ctx, envelope, fingerprint)) is not None:
            return Answer(key=key, status="conflict", conflict=str(conflict.pk))
        inside = replace(
            ctx,
            actor=then_and_now(ctx.actor, occurred_at=envelope.occurred_at),
            occurred_at=envelope.occurred_at,
            cause=f"sync:{envelope.device}",
        )
        try:
            done = runner.run(made, ctx=inside, inputs=envelope.input, key=envelope.key)
        except StaleVersion as stale:
            if type(stale) is not StaleVersion:
                raise  # a name already taken is no conflict of versions
            return Answer(key=key, status="conflict", conflict=str(_list(ctx, envelope, fingerprint).pk))
    except Problem as problem:
        return Answer(key=key, status="refused", problem=problem)
    return Answer(
        key=key,
        status="repeated" if done.repeated else "done",
        audit_row=str(done.audit_row),
        result=done.result,
    )


def _opened(said: Any, *, at: datetime) -> Envelope:
    try:
        envelope = Envelope.model_validate(said)
    except ValidationError as wrong:
        names = sorted({".".join(map(str, e["loc"])) for e in wrong.errors()})
        raise InvalidInput(
            Text("信封有误：{f}。", "The envelope is wrong: {f}.").format(f="、".join(names)),
            where={n: Text("缺少或有误。", "Missing or wrong.") for n in names},
        ) from None
    if envelope.occurred_at.tzinfo is None:
        raise InvalidInput(Text("发生时间须带时区。", "The time of occurrence must say its offset."))
    if envelope.occurred_at > at + AHEAD:
        raise ClockAhead
    if envelope.occurred_at < at - KEPT:
        raise TooOld
    return envelope


def _action_named(name: str) -> Action:
    made = registry().actions.get(name)
    if made is None or "http" not in made.faces or made.anonymous or any(f.secret for f in made.fields.values()):
        raise UnknownAction(name)
    return made


def _listed(ctx: Context, envelope: Envelope, fingerprint: str) -> SyncConflict | None:
    """A repeat of what became a conflict gets the same conflict, settled or not; with another body it is no repeat."""
    known: SyncConflict | None = SyncConflict.objects.filter(
        owner_id=ctx.actor.user_id, action=envelope.action, key=envelope.key
    ).first()
    if known is not None and known.fingerprint != fingerprint:
        raise KeyReused
    return known


def _list(ctx: Context, envelope: Envelope, fingerprint: str) -> SyncConflict:
    done = runner.perform(
        actions.list_conflict,
        ctx=replace(ctx, occurred_at=envelope.occurred_at, cause=f"sync:{envelope.device}"),
        owner=ctx.actor.user_id,
        action=envelope.action,
        input=envelope.input,
        key=envelope.key,
        fingerprint=fingerprint,
        device=envelope.device,
        occurred_at=envelope.occurred_at,
    )
    conflict: SyncConflict = done.value
    return conflict
