"""The contract of the one door, proved for every registered action with the play its module brings.

Denied leaves only the denial; allowed leaves exactly one audit row; a failing rule leaves nothing; a repeat changes
nothing; for a neighbour the row doesn't exist. The world of a play is made once; each promise is tried on it and taken
back, and each that is broken is named by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from bihuan.core.access.context import ANONYMOUS
from bihuan.core.actions import runner
from bihuan.core.actions.action import Action
from bihuan.core.actions.problems import Denied, KeyReused, LoginNeeded, NotFound
from bihuan.core.audit.models import AuditRow
from bihuan.core.modules import registry
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from cast import Cast
from plays import Play, plays

PLAYS = plays()
ACTIONS = sorted(registry().actions)
#: Written after the rollback, by design: what a denial leaves.
AUDIT_TABLES = frozenset({"audit_auditrow", "audit_auditsubject", "audit_personalsalt", "audit_anonymousdenials"})
#: One statement asks this many tables at most; SQLite joins no more than 500.
AT_ONCE = 400


class TheRuleSaysNo(Problem):
    code = "the_rule_says_no"


@cache
def tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed})


@cache
def which_hold_rows() -> list[str]:
    """Which of the tables hold a row at all: most are empty, and those needn't be read."""
    quote = connection.ops.quote_name
    asked = [f"SELECT {n} WHERE EXISTS (SELECT 1 FROM {quote(table)})" for n, table in enumerate(tables())]
    return [" UNION ALL ".join(asked[at : at + AT_ONCE]) for at in range(0, len(asked), AT_ONCE)]


def picture(*, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Every table that holds anything: its rows as one digest."""
    found = {}
    with connection.cursor() as cursor:
        for question in which_hold_rows():
            cursor.execute(question)
            for (number,) in cursor.fetchall():
                found[tables()[number]] = ""
        for table in sorted(set(found) & without):
            del found[table]
        for table in found:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(map(repr, cursor.fetchall()))
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.fixture
def cast(db) -> Cast:
    return Cast.build()


def play_of(name: str, cast: Cast) -> Play:
    if name not in PLAYS:
        pytest.fail(f"{name} has no play: bring one in tests/plays.py of its module")
    return PLAYS[name](cast)


def outcomes() -> list[str]:
    return list(AuditRow.objects.order_by("id").values_list("outcome", flat=True))


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens in the block has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_play_is_of_an_action_that_exists():
    assert set(PLAYS) <= set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_the_door_keeps_its_promises(name, cast, subtests, monkeypatch):
    play, made = play_of(name, cast), registry().actions[name]
    promises = [a_rule_that_fails_last_leaves_nothing, allowed_leaves_exactly_one_audit_row]
    promises += [a_repeat_changes_nothing_and_gets_the_same_answer]
    if made.anonymous:
        assert not made.needs, "an action for everybody needs no grant"
    else:
        promises += [denied_leaves_only_the_denial, nobody_acts_without_logging_in]
        if not play.stranger_may:
            promises += [for_a_neighbour_there_is_nothing_to_act_on]
    before = picture()
    for promise in promises:
        with subtests.test(promise.__name__), monkeypatch.context() as patch, taken_back():
            promise(play, made, before, patch)


def allowed_leaves_exactly_one_audit_row(play: Play, made: Action, before: dict[str, str], patch: Any) -> None:
    rows = outcomes()
    done = runner.run(made, ctx=play.ctx, inputs=play.inputs)
    assert outcomes() == [*rows, "done"]
    row = AuditRow.objects.get(pk=done.audit_row)
    assert (row.action, row.actor) == (made.name, play.actor.id)


def denied_leaves_only_the_denial(play: Play, made: Action, before: dict[str, str], patch: Any) -> None:
    rows = outcomes()
    with pytest.raises((Denied, NotFound)):
        runner.run(made, ctx=play.as_(play.powerless), inputs=play.inputs)
    assert picture(without=AUDIT_TABLES) == but(before, AUDIT_TABLES)
    assert outcomes() == [*rows, "denied"]


def nobody_acts_without_logging_in(play: Play, made: Action, before: dict[str, str], patch: Any) -> None:
    counted = frozenset({"audit_anonymousdenials"})
    with pytest.raises(LoginNeeded):
        runner.run(made, ctx=play.as_(ANONYMOUS), inputs=play.inputs)
    assert picture(without=counted) == but(before, counted)


def for_a_neighbour_there_is_nothing_to_act_on(play: Play, made: Action, before: dict[str, str], patch: Any) -> None:
    assert play.stranger is not None, f"the play of {made.name} names no stranger"
    assert any(play.stranger.has(need) for need in made.needs), "the stranger must hold the grant, elsewhere"
    rows = outcomes()
    with pytest.raises((NotFound, Denied)):
        runner.run(made, ctx=play.as_(play.stranger), inputs=play.inputs)
    assert picture(without=AUDIT_TABLES) == but(before, AUDIT_TABLES)
    assert outcomes() == [*rows, "denied"]


def a_rule_that_fails_last_leaves_nothing(play: Play, made: Action, before: dict[str, str], patch: Any) -> None:
    function = made.function

    def refuse(**arguments: Any) -> None:
        function(**arguments)
        raise TheRuleSaysNo(Text("规则不许", "The rule says no"))

    patch.setattr(made, "function", refuse)
    with pytest.raises(TheRuleSaysNo):
        runner.run(made, ctx=play.ctx, inputs=play.inputs)
    assert picture() == before


def a_repeat_changes_nothing_and_gets_the_same_answer(
    play: Play, made: Action, before: dict[str, str], patch: Any
) -> None:
    first = runner.run(made, ctx=play.ctx, inputs=play.inputs, key="the same")
    done = picture()
    assert done != before, "it must have done something"
    again = runner.run(made, ctx=play.ctx, inputs=play.inputs, key="the same")
    assert again.repeated
    assert (again.audit_row, again.result) == (first.audit_row, first.result if made.keeps_result else {})
    assert picture() == done


def but(seen: dict[str, str], without: frozenset[str]) -> dict[str, str]:
    return {table: digest for table, digest in seen.items() if table not in without}


def test_the_same_key_with_another_body_is_refused(cast):
    play = play_of("parties.add_region", cast)
    made = registry().actions["parties.add_region"]
    runner.run(made, ctx=play.ctx, inputs=play.inputs, key="k")
    before = picture()
    with pytest.raises(KeyReused):
        runner.run(made, ctx=play.ctx, inputs={**play.inputs, "name": "别的名字"}, key="k")
    assert picture() == before


def test_the_picture_sees_a_row_that_comes_changes_or_goes(cast):
    before = picture()
    with taken_back():
        cast.thing(cast.works)
        assert set(picture()) - set(before) == {"parties_thing"}
    with taken_back():
        type(cast.works).objects.filter(pk=cast.works.pk).update(name="别的名字")
        assert {t for t, digest in picture().items() if before[t] != digest} == {"parties_organisation"}
    assert picture() == before
