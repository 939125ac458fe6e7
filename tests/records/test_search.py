"""Search over all registers: two characters, initials, pieces of codes; never a neighbour's row, not even in a count."""

from __future__ import annotations

import pytest

from bihuan.core.actions import runner
from bihuan.core.actions.problems import InvalidInput
from bihuan.core.jobs import queue
from bihuan.core.records import search
from bihuan.core.records.models import SearchEntry
from bihuan.loop.models import Case


def titles(ctx, text):
    return [h.title for h in search.find(actor=ctx.actor, text=text).hits]


@pytest.fixture
def three(add_tank, cast):
    add_tank("V-2101A", "甲醇储罐", medium="甲醇")
    add_tank("V-2102", "液氨球罐", medium="液氨", plant=cast.second_plant)
    add_tank("V-2103", "苯乙烯储罐", medium="苯乙烯")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲醇", ["甲醇储罐"]),
        ("储罐", ["甲醇储罐", "苯乙烯储罐"]),
        ("苯乙烯", ["苯乙烯储罐"]),
        ("乙烯储罐", ["苯乙烯储罐"]),
        ("烯苯", []),
        ("jccg", ["甲醇储罐"]),
        ("BYX", ["苯乙烯储罐"]),
        ("2101", ["甲醇储罐"]),
        ("v2101a", ["甲醇储罐"]),
        ("Ｖ－２１０２", ["液氨球罐"]),
        ("液氨 2102", ["液氨球罐"]),
        ("液氨 2103", []),
        ('\' OR "x"*', []),
        ("NEAR(甲醇 储罐)", []),
    ],
)
def test_what_a_query_finds(three, as_, text, found):
    assert sorted(titles(as_("keeper"), text)) == sorted(found)


def test_one_character_is_too_short_to_search_for(three, as_):
    assert search.find(actor=as_("keeper").actor, text="甲").too_short


def test_the_exact_code_comes_first(add_tank, as_):
    add_tank("T-10", "甲罐")
    add_tank("T-1", "乙罐")
    assert titles(as_("keeper"), "T-1")[0] == "乙罐"


def test_a_neighbour_finds_nothing_and_counts_nothing(three, as_):
    found = search.find(actor=as_("neighbour").actor, text="甲醇")
    assert (found.hits, found.count) == ((), 0)
    assert search.find(actor=as_("outsider").actor, text="甲醇").count == 0


def test_an_enterprise_finds_only_its_own(three, as_):
    assert titles(as_("clerk"), "储罐") == ["甲醇储罐", "苯乙烯储罐"]
    assert titles(as_("clerk"), "液氨") == []


def test_an_entry_follows_its_row(three, add_tank, tanks, as_, cast):
    tank = add_tank("V-9", "丙酮罐")
    tank = runner.perform(tanks.action("change"), ctx=as_("keeper"), row=tank, name="丁酮罐").value
    assert (titles(as_("keeper"), "丙酮"), titles(as_("keeper"), "丁酮")) == ([], ["丁酮罐"])
    runner.perform(tanks.action("change"), ctx=as_("keeper"), row=tank, organisation=cast.second_plant)
    assert titles(as_("clerk"), "丁酮") == []


def test_an_action_that_fails_leaves_no_entry(add_tank, cast):
    with pytest.raises(InvalidInput):
        add_tank("V-1", longitude="117")
    assert not SearchEntry.objects.exists()


def test_a_rebuild_finds_the_same_and_drops_what_is_gone(three, as_):
    before = set(SearchEntry.objects.values_list("subject", "text", "grams"))
    SearchEntry.objects.filter(code="V-2102").delete()
    SearchEntry.objects.filter(code="V-2101A").update(grams="", text="")
    later = as_("keeper").at.replace(year=2027)
    SearchEntry.objects.create(subject="gone:1", kind="tanks.tank", row_id="01900000-0000-7000-8000-000000000000",
                               title="废罐", text="废罐", grams="废罐", seen_at=as_("keeper").at)  # fmt: skip
    queue.enqueue(job="records.rebuild_search", payload={}, key="rebuild", at=later)
    queue.drain(at=later)
    assert set(SearchEntry.objects.values_list("subject", "text", "grams")) == before


def test_personal_fields_are_not_searched(enterprises, as_, cast):
    given = {"code": "E-1", "name": "东港", "organisation": cast.plant, "type": "production", "contact": "欧阳震华"}
    runner.perform(enterprises.action("add"), ctx=as_("keeper"), **given)
    assert titles(as_("keeper"), "欧阳") == []
    assert titles(as_("keeper"), "东港") == ["东港"]


def test_a_search_costs_the_same_queries_for_few_and_many(three, add_tank, as_, django_assert_max_num_queries):
    for n in range(40):
        add_tank(f"W-{n:03}", "甲醇小罐")
    actor = as_("keeper").actor
    with django_assert_max_num_queries(2):
        assert search.find(actor=actor, text="甲醇").count == 41


def test_a_step_of_a_case_writes_its_search_entry_not_anew_but_another_title_does():
    (of_cases,) = [s for s in search.searchables() if s.model is Case]
    assert of_cases.unaffected_by <= {f.attname for f in Case._meta.concrete_fields}
    assert not of_cases.is_concerned(Case(), {"stage", "closed_at"})
    assert of_cases.is_concerned(Case(), {"stage", "title"})
    assert of_cases.is_concerned(Case(), {"owner_id", "organisation_code"})
