"""From an uploaded document to tasks under review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.rows import below
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import SECRET, Label, Ref, action
from bihuan.core.evidence import steps as evidence_steps
from bihuan.core.evidence.models import Upload
from bihuan.core.evidence.terms import EvidenceKind
from bihuan.domains.campaign import events
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanText, PlanUnit
from bihuan.domains.campaign.rules import dispatching, families, limits, units
from bihuan.domains.campaign.terms import (
    MOST_SUGGESTED,
    MOST_TASKS,
    CampaignGrants,
    CampaignState,
    Decision,
    ReadingState,
)
from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.terms import ProofRhythm
from bihuan.parties.models import Organisation, Region
from bihuan.parties.queries import known_units
from bihuan.parties.rules import KnownUnit, normal_name, resolve_unit
from bihuan.parties.terms import OrganisationKind

PlanFile = Annotated[Ref[Upload], Label("方案文件", "Plan document", widget="upload")]
Issuer = Annotated[Ref[Organisation], Label("发文单位", "Issued by")]
Where = Annotated[Ref[Region], Label("实施区域", "Region")]
#: Settled by the page that leads to the form, and shown there in words.
TheCampaign = Annotated[Ref[Campaign], Label("专项行动", "Campaign", widget="hidden")]


class NotADraft(Problem):
    code = "campaign_not_a_draft"
    status = 409


class TooManyTasks(Problem):
    code = "campaign_too_many_tasks"


def issued_at(*, ctx: Context, region: Region, issuer: Organisation, **_: Any) -> Place:
    return Place(region.path, frozenset([issuer.code]))


@action(
    "campaign.open",
    label=Text("导入方案", "Import a plan"),
    needs=CampaignGrants.DRAFT,
    scope=issued_at,
    faces=("http",),
    icon="upload",
)
def open_campaign(
    *,
    ctx: Context,
    upload: PlanFile,
    issuer: Issuer,
    region: Where,
    document_name: Annotated[str, Field(max_length=200)] = "",
    name: Annotated[str, Field(max_length=200), Label("行动名称", "Name")] = "",
) -> Campaign:
    """导入方案: keep the document as evidence and have it read; nothing is dispatched by that."""
    shown = document_name or upload.name
    document = evidence_steps.add(
        ctx,
        upload=upload,
        title=(name or shown)[:200],
        kind=EvidenceKind.NOTICE,
        effective_on=None,
        expires_on=None,
        place=Place(region.path, frozenset([issuer.code])),
    )
    campaign = ctx.create(
        Campaign(
            name=name or shown.rpartition(".")[0][:200] or shown,
            issuer=issuer,
            organisation_code=issuer.code,
            region=region,
            region_path=region.path,
            supervisor=default_supervisor(issuer),
            document=document,
            document_name=shown,
        )
    )
    ctx.enqueue("campaign.read_document", key=f"campaign.read:{campaign.pk}", campaign=str(campaign.pk))
    return campaign


def default_supervisor(issuer: Organisation) -> Organisation:
    """核验单位: the office of the committee that issues the plan (安委办); without one, the issuer itself."""
    if issuer.kind == OrganisationKind.OFFICE:
        return issuer
    offices = Organisation.objects.filter(kind=OrganisationKind.OFFICE, abolished_on__isnull=True)
    below = offices.filter(parent=issuer).order_by("code").first()
    beside = offices.filter(region=issuer.region, name__contains="安全生产").order_by("code").first()
    return below or beside or issuer


class ReadTask(BaseModel):
    """One task as the reader found it: a task of the published schema, with its spans."""

    no: str
    section: str
    text: str
    span: tuple[int, int]
    responsible: list[dict[str, Any]]
    responsible_raw: str
    responsible_span: tuple[int, int]
    deadlines: list[dict[str, Any]]
    indicators: list[dict[str, Any]]


class Suggestion(BaseModel):
    """An organisation that may be meant. The score is text: no binary fraction enters the audit."""

    code: str
    score: str
    certain: bool = False


class Suggested(BaseModel):
    """One name of the plan and who may be meant by it, best first."""

    name: str
    found: list[Suggestion]


class Reading(BaseModel):
    """What the job read. The text itself stays out of the audit; its digest is in it."""

    text: str
    ledger: dict[str, Any]


@action(
    "campaign.take_reading",
    label=Text("收下读取结果", "Take the reading"),
    needs=CampaignGrants.DISPATCH,
    faces=(),
)
def take_reading(
    *,
    ctx: Context,
    campaign: TheCampaign,
    digest: str,
    reading: Annotated[Reading, SECRET],
    suggestions: list[Suggested],
) -> Campaign:
    """读取结果: tasks, names and warnings as read; all of it is now for a person to check."""
    if campaign.reading != ReadingState.WAITING:
        return campaign
    read = [ReadTask.model_validate(t) for t in reading.ledger["tasks"]]
    if len(read) > MOST_TASKS:
        raise TooManyTasks(
            Text(
                "文件中有 {n} 项任务，超过一个行动的上限 {most} 项。请拆成几个文件导入。",
                "The document holds {n} tasks; a campaign takes at most {most}. Split it.",
            ).format(n=len(read), most=MOST_TASKS)
        )
    PlanText(campaign=campaign, text=reading.text, digest=digest, ledger=reading.ledger).save(force_insert=True)
    binding = families.inherited([t.responsible_raw for t in read])
    for place, task in enumerate(read):
        ctx.create(_item(campaign, task, position=float(place + 1) * 1024, is_inherited=binding[place]))
    names = dict.fromkeys(u["unit"] for t in read for u in t.responsible)
    may_be = {s.name: s.found for s in suggestions}
    for name in names:
        ctx.create(new_unit(campaign, name, may_be.get(name, [])))
    phases = reading.ledger["phases"]
    days = sorted(p[end] for p in phases for end in ("start", "end") if p.get(end))
    ctx.emit(events.PlanRead(campaign.pk, campaign.name, campaign.region_path, campaign.organisation_code, len(read)))
    return ctx.change(
        campaign,
        reading=ReadingState.READ.value,
        name=(reading.ledger["title"] or campaign.name)[:200],
        phases=phases,
        reports=reading.ledger["reporting"],
        from_on=campaign.from_on or (date.fromisoformat(days[0]) if len(days) > 1 else None),
        until_on=campaign.until_on or (date.fromisoformat(days[-1]) if days else None),
    )


def _item(campaign: Campaign, task: ReadTask, *, position: float, is_inherited: bool) -> PlanItem:
    named = [{"name": u["unit"][:200], "role": u["role"]} for u in task.responsible]
    dates = [date.fromisoformat(d["date"]) for d in task.deadlines if d["date"]]
    is_ongoing = any(d["ongoing"] for d in task.deadlines)
    return PlanItem(
        campaign=campaign,
        position=position,
        no=task.no[:60],
        section=task.section,
        text=task.text,
        start=task.span[0],
        end=task.span[1],
        units=named,
        units_raw=task.responsible_raw,
        units_start=task.responsible_span[0],
        units_end=task.responsible_span[1],
        due_on=max(dates, default=None),
        deadlines=task.deadlines,
        is_ongoing=is_ongoing,
        proof_rhythm=ProofRhythm.QUARTERLY.value if is_ongoing else "",
        indicators=[{**i, "value": str(i["value"])} for i in task.indicators],
        is_supporting=limits.is_supporting(task.text),
        is_inherited=is_inherited,
        dispatch=dispatching.default_dispatch([(u["name"], Role(u["role"])) for u in named]).value,
    )


def new_unit(campaign: Campaign, name: str, found: Sequence[Suggestion]) -> PlanUnit:
    """A name not yet decided, unless exactly one organisation bears it and it is no collective name."""
    collective = units.is_collective(name)
    sure = next((s.code for s in found if s.certain), None) if not collective else None
    return PlanUnit(
        campaign=campaign,
        name=name[:200],
        is_collective=collective,
        suggested=[s.code for s in found],
        decision=(Decision.ORGANISATION if sure else Decision.UNDECIDED).value,
        codes=[sure] if sure else [],
        is_automatic=sure is not None,
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What names of a campaign are matched against: living units above and below, names of regions, its own area."""

    path: str
    known: Sequence[KnownUnit]
    regions: Sequence[str]
    own: Sequence[Organisation]


