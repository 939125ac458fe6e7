"""Reads of filings, and what a case of a major hazard must have come to before it is struck off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from bihuan.core.access.context import Context
from bihuan.domains.major_hazard_filing import rules
from bihuan.domains.major_hazard_filing.models import Filing
from bihuan.domains.major_hazard_filing.terms import EVALUATION_KIND, FILING_KIND, OVER_STORAGE_KIND, FilingState
from bihuan.engines.major_hazard.terms import Grade
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.loop.models import Case
from bihuan.registers.major_hazards.models import Calculation, HazardUnit

_LAW = "major-hazard-filing/filing"


def days_for(what: str, *, on: date) -> int:
    return int(law.at(on).value(_LAW, "case_days").value[what])


def evaluation_years(*, on: date) -> int:
    return int(law.at(on).value(_LAW, "evaluation_years").value)


def current_filing(unit: HazardUnit) -> Filing | None:
    found: Filing | None = Filing._base_manager.filter(unit=unit, state=FilingState.CURRENT).first()
    return found


def current_calculation(unit: HazardUnit) -> Calculation | None:
    found: Calculation | None = Calculation._base_manager.filter(unit=unit, is_current=True).first()
    return found


def open_case(*, unit: HazardUnit, kind: str, title: str = "") -> Case | None:
    """The open case of this kind on this unit, if there is one: a second would ask for the same twice."""
    rows = Case._base_manager.filter(thing=unit.thing_id, kind=kind, is_open=True)
    if title:
        rows = rows.filter(title=title)
    found: Case | None = rows.order_by("-id").first()
    return found


def due_for_evaluation(*, on: date) -> Iterable[Filing]:
    """Filings whose evaluation falls due within the days of notice, or has fallen due."""
    until = on + timedelta(days=days_for("evaluation_notice", on=on))
    rows = Filing._base_manager.filter(state=FilingState.CURRENT, evaluation_due_on__lte=until)
    return rows.select_related("unit__thing").order_by("evaluation_due_on")


def _unit_of(case: Case) -> HazardUnit | None:
    found: HazardUnit | None = HazardUnit._base_manager.filter(thing=case.thing_id).first()
    return found


def require_filed(*, ctx: Context, case: Case, facts: Mapping[str, Any]) -> None:
    """销号前: the grade on file is the grade there is; what is no major hazard any more is deregistered."""
    unit = _unit_of(case)
    if unit is None:
        return
    calculation, filing = current_calculation(unit), current_filing(unit)
    grade = calculation.grade if calculation else ""
    if (filing.grade if filing else "") == grade:
        return
    wanted = Grade(grade).label if grade else Text("核销", "deregistration")
    raise rules.NotFiledYet(
        Text(
            "备案还没有与现状一致（现状：{now}）。请先办理备案或核销，再销号。",
            "What is on file isn't what there is now ({now}). File or deregister first.",
        ).format(now=wanted)
    )


def require_no_over_storage(*, ctx: Context, case: Case, facts: Mapping[str, Any]) -> None:
    """销号前: no vessel of the unit is over its design maximum."""
    unit = _unit_of(case)
    calculation = current_calculation(unit) if unit else None
    if calculation is not None and calculation.is_over_stored:
        raise rules.StillOverStored(
            Text(
                "单元仍有设备现存量超过设计最大量。请核减后更新现存量，再销号。",
                "A vessel of the unit is still over its design maximum. Reduce it and update the stock first.",
            )
        )


def require_evaluated(*, ctx: Context, case: Case, facts: Mapping[str, Any]) -> None:
    """销号前: the evaluation is recorded, so that the next is due later than the one that was asked for."""
    unit = _unit_of(case)
    filing = current_filing(unit) if unit else None
    if filing is not None and case.first_due_on is not None and filing.evaluation_due_on <= case.first_due_on:
        raise rules.NotEvaluatedYet(
            Text("还没有登记新的安全评估，请登记后再销号。", "No new evaluation is recorded; record it first.")
        )


def panel_of_unit(*, ctx: Context, row: HazardUnit) -> Mapping[str, Any] | None:
    """备案与评估 on the page of a unit."""
    filings = list(Filing.objects.visible_to(ctx.actor).filter(unit=row).select_related("authority")[:20])
    calculation = Calculation.objects.visible_to(ctx.actor).filter(unit=row, is_current=True).first()
    current = next((f for f in filings if f.state == FilingState.CURRENT), None)
    grade = calculation.grade if calculation else ""
    return {
        "unit": row,
        "filings": filings,
        "current": current,
        "is_stale": (current.grade if current else "") != grade,
        "cases": list(
            Case.objects.visible_to(ctx.actor)
            .filter(thing=row.thing_id, kind__in=(FILING_KIND, OVER_STORAGE_KIND, EVALUATION_KIND))
            .select_related("owner")
            .order_by("-is_open", "-id")[:20]
        ),
    }
