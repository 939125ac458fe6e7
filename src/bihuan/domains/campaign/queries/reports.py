"""报告: the facts a report counts, its content as it stands or as it was sent, and who has sent what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import registry
from bihuan.domains.campaign.models import Campaign, CampaignTask, Report, Reporter, ReportSignature, ReportSnapshot
from bihuan.domains.campaign.rules import figures, reports
from bihuan.domains.campaign.rules.figures import TaskFacts, Value, When
from bihuan.domains.campaign.terms import ReportKind, ReportState
from bihuan.engines.official_document.content import chinese_date
from bihuan.kernel.calendar import day_of
from bihuan.kernel.period import Period
from bihuan.loop.models import Case, CaseObject, CaseStep
from bihuan.loop.terms import Move, Stage
from bihuan.parties.models import Organisation, Person

_COUNTED = {Move.ACCEPT_PROOF: "proofs", Move.SEND_BACK: "sent_back", Move.CHASE: "chased"}
#: 小化工任务: the plan says so in its words.
_SMALL_WORKS = Q(case__title__contains=figures.SMALL_WORKS) | Q(case__text__contains=figures.SMALL_WORKS)
#: What a fact is called, and where it stands.
_FACTS = {
    "number": "case__number",
    "no": "no",
    "title": "case__title",
    "owner": "case__owner__name",
    "due_on": "case__due_on",
    "first_due_on": "case__first_due_on",
    "is_ongoing": "case__is_ongoing",
    "is_supporting": "is_supporting",
    "is_supervised": "case__is_supervised",
    "is_small_works": "is_small_works",
}
_SMALL_AT = list(_FACTS).index("is_small_works")


def get_report(*, ctx: Context, report_id: UUID) -> Report:
    rows = Report.objects.visible_to(ctx.actor).select_related(
        "case", "case__owner", "case__supervisor", "campaign", "organisation", "supplement_of"
    )
    found = cast("Report | None", rows.filter(pk=report_id).first())
    if found is None:
        raise NotFound
    return found


def facts(*, campaign: Campaign, organisations: Sequence[str] = ()) -> list[TaskFacts]:
    """Every task of a campaign, or of some owners in it: two queries, and one for the objects of small works. Withdrawn ones are no longer part of the account.
    Columns, not rows of three tables: a whole campaign has thousands.
    """
    rows = CampaignTask.objects.filter(campaign=campaign).exclude(case__stage=Stage.WITHDRAWN)
    steps = CaseStep.objects.filter(case__campaign_task__campaign=campaign, move__in=[m.value for m in _COUNTED])
    if organisations:
        rows = rows.filter(case__organisation_code__in=organisations)
        steps = steps.filter(case__organisation_code__in=organisations)
    days: dict[Any, dict[str, list[date]]] = {}
    for case, move, at in steps.order_by("at").values_list("case_id", "move", "at"):
        days.setdefault(case, {}).setdefault(_COUNTED[Move(move)], []).append(day_of(at))
    found = []
    rows = rows.annotate(is_small_works=ExpressionWrapper(_SMALL_WORKS, output_field=BooleanField()))
    tasks = list(
        rows.order_by("position", "case__number").values_list(
            "case_id", "case__closed_at", "case__stage", *_FACTS.values()
        )
    )
    objects = _objects({case for case, _, _, *said in tasks if said[_SMALL_AT]})
    for case, closed_at, stage, *said in tasks:
        noted: dict[str, Any] = {name: tuple(on) for name, on in days.get(case, {}).items()}
        closed_on = day_of(closed_at) if closed_at and stage == Stage.CLOSED_OUT else None
        found.append(
            TaskFacts(
                **dict(zip(_FACTS, said, strict=True)),
                stage=Stage(stage),
                closed_on=closed_on,
                objects=objects.get(case, (0, 0))[0],
                objects_done=objects.get(case, (0, 0))[1],
                **noted,
            )
        )
    return found


def _owners_of(report: Report) -> list[str]:
    """Whose tasks a unit's report counts. One that was passed on, since its unit was abolished, counts what the old
    unit closed and what its successor took over; unless the successor owes the same report in its own name.
    """
    codes = {report.organisation_code, report.case.organisation_code}
    if len(codes) > 1:
        same = Report.objects.filter(
            campaign=report.campaign, kind=report.kind, for_on=report.for_on, supplement_no=report.supplement_no
        )
        codes -= set(same.exclude(pk=report.pk).values_list("organisation_code", flat=True))
    return sorted(codes | {report.organisation_code})


def has_small_works(*, campaign: Campaign, organisation_code: str = "") -> bool:
    """Whether a campaign, or one owner in it, has tasks on small chemical works. 依据 C07."""
    rows = CampaignTask.objects.filter(campaign=campaign).exclude(case__stage=Stage.WITHDRAWN)
    if organisation_code:
        rows = rows.filter(case__organisation_code=organisation_code)
    return bool(rows.filter(_SMALL_WORKS).exists())


def _objects(cases: Collection[Any]) -> dict[Any, tuple[int, int]]:
    """Objects of these cases that count, and those done. What doesn't apply is not one to rectify."""
    found: dict[Any, tuple[int, int]] = {}
    if not cases:
        return found
    rows = CaseObject.objects.filter(case__in=cases, not_applicable_because="")
    for case, done_at in rows.values_list("case_id", "done_at"):
        whole, done = found.get(case, (0, 0))
        found[case] = (whole + 1, done + (done_at is not None))
    return found


