"""Plays of the actions on instructions and documents, and the staging they share with the tests beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.domains.office_documents import actions
from bihuan.domains.office_documents.models import Instruction, OfficeDocument, Receipt
from bihuan.loop.actions import directing, handling, verifying
from bihuan.loop.models import Case
from cast import TODAY, Cast, context
from plays import Play

LATER = date(2027, 3, 31)


def office_of(cast: Cast) -> Actor:
    return cast.actor("registrar", "documents_office", cast.office, region=cast.city)


def by_office(cast: Cast, **inputs: Any) -> Play:
    far = cast.actor("far_registrar", "documents_office", cast.neighbour, region=cast.next_city)
    return Play(office_of(cast), inputs, stranger=far)


def instruction_of(cast: Cast) -> Instruction:
    return perform(
        actions.register_instruction,
        ctx=context(office_of(cast)),
        organisation=cast.office,
        leader="沈建国",
        on_what="关于停产企业复产的报告",
        words="请工信、应急部门逐家核查。",
        instructed_on=TODAY,
    ).value


def assigned(cast: Cast) -> Instruction:
    return perform(
        actions.propose,
        ctx=context(office_of(cast)),
        instruction=instruction_of(cast),
        carrier=cast.industry,
        proposal="拟请市工信局牵头逐家核查，月底前报送。",
        due_on=LATER,
    ).value


def carried_out(cast: Cast) -> Instruction:
    made, clerk = assigned(cast), context(cast.department_clerk)
    case = perform(handling.acknowledge, ctx=clerk, case=made.case).value
    piece = cast.evidence(cast.department_clerk, cast.industry)
    case = perform(handling.submit, ctx=clerk, case=case, note="已核查", evidence=[piece.pk]).value
    verifier = cast.actor("office_verifier", "verifier", cast.office)
    perform(verifying.close_out, ctx=context(verifier), case=Case.objects.get(pk=case.pk))
    return Instruction.objects.get(pk=made.pk)


def document_of(cast: Cast, **said: Any) -> OfficeDocument:
    inputs: dict[str, Any] = {
        "organisation": cast.office,
        "word": "云安办",
        "title": "关于开展复产核查的通知",
        "openness": "active",
        "recipients": [cast.industry, cast.emergency],
    }
    return perform(actions.send, ctx=context(office_of(cast)), **(inputs | said)).value


def receipt_of(cast: Cast) -> Receipt:
    return Receipt.objects.get(document=document_of(cast), organisation=cast.industry)


def leader_of(cast: Cast) -> Actor:
    return cast.actor("leader", "instructing_leader", cast.office, region=cast.city)


def case_of(cast: Cast) -> Case:
    return perform(
        directing.issue,
        ctx=context(cast.officer),
        title="停产企业复产核查",
        region=cast.city,
        owner=cast.industry,
        supervisor=cast.emergency,
    ).value


def instructed(cast: Cast) -> Instruction:
    return perform(
        actions.instruct,
        ctx=context(leader_of(cast)),
        case=case_of(cast),
        words="一周内报我。",
        office=cast.office.code,
    ).value


PLAYS = {
    "office_documents.instruct": lambda c: Play(
        leader_of(c),
        {"case": case_of(c), "words": "一周内报我。", "office": c.office.code},
        stranger=c.actor("far_leader", "instructing_leader", c.neighbour, region=c.next_city),
    ),
    "office_documents.register_instruction": lambda c: by_office(
        c, organisation=c.office, leader="沈建国", on_what="复产报告", words="请核查。", instructed_on=TODAY
    ),
    "office_documents.propose": lambda c: by_office(
        c, instruction=instruction_of(c), carrier=c.industry, proposal="请工信局牵头", due_on=LATER
    ),
    "office_documents.feed_back": lambda c: by_office(c, instruction=carried_out(c), feedback="已核查十二家"),
    "office_documents.send": lambda c: by_office(
        c, organisation=c.office, word="云安办", title="通知", openness="active", recipients=[c.industry]
    ),
    "office_documents.sign_for": lambda c: Play(c.department_clerk, {"receipt": receipt_of(c)}, stranger=c.stranger),
}
