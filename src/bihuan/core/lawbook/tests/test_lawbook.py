"""核对入库: what an authorised person compared with the official text counts as law, here and until it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from bihuan.core.actions.runner import perform
from bihuan.core.lawbook import actions, following, queries
from bihuan.core.lawbook.terms import LawbookGrants
from bihuan.core.lawbook.tests import plays
from bihuan.engines.major_hazard.tables import tables_at
from bihuan.law import law
from bihuan.law.state import LawState
from cast import context

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    law.adopt({})
    following._known = {}


def test_nothing_of_a_calculation_is_official_before_everything_it_uses_was_checked(db):
    assert tables_at(DAY).state is not LawState.OFFICIAL
    perform(actions.check_in, ctx=context(plays.checker()), **plays.inputs())
    following.read()
    assert law.at(DAY).value(plays.PATH, plays.KEY).state is LawState.OFFICIAL
    assert tables_at(DAY).state is not LawState.OFFICIAL

    check_all_of_gb_18218_but(plays.KEY)
    following.read()
    assert tables_at(DAY).state is LawState.OFFICIAL
    assert {row.state for row in tables_at(DAY).named} == {LawState.OFFICIAL}


def check_all_of_gb_18218_but(done: str) -> None:
    for (path, key), provision in law.shipped().provisions.items():
        for version in provision.versions:
            if path.startswith("gb-18218/") and key != done and not version.state.counts_as_law:
                said = {"path": path, "key": key, "held_from": version.period.from_, "basis": plays.BASIS}
                perform(actions.check_in, ctx=context(plays.checker()), fingerprint=version.fingerprint, **said)


def test_a_check_withdrawn_counts_no_more_and_stays_with_its_reason(db):
    ctx = context(plays.checker())
    check = perform(actions.check_in, ctx=ctx, **plays.inputs()).value
    following.read()
    perform(actions.withdraw, ctx=ctx, check=check, because="对照的是征求意见稿")
    following.read()

    assert law.at(DAY).value(plays.PATH, plays.KEY).state is not LawState.OFFICIAL
    entry = queries.entry_of(ctx=ctx, path=plays.PATH, key=plays.KEY, held_from=check.held_from)
    assert entry is not None
    assert entry.check is None
    assert [c.withdrawn_because for c in entry.earlier] == ["对照的是征求意见稿"]


def test_values_that_an_upgrade_changed_have_to_be_checked_again(db):
    version = plays.version()
    newer = replace(version, values={**version.values, "I": 101})
    checks = {(plays.PATH, plays.KEY, version.period.from_): version.fingerprint}
    provision = law.shipped().provisions[plays.PATH, plays.KEY]
    upgraded = law.Law({(plays.PATH, plays.KEY): replace(provision, versions=(newer,))})

    assert newer.fingerprint != version.fingerprint
    assert upgraded.with_checks(checks).not_yet_official() != []
    assert law.shipped().with_checks(checks).at(DAY).value(plays.PATH, plays.KEY).state is LawState.OFFICIAL


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "nothing_like_it"}, "没有这一版"),
        ({"held_from": date(1999, 1, 1)}, "没有这一版"),
        ({"fingerprint": "0" * 64}, "之后变了"),
    ],
)
def test_only_what_stands_on_the_screen_can_be_checked_in(db, change, said):
    with pytest.raises(actions.ChecksNothing, match=said):
        perform(actions.check_in, ctx=context(plays.checker()), **{**plays.inputs(), **change})


def test_nothing_is_checked_in_twice(db):
    perform(actions.check_in, ctx=context(plays.checker()), **plays.inputs())
    with pytest.raises(actions.ChecksNothing):
        perform(actions.check_in, ctx=context(plays.checker()), **plays.inputs())


def test_the_pages_show_values_and_offer_the_check_to_who_may(db, make_user, log_in):
    reader, checker = make_user("reader", "access.use_own_account"), make_user("checker", LawbookGrants.CHECK)
    address = f"/law/{plays.PATH}/{plays.KEY}/{plays.version().period.from_.isoformat()}/"
    for user, offered in ((reader, False), (checker, True)):
        browser = log_in(user)
        assert "重大危险源" in browser.get("/law/").content.decode()
        page = browser.get(address).content.decode()
        assert "GB 18218-2018" in page
        assert ("lawbook.check_in" in page) is offered
    assert log_in(reader).get("/law/gb-18218/grades/grade_floors/2001-01-01/").status_code == 404
    assert log_in(reader).get("/law/gb-18218/grades/grade_floors/nonsense/").status_code == 404