@dataclass(frozen=True, slots=True)
class PracticeSource:
    """Whoever keeps good practice declares this: `practices(ctx=…, region_path=…)` answers what may go into a report."""

    practices: Callable[..., reports.Practices]


def practices_of(*, ctx: Context, campaign: Campaign) -> reports.Practices:
    """典型经验和制度 of the campaign's place, as others keep them."""
    brought = [
        source.practices(ctx=ctx, region_path=campaign.region_path) for source in registry().declared(PracticeSource)
    ]
    return reports.Practices(
        tuple(line for b in brought for line in b.ways), tuple(line for b in brought for line in b.rules)
    )


def content_of(*, report: Report, at: datetime) -> dict[str, Any]:
    """报告全文 as it stands now: words with their figures, and the rows each figure counts. Plain JSON: it is kept when sent."""
    today = day_of(at)
    tasks = facts(campaign=report.campaign, organisations=() if report.is_upward else _owners_of(report))
    values = figures.counted(tasks, When(Period(report.from_on, report.until_on), today))
    words = _words(report, today, values)
    wanted = {number for value in values.values() for number in value.rows}
    return {
        "title": report.title,
        "addressee": report.addressee,
        "unit": report.case.owner.name,
        "on": today.isoformat(),
        "nothing": report.nothing_because,
        "sections": [_section(s, values, words) for s in report.body],
        "figures": {code: {"value": v.value, "rows": list(v.rows)} for code, v in values.items()},
        "rate": words["完成率"],
        "rows": {t.number: _row(t) for t in tasks if t.number in wanted},
    }


def _section(said: Mapping[str, str], values: Mapping[str, Value], words: Mapping[str, str]) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    for line in said["text"].split("\n"):
        if code := figures.table_of(line):
            lines.append({"table": code})
        elif line.strip():
            found = figures.pieces(line.strip(), values=values, words=words)
            lines.append({"pieces": [{"text": p.text, "code": p.code} for p in found]})
    return {"heading": said["heading"], "lines": lines}


def _row(task: TaskFacts) -> dict[str, str]:
    return {
        "no": task.no,
        "title": task.title,
        "owner": task.owner,
        "stage": task.stage.value,
        "due": task.due_on.isoformat() if task.due_on else "",
        "closed": task.closed_on.isoformat() if task.closed_on else "",
    }


def _words(report: Report, today: date, values: Mapping[str, Value]) -> dict[str, str]:
    words = {
        "日期": chinese_date(today),
        "单位": report.case.owner.name,
        "行动": report.campaign.name,
        "完成率": figures.rate(values),
    }
    return words | (_received(report, today) if report.is_upward else {})


def _received(report: Report, today: date) -> dict[str, str]:
    """各单位报送情况 for the same period: merged, and the missing ones named. 依据 C04."""
    rows = Report.objects.filter(
        campaign=report.campaign, kind=report.kind, from_on=report.from_on, is_upward=False, supplement_no=0
    ).exclude(case__stage=Stage.WITHDRAWN)
    states = [(r.organisation.name, report_state(r, today=today)) for r in rows.select_related("organisation", "case")]
    inside = (ReportState.RECEIVED, ReportState.RECEIVED_LATE, ReportState.NOTHING)
    missing = [name for name, state in states if state not in inside]
    count = [state for _, state in states]
    nothing = sum(bool(r.nothing_because and r.sent_at) for r in rows)
    return {
        "应报": str(len(states)),
        "已报": str(len(states) - len(missing)),
        "无情况": str(nothing),
        "逾期报送": str(count.count(ReportState.RECEIVED_LATE)),
        "未报": str(len(missing)),
        "未报单位": "、".join(missing) or "无",
    }


def report_state(report: Report, *, today: date) -> ReportState:
    return reports.state_of(
        sent_on=day_of(report.sent_at) if report.sent_at else None,
        is_nothing=bool(report.nothing_because),
        is_started=report.case.stage in (Stage.ACKNOWLEDGED, Stage.IN_HAND),
        due_on=report.case.due_on or report.for_on,
        today=today,
    )


