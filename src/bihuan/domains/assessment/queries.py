"""考核: what each measure counts for a unit, its sheet as it stands, the league table and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bihuan.core.access.context import Actor, Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.assessment.models import Appeal, Pursuit, Scheme, ScoreSheet
from bihuan.domains.assessment.rules import scoring
from bihuan.domains.assessment.rules.scoring import Counted
from bihuan.domains.assessment.terms import AssessmentGrants, Measure, SheetState
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Organisation
from bihuan.parties.terms import AUTHORITIES, OrganisationKind

TASKS = ("campaign_task", "general", "meeting_decision")
PROBLEMS = ("problem",)
REPORTS = ("campaign_report",)
WARNINGS = ("warning",)
#: These answer for all that lies in their place; every other unit for its own.
LOCALITIES = (OrganisationKind.GOVERNMENT.value, OrganisationKind.PARK_ADMINISTRATION.value)


def of_unit(unit: Organisation) -> Q:
    if unit.kind in LOCALITIES:
        return below("region_path", unit.region_path) & Q(owner__kind__in=AUTHORITIES)
    return Q(owner=unit)


def counted(*, unit: Organisation, year: int, on: date) -> dict[Measure, Counted]:
    """各指标的明细: numbers of cases. Withdrawn and ongoing ones don't count; of the year are those due in it."""
    rows = Case.objects.filter(of_unit(unit), is_ongoing=False, due_on__year=year).exclude(stage=Stage.WITHDRAWN.value)
    fields = ("number", "kind", "stage", "is_open", "due_on", "closed_at", "times_sent_back", "is_supervised")
    cases = list(rows.filter(kind__in=(*TASKS, *PROBLEMS, *REPORTS, *WARNINGS)).order_by("number").values(*fields))

    def numbers(kinds: tuple[str, ...]) -> list[dict[str, Any]]:
        return [c for c in cases if c["kind"] in kinds]

    def late(case: Mapping[str, Any]) -> bool:
        done = day_of(case["closed_at"]) if case["closed_at"] and not case["is_open"] else None
        return bool(done > case["due_on"] if done else on > case["due_on"])

    def share(kinds: tuple[str, ...], against: Any) -> Counted:
        listed = numbers(kinds)
        return Counted(tuple(c["number"] for c in listed), tuple(c["number"] for c in listed if against(c)))

    work = numbers((*TASKS, *PROBLEMS))
    every = tuple(c["number"] for c in work)
    return {
        Measure.CLOSED_SHARE: share(TASKS, lambda c: c["is_open"]),
        Measure.IN_TIME_SHARE: share(TASKS, late),
        Measure.PROBLEM_SHARE: share(PROBLEMS, lambda c: c["is_open"]),
        Measure.REPORT_SHARE: share(REPORTS, late),
        Measure.SENT_BACK: Counted(every, tuple(c["number"] for c in work if c["times_sent_back"])),
        Measure.SUPERVISED: Counted(every, tuple(c["number"] for c in work if c["is_supervised"])),
        Measure.WARNINGS: Counted((), tuple(c["number"] for c in numbers(WARNINGS))),
    }


def sheet_now(*, sheet: ScoreSheet, on: date) -> tuple[list[dict[str, Any]], Decimal]:
    """Lines and total from the ledger of today, with what was judged by hand and given back on appeal."""
    scheme = sheet.scheme
    found = counted(unit=sheet.organisation, year=scheme.year, on=on)
    by_hand = {key: (Decimal(value), str(words)) for key, (value, words) in sheet.by_hand.items()}
    made = scoring.score(scheme.read_criteria, found=found, by_hand=by_hand)
    lines = []
    for line in made.lines:
        back = Decimal(sheet.granted.get(line.key, "0"))
        score = scoring.within(line.score + back, line.points)
        lines.append(
            {
                "key": line.key,
                "name": line.name,
                "measure": line.measure.value,
                "points": str(line.points),
                "score": str(score),
                "counted": line.counted,
                "against": list(line.against),
                "note": line.note,
                "back": str(back) if back else "",
            }
        )
    return lines, total_of(lines)


def total_of(lines: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(line["score"]) for line in lines), Decimal(0))


def require_any(*, ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in ScoreSheet.view_grants()):
        raise NotFound


def get_scheme(*, ctx: Context, scheme_id: UUID) -> Scheme:
    rows = Scheme.objects.visible_to(ctx.actor).select_related("organisation", "region")
    found: Scheme | None = rows.filter(pk=scheme_id).first()
    if found is None:
        raise NotFound
    return found


def schemes(*, ctx: Context) -> QuerySet[Scheme]:
    rows: QuerySet[Scheme] = Scheme.objects.visible_to(ctx.actor).select_related("organisation", "region")
    return rows.order_by("-year", "region_path")


def own_sheets(*, ctx: Context) -> list[tuple[ScoreSheet, int]]:
    """Published sheets of the units the reader acts for, with their places."""
    codes = sorted(ctx.actor.reach(*ScoreSheet.view_grants()).organisations)
    rows = ScoreSheet.objects.filter(organisation_code__in=codes, scheme__published_at__isnull=False)
    return [(s, place_of(s)) for s in rows.select_related("scheme", "organisation").order_by("-scheme__year")[:20]]


