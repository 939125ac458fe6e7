"""The contract of the one door, proved for every registered action with the play its module brings.

Denied leaves only the denial; allowed leaves exactly one audit row; a failing rule leaves nothing; a repeat changes
nothing; for a neighbour the row doesn't exist.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.apps import apps

from bihuan.core.access.context import ANONYMOUS
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, KeyReused, LoginNeeded, NotFound
from bihuan.core.audit.models import AuditRow
from bihuan.core.modules import registry
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from cast import Cast
from plays import plays

pytestmark = pytest.mark.django_db

PLAYS = plays()
ACTIONS = sorted(registry().actions)
#: Written after the rollback, by design: what a denial leaves.
AUDIT_TABLES = {"audit_auditrow", "audit_auditsubject", "audit_personalsalt", "audit_anonymousdenials"}


class TheRuleSaysNo(Problem):
    code = "the_rule_says_no"


def picture(*, without: set[str] = frozenset()) -> dict[str, str]:  # type: ignore[assignment]
    """Every table's rows, as one digest a table."""
    found = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if table not in without and model._meta.managed:
            rows = sorted(repr(row) for row in model._base_manager.values_list())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.fixture
def cast(db) -> Cast:
    return Cast.build()


def play_of(name: str, cast: Cast) -> Any:
    if name not in PLAYS:
        pytest.fail(f"{name} has no play: bring one in tests/plays.py of its module")
    return PLAYS[name](cast)


def outcomes() -> list[str]:
    return list(AuditRow.objects.order_by("id").values_list("outcome", flat=True))


def test_every_play_is_of_an_action_that_exists():
    assert set(PLAYS) <= set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_allowed_leaves_exactly_one_audit_row(name, cast):
    play, made = play_of(name, cast), registry().actions[name]
    before = outcomes()
    done = runner.run(made, ctx=play.ctx, inputs=play.inputs)
    assert outcomes() == [*before, "done"]
    row = AuditRow.objects.get(pk=done.audit_row)
    assert (row.action, row.actor) == (name, play.actor.id)


@pytest.mark.parametrize("name", ACTIONS)
def test_denied_leaves_only_the_denial(name, cast):
    play, made = play_of(name, cast), registry().actions[name]
    if made.anonymous:
        assert not made.needs, "an action for everybody needs no grant"
        return
    before, rows = picture(without=AUDIT_TABLES), outcomes()
    with pytest.raises((Denied, NotFound)):
        runner.run(made, ctx=play.as_(play.powerless), inputs=play.inputs)
    assert picture(without=AUDIT_TABLES) == before
    assert outcomes() == [*rows, "denied"]


@pytest.mark.parametrize("name", ACTIONS)
def test_nobody_acts_without_logging_in(name, cast):
    play, made = play_of(name, cast), registry().actions[name]
    if made.anonymous:
        return
    before = picture(without={"audit_anonymousdenials"})
    with pytest.raises(LoginNeeded):
        runner.run(made, ctx=play.as_(ANONYMOUS), inputs=play.inputs)
    assert picture(without={"audit_anonymousdenials"}) == before


@pytest.mark.parametrize("name", ACTIONS)
def test_for_a_neighbour_there_is_nothing_to_act_on(name, cast):
    play, made = play_of(name, cast), registry().actions[name]
    if made.anonymous or play.stranger_may:
        return
    assert play.stranger is not None, f"the play of {name} names no stranger"
    assert any(play.stranger.has(need) for need in made.needs), "the stranger must hold the grant, elsewhere"
    before, rows = picture(without=AUDIT_TABLES), outcomes()
    with pytest.raises((NotFound, Denied)):
        runner.run(made, ctx=play.as_(play.stranger), inputs=play.inputs)
    assert picture(without=AUDIT_TABLES) == before
    assert outcomes() == [*rows, "denied"]


@pytest.mark.parametrize("name", ACTIONS)
def test_a_rule_that_fails_last_leaves_nothing(name, cast, monkeypatch):
    play, made = play_of(name, cast), registry().actions[name]
    function = made.function

    def refuse(**arguments: Any) -> None:
        function(**arguments)
        raise TheRuleSaysNo(Text("规则不许", "The rule says no"))

    monkeypatch.setattr(made, "function", refuse)
    before = picture()
    with pytest.raises(TheRuleSaysNo):
        runner.run(made, ctx=play.ctx, inputs=play.inputs)
    assert picture() == before


@pytest.mark.parametrize("name", ACTIONS)
def test_a_repeat_changes_nothing_and_gets_the_same_answer(name, cast):
    play, made = play_of(name, cast), registry().actions[name]
    first = runner.run(made, ctx=play.ctx, inputs=play.inputs, key="the same")
    before = picture()
    again = runner.run(made, ctx=play.ctx, inputs=play.inputs, key="the same")
    assert again.repeated
    assert (again.audit_row, again.result) == (first.audit_row, first.result if made.keeps_result else {})
    assert picture() == before


def test_the_same_key_with_another_body_is_refused(cast):
    play = play_of("parties.add_region", cast)
    made = registry().actions["parties.add_region"]
    runner.run(made, ctx=play.ctx, inputs=play.inputs, key="k")
    before = picture()
    with pytest.raises(KeyReused):
        runner.run(made, ctx=play.ctx, inputs={**play.inputs, "name": "别的名字"}, key="k")
    assert picture() == before
