"""Plays of the actions on cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.core.evidence.models import Evidence
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.loop.actions import directing, handling, verifying
from bihuan.loop.models import Case, CaseObject, Duty
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation
from cast import Cast, context, saved
from plays import Play


def a_case(cast: Cast, stage: str = "issued") -> Case:
    """A case of the works, taken as far as this stage by those who may."""
    case = perform(
        directing.issue,
        ctx=context(cast.officer),
        title="完成罐区紧急切断阀改造",
        region=cast.park,
        owner=cast.works,
        supervisor=cast.emergency,
        issuer=cast.office,
        due_on=date(2026, 12, 31),
    ).value
    if stage == "issued":
        return case
    ctx = context(cast.safety_manager)
    case = perform(handling.acknowledge, ctx=ctx, case=case).value
    if stage == "acknowledged":
        return case
    piece = cast.evidence(cast.safety_manager, cast.works)
    case = perform(handling.submit, ctx=ctx, case=case, note="已完成", evidence=[piece.pk]).value
    if stage == "submitted":
        return case
    return perform(verifying.close_out, ctx=context(cast.verifier), case=case).value


def by_owner(cast: Cast, **inputs: Any) -> Play:
    return Play(cast.safety_manager, inputs, stranger=cast.stranger)


def by_verifier(cast: Cast, **inputs: Any) -> Play:
    return Play(cast.verifier, inputs, stranger=cast.regulator_next_door)


def by_office(cast: Cast, **inputs: Any) -> Play:
    return Play(cast.officer, inputs, stranger=cast.regulator_next_door)


def _elsewhere(cast: Cast, *grants: str) -> Actor:
    """A service that holds its grants in the next city only."""
    ours = service_actor("clock", *grants)
    scope = Scope(region_path=cast.next_city.path)
    return type(ours)(
        kind="service", id="service:elsewhere", name="", held=tuple(type(h)(h.grant, scope) for h in ours.held)
    )


def a_case_of_an_abolished_unit(cast: Cast) -> Case:
    made = a_case(cast)
    Organisation.objects.filter(pk=made.owner_id).update(abolished_on=date(2026, 11, 1), successor=cast.neighbour)
    return Case.objects.get(pk=made.pk)


def by_clock(cast: Cast, **inputs: Any) -> Play:
    grants = (LoopGrants.ESCALATE.value, LoopGrants.READ.value)
    return Play(service_actor("clock", *grants), inputs, stranger=_elsewhere(cast, *grants))


def settle_object(cast: Cast) -> Play:
    case = a_case(cast, "acknowledged")
    piece = cast.evidence(cast.safety_manager, cast.works)
    return by_owner(cast, object=saved(CaseObject(case=case, name="甲罐区")), evidence=[piece.pk])


def submit(cast: Cast) -> Play:
    piece = cast.evidence(cast.safety_manager, cast.works)
    return by_owner(cast, case=a_case(cast, "acknowledged"), note="已完成", evidence=[piece.pk])


def a_duty(cast: Cast) -> Duty:
    return saved(
        Duty(
            name="每季度自查",
            kind="general",
            population="none",
            rhythm="quarterly",
            region=cast.city,
            region_path=cast.city.path,
            supervisor=cast.emergency,
            from_on=date(2026, 1, 1),
        )
    )


def make_duty_cases(cast: Cast) -> Play:
    return by_clock(
        cast, duty=a_duty(cast), members=[{"key": "w", "name": "东方化工", "organisation": cast.works.code}]
    )


def tell_of_expiry(cast: Cast) -> Play:
    piece = cast.evidence(cast.safety_manager, cast.works)
    Evidence.objects.filter(pk=piece.pk).update(expires_on=date(2026, 12, 1), expiry_stage="month")
    grants = (LoopGrants.ESCALATE.value, EvidenceGrants.READ.value)
    return Play(service_actor("reaction", *grants), {"evidence": piece}, stranger=_elsewhere(cast, *grants))


LATER = date(2027, 1, 31)

PLAYS = {
    "case.issue": lambda c: by_office(c, title="新事项", region=c.park, owner=c.works, supervisor=c.emergency),
    "case.extend": lambda c: by_office(c, case=a_case(c), new_due_on=LATER, note="同意"),
    "case.hand_over": lambda c: by_office(c, case=a_case(c), to=c.neighbour, note="产权已转"),
    "case.chase": lambda c: by_office(c, case=a_case(c)),
    "case.supervise": lambda c: by_office(c, case=a_case(c), note="进度慢"),
    "case.withdraw": lambda c: by_office(c, case=a_case(c), note="重复"),
    "case.reopen": lambda c: by_office(c, case=a_case(c, "closed_out"), note="反弹"),
    "case.cascade": lambda c: by_office(c, case=a_case(c), to=[c.neighbour]),
    "case.mark_not_applicable": lambda c: by_office(c, case=a_case(c), organisation=c.neighbour, because="无此设施"),
    "case.acknowledge": lambda c: by_owner(c, case=a_case(c)),
    "case.report_progress": lambda c: by_owner(c, case=a_case(c, "acknowledged"), note="已采购"),
    "case.settle_object": settle_object,
    "case.submit": submit,
    "case.ask_extension": lambda c: by_owner(c, case=a_case(c), new_due_on=LATER, because="到货晚"),
    "case.assign_person": lambda c: by_owner(c, case=a_case(c), person=c.person(c.works)),
    "case.close_out": lambda c: by_verifier(c, case=a_case(c, "submitted"), note="属实"),
    "case.send_back": lambda c: by_verifier(c, case=a_case(c, "submitted"), note="照片不清"),
    "loop.tell_of_expiry": tell_of_expiry,
    "case.escalate": lambda c: by_clock(c, case=a_case(c)),
    "case.pass_on": lambda c: by_clock(c, case=a_case_of_an_abolished_unit(c)),
    "loop.set_escalation_plan": lambda c: by_office(
        c,
        region=c.city,
        steps=[{"days": 1, "deed": "chase", "whom": ["owner"]}],
        from_on=date(2026, 1, 1),
        basis="本市规定",
    ),
    "loop.add_duty": lambda c: by_office(
        c,
        name="每季度自查",
        region=c.city,
        supervisor=c.emergency,
        population="enterprises",
        rhythm="quarterly",
        from_on=date(2026, 1, 1),
    ),
    "loop.end_duty": lambda c: by_office(c, duty=a_duty(c), until_on=LATER),
    "loop.make_duty_cases": make_duty_cases,
}
