"""The door itself: what it lets through, what it refuses, and what each leaves behind. Actions here are of the test's own."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Annotated

import pytest
from django.db import connection

from bihuan.core.access import rehearsal
from bihuan.core.access.context import ANONYMOUS, Actor, Context, Held, service_actor
from bihuan.core.access.models import Role
from bihuan.core.access.scope import Place, Scope
from bihuan.core.actions import runner
from bihuan.core.actions.action import PERSONAL, SECRET, Label, Ref, action
from bihuan.core.actions.problems import (
    Denied,
    InvalidInput,
    KeyReused,
    LoginNeeded,
    NotFound,
    SecondFactorNeeded,
    StaleVersion,
)
from bihuan.core.audit.models import AnonymousDenials, AuditRow
from bihuan.core.sync.models import IdempotencyKey
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HERE, NEXT_DOOR = "330000/339902/", "330000/339903/"
GRANT = "access.manage_grants"
LABEL = Text("试", "Try")


class RuleSaysNo(Problem):
    code = "rule_says_no"


def here(*, ctx, **_):
    return Place(HERE)


@action("test.add", label=LABEL, needs=GRANT, scope=here)
def add(*, ctx: Context, code: str, secret: Annotated[str, SECRET] = "", person: Annotated[str, PERSONAL] = "") -> Role:
    return ctx.create(Role(code=code, name_zh=code, name_en=code))


@action("test.rename", label=LABEL, needs=GRANT, scope=here)
def rename(*, ctx: Context, role: Ref[Role], name: Annotated[str, Label("名称", "Name")]) -> Role:
    return ctx.change(role, name_zh=name)


@action("test.rename_and_fail", label=LABEL, needs=GRANT, scope=here)
def rename_and_fail(*, ctx: Context, role: Ref[Role]) -> None:
    ctx.change(role, name_zh="lost")
    ctx.create(Role(code="lost", name_zh="lost", name_en="lost"))
    raise RuleSaysNo(Text("规则不许", "The rule says no"))


@action("test.sign", label=LABEL, needs=GRANT, scope=here, signs_off=True)
def sign(*, ctx: Context) -> None:
    """Signs nothing in particular."""


@action("test.nest", label=LABEL, needs=GRANT, scope=here)
def nest(*, ctx: Context) -> None:
    runner.perform(sign, ctx=ctx)


@action("test.open", label=LABEL, anonymous=True)
def open_to_all(*, ctx: Context) -> None:
    """For everybody."""


def actor(*, region=HERE, grant=GRANT, second_factor=False, name="u1"):
    return Actor("user", f"user:{name}", "", (Held(grant, Scope(region_path=region)),), None, second_factor)


@pytest.fixture
def ctx():
    return Context(actor=actor(), at=AT)


@pytest.fixture
def role(db):
    return rehearsal.make_role("old", at=AT)


def said_by(row):
    return json.loads(bytes(row.canonical))


def test_one_audit_row_says_before_and_after(ctx, role):
    done = runner.perform(rename, ctx=ctx, role=role, name="新名")
    row = AuditRow.objects.get()
    assert done.audit_row == row.pk
    said = said_by(row)
    assert said["changes"] == {f"access.role:{role.pk}": {"name_zh": ["old", "新名"]}}
    assert said["subjects"] == [f"access.role:{role.pk}"]
    assert (row.outcome, row.actor, row.action) == ("done", "user:u1", "test.rename")


def test_secrets_never_reach_the_audit_and_personal_values_only_as_digests(ctx, db):
    runner.perform(add, ctx=ctx, code="x", secret="hunter2", person="张三")
    text = bytes(AuditRow.objects.get().canonical).decode()
    assert "hunter2" not in text
    assert "张三" not in text
    assert said_by(AuditRow.objects.get())["input"]["secret"] == "●"


def test_the_same_key_answers_the_same_and_does_nothing_twice(ctx, db):
    first = runner.perform(add, ctx=ctx, once="k", code="x")
    again = runner.perform(add, ctx=Context(actor=ctx.actor, at=AT + timedelta(days=1)), once="k", code="x")
    assert (first.repeated, again.repeated) == (False, True)
    assert (first.audit_row, first.result) == (again.audit_row, again.result)
    assert (Role.objects.count(), AuditRow.objects.count()) == (1, 1)


def test_the_same_key_with_another_body_is_refused(ctx, db):
    runner.perform(add, ctx=ctx, once="k", code="x")
    with pytest.raises(KeyReused):
        runner.perform(add, ctx=ctx, once="k", code="y")
    assert Role.objects.count() == 1


def test_a_key_belongs_to_one_person_and_one_action(ctx, role):
    runner.perform(add, ctx=ctx, once="k", code="x")
    runner.perform(add, ctx=Context(actor=actor(name="u2"), at=AT), once="k", code="y")
    runner.perform(rename, ctx=ctx, once="k", role=role, name="z")
    assert IdempotencyKey.objects.count() == 3


def test_a_failure_frees_its_key(ctx, role):
    with pytest.raises(RuleSaysNo):
        runner.perform(rename_and_fail, ctx=ctx, once="k", role=role)
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_many_at_once_is_done_once():
    answers, wrong = [], []

    def go():
        try:
            answers.append(runner.perform(add, ctx=Context(actor=actor(), at=AT), once="k", code="x"))
        except Exception as problem:  # a thread must not take its failure with it
            wrong.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert Role.objects.count() == AuditRow.objects.count() == 1
    assert len({a.audit_row for a in answers}) == 1
    assert sorted(a.repeated for a in answers) == [False] + [True] * 5


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_one_version_at_once_one_wins_and_the_others_are_told():
    role = rehearsal.make_role("old", at=AT)
    outcomes = []

    def go(name):
        try:
            runner.perform(rename, ctx=Context(actor=actor(), at=AT), role=role, name=name)
            outcomes.append("done")
        except StaleVersion:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(f"n{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    role.refresh_from_db()
    assert sorted(outcomes) == ["done"] + ["stale"] * 5
    assert role.version == 2


def test_a_stale_version_changes_nothing_and_is_no_denial(ctx, role):
    runner.perform(rename, ctx=ctx, role=role, name="first")
    stale = {"id": str(role.pk), "expected_version": 1}
    with pytest.raises(StaleVersion) as told:
        runner.run(rename, ctx=ctx, inputs={"role": stale, "name": "second"})
    assert (told.value.expected, told.value.found) == (1, 2)
    assert Role.objects.get(pk=role.pk).name_zh == "first"
    assert AuditRow.objects.count() == 1


def test_without_an_expected_version_the_newest_is_changed(ctx, role):
    runner.perform(rename, ctx=ctx, role=role, name="first")
    runner.run(rename, ctx=ctx, inputs={"role": {"id": str(role.pk)}, "name": "second"})
    assert Role.objects.get(pk=role.pk).name_zh == "second"


def test_a_rule_that_fails_leaves_nothing(ctx, role):
    with pytest.raises(RuleSaysNo):
        runner.perform(rename_and_fail, ctx=ctx, role=role)
    assert list(Role.objects.values_list("name_zh", "version")) == [("old", 1)]
    assert not AuditRow.objects.exists()


def test_a_denial_is_written_after_the_rollback(role):
    with pytest.raises(Denied):
        runner.perform(rename, ctx=Context(actor=actor(region=NEXT_DOOR), at=AT), role=role, name="x")
    row = AuditRow.objects.get()
    assert (row.outcome, said_by(row)["reason"]) == ("denied", "denied")
    assert said_by(row)["subjects"] == [f"access.role:{role.pk}"]
    assert "input" not in said_by(row)


def test_a_row_outside_ones_reach_is_not_there(role):
    nobody = Context(actor=actor(grant="evidence.read"), at=AT)
    with pytest.raises(NotFound):
        runner.perform(rename, ctx=nobody, role=role, name="x")
    with pytest.raises(NotFound):
        runner.run(rename, ctx=nobody, inputs={"role": {"id": "00000000-0000-7000-8000-000000000000"}, "name": "x"})
    assert AuditRow.objects.filter(outcome="denied").count() == 2


def test_signing_off_needs_a_second_factor(db):
    with pytest.raises(SecondFactorNeeded):
        runner.perform(sign, ctx=Context(actor=actor(), at=AT))
    runner.perform(sign, ctx=Context(actor=actor(second_factor=True), at=AT))
    assert list(AuditRow.objects.order_by("id").values_list("outcome", flat=True)) == ["denied", "done"]


def test_denials_of_strangers_are_counted_by_the_hour_not_written_one_by_one(db):
    for minute in (0, 1, 59, 60):
        with pytest.raises(LoginNeeded):
            runner.perform(sign, ctx=Context(actor=ANONYMOUS, at=AT + timedelta(minutes=minute)))
    assert not AuditRow.objects.exists()
    assert sorted(AnonymousDenials.objects.values_list("action", "count")) == [("test.sign", 1), ("test.sign", 3)]


def test_an_action_for_everybody_needs_no_login(db):
    runner.perform(open_to_all, ctx=Context(actor=ANONYMOUS, at=AT))
    assert AuditRow.objects.get().actor == "anonymous"


def test_an_action_never_calls_an_action(db):
    ctx = Context(actor=service_actor("t", GRANT), at=AT)
    with pytest.raises(RuntimeError, match="never calls an action"):
        runner.perform(nest, ctx=ctx)
    assert not AuditRow.objects.exists()
    runner.perform(sign, ctx=ctx)  # and the door isn't jammed afterwards


def test_outside_an_action_nobody_writes(ctx, role):
    for write in (
        lambda: ctx.create(Role(code="x")),
        lambda: ctx.change(role, name_zh="x"),
        lambda: ctx.emit(object()),
        lambda: ctx.about(role),
        lambda: ctx.enqueue("events.deliver", key="k"),
    ):
        with pytest.raises(RuntimeError):
            write()


def test_wrong_input_names_each_field_in_both_languages(ctx, db):
    with pytest.raises(InvalidInput) as told:
        runner.run(rename, ctx=ctx, inputs={"role": {"id": "no id"}, "extra": 1})
    assert set(told.value.where) == {"role.id", "name", "extra"}
    assert all(text.zh and text.en for text in told.value.where.values())
    assert not AuditRow.objects.exists()


def test_a_name_that_is_taken_is_a_problem_not_a_crash(ctx, role):
    with pytest.raises(runner.Duplicate):
        runner.perform(add, ctx=ctx, code="old")
    assert not AuditRow.objects.exists()


@pytest.mark.parametrize(
    ("region", "allowed"),
    [(HERE, True), ("330000/", True), ("", True), (NEXT_DOOR, False), ("330000/339902/001/", False)],
)  # fmt: skip
def test_a_grant_covers_its_region_and_all_below_it(db, region, allowed):
    ctx = Context(actor=actor(region=region), at=AT)
    if allowed:
        assert runner.perform(add, ctx=ctx, code="x").audit_row
    else:
        with pytest.raises(Denied):
            runner.perform(add, ctx=ctx, code="x")
