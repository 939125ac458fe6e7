"""Projects: the catalogue of the place and day, a place's own floor, and a decision of somebody else."""

from datetime import date

import pytest

from bihuan.core.actions.runner import perform
from bihuan.domains.project_screening import actions, queries, rules
from bihuan.domains.project_screening.module import CATALOGUE
from bihuan.domains.project_screening.terms import ScreeningGrants
from bihuan.domains.project_screening.tests.plays import a_project, decider, registrar
from bihuan.kernel.problem import Problem
from bihuan.parties.models import Parameter
from cast import TODAY, Cast, context, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return Cast.build()


def entry(cast, code, name, cas="", restriction="forbidden", region=None, **said):
    keeper = cast.actor("keeper", "restricted_chemicals_keeper", cast.district_emergency, region=cast.city)
    values = {"document": "禁限控目录", "from_on": date(2026, 1, 1), **said}
    action = CATALOGUE.action("add")
    return perform(action, ctx=context(keeper), code=code, region=region or cast.city, restriction=restriction, name=name, cas=cas, **values).value  # fmt: skip


def decide(cast, project, decision, **said):
    return perform(actions.decide, ctx=context(decider(cast)), project=project, decision=decision, **said).value


def test_the_catalogue_is_that_of_the_place_and_the_day(cast):
    entry(cast, "A", "光气", "75-44-5")
    entry(cast, "B", "旧目录", until_on=TODAY)
    entry(cast, "C", "将来", from_on=date(2027, 1, 1))
    names = {e.name for e in queries.catalogue_of(region_path=cast.park.path, on=TODAY)}
    assert names == {"光气"}
    assert queries.catalogue_of(region_path=cast.next_city.path, on=TODAY) == []


def test_a_project_is_screened_by_its_place_and_a_place_sets_its_own_floor(cast):
    entry(cast, "A", "光气", "75-44-5")
    assert a_project(cast).verdict == "admitted"
    assert a_project(cast, number="2", substances=["光气"]).verdict == "refused"
    assert a_project(cast, number="3", investment="90000").verdict == "refused_in_principle"
    saved(
        Parameter(
            name="准入投资下限_新建化工", region=cast.district, region_path=cast.district.path, from_on=TODAY, value=80000, basis="东湖区〔2026〕3号"
        )
    )  # fmt: skip
    found = a_project(cast, number="4", investment="90000")
    assert found.verdict == "admitted"
    assert any(f["source"] == "东湖区〔2026〕3号" for f in queries.findings_of(found))


def test_an_exception_needs_another_person_reasons_and_evidence(cast):
    entry(cast, "A", "光气", "75-44-5")
    project = a_project(cast, grade_after="I")
    assert project.verdict == "refused_in_principle"
    both = cast.actor("registrar", "project_decider", cast.district_emergency, region=cast.district)
    reason = "该项目为国家战略物资保供项目，经专家论证采取本质安全措施后风险可接受。"
    proof = [cast.evidence(decider(cast), cast.district_emergency, "专家论证意见").pk]
    with pytest.raises(rules.DecidesOwnProject):
        perform(actions.decide, ctx=context(both), project=project, decision="exception", reason=reason)
    for decision, said, problem in (
        ("admitted", {}, rules.DecisionDoesNotFit),
        ("open", {}, rules.DecisionDoesNotFit),
        ("exception", {"reason": "同意", "evidence": proof}, rules.ReasonMissing),
        ("exception", {"reason": reason}, rules.ReasonMissing),
        ("refused", {}, rules.ReasonMissing),
    ):
        with pytest.raises(problem):
            decide(cast, project, decision, **said)
    decided = decide(cast, project, "exception", reason=reason, evidence=proof)
    assert decided.decision == "exception"
    with pytest.raises(rules.DecidedAlready):
        decide(cast, decided, "refused", reason="改变主意")
    with pytest.raises(rules.DecidedAlready):
        perform(actions.screen_again, ctx=context(registrar(cast)), project=decided)


def test_what_is_refused_for_good_has_no_exception(cast):
    entry(cast, "A", "光气", "75-44-5")
    project = a_project(cast, substances=["光气 75-44-5"])
    with pytest.raises(rules.DecisionDoesNotFit):
        decide(cast, project, "exception", reason="理由" * 20)
    assert decide(cast, project, "refused", reason="涉及禁止类").decision == "refused"


def test_a_wrong_number_of_a_chemical_is_refused(cast):
    with pytest.raises(Problem):
        a_project(cast, substances=["甲醇 67-56-2"])


def test_the_pages_show_every_rule_with_its_state(cast, make_user, log_in):
    project = a_project(cast, grade_after="I")
    user = make_user("reader", ScreeningGrants.READ, region=cast.city.path)
    client = log_in(user)
    assert project.name in client.get("/projects/").content.decode()
    page = client.get(f"/projects/{project.pk}/").content.decode()
    assert "转载待核" in page
    assert "新上一级重大危险源" in page
    stranger = make_user("next", ScreeningGrants.READ, region=cast.next_city.path)
    assert log_in(stranger).get(f"/projects/{project.pk}/").status_code == 404
