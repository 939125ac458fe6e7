"""告知各方: who hears of which move, in whose words. Called inside the moves, so nobody hears of what was rolled back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.evidence.models import Evidence
from bihuan.core.evidence.terms import ExpiryStage
from bihuan.core.notices.telling import tell
from bihuan.core.notices.terms import NoticeLevel
from bihuan.core.notices.topics import Topic
from bihuan.kernel.text import Text
from bihuan.loop.kinds import kind_of
from bihuan.loop.models import Case
from bihuan.loop.rules import EscalationStep, person_behind
from bihuan.loop.terms import EscalationDeed, Move, PartyRole
from bihuan.parties.models import Person

WORK = Topic("loop.work", Text("事项办理", "Work on cases"))
EXPIRY = Topic("loop.expiry", Text("证据到期", "Evidence that expires"))
ESCALATION = Topic("loop.escalation", Text("到期提醒与督办", "Reminders and supervision"))

_HANDLERS = (PartyRole.OWNER, PartyRole.LEAD, PartyRole.SEPARATE_LEAD)

#: Who has to know of a move. Moves that are left out are read on the page.
HEARERS: Mapping[Move, tuple[PartyRole, ...]] = {
    Move.ISSUE: (*_HANDLERS, PartyRole.COOPERATE, PartyRole.BY_DUTY),
    Move.SUBMIT: (PartyRole.SUPERVISOR,),
    Move.CLOSE_OUT: _HANDLERS,
    Move.ACCEPT_PROOF: _HANDLERS,
    Move.SEND_BACK: _HANDLERS,
    Move.EXTEND: _HANDLERS,
    Move.HAND_OVER: _HANDLERS,
    Move.CHASE: _HANDLERS,
    Move.SUPERVISE: (*_HANDLERS, PartyRole.SUPERVISOR),
    Move.WITHDRAW: _HANDLERS,
    Move.REOPEN: (*_HANDLERS, PartyRole.SUPERVISOR),
}
_PRESSING = {Move.CHASE, Move.SUPERVISE, Move.SEND_BACK, Move.REOPEN}


def tell_of_move(*, ctx: Context, case: Case, move: Move, parties: Iterable[tuple[str, str]]) -> None:
    """The people of the units whom this move concerns, but not whoever made it. `parties`: (code, role) of the case."""
    if roles := HEARERS.get(move):
        text = Text("{move}：{title}（{number}）", "{move}: {title} ({number})").format(
            move=move.label, title=case.title[:120], number=case.number
        )
        level = NoticeLevel.IMPORTANT if move in _PRESSING else NoticeLevel.ORDINARY
        _tell(
            ctx=ctx,
            case=case,
            parties=parties,
            roles=roles,
            topic=WORK,
            text=text,
            level=level,
            quietly=move not in _PRESSING,
        )


def tell_of_step(*, ctx: Context, case: Case, step: EscalationStep, late: int) -> None:
    """提醒、催办、督办、报告: as the case's plan says, to whom it says. `late`: days after the limit, before it negative."""
    known = {role.value: role for role in PartyRole}
    said = Text("已逾期 {n} 天", "{n} days overdue") if late > 0 else Text("还有 {n} 天到期", "due in {n} days")
    if late == 0:
        said = Text("今天到期", "due today")
    text = Text("{deed}（{late}）：{title}（{number}）", "{deed} ({late}): {title} ({number})").format(
        deed=step.deed.label, late=said.format(n=abs(late)), title=case.title[:120], number=case.number
    )
    level = NoticeLevel.URGENT if step.deed is EscalationDeed.REPORT else NoticeLevel.IMPORTANT
    roles = tuple(known[w] for w in step.whom if w in known)
    key = f"{case.pk}:{case.due_on}:{step.days}"
    parties = case.parties.values_list("organisation_code", "role")
    _tell(
        ctx=ctx,
        case=case,
        parties=parties,
        roles=roles,
        topic=ESCALATION,
        text=text,
        level=level,
        key=key,
        quietly=late <= 0,
    )


def tell_of_expiry(*, ctx: Context, evidence: Evidence, cases: Sequence[Case]) -> None:
    """到期: whoever answers for the piece hears of it, and the handlers of each open case that rests on it."""
    assert evidence.expires_on is not None
    has_expired = evidence.expiry_stage == ExpiryStage.EXPIRED
    said = Text("已到期", "has expired") if has_expired else Text("将到期", "will expire")
    text = Text("证据{said}（{day}）：{title}", "Evidence {said} ({day}): {title}").format(
        said=said, day=evidence.expires_on.isoformat(), title=evidence.title[:120]
    )
    level = NoticeLevel.IMPORTANT if has_expired else NoticeLevel.ORDINARY
    key = f"{evidence.pk}:{evidence.expires_on}:{evidence.expiry_stage}"
    active = User.objects.filter(is_active=True).order_by()
    owners = (
        active.filter(organisation_code=evidence.organisation_code) if evidence.organisation_code else active.none()
    )
    if evidence.uploaded_by.startswith(("user:", "token:")) and not owners.exists():
        owners = active.filter(pk=person_behind(evidence.uploaded_by))
    told: set[UUID] = set()
    for case in cases:
        of_case = Text("{text}，关系到{number}", "{text}, on which {number} rests").format(
            text=text, number=case.number
        )
        told |= _tell(
            ctx=ctx,
            case=case,
            parties=case.parties.values_list("organisation_code", "role"),
            roles=_HANDLERS,
            topic=EXPIRY,
            text=of_case,
            level=level,
            key=f"{key}:{case.pk}",
        )
    recipients = [pk for pk in owners.values_list("pk", flat=True) if pk not in told]
    link = evidence.get_absolute_url()
    tell(ctx, recipients=recipients, topic=EXPIRY.name, text=text, link=link, level=level, key=key)


def _tell(
    *,
    ctx: Context,
    case: Case,
    parties: Iterable[tuple[str, str]],
    roles: Iterable[PartyRole],
    topic: Topic,
    text: Text,
    level: NoticeLevel,
    key: str = "",
    quietly: bool = False,
) -> set[UUID]:
    """`quietly`: while nothing is late yet, and nobody presses: where a person is named, they are told and their colleagues not."""
    wanted = {r.value for r in roles}
    codes = {code for code, role in parties if role in wanted}
    people = User.objects.filter(organisation_code__in=codes, is_active=True).order_by()
    if quietly and (named := _named_account(case)) is not None:
        # 专人负责: the colleagues of whoever is named are not told; other units of the case still are.
        people = people.exclude(Q(organisation_code=case.organisation_code) & ~Q(pk=named))
    recipients = {pk for pk in people.values_list("pk", flat=True) if pk != ctx.actor.user_id}
    tell(
        ctx,
        recipients=recipients,
        topic=topic.name,
        text=text,
        link=case.get_absolute_url(),
        level=level,
        key=key,
    )
    return recipients


def _named_account(case: Case) -> UUID | None:
    """The account in use of the person named, in a kind of case that tells only them. 依据 C05."""
    if case.owner_person_id is None or not kind_of(case.kind).tells_named_person:
        return None
    account = Person.objects.filter(pk=case.owner_person_id, organisation_code=case.organisation_code)
    return account.filter(user__is_active=True).values_list("user", flat=True).first()
