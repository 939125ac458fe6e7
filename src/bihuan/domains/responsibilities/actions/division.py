"""职责划分与目录: what a unit says of each line, empty cells made cases, clauses named to the person. 依据 B06, B08–B11."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.models import Clause, Division, Gap, LeaderItem
from bihuan.domains.responsibilities.queries import division as reads
from bihuan.domains.responsibilities.terms import GAP_KIND, LEADER_KIND, LINES, ResponsibilitiesGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation, Person, Post, Region

KEEPS = (ResponsibilitiesGrants.KEEP, ResponsibilitiesGrants.DIVIDE)

TheUnit = Annotated[Ref[Organisation], Label("单位", "Unit")]
TheRegion = Annotated[Ref[Region], Label("区域", "Region")]
Backstop = Annotated[
    Ref[Organisation],
    Label(
        "兜底单位",
        "Backstop",
        hint=Text("谁主管谁负责；没有明确的由应急管理部门兜底。", "Whoever supervises; else emergency management."),
    ),
]
Verifier = Annotated[Ref[Organisation], Label("核验单位", "Verified by")]
ThePost = Annotated[Ref[Post], Label("岗位", "Post")]
ThePerson = Annotated[Ref[Person], Label("责任人", "Person")]
Leader = Annotated[Ref[Person], Label("领导干部", "Leader")]
TheClause = Annotated[Ref[Clause], Label("职责条款", "Clause", widget="hidden")]
InCharge = Annotated[list[str], Label("主管的环节和行业", "In charge of", widget="choice:responsibilities.lines")]
Helps = Annotated[list[str], Label("配合的环节和行业", "Cooperates in", widget="choice:responsibilities.lines")]
Basis = Annotated[str, Field(min_length=2, max_length=300), Label("依据文件", "Basis")]


class AlreadyAsked(Problem):
    code = "gap_already_asked"
    status = 409


class SaidLater(Problem):
    code = "division_said_later"


def at_unit(*, ctx: Context, organisation: Organisation, **_: Any) -> Place:
    return organisation.place


@action(
    "responsibilities.declare",
    label=Text("明确本单位职责划分", "Say a unit's part"),
    needs=KEEPS,
    scope=at_unit,
    icon="table",
)
def declare(
    *,
    ctx: Context,
    organisation: TheUnit,
    in_charge: InCharge,
    basis: Basis,
    from_on: Annotated[date, Label("生效日期", "From", widget="date")],
    cooperates: Helps | None = None,
) -> Division:
    """明确职责划分: what isn't ticked is “不涉及”, so no cell of the unit stays empty."""
    helps = cooperates or []
    rules.require_lines(in_charge=in_charge, cooperates=helps)
    last = Division.objects.filter(organisation=organisation, until_on__isnull=True).first()
    if last is not None:
        if from_on <= last.from_on:
            raise SaidLater(
                Text(
                    "现行划分自 {d} 起生效，新的划分须晚于这一天。",
                    "The one in force began on {d}; the new one must begin later.",
                ).format(d=last.from_on.isoformat()),
                where={"from_on": Text("太早。", "Too early.")},
            )
        ctx.change(last, until_on=from_on)
    return ctx.create(
        Division(
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            in_charge=sorted(set(in_charge)),
            cooperates=sorted(set(helps)),
            basis=basis,
            from_on=from_on,
        )
    )


@action(
    "responsibilities.ask_to_fill",
    label=Text("交办空格", "Have it filled"),
    needs=ResponsibilitiesGrants.DIVIDE,
    scope=lambda *, ctx, region, owner, **_: Place(region.path, frozenset()),
    icon="alert-triangle",
    tone="warning",
)
def ask_to_fill(
    *,
    ctx: Context,
    region: TheRegion,
    owner: Backstop,
    supervisor: Verifier,
    due_on: Annotated[date, Label("期限", "Limit", widget="date")],
    line: Annotated[
        str,
        Label(
            "环节或行业（留空为该单位整列）",
            "Link or sector (empty: the unit's column)",
            widget="choice:responsibilities.lines",
        ),
    ] = "",
) -> Gap:
    """交办空格: an empty cell is a finding, and its case is the backstop's until the matrix is whole there."""
    rules.require_lines(in_charge=[line] if line else [], cooperates=[])
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    open_ones = Gap.objects.filter(region=region, line=line, case__is_open=True)
    if (open_ones if line else open_ones.filter(case__owner=owner)).exists():
        raise AlreadyAsked(Text("这个空格已经交办，尚未办结。", "This has been asked for already and is still open."))
    name = next((x.label.zh for x in LINES if x.value == line), "")
    title = f"明确“{name}”的主管单位" if line else "逐项明确本单位职责划分"
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=GAP_KIND,
            title=title,
            text="职责划分存在空格。未明确前由本单位承担兜底责任；明确主管单位并更新职责划分后提交。",
            source="职责划分",
            owner=owner,
            supervisor=supervisor,
            issuer=supervisor,
            region=region,
            due_on=due_on,
        ),
    )
    return ctx.create(Gap(case=case, region=region, line=line))


