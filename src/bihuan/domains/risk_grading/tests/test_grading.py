"""Risk grading: what the registers fill in, what is kept, what the page tries without keeping, and grades entered."""

from decimal import Decimal

import pytest

from bihuan.core.actions.runner import perform
from bihuan.domains.risk_grading import actions, queries, rules
from bihuan.domains.risk_grading.models import Assessment, EnterpriseGrading, ParkGrading
from bihuan.domains.risk_grading.tests.plays import an_enterprise, assessed, assessor, report
from bihuan.engines.static_risk.scoring import WrongAnswer
from bihuan.engines.static_risk.tables import doc19_at
from bihuan.kernel.schemes import Doc19Colour
from bihuan.registers.installations.tests.plays import a_warehouse, an_equipment
from bihuan.registers.major_hazards.tests.plays import a_unit
from bihuan.registers.parks.tests.plays import a_park
from cast import TODAY, Cast, context

pytestmark = pytest.mark.django_db

TABLE = doc19_at(TODAY)
CLEAN = {item.code: 0 for item in TABLE.items}
NO_RED = {rule.code: False for rule in TABLE.direct_red}


@pytest.fixture
def cast(db):
    return Cast.build()


def test_the_registers_answer_what_they_know(cast):
    enterprise = an_enterprise(cast, processes="氯化、加氢工艺；过氧化")
    a_unit(cast)
    a_warehouse(cast, fire_class="A")
    an_equipment(cast, is_obsolete=True)
    found = queries.filled(enterprise, on=TODAY)
    counts = {code: answer.count for code, answer in found.items()}
    assert (counts["1.1"], counts["1.2"], counts["1.3"], counts["1.4"]) == (0, 0, 1, 0)
    assert counts["3.1"] == 3
    assert (counts["4.1"], counts["4.2"]) == (1, 0)
    assert counts["5.1"] == 0
    assert (counts["7.1"], counts["7.2"]) == (1, 0)
    assert all(a.from_data and a.why for a in found.values())
    assert "5.2" not in found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("氧化", ("氧化工艺",)), ("过氧化工艺", ("过氧化工艺",)), ("光气化", ("光气及光气化工艺",)),
        ("电解", ("电解工艺（氯碱）",)), ("蒸馏", ()), ("", ()),
    ],
)  # fmt: skip
def test_a_key_process_is_known_by_its_name_and_no_other(written, found):
    known = ("光气及光气化工艺", "电解工艺（氯碱）", "氧化工艺", "过氧化工艺")
    assert rules.key_processes_in([written], known=known) == found


def test_an_assessment_supersedes_the_one_before_and_says_what_came_from_where(cast):
    first = assessed(cast, CLEAN, NO_RED)
    assert (first.score, first.colour) == (100, "blue")
    second = assessed(cast, {**CLEAN, "8.1": 1, "5.1": 1}, NO_RED)
    assert (second.score, second.colour_term) == (87, Doc19Colour.YELLOW)
    assert second.answers["5.1"]["from_data"] is False
    assert second.answers["3.1"]["from_data"] is True
    assert list(Assessment.objects.filter(is_current=True)) == [second]
    assert second.sheet["state"] == "transcribed"


def test_an_unfinished_assessment_has_no_colour_and_an_impossible_one_leaves_nothing(cast):
    assert assessed(cast, {"5.2": 0}, {}).colour == ""
    with pytest.raises(WrongAnswer):
        assessed(cast, {"1.1": 1, "1.2": 1}, {})
    assert Assessment.objects.count() == 1


def grade(cast, **said):
    values = {"grade": "C", "document": "云应急〔2026〕8号", "graded_on": TODAY, "evidence": [report(cast)], **said}
    return perform(actions.grade_park, ctx=context(assessor(cast)), park=said.get("park") or a_park(cast), **{k: v for k, v in values.items() if k != "park"}).value  # fmt: skip


def test_a_grade_of_a_park_fits_its_score_and_rests_on_evidence(cast):
    park = a_park(cast)
    first = grade(cast, park=park, score="70")
    with pytest.raises(rules.GradeDoesNotFit):
        grade(cast, park=park, score="69.9")
    with pytest.raises(rules.GradeDoesNotFit):
        grade(cast, park=park, vetoes="无独立监管机构")
    with pytest.raises(rules.GradeNeedsEvidence):
        grade(cast, park=park, evidence=[])
    second = grade(cast, park=park, grade="A", vetoes="无独立监管机构")
    assert list(ParkGrading.objects.filter(park=park, is_current=True)) == [second]
    assert ParkGrading.objects.get(pk=first.pk).is_current is False


def test_a_poor_enterprise_says_how_it_will_rise(cast):
    enterprise, ctx = an_enterprise(cast), context(assessor(cast))
    said = {"enterprise": enterprise, "document": "云应急〔2026〕9号", "graded_on": TODAY}
    with pytest.raises(rules.ImprovementPlanMissing):
        perform(actions.grade_enterprise, ctx=ctx, grade="D", **said)
    perform(actions.grade_enterprise, ctx=ctx, grade="D", plan="2027年6月前完成自动化改造", **said)
    perform(actions.grade_enterprise, ctx=ctx, grade="B", **said)
    assert [g.grade for g in EnterpriseGrading.objects.filter(is_current=True)] == ["B"]


def test_the_page_tries_without_keeping_and_keeps_when_told(cast, make_user, log_in):
    from bihuan.core.modules import registry  # late: the registry is whole only when Django runs

    enterprise = an_enterprise(cast)
    user = make_user("assessor", *registry().roles["risk_assessor"].grants, region=cast.district.path)
    client, url = log_in(user), f"/risk-grading/{enterprise.pk}/"
    assert client.get(url).status_code == 200
    posted = {f"item-{code}": str(n) for code, n in CLEAN.items()} | {f"rule-{code}": "no" for code in NO_RED}
    tried = client.post(url, {**posted, "item-5.2": "1", "try": "1"}).content.decode()
    assert "试算" in tried
    assert "黄色" not in tried.split('id="result"')[1].split("</section>")[0].split("bh-legend")[0]
    assert Assessment.objects.count() == 0
    assert client.post(url, {**posted, "item-5.2": "99", "keep": "1"}).status_code == 422
    assert client.post(url, {**posted, "keep": "1"}).status_code == 302
    assert Assessment.objects.get().colour == "blue"
    sheet = client.get(f"{url}sheet.xlsx")
    assert sheet.status_code == 200
    assert sheet.content[:2] == b"PK"
    page = client.get("/risk-grading/").content.decode()
    assert "19号文企业安全风险诊断分级" in page
    assert "化工园区安全风险等级（D级为好）" in page


@pytest.mark.parametrize(
    ("grades", "share"),
    [("", None), ("D", "100"), ("CD", "50"), ("CDD", "66.66"), ("ABC", "0")],
)
def test_the_share_of_d_is_rounded_down_so_that_half_is_not_more_than_half(grades, share):
    found = rules.share_of_d(list(grades))
    assert found == (None if share is None else Decimal(share))
    assert found is None or (found > 50) is (grades.count("D") * 2 > len(grades))
