"""What people do in an assessment: set the scheme, score, judge, publish, appeal, decide; and pursue by the rules of the place. 依据 C15, C16."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.notices.telling import tell
from bihuan.core.notices.terms import NoticeLevel
from bihuan.core.notices.topics import Topic
from bihuan.domains.assessment import queries
from bihuan.domains.assessment.models import Appeal, Pursuit, Scheme, ScoreSheet
from bihuan.domains.assessment.rules import criteria as written
from bihuan.domains.assessment.rules import scoring
from bihuan.domains.assessment.terms import APPEAL_DAYS, APPEAL_KIND, AssessmentGrants, Measure, PursuitMeasure
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.handling import WrongPerson, submit_case
from bihuan.loop.actions.scopes import EvidenceList, handled_at, pieces
from bihuan.loop.models import Case, CaseStep
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation, Person, Region

RESULTS = Topic("assessment.result", Text("年度考核", "Assessments"))

TheScheme = Annotated[Ref[Scheme], Label("考核方案", "Scheme", widget="hidden")]
TheSheet = Annotated[Ref[ScoreSheet], Label("考核表", "Score sheet", widget="hidden")]
TheAppeal = Annotated[Ref[Appeal], Label("申诉", "Appeal", widget="hidden")]
TheRegion = Annotated[Ref[Region], Label("区域", "Region")]
Organiser = Annotated[Ref[Organisation], Label("组织单位", "Organised by")]
Reviewer = Annotated[Ref[Organisation], Label("复核单位", "Reviewed by")]
Assessed = Annotated[list[Ref[Organisation]], Label("被考核单位", "Who is assessed")]
Pursued = Annotated[Ref[Organisation], Label("被追究单位", "Whose responsibility")]
PursuedPerson = Annotated[Ref[Person], Label("被追究人", "Person")]
OfSheet = Annotated[Ref[ScoreSheet], Label("考核结果", "Result it follows from")]
OfCase = Annotated[Ref[Case], Label("警示（事项）", "Warning or case it follows from")]
LineKey = Annotated[str, Field(max_length=10), Label("指标", "Line", widget="hidden")]


class AlreadyPublished(Problem):
    code = "assessment_already_published"
    status = 409


class NotPublished(Problem):
    code = "assessment_not_published"
    status = 409


class NobodyAssessed(Problem):
    code = "nobody_assessed"


class NoSuchLine(Problem):
    code = "no_such_line"


class AlreadyAppealed(Problem):
    code = "already_appealed"
    status = 409


class NoCause(Problem):
    code = "pursuit_without_cause"


class NotYetDecided(Problem):
    code = "pursuit_not_yet_decided"


class StillToJudge(Problem):
    code = "still_to_judge"
    status = 409


def _require_draft(scheme: Scheme) -> None:
    if scheme.published_at is not None:
        raise AlreadyPublished(
            Text(
                "考核结果已公布，不能再改；有异议的由被考核单位申诉。",
                "The results are published; a unit that disagrees appeals.",
            )
        )


@action(
    "assessment.set_scheme",
    label=Text("制定考核方案", "Set up a scheme"),
    needs=AssessmentGrants.CONDUCT,
    scope=lambda *, ctx, region, organisation, **_: Place(region.path, frozenset([organisation.code])),
    icon="plus",
)
def set_scheme(
    *,
    ctx: Context,
    title: Annotated[str, Field(min_length=2, max_length=200), Label("名称", "Title")],
    year: Annotated[int, Field(ge=2020, le=2100), Label("年度", "Year")],
    region: TheRegion,
    organisation: Organiser,
    reviewer: Reviewer,
    units: Assessed,
    criteria: Annotated[
        list[str],
        Label(
            "指标（一行一项）",
            "Criteria, one a line",
            widget="lines",
            hint=Text(
                "名称，指标，分值，每项扣分；合计 100 分。", "Name, measure, points, deduction each; 100 points in all."
            ),
        ),
    ],
) -> Scheme:
    """制定考核方案: weights as data; a sheet for each unit."""
    loop_rules.require_independent_supervisor(owner=organisation.code, supervisor=reviewer.code)
    found = written.parse(criteria)
    scoring.require_weights(found)
    if not units:
        raise NobodyAssessed(
            Text("请选择被考核单位。", "Choose who is assessed."), where={"units": Text("必填。", "Needed.")}
        )
    scheme = ctx.create(
        Scheme(
            year=year,
            title=title,
            region=region,
            region_path=region.path,
            organisation=organisation,
            organisation_code=organisation.code,
            reviewer=reviewer,
            criteria=[
                {"key": c.key, "name": c.name, "measure": c.measure.value, "points": str(c.points), "each": str(c.each)}
                for c in found
            ],
        )
    )
    for unit in units:
        ctx.create(
            ScoreSheet(scheme=scheme, organisation=unit, organisation_code=unit.code, region_path=unit.region_path)
        )
    return scheme


@action("assessment.score_units", label=Text("计分", "Score"), needs=AssessmentGrants.CONDUCT, icon="refresh")
def score_units(*, ctx: Context, scheme: TheScheme) -> Scheme:
    """计分: every sheet anew from the ledger as it stands; before publishing only."""
    _require_draft(scheme)
    for sheet in scheme.sheets.select_related("organisation", "scheme").select_for_update(of=("self",)).order_by("pk"):
        _put(ctx, sheet)
    ctx.about(scheme)
    return scheme


def _put(ctx: Context, sheet: ScoreSheet) -> ScoreSheet:
    lines, total = queries.sheet_now(sheet=sheet, on=day_of(ctx.at))
    return ctx.change(sheet, lines=lines, total=total, computed_at=ctx.at)


def _criterion(sheet: ScoreSheet, key: str) -> scoring.Criterion:
    found = next((c for c in sheet.scheme.read_criteria if c.key == key), None)
    if found is None:
        raise NoSuchLine(Text("考核表没有这一项。", "The sheet has no such line."))
    return found


@action(
    "assessment.judge",
    label=Text("评定", "Judge"),
    needs=AssessmentGrants.CONDUCT,
    scope=lambda *, ctx, sheet, **_: sheet.scheme.place,
    icon="pencil",
)
def judge(
    *,
    ctx: Context,
    sheet: TheSheet,
    key: LineKey,
    value: Annotated[Decimal, Label("得分", "Points")],
    words: Annotated[str, Field(min_length=2, max_length=300), Label("评定理由", "Why", widget="textarea")],
) -> ScoreSheet:
    """人工评定: only of what isn't counted, with the reason."""
    _require_draft(sheet.scheme)
    criterion = _criterion(sheet, key)
    if criterion.measure is not Measure.BY_HAND:
        raise NoSuchLine(
            Text("这一项由台账计分，不能人工评定。", "The ledger counts this line; it isn't judged by hand.")
        )
    scoring.require_within(value=value, points=criterion.points)
    changed = ctx.change(sheet, by_hand={**sheet.by_hand, key: [str(value), words]})
    return _put(ctx, changed)