def surroundings(*, ctx: Context, campaign: Campaign) -> Surroundings:
    path = campaign.region_path
    regions = Region.objects.filter(code__in=path.split("/")[:-1]).values_list("name", flat=True)
    own = Organisation.objects.visible_to(ctx.actor).filter(below("region_path", path), abolished_on__isnull=True)
    return Surroundings(
        path,
        known_units(ctx=ctx, region_path=path),
        list(regions),
        list(own.only("code", "name", "kind", "region_path")),
    )


def suggest(name: str, *, around: Surroundings) -> list[Suggestion]:
    """Who may be meant: for a collective name every organisation of that kind, for another the likeliest by name."""
    likely = units.likely_members(name)
    if likely is None:
        return [
            Suggestion(code=m.code, score=str(m.score), certain=m.certain)
            for m in resolve_unit(name, around.known, regions=around.regions)
        ]
    area = [o for o in around.own if (o.region_path != around.path) == likely.below]
    ending = normal_name(likely.ending)
    fitting = (
        [o for o in area if normal_name(o.name).endswith(ending)]
        if ending
        else [o for o in area if o.kind == likely.kind]
    )
    return [Suggestion(code=o.code, score="1") for o in fitting[:MOST_SUGGESTED]]


@action(
    "campaign.note_unreadable",
    label=Text("记录读取失败", "Note that it could not be read"),
    needs=CampaignGrants.DISPATCH,
    faces=(),
)
def note_unreadable(*, ctx: Context, campaign: TheCampaign, code: str, zh: str, en: str) -> Campaign:
    """未能读取: the reader's own words are kept for whoever uploaded the document."""
    return ctx.change(
        campaign, reading=ReadingState.UNREADABLE.value, trouble={"code": code, "zh": zh[:500], "en": en[:500]}
    )


@action(
    "campaign.discard",
    label=Text("作废", "Discard"),
    needs=CampaignGrants.DRAFT,
    confirm=Text("作废后不再校核和发布，确定吗？", "A discarded plan is neither reviewed nor published. Go on?"),
    icon="trash",
    tone="danger",
)
def discard(*, ctx: Context, campaign: TheCampaign) -> Campaign:
    """作废: a draft that will not be published. It stays on record."""
    require_draft(campaign)
    return ctx.change(campaign, state=CampaignState.DISCARDED.value)


def require_draft(campaign: Campaign) -> None:
    if campaign.state != CampaignState.DRAFT:
        raise NotADraft(
            Text(
                "“{name}”现在是“{state}”，不能再改方案。请刷新后查看。",
                "“{name}” is “{state}” now; its plan can't be changed any more. Reload and look.",
            ).format(name=campaign.name, state=CampaignState(campaign.state).label)
        )
