"""Everything that changes evidence. The bytes are on the disk before any of these begins."""

from __future__ import annotations

from datetime import date
from typing import Annotated, cast

from django.db.models import Count, Q, Sum
from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import PERSONAL, Label, Ref, RefMark, action
from bihuan.core.evidence import events, limits, steps
from bihuan.core.evidence.models import Evidence, EvidenceFile, Upload, owner_of
from bihuan.core.evidence.problems import TooManyUploads
from bihuan.core.evidence.terms import EvidenceGrants, EvidenceKind, ExpiryStage
from bihuan.kernel.text import Text

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=1, le=limits.LARGEST_FILE_BYTES)]
SentFile = Annotated[Upload, RefMark(Upload), Label("文件", "File", widget="upload")]
Title = Annotated[str, Field(max_length=limits.TITLE_CHARACTERS), Label("名称", "Title"), PERSONAL]
EffectiveOn = Annotated[
    date,
    Label(
        "生效日期",
        "Effective on",
        widget="date",
        hint=Text("照片拍摄、文件签发的日期，不是上传日期", "The day of the photo or signature, not of the upload"),
    ),
]
ExpiresOn = Annotated[date | None, Label("到期日期", "Expires on", widget="date")]


def _anywhere(*, ctx: Context, **_: object) -> Place:
    return steps.where_held(ctx.actor)


def _of_organisation(*, ctx: Context, organisation_code: str = "", **_: object) -> Place:
    return steps.place_for(ctx, organisation_code)


def _of_upload(*, ctx: Context, **_: object) -> Place:
    return steps.where_held(ctx.actor)


@action(
    "evidence.begin_upload",
    label=Text("开始上传", "Begin an upload"),
    needs=EvidenceGrants.ADD,
    scope=_anywhere,
    faces=(),
)
def begin_upload(
    *,
    ctx: Context,
    name: Annotated[str, Field(max_length=limits.NAME_CHARACTERS), PERSONAL],
    size: Size,
    digest: Digest,
) -> Upload:
    """续传: announce a file that will come in pieces. Announced again, it is the same upload and goes on where it was."""
    mine = Upload.objects.visible_to(ctx.actor)
    unfinished = mine.filter(finished_at__isnull=True, abandoned_at__isnull=True)
    if (known := unfinished.filter(digest=digest, size=size, name=name).first()) is not None:
        return cast(Upload, known)
    begun = unfinished.aggregate(number=Count("pk"), bytes=Sum("size"))
    if begun["number"] >= limits.UNFINISHED_UPLOADS or (begun["bytes"] or 0) + size > limits.UNFINISHED_BYTES:
        raise TooManyUploads
    return ctx.create(Upload(owner=owner_of(ctx.actor), name=name, size=size, digest=digest))


@action(
    "evidence.receive",
    label=Text("接收文件", "Receive a file"),
    needs=EvidenceGrants.ADD,
    scope=_anywhere,
    faces=(),
)
def receive(
    *,
    ctx: Context,
    name: Annotated[str, Field(max_length=limits.NAME_CHARACTERS), PERSONAL],
    size: Size,
    digest: Digest,
    media_type: str,
    width: int | None = None,
    height: int | None = None,
    upload: Ref[Upload] | None = None,
) -> Upload:
    """接收: note that these bytes are in the store now, sent by this person. Only our own edge says so, after checking."""
    file = EvidenceFile.objects.filter(pk=digest).first() or ctx.create(
        EvidenceFile(digest=digest, size=size, media_type=media_type, width=width, height=height)
    )
    if upload is None:
        return ctx.create(
            Upload(owner=owner_of(ctx.actor), name=name, size=size, digest=digest, file=file, finished_at=ctx.at)
        )
    return upload if upload.file_id else ctx.change(upload, file=file, finished_at=ctx.at, abandoned_at=None)


@action(
    "evidence.abandon_upload",
    label=Text("放弃上传", "Abandon an upload"),
    needs=EvidenceGrants.ADD,
    scope=_of_upload,
    faces=(),
)
def abandon_upload(*, ctx: Context, owner: str, id: str) -> Upload | None:
    """The timer's step: an upload nobody went on with for seven days."""
    stale = Upload.objects.filter(pk=id, owner=owner, finished_at__isnull=True, abandoned_at__isnull=True).first()
    return ctx.change(stale, abandoned_at=ctx.at) if stale is not None else None


