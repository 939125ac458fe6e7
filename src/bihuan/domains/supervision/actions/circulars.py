"""通报: the ranking of a moment, sent to every unit in it. 依据 C13."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.actions.action import Label, action
from bihuan.core.notices.telling import tell
from bihuan.core.notices.terms import NoticeLevel
from bihuan.core.notices.topics import Topic
from bihuan.domains.supervision.actions import numbers
from bihuan.domains.supervision.actions.chain import WarnedBy
from bihuan.domains.supervision.actions.checks import BadCheckPeriod, TheRegion, conducted_at
from bihuan.domains.supervision.models import Circular, CircularLine
from bihuan.domains.supervision.queries import circulars as reads
from bihuan.domains.supervision.terms import SupervisionGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

CIRCULARS = Topic("supervision.circular", Text("通报", "Circulars"))


class NothingToRank(Problem):
    code = "nothing_to_rank"


@action(
    "supervision.publish_circular",
    label=Text("发布通报", "Publish a circular"),
    needs=SupervisionGrants.CONDUCT,
    scope=conducted_at,
    confirm=Text(
        "通报发布后不能修改，并通知名单上的单位。发布吗？",
        "It can't be changed afterwards; its units are told. Publish?",
    ),
    icon="speakerphone",
)
def publish_circular(
    *,
    ctx: Context,
    region: TheRegion,
    organisation: WarnedBy,
    title: Annotated[str, Field(min_length=2, max_length=200), Label("标题", "Title")],
    from_on: Annotated[date, Label("通报期起", "From", widget="date")],
    until_on: Annotated[date, Label("通报期止", "Until", widget="date")],
    source: Annotated[
        str,
        Field(max_length=120),
        Label("只通报的专项行动（留空为全部事项）", "Only of this campaign (empty: all cases)"),
    ] = "",
    text: Annotated[str, Label("说明", "Words", widget="textarea")] = "",
) -> Circular:
    """发布通报: the figures of this moment, kept as they are."""
    if until_on < from_on:
        raise BadCheckPeriod(
            Text("通报期止不能早于通报期起。", "It can't end before it begins."),
            where={"until_on": Text("太早。", "Too early.")},
        )
    lines = reads.with_units(
        reads.standing(ctx=ctx, region_path=region.path, from_on=from_on, until_on=until_on, source=source)
    )
    if not lines:
        raise NothingToRank(
            Text(
                "这个区域在通报期内没有可排名的单位。请核对日期和范围。",
                "No unit of this region has cases in the period. Look at the dates and the campaign.",
            )
        )
    circular = ctx.create(
        Circular(
            number=numbers.written(series="circular", word="通报", year=day_of(ctx.at).year),
            title=title,
            text=text,
            region=region,
            region_path=region.path,
            organisation=organisation,
            organisation_code=organisation.code,
            from_on=from_on,
            until_on=until_on,
            source=source,
            published_at=ctx.at,
        )
    )
    CircularLine.objects.bulk_create(
        [
            CircularLine(
                circular=circular,
                organisation=unit,
                rank=line.rank,
                total=line.facts.total,
                closed=line.facts.closed,
                closed_late=line.facts.closed_late,
                overdue=line.facts.overdue,
                sent_back=line.facts.sent_back,
                supervised=line.facts.supervised,
            )
            for line, unit in lines
        ]
    )
    codes = [unit.code for _, unit in lines]
    people = User.objects.filter(organisation_code__in=codes, is_active=True).order_by().values_list("pk", flat=True)
    said = Text("通报：{title}（{number}）", "Circular: {title} ({number})")
    tell(
        ctx,
        recipients=[p for p in people if p != ctx.actor.user_id],
        topic=CIRCULARS.name,
        text=said.format(title=title, number=circular.number),
        link=circular.get_absolute_url(),
        level=NoticeLevel.IMPORTANT,
    )
    return circular
