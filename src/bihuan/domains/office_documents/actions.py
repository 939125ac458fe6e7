"""What an office does with instructions and documents."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from django.urls import reverse
from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.actions.action import PERSONAL, Label, Ref, action
from bihuan.core.notices.telling import tell
from bihuan.core.notices.terms import NoticeLevel
from bihuan.core.notices.topics import Topic
from bihuan.domains.office_documents import queries, rules
from bihuan.domains.office_documents.models import Instruction, OfficeDocument, Receipt
from bihuan.domains.office_documents.terms import (
    INSTRUCTION_KIND,
    InstructionStep,
    OfficeDocumentsGrants,
    Openness,
)
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.scopes import pieces
from bihuan.loop.models import Case, Counter
from bihuan.loop.terms import Level, LoopGrants
from bihuan.parties.models import Organisation

DOCUMENTS = Topic("office_documents.sent", Text("收文", "Documents received"))
INSTRUCTIONS = Topic("office_documents.instruction", Text("领导批示", "Leaders' instructions"))

TheOffice = Annotated[Ref[Organisation], Label("办理单位", "Office")]
TheInstruction = Annotated[Ref[Instruction], Label("批示", "Instruction", widget="hidden")]
TheCase = Annotated[Ref[Case], Label("批示的事项", "On what", widget="hidden")]
TheReceipt = Annotated[Ref[Receipt], Label("收文", "Receipt", widget="hidden")]
Carrier = Annotated[Ref[Organisation], Label("承办单位", "Who carries it out")]
Recipients = Annotated[list[Ref[Organisation]], Label("主送、抄送单位", "Sent to")]
TheFile = Annotated[list[UUID], Label("文件", "File", widget="evidence")]


@action(
    "office_documents.register_instruction",
    label=Text("登记批示", "Enter an instruction"),
    needs=OfficeDocumentsGrants.KEEP,
    scope=lambda *, ctx, organisation, **_: organisation.place,
    icon="plus",
)
def register_instruction(
    *,
    ctx: Context,
    organisation: TheOffice,
    leader: Annotated[str, Field(min_length=2, max_length=60), Label("批示领导", "Leader"), PERSONAL],
    on_what: Annotated[str, Field(min_length=2, max_length=200), Label("批示件", "On what")],
    words: Annotated[str, Field(min_length=2), Label("批示内容", "Words", widget="textarea")],
    instructed_on: Annotated[date, Label("批示日期", "On", widget="date")],
) -> Instruction:
    """登记批示: as received."""
    return ctx.create(
        Instruction(
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            leader=leader,
            on_what=on_what,
            words=words,
            instructed_on=instructed_on,
        )
    )


class NoSuchOffice(Problem):
    code = "no_such_office"


@action(
    "office_documents.instruct",
    label=Text("批示", "Instruct"),
    needs=OfficeDocumentsGrants.INSTRUCT,
    scope=lambda *, ctx, case, **_: case.place,
    icon="pencil",
)
def instruct(
    *,
    ctx: Context,
    case: TheCase,
    words: Annotated[str, Field(min_length=2), Label("批示内容", "Words", widget="textarea")],
    office: Annotated[str, Label("交谁拟办", "Who sees to it", widget="choice:office_documents.offices")],
) -> Instruction:
    """批示: by the leader himself, on a case he looks at; the office is told and proposes who carries it out."""
    found = Organisation.objects.filter(code__in=[code for code, _ in queries.offices(ctx=ctx)], code=office).first()
    if found is None:
        raise NoSuchOffice(
            Text("请从列出的单位中选择。", "Choose one of the offices listed."),
            where={"office": Text("请选择。", "Choose.")},
        )
    made = ctx.create(
        Instruction(
            organisation=found,
            organisation_code=found.code,
            region_path=found.region_path,
            leader=ctx.actor.name[:60],
            on_what=case.title[:200],
            words=words,
            instructed_on=day_of(ctx.at),
            about=case,
            instructed_by=ctx.actor.id,
        )
    )
    people = User.objects.filter(organisation_code=found.code, is_active=True).order_by().values_list("pk", flat=True)
    tell(
        ctx,
        recipients=[p for p in people if p != ctx.actor.user_id],
        topic=INSTRUCTIONS.name,
        text=Text("领导批示待拟办：{t}", "An instruction to see to: {t}").format(t=made.on_what),
        link=reverse("office-documents"),
        level=NoticeLevel.IMPORTANT,
    )
    return made


@action(
    "office_documents.propose",
    label=Text("拟办并交承办", "Propose and assign"),
    needs=OfficeDocumentsGrants.KEEP,
    icon="send",
)
def propose(
    *,
    ctx: Context,
    instruction: TheInstruction,
    carrier: Carrier,
    proposal: Annotated[str, Field(min_length=2), Label("拟办意见", "Proposal", widget="textarea")],
    due_on: Annotated[date, Label("办理期限", "Limit", widget="date")],
) -> Instruction:
    """拟办 → 承办: a case of the unit that carries it out, verified by the office."""
    rules.require_step(now=instruction.step, wanted=InstructionStep.REGISTERED)
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    office = instruction.organisation
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=INSTRUCTION_KIND,
            title=f"落实批示：{instruction.on_what}"[:300],
            text=proposal,
            clause=instruction.words,
            source="领导批示",
            owner=carrier,
            supervisor=office,
            issuer=office,
            region=office.region,
            due_on=due_on,
            level=Level.IMPORTANT,
        ),
    )
    return ctx.change(instruction, proposal=proposal, case=case)


@action(
    "office_documents.feed_back", label=Text("反馈领导", "Feed back"), needs=OfficeDocumentsGrants.KEEP, icon="check"
)
def feed_back(
    *,
    ctx: Context,
    instruction: TheInstruction,
    feedback: Annotated[str, Field(min_length=2), Label("反馈情况", "What was fed back", widget="textarea")],
) -> Instruction:
    """反馈: after its case is closed out, to the leader who instructed; he is told, if he wrote it here."""
    rules.require_step(now=instruction.step, wanted=InstructionStep.TO_FEED_BACK)
    kind, _, key = instruction.instructed_by.partition(":")
    if kind == "user":
        tell(
            ctx,
            recipients=[UUID(key)],
            topic=INSTRUCTIONS.name,
            text=Text("批示已反馈：{t}", "Fed back on your instruction: {t}").format(t=instruction.on_what),
            link=reverse("office-documents"),
            level=NoticeLevel.IMPORTANT,
        )
    return ctx.change(instruction, feedback=feedback, fed_back_on=day_of(ctx.at))


@action(
    "office_documents.send",
    label=Text("发文", "Send a document"),
    needs=OfficeDocumentsGrants.KEEP,
    scope=lambda *, ctx, organisation, **_: organisation.place,
    icon="send",
)
def send(
    *,
    ctx: Context,
    organisation: TheOffice,
    word: Annotated[
        str,
        Label(
            "机关代字", "Organ's word", hint=Text("如“云安办”；编号自动连续。", "Such as 云安办; the number follows.")
        ),
    ],
    title: Annotated[str, Field(min_length=2, max_length=200), Label("标题", "Title")],
    openness: Annotated[Openness, Label("公开属性", "Openness")],
    recipients: Recipients,
    closed_because: Annotated[str, Field(max_length=200), Label("不予公开的依据", "Ground for not being open")] = "",
    file: TheFile | None = None,
) -> OfficeDocument:
    """发文: numbered in the series of the organ's word and year, told to every unit, which signs for it."""
    rules.require_reason(openness=openness, because=closed_because)
    if not recipients:
        raise rules.NobodyToSendTo(
            Text("请选择主送或抄送单位。", "Choose to whom it goes."), where={"recipients": Text("必填。", "Needed.")}
        )
    today = day_of(ctx.at)
    rules.document_number(word=word, year=today.year, number=1)
    given = pieces(ctx=ctx, ids=file or [])
    document = ctx.create(
        OfficeDocument(
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            number=rules.document_number(word=word, year=today.year, number=_next(word, today.year)),
            title=title,
            issued_on=today,
            openness=openness.value,
            closed_because=closed_because,
            file=given[0] if given else None,
            sent_at=ctx.at,
        )
    )
    ctx.create_many(
        [
            Receipt(document=document, organisation=o, organisation_code=o.code, region_path=o.region_path)
            for o in recipients
        ]
    )
    codes = [o.code for o in recipients]
    people = User.objects.filter(organisation_code__in=codes, is_active=True).order_by().values_list("pk", flat=True)
    tell(
        ctx,
        recipients=[p for p in people if p != ctx.actor.user_id],
        topic=DOCUMENTS.name,
        text=Text("收文待签收：{t}（{n}）", "A document to sign for: {t} ({n})").format(t=title, n=document.number),
        link=document.get_absolute_url(),
        level=NoticeLevel.IMPORTANT,
    )
    return document


def _next(word: str, year: int) -> int:
    """The next of the series, under the lock of this transaction."""
    key = f"{word}-{year}"[:20]
    Counter.objects.get_or_create(series=key)
    counter = Counter.objects.select_for_update().get(pk=key)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


@action("office_documents.sign_for", label=Text("签收公文", "Sign for it"), needs=LoopGrants.HANDLE, icon="check")
def sign_for(*, ctx: Context, receipt: TheReceipt) -> Receipt:
    """签收公文: once, by somebody of the unit; who and when is kept."""
    if receipt.signed_at is not None:
        raise rules.AlreadySignedFor(Text("本单位已经签收。", "The unit has signed for it already."))
    return ctx.change(receipt, signed_at=ctx.at, signed_by=ctx.actor.id)
