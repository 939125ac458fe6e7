"""对照自查: every point against every unit, so that what nobody answered is seen; how each point stands. 依据 Y, B16."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.evidence.models import Evidence
from bihuan.domains.supervision.models import PointAnswer, ProblemPoint, SelfExamination
from bihuan.domains.supervision.queries import points as sources
from bihuan.domains.supervision.rules.points import Topic
from bihuan.domains.supervision.terms import Answer, Asks
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage

#: Units on one page; the file holds all of them.
MOST_UNITS = 500


@dataclass(frozen=True, slots=True)
class PointLine:
    """One point and what the units made of it."""

    point: ProblemPoint
    topics: Sequence[Topic]
    present: int
    absent: int
    open: int


@dataclass(frozen=True, slots=True)
class Examined:
    """One plan's points against the units that examine themselves."""

    drive: str
    asks: Asks
    lines: list[PointLine]
    units: list[tuple[SelfExamination, list[PointAnswer | None]]]

    @property
    def present(self) -> int:
        return sum(line.present for line in self.lines)

    @property
    def open(self) -> int:
        return sum(line.open for line in self.lines)


def examinations(*, ctx: Context, most: int = MOST_UNITS) -> list[Examined]:
    """对照自查表: by plan, a line a unit, a column a point. Three queries, however many units."""
    made = SelfExamination.objects.visible_to(ctx.actor).exclude(case__stage=Stage.WITHDRAWN.value)
    made = made.select_related("case", "case__owner").order_by("drive_name", "case__region_path", "case__number")
    shown = list(made[:most])
    answers: dict[Any, dict[Any, PointAnswer]] = {}
    rows = PointAnswer.objects.filter(examination__in=[m.pk for m in shown])
    for answer in rows.select_related("point", "examination", "linked"):
        answers.setdefault(answer.examination_id, {})[answer.point_id] = answer
    found: dict[tuple[str, str], list[SelfExamination]] = {}
    for one in shown:
        found.setdefault((one.drive_name, one.asks), []).append(one)
    catalogue = {t.code: t for t in sources.topics(on=day_of(ctx.at))}
    return [_examined(name, Asks(asks), units, answers, catalogue) for (name, asks), units in found.items()]


def _examined(
    name: str,
    asks: Asks,
    units: list[SelfExamination],
    answers: Mapping[Any, Mapping[Any, PointAnswer]],
    catalogue: Mapping[str, Topic],
) -> Examined:
    points = {a.point_id: a.point for u in units for a in answers.get(u.pk, {}).values()}
    ordered = sorted(points.values(), key=lambda p: p.position)
    lines = [(u, [answers.get(u.pk, {}).get(p.pk) for p in ordered]) for u in units]
    counted = []
    for place, point in enumerate(ordered):
        said = [row[place] for _, row in lines]
        given = [a.answer for a in said if a is not None]
        counted.append(
            PointLine(
                point,
                [catalogue[code] for code in point.topics if code in catalogue],
                present=given.count(Answer.PRESENT.value),
                absent=sum(1 for answer in given if answer and answer != Answer.PRESENT.value),
                open=given.count(""),
            )
        )
    return Examined(name, asks, counted, lines)


def examination_panel(*, ctx: Context, case: Case) -> Mapping[str, Any]:
    made = SelfExamination.objects.filter(case=case).first()
    answers: list[PointAnswer] = (
        list(made.answers.select_related("point", "linked", "examination")) if made is not None else []
    )
    wanted = {key for a in answers for key in a.proofs}
    titles = {str(e.pk): e for e in Evidence.objects.visible_to(ctx.actor).filter(pk__in=wanted)} if wanted else {}
    return {
        "examination": made,
        "is_items": made is not None and made.asks == Asks.ITEMS,
        "answers": [(a, [titles[key] for key in a.proofs if key in titles]) for a in answers],
        "left": sum(not a.answer for a in answers),
    }


def topic_choices(*, ctx: Context) -> list[tuple[str, Text]]:
    return [(t.code, Text(f"{t.code} {t.name}", f"{t.code} {t.name_en}")) for t in sources.topics(on=day_of(ctx.at))]
