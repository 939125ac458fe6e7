"""问题清单: found, made somebody's with limit and measures, cancelled by number after a re-check. 依据 A14, A21."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.actions.problems import Denied
from bihuan.domains.supervision.actions import numbers
from bihuan.domains.supervision.actions.checks import Verifier
from bihuan.domains.supervision.models import CheckItem, ProblemDrive, ProblemEntry
from bihuan.domains.supervision.queries import drives as campaigns
from bihuan.domains.supervision.rules import requirements
from bihuan.domains.supervision.terms import PROBLEM_KIND, FoundBy, SupervisionGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.handling import WrongPerson
from bihuan.loop.actions.scopes import EvidenceList, directed_at, handled_at, pieces, verified_at
from bihuan.loop.actions.verifying import close_out_case
from bihuan.loop.models import Case, CaseStep
from bihuan.loop.terms import Level, LoopGrants
from bihuan.parties.models import Organisation, Person

TheProblem = Annotated[Ref[ProblemEntry], Label("问题", "Problem", widget="hidden")]
FromItem = Annotated[Ref[CheckItem], Label("检查对象", "Object checked", widget="hidden")]
Issuer = Annotated[Ref[Organisation], Label("交办单位", "Issued by")]
Owner = Annotated[Ref[Organisation], Label("整改单位", "Who rectifies")]
Responsible = Annotated[Ref[Person], Label("责任人", "Person")]
Drives = Annotated[list[str], Label("计入的专项行动", "Campaigns it counts in", widget="choice:supervision.drives")]
Measures = Annotated[str, Field(min_length=2), Label("整改措施", "Measures", widget="textarea")]


def reported_at(*, ctx: Context, owner: Organisation, issuer: Organisation, **_: Any) -> Place:
    return Place(owner.region_path, frozenset([issuer.code]))


def _require_business(ctx: Context, owner: Organisation, issuer: Organisation, item: CheckItem | None) -> None:
    """Who only handles cases reports what he found at a check of his group, or at his own unit."""
    place = Place(owner.region_path, frozenset([issuer.code]))
    if ctx.actor.may(SupervisionGrants.CONDUCT, place) or owner.code == issuer.code:
        return
    if item is None or not ctx.actor.may(LoopGrants.HANDLE, handled_at(ctx=ctx, case=item.group.case)):
        raise Denied(
            Text(
                "只能登记本组检查中发现的问题，或本单位自查的问题。请从检查事项里登记。",
                "Report what your group found, from its check, or what your own unit found.",
            )
        )


@action(
    "supervision.report_problem",
    label=Text("登记问题", "Report a problem"),
    needs=(SupervisionGrants.CONDUCT, LoopGrants.HANDLE),
    scope=reported_at,
    icon="flag",
)
def report_problem(
    *,
    ctx: Context,
    title: Annotated[str, Field(min_length=2, max_length=300), Label("问题", "Problem")],
    owner: Owner,
    supervisor: Verifier,
    issuer: Issuer,
    due_on: Annotated[date, Label("整改时限", "Limit", widget="date")],
    text: Annotated[str, Label("问题描述", "Description", widget="textarea")] = "",
    spot: Annotated[str, Field(max_length=200), Label("部位", "Where exactly")] = "",
    clause: Annotated[str, Label("依据", "Basis")] = "",
    found_by: Annotated[FoundBy, Label("来源", "Found by")] = FoundBy.CHECK,
    level: Annotated[Level, Label("等级", "Level")] = Level.ORDINARY,
    person: Responsible | None = None,
    measures: Annotated[str, Label("整改措施", "Measures", widget="textarea")] = "",
    drives: Drives | None = None,
    evidence: EvidenceList | None = None,
    item: FromItem | None = None,
) -> ProblemEntry:
    """登记问题: one case; recorded once, counted in every campaign it belongs to."""
    _require_business(ctx, owner, issuer, item)
    entry = open_problem(
        ctx=ctx,
        title=title,
        text=text,
        owner=owner,
        issuer=issuer,
        supervisor=supervisor,
        due_on=due_on,
        found_by=found_by,
        clause=clause,
        source=item.group.check_made.title if item else "",
        level=level,
        spot=spot,
        person=person,
        measures=measures,
        item=item,
    )
    step = CaseStep.objects.filter(case=entry.case).first()
    moves.attach(ctx=ctx, case=entry.case, evidence=pieces(ctx=ctx, ids=evidence or []), step=step)
    _count(ctx, entry, drives or [])
    return entry


def open_problem(
    *,
    ctx: Context,
    title: str,
    text: str,
    owner: Organisation,
    issuer: Organisation,
    supervisor: Organisation,
    due_on: date,
    found_by: FoundBy,
    clause: str = "",
    source: str = "",
    level: Level = Level.ORDINARY,
    spot: str = "",
    person: Person | None = None,
    measures: str = "",
    item: CheckItem | None = None,
) -> ProblemEntry:
    """A row of the ledger and its case: what every way of finding a problem ends in."""
    today = day_of(ctx.at)
    if due_on < today:
        raise loop_rules.BadDeadline(
            Text("整改时限不能早于今天。", "The limit can't lie in the past."),
            where={"due_on": Text("太早。", "Too early.")},
        )
    _require_own(person, owner.code, on=today)
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=PROBLEM_KIND,
            title=title,
            text=text,
            clause=clause,
            source=source[:120],
            owner=owner,
            owner_person=person,
            supervisor=supervisor,
            issuer=issuer,
            region=owner.region,
            due_on=due_on,
            level=level,
        ),
    )
    return ctx.create(
        ProblemEntry(case=case, found_by=found_by.value, item=item, spot=spot, found_on=today, measures=measures)
    )


def count_in_plan(*, entry: ProblemEntry, key: UUID, name: str) -> None:
    """A problem found against a plan's own point belongs to that plan, whether its finder sees the plan or not."""
    ProblemDrive(problem=entry, drive=key, name=name[:200]).save(force_insert=True)