def digest_of(content: Mapping[str, Any]) -> str:
    """Of the content in one canonical form."""
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report with all its page shows."""

    report: Report
    content: Mapping[str, Any]
    snapshot: ReportSnapshot | None
    snapshots: Sequence[ReportSnapshot]
    signatures: Sequence[ReportSignature]
    missing: Sequence[str]
    state: ReportState
    is_open: bool
    supplements: Sequence[Report]


def is_writable(report: Report) -> bool:
    return report.case.stage in (Stage.ISSUED, Stage.ACKNOWLEDGED, Stage.IN_HAND)


def view_of(*, ctx: Context, report: Report, number: int | None = None) -> ReportView:
    """As it was sent, where it was; a report sent back shows its own words again. `number`: one of those sent."""
    snapshots = list(ReportSnapshot.objects.filter(report=report))
    signatures = list(ReportSignature.objects.filter(report=report, void_at__isnull=True))
    writable = is_writable(report)
    snapshot = None
    if number is not None:
        snapshot = next((s for s in snapshots if s.number == number), None)
        if snapshot is None:
            raise NotFound
    elif snapshots and not writable:
        snapshot = snapshots[-1]
    content = snapshot.content if snapshot else (report.settled or content_of(report=report, at=ctx.at))
    signed = {s.capacity for s in signatures}
    return ReportView(
        report=report,
        content=content,
        snapshot=snapshot,
        snapshots=snapshots,
        signatures=signatures,
        missing=[who for who in report.signers if who not in signed],
        state=report_state(report, today=day_of(ctx.at)),
        is_open=writable,
        supplements=list(Report.objects.filter(supplement_of=report).order_by("supplement_no")),
    )


def reporters(*, campaign: Campaign, today: date) -> list[Reporter]:
    rows = Reporter.objects.filter(campaign=campaign).exclude(ended_on__lte=today)
    found = list(rows.select_related("organisation", "organisation__successor", "organisation__region", "person"))
    for row in found:
        row.campaign = campaign  # where a row's buttons ask where it lies
    return found


@dataclass(frozen=True, slots=True)
class Column:
    """One report that everybody owes: its kind and day."""

    kind: ReportKind
    on: date


@dataclass(frozen=True, slots=True)
class Line:
    unit: Organisation
    reporter: Reporter | None
    #: Nobody, once he has left.
    person: Person | None
    cells: Sequence[tuple[Report, ReportState] | None]


@dataclass(frozen=True, slots=True)
class Received:
    """报送台账: unit × report. 依据 C01, C05."""

    columns: Sequence[Column]
    lines: Sequence[Line]
    upward: Sequence[tuple[Report, ReportState]]
    counts: Mapping[ReportState, int]


def received(*, ctx: Context, campaign: Campaign) -> Received:
    """Two queries, however many units and reports."""
    today = day_of(ctx.at)
    rows = Report.objects.visible_to(ctx.actor).filter(campaign=campaign).exclude(case__stage=Stage.WITHDRAWN)
    found = list(rows.select_related("case", "organisation").order_by("for_on", "kind", "supplement_no"))
    states = {r.pk: report_state(r, today=today) for r in found}
    below = [r for r in found if not r.is_upward and not r.supplement_no]
    columns = list(dict.fromkeys(Column(ReportKind(r.kind), r.for_on) for r in below))
    by_key = {(r.organisation_id, Column(ReportKind(r.kind), r.for_on)): r for r in below}
    named = {r.organisation_id: r for r in reporters(campaign=campaign, today=today)}
    units = {r.organisation_id: r.organisation for r in below} | {k: r.organisation for k, r in named.items()}
    lines = []
    for key, unit in sorted(units.items(), key=lambda u: (u[1].region_path, u[1].name)):
        cells = [
            (row, states[row.pk]) if (row := by_key.get((key, column))) is not None else None for column in columns
        ]
        reporter = named.get(key)
        lines.append(Line(unit, reporter, reporter.person_on(today) if reporter else None, cells))
    counts = {state: sum(states[r.pk] is state for r in below) for state in ReportState}
    return Received(columns, lines, [(r, states[r.pk]) for r in found if r.is_upward], counts)


def panel_of(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    """What the page of a report's case shows."""
    report = Report.objects.filter(case=case).select_related("campaign").first()
    if report is None:
        return {"report": None}
    seen = Campaign.objects.visible_to(ctx.actor).filter(pk=report.campaign_id).exists()
    return {"report": report, "campaign": report.campaign if seen else None, "kind": ReportKind(report.kind)}