def require_filled(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: the kind's own rule."""
    gap = Gap.objects.select_related("region").get(case=case)
    found = reads.matrix_of(region=gap.region, on=day_of(ctx.at))
    rules.require_filled(found=found, line=gap.line, unit=case.organisation_code)


def _require_own(unit: Organisation, post: Post | None, person: Person | None) -> None:
    codes = [x.organisation_code for x in (post, person) if x is not None]
    if any(code != unit.code for code in codes):
        raise rules.NotOfThisUnit(
            Text("岗位和责任人须属于本单位。", "Post and person must belong to the unit."),
            where={"person": Text("请另选。", "Choose another.")},
        )


@action("responsibilities.add_clause", label=Text("新增职责", "Add a clause"), needs=KEEPS, scope=at_unit, icon="plus")
def add_clause(
    *,
    ctx: Context,
    organisation: TheUnit,
    text: Annotated[str, Field(min_length=2), Label("职责", "What it answers for", widget="textarea")],
    basis: Basis,
    from_on: Annotated[date, Label("生效日期", "From", widget="date")],
    post: ThePost | None = None,
    person: ThePerson | None = None,
) -> Clause:
    """新增职责: one line of the catalogue."""
    _require_own(organisation, post, person)
    last = Clause.objects.filter(organisation=organisation).order_by("-number").values_list("number", flat=True).first()
    return ctx.create(
        Clause(
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            number=(last or 0) + 1,
            text=text,
            basis=basis,
            post=post,
            person=person,
            from_on=from_on,
        )
    )


@action(
    "responsibilities.name_person", label=Text("落实到岗到人", "Name post and person"), needs=KEEPS, icon="user-check"
)
def name_person(*, ctx: Context, clause: TheClause, person: ThePerson, post: ThePost | None = None) -> Clause:
    """落实到岗、明确到人."""
    _require_own(clause.organisation, post, person)
    return ctx.change(clause, person=person, post=post or clause.post)


@action("responsibilities.end_clause", label=Text("终止", "End it"), needs=KEEPS, icon="x", tone="secondary")
def end_clause(
    *, ctx: Context, clause: TheClause, until_on: Annotated[date, Label("失效日期", "Until", widget="date")]
) -> Clause:
    """终止: from that day on it is no longer on the list; it stays on record."""
    if until_on < clause.from_on:
        raise rules.EndsBeforeItBegins(
            Text("失效日期不能早于生效日期。", "It can't end before it begins."),
            where={"until_on": Text("太早。", "Too early.")},
        )
    return ctx.change(clause, until_on=until_on)


@action(
    "responsibilities.set_leader_item",
    label=Text("列入领导干部清单", "Put on a leader's list"),
    needs=ResponsibilitiesGrants.DIVIDE,
    scope=lambda *, ctx, person, **_: Place(person.region_path, frozenset([person.organisation_code])),
    icon="user",
)
def set_leader_item(
    *,
    ctx: Context,
    person: Leader,
    supervisor: Verifier,
    title: Annotated[str, Field(min_length=2, max_length=300), Label("重点工作", "What the leader does")],
    due_on: Annotated[date, Label("期限", "Limit", widget="date")],
    basis: Annotated[str, Field(max_length=300), Label("依据", "Basis")] = "",
) -> LeaderItem:
    """领导干部年度清单: each item a case named to the leader; what proves it is the record of duty done."""
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    unit = person.organisation
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=LEADER_KIND,
            title=title,
            clause=basis,
            source=f"{due_on.year}年领导干部清单",
            owner=unit,
            owner_person=person,
            supervisor=supervisor,
            issuer=supervisor,
            region=unit.region,
            due_on=due_on,
        ),
    )
    return ctx.create(LeaderItem(case=case, year=due_on.year, person=person))
