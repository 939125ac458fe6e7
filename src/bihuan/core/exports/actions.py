"""申请、审批、生成、下载、过期."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from django.conf import settings
from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.exports.models import ExportRequest
from bihuan.core.exports.terms import ExportForm, ExportsGrants, ExportState
from bihuan.core.records.register import get_register
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

MAKE_JOB = "exports.make"
Remark = Annotated[str, Field(max_length=300), Label("审批意见", "Remark", widget="textarea")]


class NothingPersonal(Problem):
    code = "exports.nothing_personal"
    status = 409


class NotByOneself(Problem):
    code = "exports.not_by_oneself"
    status = 409


class NotInThisState(Problem):
    code = "exports.not_in_this_state"
    status = 409


def _anywhere(*, ctx: Context, **_: object) -> Place:
    return Place("")


def _require(request: ExportRequest, *states: ExportState) -> None:
    if request.state_term not in states:
        raise NotInThisState(
            Text("该申请现为“{s}”，不能这样做。", "The request is “{s}” now: this can't be done.").format(
                s=request.state_term.label
            )
        )


@action(
    "exports.ask",
    label=Text("申请导出个人信息", "Ask to export personal data"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_anywhere,
    icon="download",
)
def ask(
    *,
    ctx: Context,
    code: Annotated[str, Field(max_length=60), Label("台账", "Register", widget="choice:exports.registers")],
    form: Annotated[ExportForm, Label("格式", "Form")],
    purpose: Annotated[str, Field(min_length=4, max_length=300), Label("用途", "What for", widget="textarea")],
    query: Annotated[
        str, Field(max_length=1000), Label("筛选条件", "Filter", hint=Text("由列表页带入。", "Brought from the list."))
    ] = "",
) -> ExportRequest:
    """申请: only of what one may see oneself. 依据《个人信息保护法》第六条（最小必要），待核."""
    known = get_register(ctx=ctx, code=code)
    if not any(f.personal for f in known.fields):
        raise NothingPersonal(
            Text("该台账没有个人信息，可直接导出。", "That register holds nothing personal: export it directly.")
        )
    if not any(ctx.actor.has(g) for g in known.personal):
        raise Denied(Text("您没有查看该台账个人信息的权限。", "You may not see the personal data of that register."))
    assert ctx.actor.user_id is not None  # nobody else holds a grant on his own account
    user = User.objects.get(pk=ctx.actor.user_id)
    request = ExportRequest(
        register=code, query=query, form=form.value, purpose=purpose, requested_by=user,
        organisation_code=user.organisation_code, region_path=user.region_path,
    )  # fmt: skip
    request.number = f"DC{ctx.at:%Y%m%d}-{request.pk.hex[-8:].upper()}"
    return ctx.create(request)


@action(
    "exports.approve",
    label=Text("批准导出", "Approve the export"),
    needs=ExportsGrants.APPROVE,
    signs_off=True,
    icon="check",
    confirm=Text("批准后生成带水印的文件，仅申请人可下载。", "A watermarked file is made, for the requester alone."),
)
def approve(*, ctx: Context, request: Ref[ExportRequest], remark: Remark = "") -> ExportRequest:
    """批准: by somebody else, never by whoever asked."""
    _decide(ctx, request)
    ctx.enqueue(MAKE_JOB, key=f"{MAKE_JOB}:{request.pk}", request=str(request.pk))
    return ctx.change(
        request, state=ExportState.APPROVED.value, decided_by_id=ctx.actor.user_id, decided_at=ctx.at, remark=remark
    )


@action(
    "exports.refuse", label=Text("不批准", "Refuse the export"), needs=ExportsGrants.APPROVE, icon="x", tone="danger"
)
def refuse(
    *,
    ctx: Context,
    request: Ref[ExportRequest],
    remark: Annotated[str, Field(min_length=2, max_length=300), Label("理由", "Why", widget="textarea")],
) -> ExportRequest:
    _decide(ctx, request)
    return ctx.change(
        request, state=ExportState.REFUSED.value, decided_by_id=ctx.actor.user_id, decided_at=ctx.at, remark=remark
    )


def _decide(ctx: Context, request: ExportRequest) -> None:
    _require(request, ExportState.ASKED)
    if request.requested_by_id == ctx.actor.user_id:
        raise NotByOneself(Text("本人的申请须由他人审批。", "One's own request is decided by somebody else."))


@action("exports.note_made", label=Text("登记导出文件", "Note the file"), needs=ExportsGrants.MAKE, faces=())
def note_made(
    *,
    ctx: Context,
    request: Ref[ExportRequest],
    rows: Annotated[int, Label("条数", "Rows")] = 0,
    digest: Annotated[str, Label("文件摘要", "Digest")] = "",
    failure: Annotated[str, Field(max_length=300), Label("未能生成的原因", "Why it could not be made")] = "",
) -> ExportRequest:
    _require(request, ExportState.APPROVED)
    if failure:
        return ctx.change(request, state=ExportState.FAILED.value, remark=failure)
    return ctx.change(
        request, state=ExportState.READY.value, rows=rows, digest=digest,
        expires_at=ctx.at + timedelta(hours=settings.BIHUAN_EXPORT_HOURS),
    )  # fmt: skip


@action(
    "exports.note_download",
    label=Text("登记下载", "Note a download"),
    needs=AccessGrants.USE_OWN_ACCOUNT,
    scope=_anywhere,
    faces=(),
)
def note_download(*, ctx: Context, request: Ref[ExportRequest]) -> ExportRequest:
    """下载登记: only whoever asked, only while it is ready. Half-open: at the instant of its end it is over."""
    if request.requested_by_id != ctx.actor.user_id:
        raise NotFound
    _require(request, ExportState.READY)
    if request.expires_at is None or ctx.at >= request.expires_at:
        raise NotInThisState(Text("下载期限已过，请重新申请。", "The time to fetch it is over: ask again."))
    return ctx.change(request, downloads=request.downloads + 1)


@action("exports.expire", label=Text("导出过期", "Let an export expire"), needs=ExportsGrants.MAKE, faces=())
def expire(*, ctx: Context, request: Ref[ExportRequest]) -> ExportRequest:
    _require(request, ExportState.READY)
    if request.expires_at is not None and ctx.at < request.expires_at:
        raise NotInThisState(Text("下载期限未到。", "Its time is not over yet."))
    return ctx.change(request, state=ExportState.EXPIRED.value)
