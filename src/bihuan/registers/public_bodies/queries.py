"""监管机构与保障: what formulas count unit by unit, what checks ask of a park, and who has not studied yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bihuan.core.access.context import Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.kernel.text import Text
from bihuan.loop.kinds import Computed, Formula
from bihuan.parties.models import Organisation
from bihuan.parties.terms import OrganisationKind
from bihuan.registers.public_bodies import rules
from bihuan.registers.public_bodies.models import BodySetUp, EnforcementMeans, LearningRecord
from bihuan.registers.public_bodies.rules import Attended
from bihuan.registers.public_bodies.terms import BodyForm, LearningKind, PublicBodiesGrants

#: Who has to study: localities, departments, parks and their offices.
STUDYING = (
    OrganisationKind.GOVERNMENT.value,
    OrganisationKind.DEPARTMENT.value,
    OrganisationKind.TOWN.value,
    OrganisationKind.PARK_ADMINISTRATION.value,
    OrganisationKind.OFFICE.value,
)
MOST_UNITS = 2_000


def set_up_of(code: str) -> BodySetUp | None:
    """机构设置 of a body now: the latest that is not ended."""
    rows = BodySetUp._base_manager.filter(organisation_code=code, is_ended=False)
    found: BodySetUp | None = rows.order_by("-from_on", "-code").first()
    return found


def _means(*, region_path: str, on: date) -> Iterable[Computed]:
    """执法保障满足率: of the items of the year, those of which there is as much as is needed."""
    rows = EnforcementMeans.objects.filter(
        EnforcementMeans.arrived(), below("region_path", region_path), year=on.year, is_ended=False
    )
    found: dict[str, list[bool]] = {}
    for code, short in rows.order_by("organisation_code").values_list("organisation_code", "is_short"):
        found.setdefault(code, []).append(not short)
    for code, met in found.items():
        yield Computed(code, Decimal(10_000 * sum(met) // len(met)) / 100, f"{sum(met)}/{len(met)}")


def _skill(*, region_path: str, on: date) -> Iterable[Computed]:
    """职业技能晋级培训覆盖率 of the year so far."""
    rows = LearningRecord.objects.filter(
        LearningRecord.arrived(),
        below("region_path", region_path),
        kind=LearningKind.SKILL.value,
        held_on__year=on.year,
        held_on__lte=on,
        is_ended=False,
    )
    found: dict[str, list[Attended]] = {}
    for code, took_part, should in rows.order_by("organisation_code").values_list(
        "organisation_code", "took_part", "should"
    ):
        found.setdefault(code, []).append(Attended(took_part, should))
    for code, trainings in found.items():
        if (share := rules.coverage(trainings)) is not None:
            yield Computed(code, share[2], f"{share[0]}/{share[1]}")


def _own_organ(*, region_path: str, on: date) -> Iterable[Computed]:
    """单独设立安全监管机构: 1 or 0 for each body whose set-up is entered."""
    rows = BodySetUp.objects.filter(
        BodySetUp.arrived(), below("region_path", region_path), is_ended=False, from_on__lte=on
    )
    latest = {r.organisation_code: r for r in rows.order_by("from_on", "code")}
    for code, row in latest.items():
        has = row.form == BodyForm.OWN_ORGAN.value
        yield Computed(code, Decimal(int(has)), BodyForm(row.form).label.zh)


FORMULAS = (
    Formula("public_bodies.means", Text("执法保障满足率", "Means of enforcement there as needed"), "%", _means),
    Formula("public_bodies.skill", Text("职业技能晋级培训覆盖率", "Covered by skill-upgrade training"), "%", _skill),
    Formula("public_bodies.own_organ", Text("单独设立安全监管机构", "A safety organ of its own"), "个", _own_organ),
)


@dataclass(frozen=True, slots=True)
class Studied:
    """学习贯彻情况 of one unit in a year."""

    unit: Organisation
    times: int
    last: LearningRecord | None


def studied(*, ctx: Context, year: int) -> list[Studied]:
    """谁还没有学习: every unit the reader may see, those without a record first. Two queries."""
    if not any(ctx.actor.has(g) for g in PublicBodiesGrants):
        raise NotFound
    records: dict[str, list[LearningRecord]] = {}
    rows = LearningRecord.objects.visible_to(ctx.actor).filter(
        kind=LearningKind.STUDY.value, held_on__year=year, is_ended=False
    )
    for record in rows.order_by("held_on"):
        records.setdefault(record.organisation_code, []).append(record)
    reach = ctx.actor.reach(*PublicBodiesGrants)
    units = Organisation.objects.filter(kind__in=STUDYING, abolished_on__isnull=True).order_by("region_path", "code")
    lines = [
        Studied(unit, len(held := records.get(unit.code, [])), held[-1] if held else None)
        for unit in units[:MOST_UNITS]
        if unit.code in reach.organisations or any(unit.region_path.startswith(r) for r in reach.regions)
    ]
    return sorted(lines, key=lambda line: (line.times > 0, line.unit.region_path, line.unit.code))
