"""职责与制度文件: drafted from the catalogue or by hand, published as a version, replaced by the next. 依据 B07, C11."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.actions.division import KEEPS, TheUnit, at_unit
from bihuan.domains.responsibilities.models import Paper
from bihuan.domains.responsibilities.queries import papers as reads
from bihuan.domains.responsibilities.terms import PaperKind
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

ThePaper = Annotated[Ref[Paper], Label("文件", "Paper", widget="hidden")]
Title = Annotated[str, Field(min_length=4, max_length=200), Label("名称", "Title")]
Body = Annotated[str, Field(max_length=60_000), Label("正文", "Text", widget="textarea")]


class NothingToPublish(Problem):
    code = "paper_without_text"


@action(
    "responsibilities.draft_paper",
    label=Text("起草职责（制度）文件", "Draft a paper"),
    needs=KEEPS,
    scope=at_unit,
    icon="file-text",
)
def draft_paper(
    *,
    ctx: Context,
    organisation: TheUnit,
    kind: Annotated[PaperKind, Label("种类", "Kind")],
    title: Title,
    text: Annotated[
        str,
        Field(max_length=60_000),
        Label(
            "正文",
            "Text",
            widget="textarea",
            hint=Text(
                "监管工作职责留空的，按职责目录生成。", "Duties of supervision, left empty, come from the catalogue."
            ),
        ),
    ] = "",
) -> Paper:
    """起草: the duty paper opens with what the catalogue says of every unit; any other with what is typed."""
    if not text.strip() and kind is PaperKind.SUPERVISION:
        text = reads.composed(region=organisation.region, on=day_of(ctx.at))
    return ctx.create(
        Paper(
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            kind=kind.value,
            title=title,
            text=text.strip(),
            version_no=1,
        )
    )


@action(
    "responsibilities.write_paper",
    label=Text("修改草稿", "Change the draft"),
    needs=KEEPS,
    icon="pencil",
    tone="secondary",
)
def write_paper(*, ctx: Context, paper: ThePaper, title: Title, text: Body) -> Paper:
    """修改草稿: a published version stays as it is."""
    rules.require_draft(is_draft=paper.published_at is None)
    return ctx.change(paper, title=title, text=text.strip())


@action(
    "responsibilities.publish_paper",
    label=Text("发布", "Publish"),
    needs=KEEPS,
    confirm=Text(
        "这一版按现在的正文定格，上一版自施行日起失效，确定吗？",
        "This version is frozen and replaces the last one. Go on?",
    ),
    icon="file-check",
)
def publish_paper(
    *,
    ctx: Context,
    paper: ThePaper,
    number: Annotated[str, Field(min_length=2, max_length=60), Label("文号", "Number")],
    from_on: Annotated[date, Label("施行日期", "In force from", widget="date")],
) -> Paper:
    """发布: with its number and day; the version before it ends on that day."""
    rules.require_draft(is_draft=paper.published_at is None)
    if not paper.text:
        raise NothingToPublish(
            Text("正文还是空的。先写正文再发布。", "The text is empty. Write it before publishing."),
        )
    before = Paper.objects.filter(series=paper.series, published_at__isnull=False, until_on__isnull=True)
    for earlier in before.exclude(pk=paper.pk):
        if earlier.from_on is not None and from_on <= earlier.from_on:
            raise rules.EndsBeforeItBegins(
                Text("施行日期须晚于上一版的施行日期。", "It must come into force after the version before it."),
                where={"from_on": Text("太早。", "Too early.")},
            )
        ctx.change(earlier, until_on=from_on)
    return ctx.change(paper, number=number, from_on=from_on, published_at=ctx.at, digest=reads.digest_of(paper.text))


@action(
    "responsibilities.revise_paper",
    label=Text("起草新版", "Draft a new version"),
    needs=KEEPS,
    icon="copy",
    tone="secondary",
)
def revise_paper(*, ctx: Context, paper: ThePaper) -> Paper:
    """起草新版: with the words of the version in force; one draft at a time."""
    versions = list(Paper.objects.filter(series=paper.series).order_by("-version_no"))
    if versions[0].published_at is None:
        raise rules.NotADraft(
            Text("已经有一份草稿，请在草稿上修改。", "There is a draft already; go on with it."),
        )
    return ctx.create(
        Paper(
            organisation=paper.organisation,
            organisation_code=paper.organisation_code,
            region_path=paper.region_path,
            kind=paper.kind,
            title=paper.title,
            text=versions[0].text,
            series=paper.series,
            version_no=versions[0].version_no + 1,
        )
    )
