"""典型经验: recommended by a unit, reviewed by the office, published, made a standing rule. 依据 A20."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.supervision.models import Practice
from bihuan.domains.supervision.rules.requirements import WrongStep
from bihuan.domains.supervision.terms import PracticeState, SupervisionGrants
from bihuan.kernel.text import Text
from bihuan.loop.actions.scopes import pieces
from bihuan.loop.terms import LoopGrants
from bihuan.parties.models import Organisation

ThePractice = Annotated[Ref[Practice], Label("典型经验", "Practice", widget="hidden")]
Recommender = Annotated[Ref[Organisation], Label("推荐单位", "Recommended by")]
Document = Annotated[list[UUID], Label("材料", "Document", widget="evidence")]


def _require(practice: Practice, *states: PracticeState) -> None:
    if practice.state not in states:
        raise WrongStep(
            Text("这条经验现在是“{s}”，不能做这一步。", "This practice is “{s}”; that step isn't its turn.").format(
                s=practice.state.label
            )
        )


@action(
    "supervision.recommend",
    label=Text("推荐典型经验", "Recommend a practice"),
    needs=(LoopGrants.HANDLE, SupervisionGrants.CONDUCT),
    scope=lambda *, ctx, organisation, **_: organisation.place,
    icon="star",
)
def recommend(
    *,
    ctx: Context,
    organisation: Recommender,
    title: Annotated[str, Field(min_length=2, max_length=200), Label("名称", "Title")],
    text: Annotated[
        str, Field(min_length=4), Label("做法与成效", "What was done, and what came of it", widget="textarea")
    ],
    is_demonstration: Annotated[bool, Label("申报示范单位", "As a demonstration unit")] = False,
    evidence: Document | None = None,
) -> Practice:
    """推荐."""
    given = pieces(ctx=ctx, ids=evidence or [])
    return ctx.create(
        Practice(
            region=organisation.region,
            region_path=organisation.region_path,
            organisation=organisation,
            organisation_code=organisation.code,
            title=title,
            text=text,
            is_demonstration=is_demonstration,
            evidence=given[0] if given else None,
            recommended_at=ctx.at,
        )
    )


@action("supervision.review_practice", label=Text("评审", "Review"), needs=SupervisionGrants.CONDUCT, icon="check")
def review_practice(
    *,
    ctx: Context,
    practice: ThePractice,
    is_accepted: Annotated[bool, Label("采纳", "Take it")],
    opinion: Annotated[str, Field(min_length=2, max_length=500), Label("评审意见", "Opinion", widget="textarea")],
) -> Practice:
    """评审: taken or not, with the opinion."""
    _require(practice, PracticeState.RECOMMENDED)
    return ctx.change(practice, reviewed_at=ctx.at, is_accepted=is_accepted, opinion=opinion)


@action(
    "supervision.publish_practice",
    label=Text("推广", "Publish"),
    needs=SupervisionGrants.CONDUCT,
    confirm=Text("推广后，所有单位都能看到。确定吗？", "Every unit will see it. Go on?"),
    icon="speakerphone",
)
def publish_practice(*, ctx: Context, practice: ThePractice) -> Practice:
    """推广: everybody who works here sees it from now on."""
    _require(practice, PracticeState.ACCEPTED)
    return ctx.change(practice, published_at=ctx.at)


@action(
    "supervision.make_standing",
    label=Text("固化为制度", "Make it a standing rule"),
    needs=SupervisionGrants.CONDUCT,
    icon="book",
)
def make_standing(
    *,
    ctx: Context,
    practice: ThePractice,
    rule_name: Annotated[
        str, Field(min_length=2, max_length=200), Label("制度名称和文号", "Name and number of the rule")
    ],
    rule_from_on: Annotated[date, Label("施行日期", "In force from", widget="date")],
) -> Practice:
    """固化为制度: the long-term mechanism that came of it."""
    _require(practice, PracticeState.PUBLISHED)
    return ctx.change(practice, rule_name=rule_name, rule_from_on=rule_from_on)
