"""Plays of the actions on parties."""

from __future__ import annotations

from datetime import date

from bihuan.core.access.context import Actor
from bihuan.parties.models import Membership
from cast import Cast, saved
from plays import Play


def clerks(cast: Cast) -> tuple[Actor, Actor]:
    """A clerk of the city, and one of the next city."""
    ours = cast.actor("parties_clerk", "parties_clerk", cast.office, region=cast.city)
    theirs = cast.actor("parties_clerk_next", "parties_clerk", cast.office, region=cast.next_city)
    return ours, theirs


def _play(cast: Cast, **inputs: object) -> Play:
    ours, theirs = clerks(cast)
    return Play(ours, inputs, stranger=theirs)


def end_appointment(cast: Cast) -> Play:
    person = cast.person(cast.works)
    membership = saved(
        Membership(
            person=person,
            organisation=cast.works,
            organisation_code=cast.works.code,
            region_path=cast.works.region_path,
            role="组长",
            from_on=date(2026, 1, 1),
        )
    )
    return _play(cast, membership=membership, until_on=date(2026, 12, 1))


PLAYS = {
    "parties.add_region": lambda c: _play(c, code="990103", name="西山区", kind="district", parent=c.city),
    "parties.add_regions": lambda c: _play(
        c, parent=c.district, lines=["990101101，东湖街道，街道", "990101101201，湖滨社区，社区，990101101"]
    ),
    "parties.add_organisation": lambda c: _play(c, code="X", name="某局", kind="department", region=c.city),
    "parties.change_organisation": lambda c: _play(c, organisation=c.works, name="新名称"),
    "parties.abolish_organisation": lambda c: _play(c, organisation=c.works, on=date(2026, 12, 1)),
    "parties.add_person": lambda c: _play(c, organisation=c.works, name="李四", phone="13800000000"),
    "parties.reveal_person": lambda c: _play(c, row=c.person(c.works)),
    "parties.add_post": lambda c: _play(c, organisation=c.works, name="安全总监"),
    "parties.appoint": lambda c: _play(c, person=c.person(c.works), organisation=c.works, from_on=date(2026, 1, 1)),
    "parties.end_appointment": end_appointment,
    "parties.set_parameter": lambda c: _play(
        c, region=c.city, name="ageing_years", value=10, from_on=date(2026, 1, 1), basis="市方案"
    ),
    "parties.set_calendar_day": lambda c: _play(
        c, region=c.city, day=date(2026, 10, 10), is_working=True, basis="调休"
    ),
}
