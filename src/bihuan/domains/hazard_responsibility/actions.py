"""任免责任人, and the cases of their duties."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.hazard_responsibility import events, queries, rules
from bihuan.domains.hazard_responsibility.models import Lead, LeadDuty
from bihuan.domains.hazard_responsibility.terms import DUTY_KIND, LeadRole, ResponsibilityGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.parties.models import Person
from bihuan.registers.major_hazards.models import HazardUnit
from bihuan.registers.major_hazards.queries import authority_of

TheLead = Annotated[Ref[Person], Label("责任人", "Lead")]


def _of_unit(*, ctx: Context, unit: HazardUnit, **_: object) -> Place:
    return unit.place


@action(
    "hazard_responsibility.appoint",
    label=Text("任命包保责任人", "Appoint a lead"),
    needs=ResponsibilityGrants.APPOINT,
    scope=_of_unit,
    icon="user-check",
)
def appoint(
    *,
    ctx: Context,
    unit: Ref[HazardUnit],
    role: Annotated[LeadRole, Label("责任", "Role")],
    person: TheLead,
    from_on: Annotated[date, Label("任职日期", "From")],
    deputy: Annotated[Ref[Person] | None, Label("代理人", "Deputy")] = None,
) -> Lead:
    """任命: whoever held the role until then is relieved on the same day. 依据 应急厅〔2021〕12号 第3条."""
    rules.require_own_person(person=person.organisation_code, enterprise=unit.thing.organisation_code)
    if deputy is not None:
        rules.require_own_person(person=deputy.organisation_code, enterprise=unit.thing.organisation_code)
    rules.require_another(lead=person.pk, deputy=deputy.pk if deputy else None)
    last = Lead._base_manager.filter(unit=unit, role=role.value, until_on__isnull=True).first()
    if last is not None:
        rules.require_after(from_on=last.from_on, until_on=from_on)
        ctx.change(last, until_on=from_on)
    lead = ctx.create(
        Lead(
            unit=unit,
            role=role.value,
            person=person,
            deputy=deputy,
            from_on=from_on,
            region_path=unit.thing.region_path,
            organisation_code=unit.thing.organisation_code,
        )
    )
    ctx.emit(
        events.LeadAppointed(
            unit_id=unit.pk,
            appointment_id=lead.pk,
            region_path=lead.region_path,
            organisation_code=lead.organisation_code,
        )
    )
    return lead


@action(
    "hazard_responsibility.relieve",
    label=Text("免去包保责任人", "Relieve a lead"),
    needs=ResponsibilityGrants.APPOINT,
    icon="x",
    tone="danger",
)
def relieve(*, ctx: Context, lead: Ref[Lead], until_on: Annotated[date, Label("离任日期", "Until")]) -> Lead:
    """免去: from that day on nobody holds the role until another is appointed."""
    rules.require_after(from_on=lead.from_on, until_on=until_on)
    return ctx.change(lead, until_on=until_on)


@action(
    "hazard_responsibility.make_duty_cases",
    label=Text("派发包保职责", "Make the cases of duties"),
    needs=ResponsibilityGrants.MAKE,
    faces=(),
)
def make_duty_cases(*, ctx: Context, unit: Ref[HazardUnit]) -> HazardUnit:
    """按周期派发: one case a lead, duty and period, as long as the unit is a major hazard."""
    ctx.about(unit)
    if not queries.grade_of(unit):
        return unit
    today = day_of(ctx.at)
    authority = authority_of(unit=unit, on=today)
    for lead in queries.leads_on(unit=unit, on=today):
        known = set(LeadDuty.objects.filter(lead=lead, period__gte=today).values_list("duty", "period"))
        for duty in rules.duties_of(role=lead.role_term, on=today):
            if duty.rhythm is None:
                continue
            period = rules.end_of(rhythm=duty.rhythm, on=today)
            if (duty.key, period) in known:
                continue
            case = moves.issue(
                ctx=ctx,
                new=moves.NewCase(
                    kind=DUTY_KIND,
                    title=f"{unit.thing.name}（{lead.role_term.label.zh}）：{duty.text}",
                    text=f"频次：{duty.frequency}",
                    clause=f"{duty.citation}（{duty.state.label.zh}）",
                    source="包保责任",
                    owner=unit.thing.organisation,
                    owner_person=lead.person,
                    supervisor=authority,
                    issuer=authority,
                    region=unit.thing.region,
                    thing=unit.thing,
                    due_on=period,
                ),
            )
            LeadDuty(lead=lead, duty=duty.key, period=period, case=case).save(force_insert=True)
    return unit
