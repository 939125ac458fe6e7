"""Plays of the actions of bodies, and the staging they share with the tests beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.domains.bodies import actions
from bihuan.domains.bodies.models import Body, Expert, Meeting, Mirror, Seat
from cast import TODAY, Cast, context
from plays import Play

LATER = date(2027, 3, 31)


def office_of(cast: Cast) -> Actor:
    return cast.actor("secretary", "bodies_office", cast.office, region=cast.city)


def by_office(cast: Cast, **inputs: Any) -> Play:
    far = cast.actor("far_secretary", "bodies_office", cast.neighbour, region=cast.next_city)
    return Play(office_of(cast), inputs, stranger=far)


def body_of(cast: Cast, **said: Any) -> Body:
    inputs: dict[str, Any] = {
        "kind": "special",
        "name": "云州市危险化学品安全专业委员会",
        "region": cast.city,
        "organisation": cast.emergency,
        "basis": "市安委〔2026〕1号",
        "established_on": date(2026, 1, 10),
        "rhythm": "quarterly",
        "is_mirrored_below": True,
    }
    return perform(actions.found, ctx=context(office_of(cast)), **(inputs | said)).value


def seat_of(cast: Cast, body: Body | None = None, **said: Any) -> Seat:
    inputs: dict[str, Any] = {"role": "member", "organisation": cast.industry, "from_on": date(2026, 1, 10)}
    body = body or body_of(cast)
    return perform(actions.seat, ctx=context(office_of(cast)), body=body, **(inputs | said)).value


def meeting_of(cast: Cast, body: Body | None = None, held_on: date = TODAY) -> Meeting:
    return perform(
        actions.hold_meeting,
        ctx=context(office_of(cast)),
        body=body or body_of(cast),
        title="2026年第四次全体会议",
        held_on=held_on,
        agenda=["听取集中治理进展", "研究停产企业复产"],
        present=[cast.industry, cast.emergency],
    ).value


def expert_of(cast: Cast) -> Expert:
    return perform(
        actions.add_expert,
        ctx=context(office_of(cast)),
        body=body_of(cast, kind="experts", name="危险化学品专家组"),
        name="方工",
        unit="云州大学",
        specialities=["反应风险评估"],
        from_on=date(2026, 1, 1),
        until_on=date(2028, 1, 1),
    ).value


def asked(cast: Cast) -> Mirror:
    return perform(
        actions.ask_to_mirror,
        ctx=context(office_of(cast)),
        body=body_of(cast),
        region=cast.district,
        organisation=cast.district_emergency,
        due_on=LATER,
    ).value


PLAYS = {
    "bodies.found": lambda c: by_office(
        c,
        kind="leading",
        name="危化品安全工作领导小组",
        region=c.city,
        organisation=c.office,
        basis="市委通知",
        established_on=TODAY,
    ),
    "bodies.dissolve": lambda c: by_office(c, body=body_of(c), on=LATER),
    "bodies.seat": lambda c: by_office(c, body=body_of(c), role="head", organisation=c.office, from_on=TODAY),
    "bodies.end_seat": lambda c: by_office(c, seat=seat_of(c), until_on=LATER),
    "bodies.ask_to_mirror": lambda c: by_office(
        c, body=body_of(c), region=c.district, organisation=c.district_emergency, due_on=LATER
    ),
    "bodies.hold_meeting": lambda c: by_office(
        c, body=body_of(c), title="第四次会议", held_on=TODAY, agenda=["听取进展"]
    ),
    "bodies.decide": lambda c: by_office(
        c,
        meeting=meeting_of(c),
        title="月底前完成复产核查",
        organisation=c.industry,
        supervisor=c.emergency,
        due_on=LATER,
    ),
    "bodies.add_expert": lambda c: by_office(
        c, body=body_of(c), name="方工", unit="云州大学", specialities=["反应风险"], from_on=TODAY, until_on=LATER
    ),
    "bodies.note_advice": lambda c: by_office(
        c, expert=expert_of(c), given_on=TODAY, question="停产三个月以上如何复产", text="先做开车前安全审查。"
    ),
}
