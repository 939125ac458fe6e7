"""诊断评分、录入等级."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field as Limit

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.risk_grading import queries, rules
from bihuan.domains.risk_grading.models import Assessment, EnterpriseGrading, ParkGrading, ParkGradingEvidence
from bihuan.domains.risk_grading.terms import RiskGradingGrants
from bihuan.engines.static_risk import sheet
from bihuan.engines.static_risk.scoring import Answer, score
from bihuan.engines.static_risk.tables import doc19_at, park_at
from bihuan.kernel.calendar import day_of
from bihuan.kernel.schemes import EnterpriseGrade, ParkGrade
from bihuan.kernel.text import Text
from bihuan.loop.actions.scopes import EvidenceList, pieces
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.parks.models import Park

BY_HAND = "人工填写"
_DOCUMENT = Label("依据文件", "Document")
_GRADED_ON = Label("评定日期", "Graded on")


@action(
    "risk_grading.assess",
    label=Text("保存诊断评分", "Keep the assessment"),
    needs=RiskGradingGrants.ASSESS,
    icon="gauge",
    tone="primary",
)
def assess(
    *,
    ctx: Context,
    enterprise: Ref[Enterprise],
    answers: Annotated[dict[str, int], Label("各项次数", "How often each item applies")],
    direct: Annotated[dict[str, bool], Label("直接判红情形", "Direct red")],
) -> Assessment:
    """19号文诊断: answers as given; what agrees with the registers says so. Left out is open, and leaves it uncoloured."""
    today = day_of(ctx.at)
    known = queries.filled(enterprise, on=today)
    given = {
        code: known[code] if code in known and known[code].count == count else Answer(count, BY_HAND)
        for code, count in answers.items()
    }
    found = score(table=doc19_at(today), answers=given, direct=direct)
    last = queries.current_of(enterprise)
    if last is not None:
        ctx.change(last, is_current=False)
    return ctx.create(
        Assessment(
            enterprise=enterprise,
            on=today,
            score=found.score,
            colour=found.colour.value if found.colour is not None else "",
            answers={c: {"count": a.count, "why": a.why, "from_data": a.from_data} for c, a in given.items()},
            direct={code: holds for code, holds in found.direct.items() if holds is not None},
            sheet=sheet.to_json(found),
            region_path=enterprise.thing.region_path,
            organisation_code=enterprise.thing.organisation_code,
        )
    )


@action(
    "risk_grading.grade_park",
    label=Text("录入园区等级", "Enter the grade of a park"),
    needs=RiskGradingGrants.GRADE,
    icon="certificate",
)
def grade_park(
    *,
    ctx: Context,
    park: Ref[Park],
    grade: Annotated[ParkGrade, Label("等级（D级为好）", "Grade (D is good)")],
    document: Annotated[str, _DOCUMENT, Limit(min_length=2, max_length=160)],
    graded_on: Annotated[date, _GRADED_ON],
    evidence: EvidenceList,
    score: Annotated[Decimal | None, Label("得分", "Score"), Limit(ge=0, le=100)] = None,
    vetoes: Annotated[str, Label("否决项", "Vetoes", widget="textarea"), Limit(max_length=500)] = "",
    lost: Annotated[
        list[str] | None,
        Label(
            "失分清单",
            "Points lost",
            hint=Text("一行一条：要素 失分 说明。例：封闭化 3 未实施分级封闭", "One a line: element, points, why."),
        ),
        Limit(max_length=200),
    ] = None,
) -> ParkGrading:
    """录入园区等级: as the assessment found it; its points table isn't whole here, so it is never calculated."""
    rules.require_past(on=graded_on, today=day_of(ctx.at))
    table = park_at(graded_on)
    rules.require_grade_fits(grade=grade, score=score, vetoes=vetoes.strip(), table=table)
    given_away = rules.lost_points(lost or [], elements=[str(e["element"]) for e in table.elements], score=score)
    given = pieces(ctx=ctx, ids=evidence)
    rules.require_evidence(len(given))
    for last in ParkGrading._base_manager.filter(park=park, is_current=True):
        ctx.change(last, is_current=False)
    place = {"region_path": park.thing.region_path, "organisation_code": park.thing.organisation_code}
    made = ctx.create(
        ParkGrading(
            park=park,
            grade=grade.value,
            score=score,
            vetoes=vetoes.strip(),
            lost=[[one.element, f"{one.points.normalize():f}", one.why] for one in given_away],
            document=document,
            graded_on=graded_on,
            **place,
        )
    )
    for piece in given:
        ctx.create(ParkGradingEvidence(grading=made, evidence=piece, **place))
    return made


@action(
    "risk_grading.grade_enterprise",
    label=Text("录入企业等级", "Enter the grade of an enterprise"),
    needs=RiskGradingGrants.GRADE,
    icon="certificate",
)
def grade_enterprise(
    *,
    ctx: Context,
    enterprise: Ref[Enterprise],
    grade: Annotated[EnterpriseGrade, Label("等级（D级为差）", "Grade (D is poor)")],
    document: Annotated[str, _DOCUMENT, Limit(min_length=2, max_length=160)],
    graded_on: Annotated[date, _GRADED_ON],
    plan: Annotated[
        str,
        Label("提升措施与期限（C、D级必填）", "How it will rise (C and D)", widget="textarea"),
        Limit(max_length=500),
    ] = "",
) -> EnterpriseGrading:
    """录入企业分级监管等级."""
    rules.require_past(on=graded_on, today=day_of(ctx.at))
    rules.require_plan(grade=grade, plan=plan)
    for last in EnterpriseGrading._base_manager.filter(enterprise=enterprise, is_current=True):
        ctx.change(last, is_current=False)
    return ctx.create(
        EnterpriseGrading(
            enterprise=enterprise,
            grade=grade.value,
            document=document,
            plan=plan.strip(),
            graded_on=graded_on,
            region_path=enterprise.thing.region_path,
            organisation_code=enterprise.thing.organisation_code,
        )
    )
