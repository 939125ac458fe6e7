"""执行: parse, resolve in scope, check the grant, one transaction, one audit row, events to the outbox."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, connection, models, transaction
from pydantic import BaseModel, TypeAdapter

from bihuan.core import meters
from bihuan.core.access import statements
from bihuan.core.access.context import Context
from bihuan.core.access.rows import Row
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Action, InputField, Reference, parse
from bihuan.core.actions.problems import (
    Denied,
    KeyReused,
    LoginNeeded,
    NotFound,
    SecondFactorNeeded,
    StaleVersion,
)
from bihuan.core.audit import writing
from bihuan.core.audit.canonical import canonical_bytes, plain
from bihuan.core.audit.writing import Personal
from bihuan.core.events import outbox
from bihuan.core.jobs.queue import enqueue
from bihuan.core.modules import registry
from bihuan.core.sync.models import IdempotencyKey
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

log = logging.getLogger("bihuan.actions")
#: A line of the log names so many; the audit row has them all.
SUBJECTS_LOGGED = 8
_running: ContextVar[str | None] = ContextVar("bihuan_running_action", default=None)


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished action answers. `value` is the function's own return value; None when this is a repeat."""

    audit_row: UUID
    result: Any
    value: Any = None
    repeated: bool = False


@dataclass(slots=True)
class Unit:
    """The open transaction of one action: collects what changed, what is about what, what happened."""

    at: Any
    subjects: set[str] = field(default_factory=set)
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    touched: dict[str, Row] = field(default_factory=dict)

    def create(self, row: Row) -> Row:
        row.created_at = row.updated_at = self.at
        row.version = 1
        self._insert([row])
        self._note_new(row)
        return row

    def create_many(self, rows: Sequence[Row]) -> None:
        """One statement for rows of one table: what a large import writes with."""
        if not rows:
            return
        for row in rows:
            row.created_at = row.updated_at = self.at
            row.version = 1
        self._insert(rows)
        for row in rows:
            self._note_new(row)

    @staticmethod
    def _insert(rows: Sequence[Row]) -> None:
        # No savepoint: a refused row ends the whole action, which catches nothing of the kind.
        try:
            statements.insert(rows)
        except IntegrityError as broken:
            raise Duplicate(rows[0]) from broken
        except (DataError, OverflowError) as unfit:
            raise DoesNotFit from unfit

    def _note_new(self, row: Row) -> None:
        written = {
            f.attname: [None, _safe(row, f.attname)] for f in row._meta.concrete_fields if f.attname not in _BOOKKEEPING
        }
        self.changes[row.subject] = {name: pair for name, pair in written.items() if pair[1] not in (None, "", [], {})}
        self._touch(row)

    def _touch(self, row: Row) -> None:
        self.subjects.add(row.subject)
        self.touched[row.subject] = row

    def keep_derived(self) -> None:
        """What follows from the rows is written with them or not at all."""
        for derived in registry().derived:
            rows = [row for row in self.touched.values() if isinstance(row, derived.watches)]
            if rows := [row for row in rows if derived.is_concerned(row, self.changes[row.subject])]:
                derived.keep(rows=rows, at=self.at)

    def change(self, row: Row, **changes: Any) -> Row:
        """By version: exactly one row changes, or somebody was faster."""
        noted = self.changes.setdefault(row.subject, {})
        attnames = {name: row._meta.get_field(name).attname for name in changes}  # type: ignore[union-attr]
        before = {attname: _safe(row, attname) for attname in attnames.values()}
        try:
            updated = statements.change_by_version(row, at=self.at, changes=changes)
        except IntegrityError as broken:
            raise Duplicate(row) from broken
        except (DataError, OverflowError) as unfit:
            raise DoesNotFit from unfit
        if not updated:
            raise StaleVersion(expected=row.version)
        row.version += 1
        row.updated_at = self.at
        for name, value in changes.items():
            setattr(row, name, value)
        for attname in attnames.values():
            first = noted[attname][0] if attname in noted else before[attname]
            noted[attname] = [first, _safe(row, attname)]
        self._touch(row)
        return row

    def emit(self, event: Any) -> None:
        registry().event_name(type(event))  # an undeclared event stops here
        self.events.append(event)

    def about(self, *rows: Row) -> None:
        self.subjects.update(r.subject for r in rows)

    def enqueue(self, *, job: str, payload: dict[str, Any], key: str, run_at: Any = None, by: str = "") -> None:
        self.tasks.append({"job": job, "payload": payload, "key": key, "run_at": run_at, "by": by})


class Duplicate(StaleVersion):
    """A unique or check constraint of the database refused the row."""

    code = "duplicate"

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.text = Text(
            "与已有记录冲突：{kind}中已有同样的编号或名称，或数值不合规定。",
            "Conflicts with an existing record: {kind} already holds this code or name, or a value breaks a rule.",
        ).format(kind=str(row._meta.verbose_name))


