"""What happens to major hazards besides the keeping of their register."""

from __future__ import annotations

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Ref, action
from bihuan.kernel.text import Text
from bihuan.registers.major_hazards import events, queries, rules
from bihuan.registers.major_hazards.models import Calculation
from bihuan.registers.major_hazards.terms import MajorHazardsGrants


@action(
    "major_hazards.announce",
    label=Text("通报辨识结果", "Announce the result"),
    needs=MajorHazardsGrants.ANNOUNCE,
    faces=(),
)
def announce(*, ctx: Context, calculation: Ref[Calculation]) -> Calculation:
    """通报辨识结果: another grade, and vessels that are over their design maximum since."""
    ctx.about(calculation)
    where = {"region_path": calculation.region_path, "organisation_code": calculation.organisation_code}
    if calculation.grade != calculation.grade_before:
        ctx.emit(
            events.GradeChanged(
                unit_id=calculation.unit_id,
                calculation_id=calculation.pk,
                before=calculation.grade_before,
                after=calculation.grade,
                **where,
            )
        )
    last = queries.before(calculation)
    for entry in rules.newly_over(before=last.sheet if last else {}, after=calculation.sheet):
        ctx.emit(
            events.OverStored(
                unit_id=calculation.unit_id,
                calculation_id=calculation.pk,
                vessel=entry["holder"],
                name=entry["name"],
                live_t=entry["live_t"],
                design_maximum_t=entry["design_maximum_t"],
                **where,
            )
        )
    return calculation
