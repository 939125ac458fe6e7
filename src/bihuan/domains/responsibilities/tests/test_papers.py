"""职责文件与任务依据: drafted from the catalogue, published by version; each task rests on a clause of its owner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bihuan.core.actions.runner import perform
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.actions import basis, papers
from bihuan.domains.responsibilities.models import Paper
from bihuan.domains.responsibilities.queries import papers as reads
from bihuan.domains.responsibilities.queries.basis import basis_view, without_basis
from bihuan.domains.responsibilities.terms import PaperState
from bihuan.domains.responsibilities.tests import plays
from cast import TODAY, context


@pytest.mark.parametrize(
    ("task", "likely"),
    [
        ("开展危险货物道路运输执法检查", ["transport"]),
        ("建立重点化工企业清单，推动企业搬迁改造", ["industry"]),
        ("召开会议", []),
    ],
)
def test_a_clause_is_likely_by_the_words_it_shares_with_the_task(task, likely):
    clauses = {
        "transport": "负责危险货物道路运输、水路运输的安全监督管理",
        "industry": "负责化工企业布局和搬迁改造",
        "waste": "监督危险废物的收集、贮存、处置",
    }
    assert rules.likely_clauses(task, clauses)[:1] == likely


@pytest.mark.django_db
def test_the_duty_paper_opens_with_the_catalogue_and_each_version_replaces_the_last(cast, office):
    plays.declared(cast, cast.industry, "link.production")
    plays.clause_of(cast)
    first = plays.paper_of(cast)
    assert first.text == (
        f"1. {cast.industry.name}\n主管环节和行业：生产。\n（1）负责民用爆炸物品生产、销售安全监管。（依据：三定规定）"
    )
    published = perform(papers.publish_paper, ctx=office, paper=first, number="云安委〔2026〕9号", from_on=TODAY).value
    with pytest.raises(rules.NotADraft):
        perform(papers.write_paper, ctx=office, paper=published, title="监管工作职责（改）", text="不行")
    second = perform(papers.revise_paper, ctx=office, paper=published).value
    assert (second.version_no, second.text) == (2, first.text)
    with pytest.raises(rules.NotADraft):
        perform(papers.revise_paper, ctx=office, paper=published)
    said = {"number": "云安委〔2027〕1号"}
    with pytest.raises(rules.EndsBeforeItBegins):
        perform(papers.publish_paper, ctx=office, paper=second, from_on=TODAY, **said)
    later = TODAY + timedelta(days=40)
    perform(papers.publish_paper, ctx=office, paper=second, from_on=later, **said)
    states = {p.version_no: (p.state_on(TODAY), p.state_on(later)) for p in Paper.objects.all()}
    assert states == {
        1: (PaperState.IN_FORCE, PaperState.ENDED),
        2: (PaperState.COMING, PaperState.IN_FORCE),
    }


@pytest.mark.django_db
def test_a_department_in_charge_of_a_sector_without_a_guidance_system_is_named(cast, office):
    plays.declared(cast, cast.industry, "sector.energy")
    plays.declared(cast, cast.emergency, "link.production")
    assert reads.without_guidance(ctx=office) == [cast.industry]
    said = {"organisation": cast.industry, "kind": "guidance", "title": "民爆行业督查指导制度", "text": "每季一次。"}
    paper = plays.paper_of(cast, **said)
    assert reads.without_guidance(ctx=office) == [cast.industry]
    perform(papers.publish_paper, ctx=office, paper=paper, number="云工信〔2026〕2号", from_on=TODAY)
    assert reads.without_guidance(ctx=office) == []


@pytest.mark.django_db
def test_a_task_rests_on_a_clause_of_its_own_owner(cast, office):
    case, clause = plays.task_of(cast), plays.clause_of(cast, text="负责建立重点化工企业清单")
    assert without_basis([cast.industry]) == {cast.industry.pk: 1}
    assert basis_view(ctx=office, unit=cast.industry).lines[0].likely == [clause]
    other = plays.clause_of(cast, organisation=cast.emergency)
    clerk = context(cast.department_clerk)
    with pytest.raises(rules.WrongClause):
        perform(basis.rest_on, ctx=office, case=case, clause=other)
    perform(basis.rest_on, ctx=clerk, case=case, clause=clause)
    view = basis_view(ctx=office, unit=cast.industry)
    assert (view.without, view.lines[0].clause, view.clauses) == (0, clause, [(clause, 1)])
    assert without_basis([cast.industry]) == {}
