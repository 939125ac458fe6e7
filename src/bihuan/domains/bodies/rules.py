"""议事协调机构规则: pure; no clock, no database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bihuan.domains.bodies.terms import SeatRole
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.rules import next_proof
from bihuan.loop.terms import ProofRhythm


class SeatTaken(Problem):
    code = "seat_taken"
    status = 409


class SeatDates(Problem):
    code = "bad_seat_dates"


class NotHeldYet(Problem):
    code = "meeting_not_held_yet"


class NothingOnTheAgenda(Problem):
    code = "nothing_on_the_agenda"


class NotMirrored(Problem):
    code = "body_not_mirrored_yet"
    status = 409


class Dissolved(Problem):
    code = "body_dissolved"
    status = 409


def require_free(*, role: SeatRole, held: Iterable[SeatRole], same_unit: bool) -> None:
    """主任、办公室主任各一人; a unit sits once in each role."""
    if role in (SeatRole.HEAD, SeatRole.OFFICE_HEAD) and role in set(held):
        raise SeatTaken(
            Text("“{r}”已有人。请先结束原任职。", "There is a “{r}” already. End that seat first.").format(
                r=role.label
            ),
            where={"role": Text("已有人。", "Taken.")},
        )
    if same_unit:
        raise SeatTaken(
            Text("该单位已有这个席位。人员变动请先结束原席位。", "This unit holds that seat already. End it first."),
            where={"organisation": Text("已有席位。", "Seated already.")},
        )


def require_after(*, from_on: date, until_on: date) -> None:
    if until_on <= from_on:
        raise SeatDates(
            Text("离任日期须晚于任职日期。", "The end must come after the beginning."),
            where={"until_on": Text("太早。", "Too early.")},
        )


def next_meeting_by(*, rhythm: ProofRhythm | None, last_on: date | None, since: date) -> date | None:
    """下次会议最迟日期: the end of the period after the last meeting's; never held, of the first whole period since it was set up."""
    if rhythm is None:
        return None
    return next_proof(rhythm=rhythm, after=last_on or since)


def require_mirrored(*, is_there: bool) -> None:
    if not is_there:
        raise NotMirrored(
            Text(
                "本地还没有登记参照设立的机构。登记后再提交。",
                "The body of this place isn't entered yet. Enter it, then submit.",
            )
        )


def require_living(*, dissolved_on: date | None) -> None:
    if dissolved_on is not None:
        raise Dissolved(Text("这个机构已撤销。", "This body is dissolved."))
