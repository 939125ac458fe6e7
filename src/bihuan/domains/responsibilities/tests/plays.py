"""Plays of the actions of responsibilities, and the staging they share with the tests beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.domains.responsibilities.actions import division, papers
from bihuan.domains.responsibilities.models import Clause, Division, Gap, Paper
from bihuan.domains.responsibilities.terms import LINES
from bihuan.loop.actions import directing
from bihuan.loop.models import Case
from bihuan.parties.models import Organisation, Person
from cast import TODAY, Cast, context
from plays import Play

LATER = date(2027, 3, 31)
EVERY_LINE = [line.value for line in LINES]


def office_of(cast: Cast) -> Actor:
    return cast.actor("divider", "responsibilities_office", cast.office, region=cast.city)


def by_office(cast: Cast, **inputs: Any) -> Play:
    far = cast.actor("far_divider", "responsibilities_office", cast.neighbour, region=cast.next_city)
    return Play(office_of(cast), inputs, stranger=far)


def declared(cast: Cast, unit: Organisation, *in_charge: str, from_on: date = TODAY, **said: Any) -> Division:
    inputs = {"organisation": unit, "in_charge": list(in_charge), "basis": "市安委〔2026〕3号", "from_on": from_on}
    return perform(division.declare, ctx=context(office_of(cast)), **(inputs | said)).value


def gap_of(cast: Cast, line: str = "link.use") -> Gap:
    return perform(
        division.ask_to_fill,
        ctx=context(office_of(cast)),
        region=cast.city,
        owner=cast.emergency,
        supervisor=cast.office,
        due_on=LATER,
        line=line,
    ).value


def clause_of(cast: Cast, person: Person | None = None, **said: Any) -> Clause:
    inputs: dict[str, Any] = {
        "organisation": cast.industry,
        "text": "负责民用爆炸物品生产、销售安全监管",
        "basis": "三定规定",
        "from_on": TODAY,
    }
    if person is not None:
        inputs["person"] = person
    return perform(division.add_clause, ctx=context(office_of(cast)), **(inputs | said)).value


def task_of(cast: Cast, person: Person | None = None) -> Case:
    case = perform(
        directing.issue,
        ctx=context(cast.officer),
        title="建立重点企业清单",
        region=cast.city,
        owner=cast.industry,
        supervisor=cast.emergency,
        issuer=cast.office,
        due_on=date(2026, 12, 31),
    ).value
    if person is not None:
        Case.objects.filter(pk=case.pk).update(owner_person=person)
        case.refresh_from_db()
    return case


def paper_of(cast: Cast, *steps: str, **said: Any) -> Paper:
    """The duty paper of the city, drafted from its catalogue."""
    ctx = context(office_of(cast))
    inputs = {"organisation": cast.office, "kind": "supervision", "title": "危险化学品安全监管工作职责"}
    paper = perform(papers.draft_paper, ctx=ctx, **(inputs | said)).value
    if "publish" in steps:
        paper = perform(papers.publish_paper, ctx=ctx, paper=paper, number="云安委〔2026〕9号", from_on=TODAY).value
    return paper


def _rest_on(cast: Cast) -> Play:
    case, clause = task_of(cast), clause_of(cast)
    return Play(cast.department_clerk, {"case": case, "clause": clause}, stranger=cast.stranger)


def _pass_on(cast: Cast) -> Play:
    old, new = cast.person(cast.industry, "李明"), cast.person(cast.industry, "王芳")
    task_of(cast, old)
    clause_of(cast, old)
    return by_office(cast, person=old, to=new, shown=2, on=TODAY)


def _publish(cast: Cast) -> Play:
    clause_of(cast, cast.person(cast.industry, "李明"))
    return by_office(cast, organisation=cast.industry, kind="responsibilities", year=2026)


PLAYS = {
    "responsibilities.declare": lambda c: by_office(
        c, organisation=c.industry, in_charge=["link.production"], basis="三定规定", from_on=TODAY
    ),
    "responsibilities.ask_to_fill": lambda c: by_office(
        c, region=c.city, owner=c.emergency, supervisor=c.office, due_on=LATER, line="link.use"
    ),
    "responsibilities.add_clause": lambda c: by_office(
        c, organisation=c.industry, text="负责民爆行业监管", basis="三定规定", from_on=TODAY
    ),
    "responsibilities.name_person": lambda c: by_office(c, clause=clause_of(c), person=c.person(c.industry)),
    "responsibilities.end_clause": lambda c: by_office(c, clause=clause_of(c), until_on=LATER),
    "responsibilities.set_leader_item": lambda c: by_office(
        c, person=c.person(c.industry, "沈局"), supervisor=c.office, title="每季度研究一次安全生产", due_on=LATER
    ),
    "responsibilities.publish_list": _publish,
    "responsibilities.pass_on": _pass_on,
    "responsibilities.draft_paper": lambda c: by_office(
        c, organisation=c.industry, kind="guidance", title="民爆行业督查指导制度", text="每季度督查一次。"
    ),
    "responsibilities.write_paper": lambda c: by_office(
        c, paper=paper_of(c), title="危险化学品安全监管工作职责", text="一、市工信局负责民爆行业。"
    ),
    "responsibilities.publish_paper": lambda c: by_office(
        c, paper=paper_of(c, text="一、市工信局负责民爆行业。"), number="云安委〔2026〕9号", from_on=LATER
    ),
    "responsibilities.revise_paper": lambda c: by_office(
        c, paper=paper_of(c, "publish", text="一、市工信局负责民爆行业。")
    ),
    "responsibilities.rest_on": _rest_on,
}