@action(
    "evidence.add",
    label=Text("提交证据", "Add evidence"),
    needs=EvidenceGrants.ADD,
    scope=_of_organisation,
    icon="paperclip",
)
def add(
    *,
    ctx: Context,
    upload: SentFile,
    title: Title = "",
    kind: Annotated[EvidenceKind, Label("种类", "Kind")] = EvidenceKind.OTHER,
    effective_on: EffectiveOn | None = None,
    expires_on: ExpiresOn = None,
    organisation_code: Annotated[
        str, Field(max_length=40), Label("所属单位", "Owner organisation", widget="choice:organisations")
    ] = "",
) -> Evidence:
    """证据: make evidence of a file this person uploaded. The same file may be evidence of several things."""
    return steps.add(
        ctx,
        upload=upload,
        title=title,
        kind=kind,
        effective_on=effective_on,
        expires_on=expires_on,
        place=steps.place_for(ctx, organisation_code),
    )


@action("evidence.revise", label=Text("更新版本", "Revise"), needs=EvidenceGrants.ADD, icon="refresh")
def revise(
    *,
    ctx: Context,
    evidence: Ref[Evidence],
    upload: SentFile,
    effective_on: EffectiveOn | None = None,
    expires_on: ExpiresOn = None,
    title: Title = "",
) -> Evidence:
    """新版本: the earlier one stays as it was, marked superseded, and what was proved by it stays proved by it."""
    steps.require_newest(evidence)
    fresh = steps.add(
        ctx,
        upload=upload,
        title=title or evidence.title,
        kind=evidence.kind,
        effective_on=effective_on,
        expires_on=expires_on,
        place=evidence.place,
        revises=evidence,
    )
    ctx.change(evidence, superseded_at=ctx.at)
    return fresh


@action("evidence.describe", label=Text("修改说明", "Describe"), needs=EvidenceGrants.ADD, icon="pencil")
def describe(
    *,
    ctx: Context,
    evidence: Ref[Evidence],
    title: Annotated[str, Field(min_length=1, max_length=limits.TITLE_CHARACTERS), Label("名称", "Title"), PERSONAL],
    kind: Annotated[EvidenceKind, Label("种类", "Kind")],
    effective_on: EffectiveOn,
    expires_on: ExpiresOn = None,
) -> Evidence:
    """说明: what it is and when it holds. The file itself can't be exchanged; that is a revision."""
    steps.require_newest(evidence)
    steps.require_period(effective_on, expires_on)
    stage = evidence.expiry_stage if expires_on == evidence.expires_on else ExpiryStage.NONE
    return ctx.change(
        evidence, title=title, kind=kind, effective_on=effective_on, expires_on=expires_on, expiry_stage=stage
    )


@action(
    "evidence.note_expiry",
    label=Text("到期提醒", "Note the expiry"),
    needs=EvidenceGrants.ADD,
    faces=(),
)
def note_expiry(*, ctx: Context, evidence: Ref[Evidence]) -> Evidence | None:
    """到期: the timer's step. Says each stage once, and only the gravest that has been reached."""
    if evidence.expires_on is None or evidence.is_superseded:
        return None
    stage = steps.stage_of(evidence.expires_on, steps.today(ctx.at))
    if stage in (ExpiryStage.NONE, evidence.expiry_stage):
        return None
    ctx.change(evidence, expiry_stage=stage)
    where = (evidence.pk, evidence.region_path, evidence.organisation_code, evidence.expires_on)
    ctx.emit(events.EvidenceExpired(*where) if stage == ExpiryStage.EXPIRED else events.EvidenceExpiring(*where, stage))
    return evidence


def due_for_a_word(on: date) -> Q:
    """Pieces whose stage may have moved: the timer asks for these only."""
    return Q(superseded_at__isnull=True) & (
        Q(expires_on__lte=on) & ~Q(expiry_stage=ExpiryStage.EXPIRED)
        | Q(expires_on__lte=on + steps.WEEK, expiry_stage__in=[ExpiryStage.NONE, ExpiryStage.MONTH])
        | Q(expires_on__lte=on + steps.MONTH, expiry_stage=ExpiryStage.NONE)
    )
