"""What people do with bodies: set up, seat, meet, decide, ask experts. 依据 A16, B01–B05."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import PERSONAL, Label, Ref, action
from bihuan.domains.bodies import queries, rules
from bihuan.domains.bodies.models import Advice, Body, Decision, Expert, Meeting, Mirror, Seat
from bihuan.domains.bodies.terms import DECISION_KIND, MIRROR_KIND, BodiesGrants, BodyKind, SeatRole
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.handling import WrongPerson
from bihuan.loop.actions.scopes import pieces
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants, ProofRhythm
from bihuan.parties.models import Organisation, Person, Region

TheBody = Annotated[Ref[Body], Label("机构", "Body", widget="hidden")]
TheSeat = Annotated[Ref[Seat], Label("席位", "Seat", widget="hidden")]
TheMeeting = Annotated[Ref[Meeting], Label("会议", "Meeting", widget="hidden")]
TheExpert = Annotated[Ref[Expert], Label("专家", "Expert", widget="hidden")]
TheRegion = Annotated[Ref[Region], Label("区域", "Region")]
TheOffice = Annotated[Ref[Organisation], Label("办公室设在", "Where its office is")]
Above = Annotated[Ref[Body], Label("参照的上级机构", "Mirrors the body above")]
Member = Annotated[Ref[Organisation], Label("单位", "Unit")]
Sitting = Annotated[Ref[Person], Label("人员", "Person")]
Present = Annotated[list[Ref[Organisation]], Label("到会单位", "Units present")]
Minutes = Annotated[list[UUID], Label("会议纪要", "Minutes", widget="evidence")]
Carrier = Annotated[Ref[Organisation], Label("承办单位", "Who carries it out")]
Verifier = Annotated[Ref[Organisation], Label("核验单位", "Verified by")]


@action(
    "bodies.found",
    label=Text("登记机构", "Enter a body"),
    needs=BodiesGrants.KEEP,
    scope=lambda *, ctx, region, organisation, **_: Place(region.path, frozenset([organisation.code])),
    icon="plus",
)
def found(
    *,
    ctx: Context,
    kind: Annotated[BodyKind, Label("类别", "Kind")],
    name: Annotated[str, Field(min_length=2, max_length=120), Label("名称", "Name")],
    region: TheRegion,
    organisation: TheOffice,
    basis: Annotated[str, Field(min_length=2, max_length=300), Label("依据文件", "Basis")],
    established_on: Annotated[date, Label("设立日期", "Set up on", widget="date")],
    rhythm: Annotated[ProofRhythm | None, Label("会议周期", "Meets")] = None,
    is_mirrored_below: Annotated[bool, Label("各地参照设立", "Every place below has its own")] = False,
    mirrors: Above | None = None,
) -> Body:
    """登记机构."""
    return ctx.create(
        Body(
            kind=kind.value,
            name=name,
            region=region,
            region_path=region.path,
            organisation=organisation,
            organisation_code=organisation.code,
            basis=basis,
            established_on=established_on,
            rhythm=rhythm.value if rhythm else "",
            is_mirrored_below=is_mirrored_below,
            mirrors=mirrors,
        )
    )


@action(
    "bodies.dissolve", label=Text("撤销机构", "Dissolve"), needs=BodiesGrants.KEEP, icon="x", tone="danger",
)  # fmt: skip
def dissolve(*, ctx: Context, body: TheBody, on: Annotated[date, Label("撤销日期", "On", widget="date")]) -> Body:
    """撤销: it stays on record, with its seats and meetings."""
    rules.require_living(dissolved_on=body.dissolved_on)
    return ctx.change(body, dissolved_on=on)


@action("bodies.seat", label=Text("增加席位", "Add a seat"), needs=BodiesGrants.KEEP, icon="user")
def seat(
    *,
    ctx: Context,
    body: TheBody,
    role: Annotated[SeatRole, Label("席位", "Seat")],
    organisation: Member,
    from_on: Annotated[date, Label("任职日期", "From", widget="date")],
    person: Sitting | None = None,
    post: Annotated[str, Field(max_length=80), Label("职务", "Post")] = "",
) -> Seat:
    """增加席位: a unit, its post, and who holds it."""
    rules.require_living(dissolved_on=body.dissolved_on)
    if person is not None and person.organisation_code != organisation.code:
        raise WrongPerson(
            Text("人员须是该单位的人。", "The person must belong to the unit."),
            where={"person": Text("不是该单位的人。", "Not of this unit.")},
        )
    sitting = list(Seat.objects.filter(body=body, until_on__isnull=True))
    rules.require_free(
        role=role,
        held=[s.role_term for s in sitting],
        same_unit=any(s.role == role and s.organisation_id == organisation.pk for s in sitting),
    )
    return ctx.create(
        Seat(body=body, role=role.value, organisation=organisation, person=person, post=post, from_on=from_on)
    )


@action("bodies.end_seat", label=Text("离任", "End the seat"), needs=BodiesGrants.KEEP, icon="x", tone="secondary")
def end_seat(
    *, ctx: Context, seat: TheSeat, until_on: Annotated[date, Label("离任日期", "Until", widget="date")]
) -> Seat:
    """离任: on that day the seat is no longer held."""
    rules.require_after(from_on=seat.from_on, until_on=until_on)
    return ctx.change(seat, until_on=until_on)


@action(
    "bodies.ask_to_mirror",
    label=Text("督促参照设立", "Ask to mirror it"),
    needs=BodiesGrants.KEEP,
    icon="send",
    tone="warning",
)
def ask_to_mirror(
    *,
    ctx: Context,
    body: TheBody,
    region: TheRegion,
    organisation: Carrier,
    due_on: Annotated[date, Label("期限", "Limit", widget="date")],
) -> Mirror:
    """督促参照设立: a case of the place that has none; it closes once the place's own body is entered. 依据 B03."""
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=MIRROR_KIND,
            title=f"参照设立：{body.name}"[:300],
            text=f"参照“{body.name}”设立本地机构，登记成员后提交。",
            clause=body.basis,
            source=body.name,
            owner=organisation,
            supervisor=body.organisation,
            issuer=body.organisation,
            region=region,
            due_on=due_on,
        ),
    )
    return ctx.create(Mirror(case=case, body=body, region=region))