@action(
    "assessment.publish",
    label=Text("公布结果", "Publish the results"),
    needs=AssessmentGrants.CONDUCT,
    confirm=Text(
        "公布后分数只能因申诉改变，并通知各单位。公布吗？",
        "Afterwards only an appeal changes a score; the units are told. Publish?",
    ),
    icon="speakerphone",
)
def publish(*, ctx: Context, scheme: TheScheme) -> Scheme:
    """公布: scored anew first; refused while something is left to judge."""
    _require_draft(scheme)
    sheets = list(scheme.sheets.select_related("organisation", "scheme").select_for_update(of=("self",)).order_by("pk"))
    by_hand = {c.key for c in scheme.read_criteria if c.measure is Measure.BY_HAND}
    open_ones = [s.organisation.name for s in sheets if by_hand - set(s.by_hand)]
    if open_ones:
        raise StillToJudge(
            Text("还有 {n} 个单位没有人工评定（{first}）。", "{n} units are still to be judged ({first}).").format(
                n=len(open_ones), first="、".join(open_ones[:3])
            )
        )
    for sheet in sheets:
        _put(ctx, sheet)
        people = User.objects.filter(organisation_code=sheet.organisation_code, is_active=True).order_by()
        tell(
            ctx,
            recipients=[p for p in people.values_list("pk", flat=True) if p != ctx.actor.user_id],
            topic=RESULTS.name,
            text=Text("{t}：{n} 分", "{t}: {n} points").format(t=scheme.title, n=sheet.total),
            link=sheet.get_absolute_url(),
            level=NoticeLevel.IMPORTANT,
        )
    return ctx.change(scheme, published_at=ctx.at)


@action("assessment.appeal", label=Text("申诉", "Appeal"), needs=LoopGrants.HANDLE, icon="message")
def appeal(
    *,
    ctx: Context,
    sheet: TheSheet,
    key: LineKey,
    words: Annotated[str, Field(min_length=4), Label("申诉理由", "Why", widget="textarea")],
    evidence: EvidenceList | None = None,
) -> Appeal:
    """申诉: of one line; a case the organiser must decide in time."""
    scheme = sheet.scheme
    if scheme.published_at is None:
        raise NotPublished(Text("结果尚未公布。", "The results aren't published yet."))
    criterion = _criterion(sheet, key)
    if Appeal.objects.filter(sheet=sheet, key=key).exists():
        raise AlreadyAppealed(Text("这一项已经申诉过。", "This line was appealed already."))
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=APPEAL_KIND,
            title=f"考核申诉：{sheet.organisation.name} · {criterion.name}"[:300],
            text=words,
            source=scheme.title[:120],
            owner=scheme.organisation,
            supervisor=scheme.reviewer,
            issuer=sheet.organisation,
            region=scheme.region,
            due_on=day_of(ctx.at) + timedelta(days=APPEAL_DAYS),
        ),
    )
    step = CaseStep.objects.filter(case=case).first()
    moves.attach(ctx=ctx, case=case, evidence=pieces(ctx=ctx, ids=evidence or []), step=step)
    return ctx.create(Appeal(case=case, sheet=sheet, key=key, words=words))