def _require_own(person: Person | None, code: str, *, on: date) -> None:
    if person is not None and (person.organisation_code != code or not person.is_here(on)):
        raise WrongPerson(
            Text(
                "责任人须是整改单位的在任人员。",
                "The person must belong to the unit that rectifies, and not have left.",
            ),
            where={"person": Text("请另选。", "Choose another.")},
        )


def _count(ctx: Context, entry: ProblemEntry, keys: list[str]) -> None:
    wanted = dict(campaigns.chosen(ctx=ctx, keys=keys))
    seen = {row.drive for row in entry.drives.all()}
    entry.drives.filter(drive__in=seen - set(wanted)).delete()
    for key, name in wanted.items():
        if key not in seen:
            ProblemDrive(problem=entry, drive=key, name=name[:200]).save(force_insert=True)


@action(
    "supervision.count_in",
    label=Text("计入专项行动", "Count in campaigns"),
    needs=(SupervisionGrants.CONDUCT, LoopGrants.DIRECT),
    scope=lambda *, ctx, problem, **_: directed_at(ctx=ctx, case=problem.case),
    icon="target",
    tone="secondary",
)
def count_in(*, ctx: Context, problem: TheProblem, drives: Drives) -> ProblemEntry:
    """计入专项行动: those named and no others."""
    _count(ctx, problem, drives)
    ctx.about(problem, problem.case)
    return problem


@action(
    "supervision.take_on",
    label=Text("明确整改责任", "Say who and how"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, problem, **_: handled_at(ctx=ctx, case=problem.case),
    icon="user-check",
)
def take_on(*, ctx: Context, problem: TheProblem, person: Responsible, measures: Measures) -> ProblemEntry:
    """明确整改责任人和措施; the limit is the case's."""
    case = problem.case
    _require_own(person, case.organisation_code, on=day_of(ctx.at))
    if not case.is_open:
        raise requirements.WrongStep(Text("这个问题已经销号。", "This problem is cancelled already."))
    ctx.change(case, owner_person=person)
    return ctx.change(problem, measures=measures)


def require_measures(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: the kind's own rule."""
    entry = ProblemEntry.objects.get(case=case)
    person = str(case.owner_person) if case.owner_person_id else ""
    requirements.require_responsibility(person=person, limit=case.due_on, measures=entry.measures)


@action(
    "supervision.cancel_problem",
    label=Text("复查销号", "Re-check and cancel"),
    needs=LoopGrants.VERIFY,
    scope=lambda *, ctx, problem, **_: verified_at(ctx=ctx, case=problem.case),
    signs_off=True,
    icon="shield-check",
)
def cancel_problem(
    *,
    ctx: Context,
    problem: TheProblem,
    recheck: Annotated[str, Field(min_length=2), Label("复查情况", "What the re-check saw", widget="textarea")],
    evidence: EvidenceList | None = None,
) -> ProblemEntry:
    """复查销号: by somebody else than who rectified, under a number of its own. One reopened keeps its number."""
    close_out_case(ctx=ctx, case=problem.case, note=recheck, evidence=evidence or [], made_by_kind=PROBLEM_KIND)
    year = day_of(ctx.at).year
    number = problem.cancel_number or numbers.written(series="problem", word="销号", year=year)
    return ctx.change(problem, cancel_number=number, recheck=recheck)
