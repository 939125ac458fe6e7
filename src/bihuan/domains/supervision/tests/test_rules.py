"""Draws that anybody can repeat, places that follow from the numbers, and what must be there before a step."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.domains.supervision.rules import drawing, ranking, requirements
from bihuan.domains.supervision.rules.drawing import Candidate, Inspector
from bihuan.domains.supervision.rules.ranking import UnitFacts
from bihuan.domains.supervision.terms import CheckKind, Result, WarningStep

SEED = "00112233445566778899aabbccddeeff"
LIST = [Candidate(f"E{n:02d}", f"企业{n}", f"E{n:02d}") for n in range(20)]
PEOPLE = [Inspector(f"p{n}", f"人{n}", "AWB") for n in range(5)]


def run(**said):
    told = {"seed": SEED, "candidates": LIST, "excluded": {}, "number": 6, "inspectors": PEOPLE, "size": 2, "least": 2}
    return drawing.run(**(told | said))


def test_a_ticket_is_what_sha256_says_of_seed_purpose_and_key():
    # sha256(b"00112233445566778899aabbccddeeff\nobject\nE00"), worked out apart from this code.
    ticket = drawing.ticket(seed=SEED, purpose="object", key="E00")
    assert ticket == "f29aeb32cf2f937ff1afb4c56d553ca8a6fbd408b2977f73f3b7bb08e2863fdd"


def test_the_same_list_and_seed_give_the_same_draw_in_whatever_order_they_come():
    shuffled = random.Random(7).sample(LIST, len(LIST))
    people = random.Random(8).sample(PEOPLE, len(PEOPLE))
    assert run(candidates=shuffled, inspectors=people) == run()
    assert run(seed="another") != run()


def test_whoever_is_excluded_is_never_drawn_and_the_others_keep_their_order():
    first = [c.key for c in drawing.draw(seed=SEED, candidates=LIST, excluded={}, number=0)]
    without = drawing.draw(seed=SEED, candidates=LIST, excluded={first[0]: "停产"}, number=0)
    assert [c.key for c in without] == first[1:]


@pytest.mark.parametrize(("number", "excluded", "fits"), [(20, 0, True), (21, 0, False), (19, 1, True), (20, 1, False)])
def test_more_than_there_are_cannot_be_drawn(number, excluded, fits):
    out = {c.key: "停产" for c in LIST[:excluded]}
    if fits:
        assert len(drawing.draw(seed=SEED, candidates=LIST, excluded=out, number=number)) == number
    else:
        with pytest.raises(drawing.TooFewToDraw):
            drawing.draw(seed=SEED, candidates=LIST, excluded=out, number=number)


@given(st.integers(1, 12), st.integers(1, 4), st.text(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_inspector_is_in_one_group_and_every_object_is_dealt_once(people, size, seed):
    inspectors = [Inspector(f"p{n}", str(n), "AWB") for n in range(people)]
    if people < size:
        with pytest.raises(drawing.TooFewInspectors):
            drawing.make_groups(seed=seed, inspectors=inspectors, size=size, least=1)
        return
    groups = drawing.make_groups(seed=seed, inspectors=inspectors, size=size, least=1)
    assert sorted(i.key for g in groups for i in g) == sorted(i.key for i in inspectors)
    assert all(len(g) >= size for g in groups)
    dealt = drawing.deal(groups=groups, objects=LIST)
    assert sorted(c.key for g in dealt for c in g.objects) == [c.key for c in LIST]
    sizes = [len(g.objects) for g in dealt]
    assert max(sizes) - min(sizes) <= 1


def test_nobody_checks_the_unit_he_belongs_to():
    own = Inspector("x", "厂内专家", "E03")
    groups = [[own, PEOPLE[0]], PEOPLE[1:3]]
    dealt = drawing.deal(groups=groups, objects=LIST[:8])
    assert "E03" not in {c.key for c in dealt[0].objects}
    with pytest.raises(drawing.NobodyMayCheck, match="企业3"):
        drawing.deal(groups=groups[:1], objects=LIST[:8])


def test_a_check_on_the_spot_takes_two_and_a_table_one():
    assert [k.least_inspectors for k in CheckKind] == [1, 2, 2, 2]
    assert all(len(g.inspectors) >= 2 for g in run(size=1))


def test_a_list_fitted_afterwards_has_another_digest():
    assert drawing.digest_of(LIST) == drawing.digest_of(list(reversed(LIST)))
    assert drawing.digest_of(LIST) != drawing.digest_of(LIST[1:])


def unit(code, **numbers):
    return UnitFacts(code, code, **numbers)


def test_places_go_by_what_was_kept_then_closed_then_sent_back_and_equals_share_one():
    lines = ranking.rank(
        [
            unit("idle"),
            unit("late", total=10, closed=5, overdue=3),
            unit("slow", total=10, closed=2),
            unit("fast", total=10, closed=9),
            unit("twin", total=20, closed=18),
            unit("redone", total=10, closed=9, sent_back=1),
            unit("behind", total=10, closed=10, closed_late=3),
        ]
    )
    assert [(line.rank, line.facts.code) for line in lines] == [
        (1, "fast"), (1, "twin"), (3, "redone"), (4, "slow"), (5, "behind"), (6, "late"),
    ]  # fmt: skip


def test_a_share_is_rounded_down_so_that_all_means_all():
    assert ranking.percent(unit("a", total=1001, closed=1000).closed_share) == "99.9%"
    assert ranking.percent(unit("a", total=3, closed=3).closed_share) == "100.0%"


@pytest.mark.parametrize(
    ("talk_wanted", "talked_on", "promised_on", "step"),
    [
        (True, None, None, WarningStep.TALK),
        (True, date(2026, 1, 1), None, WarningStep.PROMISE),
        (False, None, None, WarningStep.PROMISE),
        (True, date(2026, 1, 1), date(2026, 1, 2), WarningStep.KEEP),
        (False, None, date(2026, 1, 2), WarningStep.KEEP),
    ],
)
def test_a_warning_goes_talk_promise_keep(talk_wanted, talked_on, promised_on, step):
    now = requirements.step_of(talk_wanted=talk_wanted, talked_on=talked_on, promised_on=promised_on)
    assert now is step
    if step is not WarningStep.KEEP:
        with pytest.raises(requirements.WarningIncomplete):
            requirements.require_promise_kept(now=now)


@pytest.mark.parametrize(
    ("person", "limit", "measures"), [("", date(2026, 1, 1), "x"), ("张三", None, "x"), ("张三", date(2026, 1, 1), " ")]
)
def test_a_problem_needs_person_limit_and_measures(person, limit, measures):
    with pytest.raises(requirements.ProblemIncomplete):
        requirements.require_responsibility(person=person, limit=limit, measures=measures)
    requirements.require_responsibility(person="张三", limit=date(2026, 1, 1), measures="更换")


@pytest.mark.parametrize("kind", list(CheckKind))
@pytest.mark.parametrize("result", list(Result))
def test_only_a_look_back_finds_held_or_relapsed_and_nothing_else(kind, result):
    of_look_back = result in (Result.HELD, Result.RELAPSED)
    if of_look_back == (kind is CheckKind.LOOK_BACK):
        requirements.require_fitting(kind=kind, result=result)
    else:
        with pytest.raises(requirements.WrongResult):
            requirements.require_fitting(kind=kind, result=result)
