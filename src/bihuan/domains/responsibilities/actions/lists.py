"""年度清单与交接: lists published as they stand, and all that hangs on one person passed on at once. 依据 A06, A07."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.actions.division import KEEPS, TheUnit, at_unit
from bihuan.domains.responsibilities.models import HandOver, YearlyList
from bihuan.domains.responsibilities.queries import lists as reads
from bihuan.domains.responsibilities.terms import MOST_PASSED, ListKind
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.parties.models import Membership, Person

Leaver = Annotated[Ref[Person], Label("原责任人", "Who hands over", widget="hidden")]
Successor = Annotated[Ref[Person], Label("接手人", "Who takes over")]


class NothingOnTheList(Problem):
    code = "nothing_on_the_list"


class TooManyToPass(Problem):
    code = "too_many_to_pass_on"


@action(
    "responsibilities.publish_list",
    label=Text("发布清单", "Publish a list"),
    needs=KEEPS,
    scope=at_unit,
    confirm=Text("清单按现在的内容定格并编版次，确定吗？", "The list is frozen as it stands and numbered. Go on?"),
    icon="file-check",
)
def publish_list(
    *,
    ctx: Context,
    organisation: TheUnit,
    kind: Annotated[ListKind, Label("清单", "List")],
    year: Annotated[int, Field(ge=2020, le=2100), Label("年度", "Year")],
) -> YearlyList:
    """发布清单: refused while a line has no person; what is published never changes."""
    rows = reads.rows_of(organisation=organisation, kind=kind, year=year, on=day_of(ctx.at))
    if not rows:
        raise NothingOnTheList(
            Text("“{k}”还是空的。请先列入内容。", "The “{k}” is still empty. Put something on it first.").format(
                k=kind.label
            )
        )
    rules.require_persons([r.text for r in rows if not r.person])
    earlier = YearlyList.objects.filter(organisation=organisation, kind=kind.value, year=year).count()
    return ctx.create(
        YearlyList(
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            year=year,
            kind=kind.value,
            version_no=earlier + 1,
            rows=[r.as_json() for r in rows],
            digest=reads.digest_of(rows),
            published_at=ctx.at,
        )
    )


@action(
    "responsibilities.pass_on",
    label=Text("交接", "Hand over"),
    needs=KEEPS,
    scope=lambda *, ctx, person, **_: Place(person.region_path, frozenset([person.organisation_code])),
    confirm=Text(
        "原责任人名下的未结事项、职责和岗位将全部转给接手人，确定吗？",
        "All open cases, clauses and posts pass to the other person. Go on?",
    ),
    icon="users",
)
def pass_on(
    *,
    ctx: Context,
    person: Leaver,
    to: Successor,
    shown: Annotated[int, Label("交接数量", "How many", widget="hidden")],
    on: Annotated[date, Label("交接日期", "On", widget="date")],
    has_left: Annotated[bool, Label("原责任人离开本单位", "The person leaves the unit")] = False,
    note: Annotated[str, Field(max_length=300), Label("说明", "Note")] = "",
) -> HandOver:
    """交接: everything at once, and only what the person who confirms has seen. Closed cases keep the name they were done under."""
    rules.require_another(one=person.pk, other=to.pk)
    if to.organisation_code != person.organisation_code:
        raise rules.NotOfThisUnit(
            Text(
                "接手人须是本单位的人。跨单位请用“移交”。",
                "The successor must be of the same unit; to another unit, hand the case over.",
            ),
            where={"to": Text("不是本单位的人。", "Not of this unit.")},
        )
    found = reads.carried(person=person, on=on)
    rules.require_count(shown=shown, found=found.total)
    if found.cases > MOST_PASSED:
        raise TooManyToPass(
            Text(
                "名下有 {n} 项未结事项，一次最多交接 {most} 项。",
                "{n} open cases; at most {most} are passed on at once.",
            ).format(n=found.cases, most=MOST_PASSED)
        )
    for case in reads.open_cases_of(person).select_for_update():
        ctx.change(case, owner_person=to)
    for clause in reads.clauses_of(person, on).select_for_update():
        ctx.change(clause, person=to)
    for membership in reads.memberships_of(person, on).select_for_update():
        ctx.change(membership, until_on=on)
        ctx.create(
            Membership(
                person=to,
                organisation=membership.organisation,
                organisation_code=membership.organisation_code,
                region_path=membership.region_path,
                post=membership.post,
                role=membership.role,
                from_on=on,
            )
        )
    if has_left:
        ctx.change(person, left_on=on)
    return ctx.create(
        HandOver(
            organisation=person.organisation,
            organisation_code=person.organisation_code,
            region_path=person.region_path,
            leaver=person,
            successor=to,
            on=on,
            cases=found.cases,
            clauses=found.clauses,
            posts=found.posts,
            note=note,
        )
    )