def require_mirrored(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: the kind's own rule."""
    asked = Mirror.objects.select_related("body", "region").get(case=case)
    rules.require_mirrored(is_there=queries.is_mirrored_in(body=asked.body, region=asked.region))


@action("bodies.hold_meeting", label=Text("登记会议", "Enter a meeting"), needs=BodiesGrants.KEEP, icon="calendar")
def hold_meeting(
    *,
    ctx: Context,
    body: TheBody,
    title: Annotated[str, Field(min_length=2, max_length=200), Label("会议", "Meeting")],
    held_on: Annotated[date, Label("日期", "Held on", widget="date")],
    agenda: Annotated[list[str], Label("议题（一行一个）", "Agenda, one a line", widget="lines")],
    present: Present | None = None,
    number: Annotated[str, Field(max_length=40), Label("纪要期号", "Number of the minutes")] = "",
    minutes: Minutes | None = None,
) -> Meeting:
    """登记会议: what was on, who was there, and the minutes."""
    rules.require_living(dissolved_on=body.dissolved_on)
    if held_on > day_of(ctx.at):
        raise rules.NotHeldYet(
            Text("会议日期不能晚于今天。", "A meeting to come isn't entered yet."),
            where={"held_on": Text("太晚。", "Too late.")},
        )
    if not agenda:
        raise rules.NothingOnTheAgenda(
            Text("请至少写一个议题。", "Name at least one item."), where={"agenda": Text("必填。", "Needed.")}
        )
    given = pieces(ctx=ctx, ids=minutes or [])
    meeting = ctx.create(
        Meeting(
            body=body, title=title, held_on=held_on, agenda=agenda, number=number, minutes=given[0] if given else None
        )
    )
    meeting.present.set(present or [])
    return meeting


@action(
    "bodies.decide",
    label=Text("会议决定", "Enter a decision"),
    needs=(BodiesGrants.KEEP, LoopGrants.DIRECT),
    icon="gavel",
)
def decide(
    *,
    ctx: Context,
    meeting: TheMeeting,
    title: Annotated[str, Field(min_length=2, max_length=300), Label("决定事项", "Decision")],
    organisation: Carrier,
    supervisor: Verifier,
    due_on: Annotated[date, Label("期限", "Limit", widget="date")],
    text: Annotated[str, Label("要求", "What is wanted", widget="textarea")] = "",
) -> Decision:
    """会议决定: each becomes a case of who carries it out. 依据 A16."""
    if due_on < day_of(ctx.at):
        raise loop_rules.BadDeadline(Text("期限不能早于今天。", "The limit can't lie in the past."))
    body = meeting.body
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=DECISION_KIND,
            title=title,
            text=text,
            clause=f"{meeting.title}（{meeting.held_on.isoformat()}）{meeting.number}",
            source=body.name,
            owner=organisation,
            supervisor=supervisor,
            issuer=body.organisation,
            region=body.region,
            due_on=due_on,
        ),
    )
    return ctx.create(Decision(case=case, meeting=meeting, position=meeting.decisions.count() + 1))


@action("bodies.add_expert", label=Text("聘任专家", "Engage an expert"), needs=BodiesGrants.KEEP, icon="certificate")
def add_expert(
    *,
    ctx: Context,
    body: TheBody,
    name: Annotated[str, Field(min_length=2, max_length=60), Label("姓名", "Name"), PERSONAL],
    unit: Annotated[str, Field(min_length=2, max_length=120), Label("单位", "Unit")],
    specialities: Annotated[list[str], Label("专业（一行一个）", "Specialities, one a line", widget="lines")],
    from_on: Annotated[date, Label("聘期起", "From", widget="date")],
    until_on: Annotated[date, Label("聘期止", "Until", widget="date")],
    title: Annotated[str, Field(max_length=60), Label("职称", "Title")] = "",
    phone: Annotated[str, Field(max_length=30), Label("电话", "Telephone"), PERSONAL] = "",
) -> Expert:
    """聘任专家: for a term."""
    rules.require_living(dissolved_on=body.dissolved_on)
    rules.require_after(from_on=from_on, until_on=until_on)
    return ctx.create(
        Expert(
            body=body,
            name=name,
            unit=unit,
            title=title,
            specialities=specialities,
            phone=phone,
            from_on=from_on,
            until_on=until_on,
        )
    )


@action("bodies.note_advice", label=Text("登记咨询意见", "Enter advice"), needs=BodiesGrants.KEEP, icon="message")
def note_advice(
    *,
    ctx: Context,
    expert: TheExpert,
    given_on: Annotated[date, Label("日期", "On", widget="date")],
    question: Annotated[str, Field(min_length=2, max_length=300), Label("问题", "Question")],
    text: Annotated[str, Field(min_length=2), Label("意见", "Advice", widget="textarea")],
) -> Advice:
    """登记咨询意见: within the term of who gave it."""
    if not expert.from_on <= given_on < expert.until_on:
        raise rules.SeatDates(
            Text("日期不在专家聘期内。", "The day lies outside the expert's term."),
            where={"given_on": Text("不在聘期内。", "Outside the term.")},
        )
    return ctx.create(Advice(body=expert.body, expert=expert, given_on=given_on, question=question, text=text))