@action(
    "assessment.decide_appeal",
    label=Text("申诉决定", "Decide the appeal"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, appeal, **_: handled_at(ctx=ctx, case=appeal.case),
    icon="gavel",
)
def decide_appeal(
    *,
    ctx: Context,
    appeal: TheAppeal,
    granted: Annotated[Decimal, Field(ge=0, le=100), Label("加回分数（0 为维持）", "Points given back (0: upheld)")],
    decision: Annotated[str, Field(min_length=2), Label("决定", "Decision", widget="textarea")],
    evidence: EvidenceList | None = None,
) -> Appeal:
    """申诉决定: gives back at most what the line lost; the sheet and the league follow at once."""
    sheet = ScoreSheet.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=appeal.sheet_id)
    line = next(line for line in sheet.lines if line["key"] == appeal.key)
    earlier = Decimal(sheet.granted.get(appeal.key, "0"))
    base = Decimal(line["score"]) - earlier
    scoring.require_within(value=granted, points=Decimal(line["points"]) - base)
    submit_case(
        ctx=ctx,
        case=appeal.case,
        note=f"加回{granted}分：{decision}",
        evidence=evidence or [],
        made_by_kind=APPEAL_KIND,
    )
    lines = [
        {**one, "score": str(base + granted), "back": str(granted) if granted else ""}
        if one["key"] == appeal.key
        else one
        for one in sheet.lines
    ]
    ctx.change(sheet, granted={**sheet.granted, appeal.key: str(granted)}, lines=lines, total=queries.total_of(lines))
    return ctx.change(appeal, granted=granted, decision=decision)


@action(
    "assessment.record_pursuit",
    label=Text("记录责任追究", "Record a pursuit"),
    needs=AssessmentGrants.CONDUCT,
    scope=lambda *, ctx, region, organisation, **_: Place(region.path, frozenset([organisation.code])),
    icon="gavel",
)
def record_pursuit(
    *,
    ctx: Context,
    region: TheRegion,
    organisation: Organiser,
    unit: Pursued,
    measure: Annotated[PursuitMeasure, Label("追究方式", "Measure")],
    rule: Annotated[
        str,
        Field(min_length=4, max_length=300),
        Label(
            "追究依据（办法及条款）",
            "By which rule",
            hint=Text("本地的责任追究办法及条款。", "The rules of the place, and the clause."),
        ),
    ],
    words: Annotated[str, Field(min_length=4), Label("情况", "What happened", widget="textarea")],
    decided_on: Annotated[date, Label("决定日期", "Decided on", widget="date")],
    sheet: OfSheet | None = None,
    case: OfCase | None = None,
    person: PursuedPerson | None = None,
    evidence: EvidenceList | None = None,
) -> Pursuit:
    """记录责任追究: from a published result or a case of that unit, by a rule; it is never made by the system."""
    _require_cause(unit, sheet, case)
    if decided_on > day_of(ctx.at):
        raise NotYetDecided(
            Text("决定日期不能晚于今天。", "It can't be decided in the future."),
            where={"decided_on": Text("太晚。", "Too late.")},
        )
    if person is not None and person.organisation_code != unit.code:
        raise WrongPerson(
            Text("被追究人须是该单位的人。", "The person must belong to the unit."),
            where={"person": Text("不是该单位的人。", "Not of this unit.")},
        )
    given = pieces(ctx=ctx, ids=evidence or [])
    return ctx.create(
        Pursuit(
            region=region,
            region_path=region.path,
            organisation=organisation,
            organisation_code=organisation.code,
            unit=unit,
            person=person,
            sheet=sheet,
            case=case,
            rule=rule,
            measure=measure.value,
            words=words,
            decided_on=decided_on,
            evidence=given[0] if given else None,
        )
    )


def _require_cause(unit: Organisation, sheet: ScoreSheet | None, case: Case | None) -> None:
    """追究要有来由: a result that is published, or a case, and of the unit pursued."""
    of_unit = (sheet is None or sheet.organisation_id == unit.pk) and (
        case is None or case.organisation_code == unit.code
    )
    if not of_unit or (sheet is None and case is None):
        raise NoCause(
            Text(
                "请选择该单位的考核结果，或该单位的警示、事项，作为追究的来由。",
                "Choose a result, or a warning or another case, of this unit that it follows from.",
            ),
            where={"case": Text("请选择该单位的。", "One of this unit.")},
        )
    if sheet is not None and sheet.scheme.published_at is None:
        raise NotPublished(Text("考核结果尚未公布，不能作为追究依据。", "The result isn't published yet."))