class DoesNotFit(Problem):
    """A text longer or a number larger than its column, where no rule said so before."""

    code = "does_not_fit"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            Text(
                "有一项内容太长或数值太大，无法保存。请缩短后再试。",
                "Something is too long or too large to be stored. Make it shorter and try again.",
            )
        )


_BOOKKEEPING = frozenset({"id", "version", "created_at", "updated_at"})


def _safe(row: Row, attname: str) -> Any:
    value = getattr(row, attname)
    if attname in row.secret_fields:
        return "●" if value else ""
    if attname in row.personal_fields:
        return Personal(value, row.subject)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, models.Model):
        return str(value.pk)
    return value


def perform(made: Action, *, ctx: Context, once: str | None = None, **inputs: Any) -> Done:
    """`perform(actions.close_out, ctx=ctx, case=case)`: how our own code walks through the door.

    `once` is an idempotency key: a receiver that hears an event twice passes the same one twice.
    """
    return run(made, ctx=ctx, inputs=inputs, key=once)


def run(made: Action, *, ctx: Context, inputs: Mapping[str, Any], key: str | None = None) -> Done:
    """Walk one action through the door. Raises a `Problem` when it stays shut; then nothing but a denial is written."""
    if (outer := _running.get()) is not None:
        raise RuntimeError(f"{made.name} was called inside {outer}: an action never calls an action")
    mark = _running.set(made.name)
    outcome = "broken"
    try:
        typed = parse(made, {k: _outward(v) for k, v in inputs.items()})
        if not made.anonymous and ctx.actor.kind == "anonymous":
            raise LoginNeeded
        done = _run_in_transaction(made, ctx, typed, key)
        outcome = "done"
        return done
    except (Denied, NotFound, LoginNeeded, SecondFactorNeeded) as refused:
        outcome = "denied"
        _write_denial(made, ctx, inputs, refused.code)
        raise
    except Problem:
        outcome = "refused"
        raise
    finally:
        meters.COUNTS.add(meters.ACTIONS, action=made.name, outcome=outcome)
        _running.reset(mark)


def _outward(value: Any) -> Any:
    """In-process callers may pass rows; they go through the same door as references from outside."""
    if isinstance(value, Row):
        return Reference(id=value.pk, expected_version=value.version)
    if isinstance(value, list | tuple):
        return [_outward(v) for v in value]
    return value


def _run_in_transaction(made: Action, ctx: Context, typed: BaseModel, key: str | None) -> Done:
    stored: IdempotencyKey | None = None
    with transaction.atomic():
        if key:
            stored, earlier = _take_key(made, ctx, typed, key)
            if earlier is not None:
                return earlier
        unit = Unit(at=ctx.at)
        inside = ctx.within(unit)
        arguments = {name: _resolve(made, f, getattr(typed, name), ctx) for name, f in made.fields.items()}
        unit.about(*_rows(arguments.values()))
        _check_grant(made, inside, arguments)
        value = made.function(ctx=inside, **arguments)
        unit.keep_derived()
        audit_row = _write_done(made, ctx, typed, unit)
        _send_out(unit, ctx, audit_row)
        result = _result(value)
        if stored is not None:
            statements.change(
                stored, result={"audit_row": str(audit_row), "result": result if made.keeps_result else {}}
            )
    log.info(
        "action", extra={"action": made.name, "outcome": "done", "subjects": sorted(unit.subjects)[:SUBJECTS_LOGGED]}
    )
    return Done(audit_row=audit_row, result=result, value=value)


def _take_key(made: Action, ctx: Context, typed: BaseModel, key: str) -> tuple[IdempotencyKey | None, Done | None]:
    """Insert the key or meet the one already there. On PostgreSQL the insert waits for a rival in flight."""
    body = canonical_bytes(typed.model_dump(warnings=False))
    fresh = IdempotencyKey(
        actor=ctx.actor.id,
        action=made.name,
        key=key,
        fingerprint=hashlib.sha256(body).hexdigest(),
        created_at=ctx.at,
    )
    if not statements.insert([fresh], pass_over_conflicts=True):
        known = IdempotencyKey.objects.get(actor=ctx.actor.id, action=made.name, key=key)
        if known.fingerprint != fresh.fingerprint:
            raise KeyReused
        assert known.result is not None  # written in the transaction that wrote the key
        return None, Done(audit_row=UUID(known.result["audit_row"]), result=known.result["result"], repeated=True)
    return fresh, None


def _resolve(made: Action, said: InputField, value: Any, ctx: Context) -> Any:
    if said.ref is None or not value:
        return value
    if said.many:
        return [_fetch(said.ref.model, one, made, ctx) for one in sorted(value, key=lambda r: r.id)]
    return _fetch(said.ref.model, value, made, ctx)


