"""备案规则: when a major hazard is filed anew, evaluated again, deregistered. Pure."""

from __future__ import annotations

from datetime import date

from bihuan.engines.major_hazard.terms import Grade
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class NotAMajorHazard(Problem):
    code = "not_a_major_hazard"
    status = 409


class StillAMajorHazard(Problem):
    code = "still_a_major_hazard"
    status = 409


class DaysOutOfOrder(Problem):
    code = "filing_days_out_of_order"


class NotFiledYet(Problem):
    code = "not_filed_yet"
    status = 409


class StillOverStored(Problem):
    code = "still_over_stored"
    status = 409


class NotEvaluatedYet(Problem):
    code = "not_evaluated_yet"
    status = 409


def evaluation_due(*, evaluated_on: date, years: int) -> date:
    """下次评估日: so many years on; from 29 February it is the 28th. 依据 危险化学品安全法 第39条."""
    try:
        return evaluated_on.replace(year=evaluated_on.year + years)
    except ValueError:
        return evaluated_on.replace(year=evaluated_on.year + years, day=28)


def require_order(*, evaluated_on: date, filed_on: date, today: date) -> None:
    """评估在先，备案在后，都不能在将来."""
    if not evaluated_on <= filed_on <= today:
        raise DaysOutOfOrder(
            Text(
                "评估日期应不晚于备案日期，备案日期不能晚于今天。",
                "The evaluation comes before the filing, and the filing not after today.",
            ),
            where={"filed_on": Text("请核对日期。", "Check the days.")},
        )


def require_major_hazard(*, grade: str) -> Grade:
    """只有构成重大危险源的单元才备案."""
    if not grade:
        raise NotAMajorHazard(
            Text("该单元目前不构成重大危险源，无需备案。", "The unit is no major hazard now; there is nothing to file.")
        )
    return Grade(grade)


def require_no_longer(*, grade: str) -> None:
    """核销: only what is no major hazard any more. 依据 原安监总局令第40号 第27条, 待核."""
    if grade:
        raise StillAMajorHazard(
            Text(
                "该单元按现有设计最大量仍是{g}重大危险源，不能核销。请先核减设计最大量或注销单元。",
                "By its design maximum the unit is still a major hazard of {g}. Reduce it or retire the unit first.",
            ).format(g=Grade(grade).label)
        )


def what_changed(*, before: str, after: str) -> Text:
    """The change in words, for the title of its case."""
    if not after:
        return Text("不再构成重大危险源，办理核销", "no major hazard any more: to be deregistered")
    now = Grade(after).label
    if not before:
        return Text("辨识为{g}重大危险源，办理备案", "identified as a major hazard of {g}: to be filed").format(g=now)
    was = Grade(before).label
    word = Text("升为", "risen to") if Grade(after).rank < Grade(before).rank else Text("降为", "fallen to")
    return Text(
        "重大危险源由{was}{word}{now}，重新备案", "major hazard {word} {now} from {was}: to be filed anew"
    ).format(was=was, word=word, now=now)