def place_of(sheet: ScoreSheet) -> int:
    return 1 + ScoreSheet.objects.filter(scheme=sheet.scheme, total__gt=sheet.total).count()


def get_sheet(*, ctx: Context, sheet_id: UUID) -> ScoreSheet:
    """A unit's own people see it once it is published; who conducts sees it before."""
    rows = ScoreSheet.objects.visible_to(ctx.actor).select_related("scheme", "scheme__organisation", "organisation")
    found: ScoreSheet | None = rows.filter(pk=sheet_id).first()
    if found is None or (found.scheme.published_at is None and not conducts(ctx=ctx, scheme=found.scheme)):
        raise NotFound
    return found


def conducts(*, ctx: Context, scheme: Scheme) -> bool:
    return any(ctx.actor.may(g, scheme.place) for g in Scheme.view_grants())


def state_of(sheet: ScoreSheet, open_appeals: int) -> SheetState:
    if sheet.scheme.published_at is None:
        return SheetState.DRAFT
    return SheetState.APPEALED if open_appeals else SheetState.OPEN


@dataclass(frozen=True, slots=True)
class LeagueLine:
    place: int
    sheet: ScoreSheet
    before: int | None


def league(*, scheme: Scheme) -> list[LeagueLine]:
    """排行榜, with the place of the year before."""
    sheets = list(scheme.sheets.select_related("organisation", "scheme").order_by("-total", "organisation_code"))
    places = scoring.places({str(s.pk): s.total for s in sheets})
    last = Scheme.objects.filter(region=scheme.region, year=scheme.year - 1, published_at__isnull=False).first()
    before = scoring.places({str(s.organisation_id): s.total for s in last.sheets.all()} if last else {})
    return [LeagueLine(places[str(s.pk)], s, before.get(str(s.organisation_id))) for s in sheets]


def history(*, sheet: ScoreSheet) -> list[tuple[int, Decimal]]:
    """历年总分 of this unit in this region."""
    rows = ScoreSheet.objects.filter(
        organisation=sheet.organisation, scheme__region=sheet.scheme.region, scheme__published_at__isnull=False
    )
    return list(rows.order_by("scheme__year").values_list("scheme__year", "total"))


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line as the page shows it: the rows that cost points, those the reader may open as links."""

    key: str
    name: str
    measure: Measure
    points: Decimal
    score: Decimal
    counted: int
    against: list[tuple[str, bool]]
    note: str
    back: str

    @property
    def lost(self) -> Decimal:
        return self.points - self.score


def lines_of(*, ctx: Context, sheet: ScoreSheet) -> list[SheetLine]:
    wanted = {n for line in sheet.lines for n in line["against"]}
    seen = set(Case.objects.visible_to(ctx.actor).filter(number__in=wanted).values_list("number", flat=True))
    return [
        SheetLine(
            line["key"],
            line["name"],
            Measure(line["measure"]),
            Decimal(line["points"]),
            Decimal(line["score"]),
            line["counted"],
            [(n, n in seen) for n in line["against"]],
            line["note"],
            line.get("back", ""),
        )
        for line in sheet.lines
    ]


def appeals(*, ctx: Context, sheet: ScoreSheet) -> list[Appeal]:
    rows = Appeal.objects.visible_to(ctx.actor).filter(sheet=sheet).select_related("case")
    return list(rows.order_by("case__number"))


def appeal_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    appeal = Appeal.objects.filter(case=case).select_related("sheet", "sheet__scheme", "sheet__organisation").first()
    name = next((line["name"] for line in appeal.sheet.lines if line["key"] == appeal.key), "") if appeal else ""
    sees = appeal is not None and ScoreSheet.objects.visible_to(ctx.actor).filter(pk=appeal.sheet_id).exists()
    return {"appeal": appeal, "line": name, "sees": sees}


def find_schemes(*, ctx: Context, text: str) -> QuerySet[Scheme]:
    rows: QuerySet[Scheme] = Scheme.objects.visible_to(ctx.actor)
    return rows.filter(title__contains=text) if text else rows


def pursuits(*, ctx: Context) -> list[Pursuit]:
    """责任追究记录: those of one's own area, the newest first."""
    if not any(ctx.actor.has(g) for g in AssessmentGrants):
        raise NotFound
    rows = Pursuit.objects.visible_to(ctx.actor).select_related(
        "unit", "person", "organisation", "sheet", "sheet__scheme", "case", "evidence"
    )
    return list(rows.order_by("-decided_on", "-id")[:500])


def pursuit_evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees a pursuit sees what shows it."""
    return Q(pk__in=Pursuit.objects.visible_to(actor).filter(evidence__isnull=False).values("evidence"))


def find_sheets(*, ctx: Context, text: str) -> QuerySet[ScoreSheet]:
    """考核结果, published ones, by the unit's name or the scheme's."""
    rows: QuerySet[ScoreSheet] = ScoreSheet.objects.visible_to(ctx.actor).filter(scheme__published_at__isnull=False)
    if text:
        rows = rows.filter(Q(organisation__name__contains=text) | Q(scheme__title__contains=text))
    return rows.select_related("organisation", "scheme").order_by("-scheme__year", "organisation_code")
