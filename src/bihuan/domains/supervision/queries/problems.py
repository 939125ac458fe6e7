"""问题清单, 裁定, 典型经验与年度计划: what their pages list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from bihuan.core.access.context import Actor, Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.supervision.models import (
    CheckGroup,
    PlannedInspection,
    Practice,
    ProblemDrive,
    ProblemEntry,
    Ruling,
    WarningLetter,
)
from bihuan.domains.supervision.queries import drives as campaigns
from bihuan.domains.supervision.terms import FoundBy, SupervisionGrants
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants, Stage

#: Who may look at the pages of supervision at all: what they hold differs by scope.
LOOKS = (*SupervisionGrants, LoopGrants.READ, LoopGrants.HANDLE, LoopGrants.VERIFY, LoopGrants.DIRECT)
COLOURS = ("red", "yellow", "open", "submitted", "closed")


def require_any(*, ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in LOOKS):
        raise NotFound


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    text: str = ""
    state: str = ""
    found_by: str = ""
    drive: str = ""

    @classmethod
    def from_query(cls, said: Mapping[str, str]) -> ProblemFilter:
        found_by = said.get("found_by", "")
        return cls(
            text=said.get("q", "").strip()[:60],
            state=said.get("state", "") if said.get("state", "") in COLOURS else "",
            found_by=found_by if found_by in {f.value for f in FoundBy} else "",
            drive=said.get("drive", "")[:200],
        )

    @property
    def is_set(self) -> bool:
        return self != ProblemFilter()


def problems(*, ctx: Context, narrowed: ProblemFilter) -> QuerySet[ProblemEntry]:
    """问题清单: those one may see, the open and most urgent first. Withdrawn ones are no longer on it."""
    rows: QuerySet[ProblemEntry] = ProblemEntry.objects.visible_to(ctx.actor).exclude(case__stage=Stage.WITHDRAWN.value)
    today = day_of(ctx.at)
    rows = rows.filter(_state(narrowed.state, today))
    if narrowed.text:
        rows = rows.filter(
            Q(case__title__contains=narrowed.text)
            | Q(case__number=narrowed.text)
            | Q(cancel_number=narrowed.text)
            | Q(case__owner__name__contains=narrowed.text)
        )
    if narrowed.found_by:
        rows = rows.filter(found_by=narrowed.found_by)
    if narrowed.drive:
        rows = rows.filter(pk__in=ProblemDrive.objects.filter(name=narrowed.drive).values("problem"))
    rows = rows.select_related("case", "case__owner", "case__owner_person").prefetch_related("drives")
    return rows.order_by("-case__is_open", "case__due_on", "case__number")


def _state(state: str, today: date) -> Q:
    still = Q(case__is_open=True)
    return {
        "red": still & Q(case__due_on__lt=today),
        "yellow": still & Q(case__due_on__gte=today, case__due_on__lte=today + timedelta(days=7)),
        "open": still,
        "submitted": Q(case__stage=Stage.SUBMITTED.value),
        "closed": Q(case__stage=Stage.CLOSED_OUT.value),
    }.get(state, Q())


def counts(*, ctx: Context) -> dict[str, int]:
    today = day_of(ctx.at)
    rows = ProblemEntry.objects.visible_to(ctx.actor).exclude(case__stage=Stage.WITHDRAWN.value).order_by()
    return dict(
        rows.aggregate(
            total=Count("pk"),
            **{name: Count("pk", filter=_state(name, today)) for name in COLOURS},
            incomplete=Count(
                "pk", filter=Q(case__is_open=True) & (Q(measures="") | Q(case__owner_person__isnull=True))
            ),
        )
    )


def by_drive(*, ctx: Context) -> list[tuple[str, int, int]]:
    """各专项行动中的问题: name, all, cancelled. One recorded once is counted in each it belongs to. 依据 A21."""
    seen = ProblemEntry.objects.visible_to(ctx.actor).exclude(case__stage=Stage.WITHDRAWN.value)
    rows = ProblemDrive.objects.filter(problem__in=seen.order_by().values("pk")).order_by()
    counted = rows.values("name").annotate(
        total=Count("pk"), closed=Count("pk", filter=Q(problem__case__stage=Stage.CLOSED_OUT.value))
    )
    return sorted(((r["name"], r["total"], r["closed"]) for r in counted), key=lambda r: (-r[1], r[0]))


def rulings(*, ctx: Context) -> QuerySet[Ruling]:
    rows: QuerySet[Ruling] = Ruling.objects.visible_to(ctx.actor)
    rows = rows.select_related("case", "case__owner", "asked_by", "responsible", "follow_up")
    return rows.order_by("-case__is_open", "-id")


def practices(*, ctx: Context) -> list[Practice]:
    rows: QuerySet[Practice] = Practice.objects.visible_to(ctx.actor).select_related("organisation", "evidence")
    return list(rows.order_by("-recommended_at")[:200])


def published_practices(*, region_path: str, most: int = 30) -> list[Practice]:
    """已推广的典型经验 of a place, the newest first: they are for everybody who works here."""
    rows = Practice.objects.filter(below("region_path", region_path), published_at__isnull=False)
    return list(rows.select_related("organisation").order_by("-published_at")[:most])


def evidence_seen_by(actor: Actor) -> Q:
    """Whoever sees a practice sees the document that came with it."""
    return Q(pk__in=Practice.objects.visible_to(actor).filter(evidence__isnull=False).values("evidence"))


@dataclass(frozen=True, slots=True)
class PlanMatrix:
    """年度检查计划对各专项行动的覆盖: a line a unit, a column a campaign; an empty cell is a campaign its plan forgets."""

    year: int
    years: list[int]
    columns: list[str]
    lines: list[tuple[str, list[PlannedInspection], list[int]]]

    @property
    def gaps(self) -> int:
        return sum(cell == 0 for _, _, cells in self.lines for cell in cells)


def plan_matrix(*, ctx: Context, year: int) -> PlanMatrix:
    seen = PlannedInspection.objects.visible_to(ctx.actor)
    years = sorted({*seen.order_by().values_list("year", flat=True).distinct(), year}, reverse=True)
    rows = list(seen.filter(year=year).select_related("organisation", "case").order_by("organisation_code", "month"))
    named = {d["name"] for r in rows for d in r.drives}
    columns = sorted(named | set(campaigns.offered(ctx=ctx).values()))
    units: dict[str, list[PlannedInspection]] = {}
    for row in rows:
        units.setdefault(row.organisation.name, []).append(row)
    lines = [
        (name, listed, [sum(any(d["name"] == c for d in r.drives) for r in listed) for c in columns])
        for name, listed in units.items()
    ]
    return PlanMatrix(year, years, columns, lines)


# — panels of the case page —


def problem_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    entry = ProblemEntry.objects.filter(case=case).select_related("item", "item__group__check_made").first()
    return {"problem": entry, "drives": list(entry.drives.all()) if entry else [], "case": case} | (
        {"found_by": FoundBy(entry.found_by)} if entry else {}
    )


def check_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    group = CheckGroup.objects.filter(case=case).select_related("check_made").first()
    items = list(group.items.select_related("organisation", "target").order_by("position")) if group else []
    seen: set[Any] = set()
    targets = [i.target_id for i in items if i.target_id]
    if targets:
        seen = set(Case.objects.visible_to(ctx.actor).filter(pk__in=targets).values_list("pk", flat=True))
    sees_check = bool(group) and any(ctx.actor.may(g, group.check_made.place) for g in SupervisionGrants)  # type: ignore[union-attr]
    return {"group": group, "items": items, "seen": seen, "sees_check": sees_check}


def warning_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    return {"warning": WarningLetter.objects.filter(case=case).first()}


def ruling_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    ruling = Ruling.objects.filter(case=case).select_related("asked_by", "responsible", "follow_up").first()
    visible = ruling is not None and ruling.follow_up_id is not None
    return {"ruling": ruling, "sees_follow_up": visible and _sees(ctx, ruling.follow_up_id)}  # type: ignore[union-attr]


def _sees(ctx: Context, key: Any) -> bool:
    return bool(Case.objects.visible_to(ctx.actor).filter(pk=key).exists())


def planned_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    return {"line": PlannedInspection.objects.filter(case=case).first()}
