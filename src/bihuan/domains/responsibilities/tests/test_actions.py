"""The division, gaps as cases, lists named to the person, and a change of person that passes everything on at once."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from docx import Document
from openpyxl import load_workbook

from bihuan.core.actions.runner import perform
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.actions import division, lists
from bihuan.domains.responsibilities.models import Clause, Division, YearlyList
from bihuan.domains.responsibilities.queries import division as reads
from bihuan.domains.responsibilities.queries import lists as list_reads
from bihuan.domains.responsibilities.terms import ListKind
from bihuan.domains.responsibilities.tests import plays
from bihuan.domains.responsibilities.web import list_file
from bihuan.loop.actions import handling
from bihuan.loop.models import Case
from bihuan.parties.models import Membership, Person, Post
from cast import TODAY, context, saved


@pytest.fixture
def emergency(cast):
    return context(cast.actor("handler", "handler", cast.emergency))


def test_a_later_word_replaces_the_one_in_force_and_both_stay(cast):
    plays.declared(cast, cast.industry, "link.use", from_on=date(2026, 1, 1))
    plays.declared(cast, cast.industry, "link.storage", from_on=date(2026, 7, 1))
    before = reads.matrix_of(region=cast.city, on=date(2026, 6, 30))
    after = reads.matrix_of(region=cast.city, on=date(2026, 7, 1))
    assert [m.cells["link.use"][cast.industry.code].value for m in (before, after)] == ["in_charge", "not_concerned"]
    assert Division.objects.count() == 2
    with pytest.raises(division.SaidLater):
        plays.declared(cast, cast.industry, "link.use", from_on=date(2026, 7, 1))


def test_an_empty_line_is_the_backstops_case_until_somebody_is_in_charge(cast, office, emergency):
    plays.declared(cast, cast.emergency, *plays.EVERY_LINE[:2])
    gap = plays.gap_of(cast, "link.use")
    with pytest.raises(division.AlreadyAsked):
        plays.gap_of(cast, "link.use")
    case = perform(handling.acknowledge, ctx=emergency, case=gap.case).value
    with pytest.raises(rules.StillEmpty, match="使用"):
        perform(handling.submit, ctx=emergency, case=case, note="已明确")
    plays.declared(cast, cast.industry, "link.use")
    case = Case.objects.get(pk=case.pk)
    assert perform(handling.submit, ctx=emergency, case=case, note="已明确").value.stage == "submitted"
    view = reads.view_of(ctx=office, region=cast.city)
    assert [case for line, _, case in view.rows if line.value == "link.use"] == [Case.objects.get(pk=case.pk)]


def test_post_and_person_of_a_clause_belong_to_its_unit(cast):
    with pytest.raises(rules.NotOfThisUnit):
        plays.clause_of(cast, cast.person(cast.emergency, "外单位"))


def test_a_list_is_published_when_every_line_has_its_person_and_never_changes(cast, office):
    clause = plays.clause_of(cast)
    said = {"organisation": cast.industry, "kind": "responsibilities", "year": 2026}
    with pytest.raises(rules.PersonMissing):
        perform(lists.publish_list, ctx=office, **said)
    person = cast.person(cast.industry, "李明")
    perform(division.name_person, ctx=office, clause=clause, person=person)
    first = perform(lists.publish_list, ctx=office, **said).value
    plays.clause_of(cast, person, text="负责化工行业规划")
    second = perform(lists.publish_list, ctx=office, **said).value
    assert [(p.version_no, len(p.rows)) for p in (first, second)] == [(1, 1), (2, 2)]
    kept = YearlyList.objects.get(pk=first.pk)
    assert list_reads.digest_of([list_reads.ListRow(**r) for r in kept.rows]) == kept.digest
    with pytest.raises(lists.NothingOnTheList):
        perform(lists.publish_list, ctx=office, **(said | {"kind": "leaders"}))


def test_an_ended_clause_leaves_the_list_on_its_day(cast, office):
    clause = plays.clause_of(cast)
    with pytest.raises(rules.EndsBeforeItBegins):
        perform(division.end_clause, ctx=office, clause=clause, until_on=TODAY - timedelta(days=1))
    perform(division.end_clause, ctx=office, clause=clause, until_on=TODAY + timedelta(days=1))
    on_list = [bool(list_reads.clauses(organisation=cast.industry, on=TODAY + timedelta(days=n))) for n in (0, 1)]
    assert on_list == [True, False]


def test_a_change_of_person_passes_on_what_is_open_and_only_what_was_shown(cast, office):
    old, new = cast.person(cast.industry, "李明"), cast.person(cast.industry, "王芳")
    post = saved(Post(organisation=cast.industry, organisation_code="GX", region_path=cast.city.path, name="安全科长"))
    where = {"organisation": cast.industry, "organisation_code": "GX", "region_path": cast.city.path}
    saved(Membership(person=old, post=post, from_on=date(2025, 1, 1), **where))
    task, done = plays.task_of(cast, old), plays.task_of(cast, old)
    Case.objects.filter(pk=done.pk).update(stage="closed_out", is_open=False)
    plays.clause_of(cast, old)
    said = {"person": old, "to": new, "on": TODAY, "has_left": True}
    with pytest.raises(rules.CountChanged):
        perform(lists.pass_on, ctx=office, shown=2, **said)
    record = perform(lists.pass_on, ctx=office, shown=3, **said).value
    assert (record.cases, record.clauses, record.posts) == (1, 1, 1)
    assert Case.objects.get(pk=task.pk).owner_person == new
    assert Case.objects.get(pk=done.pk).owner_person == old
    assert Clause.objects.get().person == new
    assert {(m.person.name, m.until_on) for m in Membership.objects.all()} == {("李明", TODAY), ("王芳", None)}
    assert Person.objects.get(pk=old.pk).left_on == TODAY


def test_nobody_hands_over_to_himself_or_to_another_unit(cast, office):
    old, other = cast.person(cast.industry, "李明"), cast.person(cast.emergency, "外单位")
    with pytest.raises(rules.SamePerson):
        perform(lists.pass_on, ctx=office, person=old, to=old, shown=0, on=TODAY)
    with pytest.raises(rules.NotOfThisUnit):
        perform(lists.pass_on, ctx=office, person=old, to=other, shown=0, on=TODAY)


def test_the_files_of_a_list_say_what_the_page_says_and_who_is_missing(cast):
    plays.task_of(cast, cast.person(cast.industry, "李明"))
    plays.task_of(cast)
    rows = list_reads.rows_of(organisation=cast.industry, kind=ListKind.TASKS, year=2026, on=TODAY)
    assert [r.person for r in rows] == ["李明", ""]
    word = Document(BytesIO(list_file.as_word(unit=cast.industry, kind=ListKind.TASKS, year=2026, rows=rows, on=TODAY)))
    assert any("有1行尚未落实责任人" in p.text for p in word.paragraphs)
    assert [c.text for c in word.tables[0].rows[1].cells][-1] == "李明"
    book = load_workbook(BytesIO(list_file.as_excel(unit=cast.industry, kind=ListKind.TASKS, year=2026, rows=rows)))
    assert [c.value for c in book.active["B"]][2:] == ["建立重点企业清单"] * 2


def test_a_unit_sees_its_own_lists_and_a_stranger_none(cast):
    plays.clause_of(cast)
    clerk = context(cast.department_clerk)
    assert list_reads.see_unit(ctx=clerk, code=cast.industry.code) == cast.industry
    with pytest.raises(Exception, match="没有找到"):
        list_reads.see_unit(ctx=context(cast.stranger), code=cast.industry.code)
    assert not Clause.objects.visible_to(cast.stranger).exists()
