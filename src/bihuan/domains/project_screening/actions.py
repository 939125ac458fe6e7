"""登记项目、重新筛查、准入决定."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic import Field as Limit

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.project_screening import queries, rules
from bihuan.domains.project_screening.models import PlanArea, PlanLayer, Project, ProjectEvidence
from bihuan.domains.project_screening.terms import Decision, HazardGrade, Said, ScreeningGrants
from bihuan.engines.geometry.coordinates import CoordinateSystem
from bihuan.engines.geometry.importing import MOST_SHAPES
from bihuan.engines.geometry.shapes import WrongShape, kept, read_area
from bihuan.engines.screening.terms import PlanKind, PlanUse, ProjectKind, Verdict
from bihuan.engines.screening.verdict import Project as Asked
from bihuan.engines.screening.verdict import Substance
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.actions.scopes import EvidenceList, pieces
from bihuan.parties.models import Organisation, Region


def _place(*, ctx: Context, region: Region, **_: object) -> Place:
    return region.place


@action(
    "project_screening.register_project",
    label=Text("登记项目并筛查", "Register a project"),
    needs=ScreeningGrants.SUBMIT,
    scope=_place,
    icon="plus",
    tone="primary",
)
def register_project(
    *,
    ctx: Context,
    number: Annotated[str, Label("项目编号", "Number"), Limit(min_length=1, max_length=60)],
    name: Annotated[str, Label("项目名称", "Name"), Limit(min_length=2, max_length=160)],
    organisation: Ref[Organisation],
    region: Ref[Region],
    kind: Annotated[ProjectKind, Label("项目性质", "Kind")],
    substances: Annotated[
        list[str],
        Label("涉及的化学品", "Chemicals", hint=Text("一行一种，名称后可空格加 CAS 号。", "One a line; a CAS number may follow.")),
    ],
    grade_after: Annotated[HazardGrade, Label("建成后重大危险源最高级别", "Gravest major hazard afterwards")],
    in_park: Annotated[Said, Label("位于认定的化工园区", "In a recognised park")],
    fits_plans: Annotated[Said, Label("符合城乡规划和产业规划", "Fits the plans")],
    grade_before: Annotated[HazardGrade, Label("原重大危险源最高级别", "Gravest major hazard before")] = HazardGrade.NONE,
    conditions_met: Annotated[Said, Label("满足限制、控制条件", "Meets the conditions of the catalogue")] = Said.UNKNOWN,
    investment: Annotated[Decimal | None, Label("投资额（万元）", "Investment (10 000 yuan)"), Limit(ge=0, max_digits=14)] = None,
    is_chemical: Annotated[bool, Label("化工项目", "A chemical project")] = True,
) -> Project:  # fmt: skip
    """登记项目: screened at once, under the rules and the catalogue of its place and day."""
    named = rules.substances_of(substances)
    project = Project(
        number=number,
        name=name,
        organisation=organisation,
        organisation_code=organisation.code,
        region=region,
        region_path=region.path,
        kind=kind.value,
        is_chemical=is_chemical,
        substances=[asdict(s) for s in named],
        investment=investment,
        grade_before=grade_before.value,
        grade_after=grade_after.value,
        in_park=in_park.value,
        fits_plans=fits_plans.value,
        conditions_met=conditions_met.value,
        registered_by=ctx.actor.id,
        screening={},
        verdict=Verdict.INCOMPLETE.value,
    )
    for name_, value in _screened(ctx, project).items():
        setattr(project, name_, value)
    return ctx.create(project)


@action(
    "project_screening.screen_again",
    label=Text("重新筛查", "Screen again"),
    needs=ScreeningGrants.SUBMIT,
    icon="refresh",
)
def screen_again(*, ctx: Context, project: Ref[Project]) -> Project:
    """重新筛查: by the rules and catalogue of today; only before the decision."""
    rules.require_open(project.decision)
    return ctx.change(project, **_screened(ctx, project))


@action(
    "project_screening.decide",
    label=Text("作出准入决定", "Decide"),
    needs=ScreeningGrants.DECIDE,
    icon="gavel",
    tone="primary",
)
def decide(
    *,
    ctx: Context,
    project: Ref[Project],
    decision: Annotated[Decision, Label("决定", "Decision")],
    reason: Annotated[str, Label("理由", "Reasons", widget="textarea"), Limit(max_length=2000)] = "",
    evidence: EvidenceList | None = None,
) -> Project:
    """准入决定: by somebody else than who registered it; an exception with reasons and evidence."""
    rules.require_open(project.decision)
    rules.require_another(registered_by=project.registered_by, decided_by=ctx.actor.id)
    given = pieces(ctx=ctx, ids=evidence or [])
    if decision is Decision.OPEN:
        raise rules.DecisionDoesNotFit(
            Text("请选择准入、例外准入或不予准入。", "Choose to admit, to except or to refuse.")
        )
    rules.require_fitting(decision=decision, verdict=Verdict(project.verdict), reason=reason, evidence=len(given))
    for piece in given:
        ctx.create(
            ProjectEvidence(
                project=project,
                evidence=piece,
                region_path=project.region_path,
                organisation_code=project.organisation_code,
            )
        )
    return ctx.change(
        project,
        decision=decision.value,
        reason=reason.strip(),
        decided_by=ctx.actor.id,
        decided_on=day_of(ctx.at),
    )


def _screened(ctx: Context, project: Project, *, site: Mapping[str, Any] | None = None) -> dict[str, Any]:
    before, after = HazardGrade(project.grade_before), HazardGrade(project.grade_after)
    is_calculated, calculated = queries.calculated_grade(organisation_code=project.organisation_code)
    asked = Asked(
        kind=ProjectKind(project.kind),
        is_chemical=project.is_chemical,
        substances=tuple(Substance(**s) for s in project.substances),
        investment=project.investment,
        grade_before=rules.grade_of(before),
        grade_after=rules.grade_of(after),
        grades_are_known=after is not HazardGrade.UNKNOWN and (is_calculated or before is not HazardGrade.UNKNOWN),
        is_calculated=is_calculated,
        grade_calculated=calculated,
        is_in_park=Said(project.in_park).truth,
        fits_plans=Said(project.fits_plans).truth,
        conditions_met=Said(project.conditions_met).truth,
    )
    found = queries.screened(
        project=asked, region_path=project.region_path, on=day_of(ctx.at), site=site or project.site
    )
    return {"screening": found.to_json(), "verdict": found.verdict.value}


class DrawnArea(BaseModel):
    """One area of a drawing, as GeoJSON."""

    name: str = Limit(default="", max_length=120)
    geometry: dict[str, Any]


@action(
    "project_screening.import_plan",
    label=Text("导入规划图层", "Import a plan"),
    needs=ScreeningGrants.EDIT,
    scope=_place,
    icon="upload",
    tone="primary",
)
def import_plan(
    *,
    ctx: Context,
    region: Ref[Region],
    name: Annotated[str, Label("图层名称", "Layer"), Limit(min_length=2, max_length=160)],
    plan: Annotated[PlanKind, Label("规划", "Plan")],
    use: Annotated[PlanUse, Label("图斑含义", "What its areas mean")],
    document: Annotated[str, Label("批准文件", "Approved by"), Limit(min_length=2, max_length=200)],
    from_on: Annotated[date, Label("自", "From")],
    system: Annotated[CoordinateSystem, Label("坐标系", "Coordinate system")],
    areas: Annotated[list[DrawnArea], Label("图斑（GeoJSON）", "Areas (GeoJSON)"), Limit(min_length=1, max_length=MOST_SHAPES)],
) -> PlanLayer:  # fmt: skip
    """导入规划图层: every area checked, or nothing kept. Projects registered or screened from now on are held against it."""
    layer = ctx.create(
        PlanLayer(
            name=name, plan=plan.value, use=use.value, document=document, from_on=from_on, areas=len(areas), region=region,
            region_path=region.path,
        )
    )  # fmt: skip
    ctx.create_many([_area(layer, number, area, system) for number, area in enumerate(areas, start=1)])
    return layer


def _area(layer: PlanLayer, number: int, area: DrawnArea, system: CoordinateSystem) -> PlanArea:
    try:
        shape = read_area(area.geometry, system=system)
    except WrongShape as wrong:
        here = Text("第 {n} 个图斑“{s}”：", "Area {n}, “{s}”: ").format(n=number, s=area.name[:40])
        raise WrongShape(Text("{h}{w}", "{h}{w}").format(h=here, w=wrong.text), where=wrong.where) from wrong
    west, south, east, north = shape.bounds
    return PlanArea(
        layer=layer, number=number, name=area.name, shape=kept(shape), west=west, south=south, east=east, north=north,
        region_path=layer.region_path,
    )  # fmt: skip


@action(
    "project_screening.end_plan",
    label=Text("停用规划图层", "End a plan"),
    needs=ScreeningGrants.EDIT,
    icon="x",
)
def end_plan(
    *, ctx: Context, layer: Ref[PlanLayer], until_on: Annotated[date, Label("至（不含）", "Until (not on it)")]
) -> PlanLayer:
    """停用: it stays, for screenings of its time rest on it."""
    rules.require_later(from_on=layer.from_on, until_on=until_on)
    return ctx.change(layer, until_on=until_on)


@action(
    "project_screening.draw_site",
    label=Text("绘制用地范围", "Draw the site"),
    needs=ScreeningGrants.SUBMIT,
    icon="map",
)
def draw_site(
    *,
    ctx: Context,
    project: Ref[Project],
    geometry: Annotated[str, Label("图形（GeoJSON）", "Shape (GeoJSON)", widget="textarea"), Limit(max_length=2_000_000)],
    system: Annotated[CoordinateSystem, Label("坐标系", "Coordinate system")],
) -> Project:  # fmt: skip
    """绘制用地范围: held at once against the plans and the bounds of parks; only before the decision."""
    rules.require_open(project.decision)
    site = kept(read_area(rules.geometry_of(geometry), system=system))
    return ctx.change(project, site=site, **_screened(ctx, project, site=site))