def _fetch(model: Any, reference: Reference, made: Action, ctx: Context) -> Any:
    """Through the scoped query, locked. Rows of one input are locked in the order of their keys."""
    visible = model.objects.all() if made.anonymous else model.objects.visible_to(ctx.actor)
    rows = visible.filter(pk=reference.id).order_by()
    if connection.features.has_select_for_update:
        if rows.query.distinct or rows.query.group_by is not None:  # such a row can't be locked
            rows = model.objects.filter(pk__in=rows.values("pk")).order_by()
        rows = rows.select_for_update(of=("self",))
    row = next(iter(rows[:1]), None)
    if row is None:
        raise NotFound
    if reference.expected_version is not None and reference.expected_version != row.version:
        raise StaleVersion(expected=reference.expected_version, found=row.version)
    return row


def _rows(values: Iterable[Any]) -> list[Row]:
    found: list[Row] = []
    for value in values:
        if isinstance(value, Row):
            found.append(value)
        elif isinstance(value, list):
            found += [v for v in value if isinstance(v, Row)]
    return found


def _check_grant(made: Action, ctx: Context, arguments: Mapping[str, Any]) -> None:
    if made.anonymous:
        return
    if made.scope is not None:
        place = made.scope(ctx=ctx, **arguments)
    else:
        rows = _rows(arguments.values())
        place = rows[0].place if rows else Place("")
    if not any(ctx.actor.may(need, place) for need in made.needs):
        raise Denied(
            Text(
                "您没有在此范围内“{label}”的权限。请联系安全管理员。",
                "You don't hold the grant for “{label}” in this scope. Ask the security administrator.",
            ).format(label=made.label)
        )
    if made.signs_off and not ctx.actor.second_factor:
        raise SecondFactorNeeded


def _said_input(made: Action, typed: BaseModel) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, declared in made.fields.items():
        value = getattr(typed, name)
        if isinstance(value, BaseModel):
            value = value.model_dump()
        elif isinstance(value, list):
            value = [v.model_dump() if isinstance(v, BaseModel) else v for v in value]
        if declared.secret:
            value = "●"
        elif declared.personal:
            value = Personal(value, f"input:{made.name}")
        said[name] = value
    return said


def _write_done(made: Action, ctx: Context, typed: BaseModel, unit: Unit) -> UUID:
    said: dict[str, Any] = {"input": _said_input(made, typed), "changes": unit.changes}
    if ctx.cause:
        said["cause"] = ctx.cause
    if ctx.occurred_at is not None:
        said["occurred_at"] = ctx.occurred_at
    row = writing.write(
        at=ctx.at, actor=ctx.actor.id, action=made.name, outcome="done", subjects=unit.subjects, said=said
    )
    return row.pk


def _write_denial(made: Action, ctx: Context, inputs: Mapping[str, Any], code: str) -> None:
    """After the rollback, in a transaction of its own."""
    if ctx.actor.kind == "anonymous":
        writing.count_anonymous_denial(at=ctx.at, action=made.name)
        return
    subjects = {
        f"{f.ref.model._meta.label_lower}:{reference['id']}"
        for name, f in made.fields.items()
        if f.ref is not None
        for reference in _references(inputs.get(name))
    }
    with transaction.atomic():
        writing.write(
            at=ctx.at,
            actor=ctx.actor.id,
            action=made.name,
            outcome="denied",
            subjects=subjects,
            said={"reason": code},
        )


def _references(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, Row):
        return [{"id": value.pk}]
    if isinstance(value, Reference):
        return [{"id": value.id}]
    if isinstance(value, Mapping) and "id" in value:
        return [{"id": str(value["id"])[:40]}]
    if isinstance(value, list | tuple):
        return [r for v in value for r in _references(v)]
    return []


def _send_out(unit: Unit, ctx: Context, audit_row: UUID) -> None:
    for event in unit.events:
        row = outbox.record(event=event, at=ctx.at, audit_row=audit_row)
        statements.insert([row])
        for receiver in registry().hearing(type(event)):
            enqueue(
                job="events.deliver",
                payload={"event": str(row.pk), "receiver": receiver.name},
                key=f"event:{row.pk}:{receiver.name}",
                at=ctx.at,
            )
    for task in unit.tasks:
        enqueue(at=ctx.at, **task)


def _result(value: Any) -> Any:
    """What goes to the outside and is kept for a repeat: always plain JSON."""
    if value is None:
        return {}
    if isinstance(value, Row):
        said: dict[str, Any] = {"id": str(value.pk), "version": value.version, "kind": value.kind_code()}
        if hasattr(value, "get_absolute_url"):
            said["url"] = value.get_absolute_url()
        return said
    if isinstance(value, BaseModel):
        return json.loads(value.model_dump_json())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return TypeAdapter(type(value)).dump_python(value, mode="json")
    if isinstance(value, list):
        return [_result(v) for v in value]
    return plain(value)
