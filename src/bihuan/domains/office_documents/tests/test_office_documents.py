"""An instruction goes through every step and none is skipped; a document is numbered, told, and signed for once."""

from __future__ import annotations

import pytest

from bihuan.core.actions.problems import NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.notices.models import Notice
from bihuan.domains.office_documents import actions, queries, rules
from bihuan.domains.office_documents.models import Instruction, OfficeDocument
from bihuan.domains.office_documents.terms import InstructionStep, Openness
from bihuan.domains.office_documents.tests import plays
from bihuan.loop.models import Case
from cast import context


@pytest.fixture
def office(cast):
    return context(plays.office_of(cast))


@pytest.mark.parametrize(
    ("word", "number", "written"), [("云安办", 1, "云安办〔2026〕1号"), ("云政办发", 120, "云政办发〔2026〕120号")]
)
def test_a_number_is_written_as_the_national_form_says(word, number, written):
    assert rules.document_number(word=word, year=2026, number=number) == written


@pytest.mark.parametrize("word", ["", "云", "YAB", "云安办1", "云 安"])
def test_an_organs_word_is_chinese_characters(word):
    with pytest.raises(rules.BadOrganWord):
        rules.document_number(word=word, year=2026, number=1)


def test_what_is_not_open_says_why():
    rules.require_reason(openness=Openness.ON_REQUEST, because="")
    with pytest.raises(rules.ReasonMissing):
        rules.require_reason(openness=Openness.CLOSED, because=" ")


def test_an_instruction_is_fed_back_when_its_case_is_closed_and_once(cast, office):
    made = plays.assigned(cast)
    said = {"feedback": "已核查十二家"}
    with pytest.raises(rules.WrongInstructionStep):
        perform(actions.feed_back, ctx=office, instruction=made, **said)
    with pytest.raises(rules.WrongInstructionStep):
        perform(
            actions.propose, ctx=office, instruction=made, carrier=cast.emergency, proposal="再办", due_on=plays.LATER
        )
    done = plays.carried_out(cast)
    assert done.step is InstructionStep.TO_FEED_BACK
    done = perform(actions.feed_back, ctx=office, instruction=done, **said).value
    assert done.step is InstructionStep.FED_BACK
    with pytest.raises(rules.WrongInstructionStep):
        perform(actions.feed_back, ctx=office, instruction=Instruction.objects.get(pk=done.pk), **said)


def test_documents_of_one_word_and_year_are_numbered_in_turn(cast):
    made = [plays.document_of(cast), plays.document_of(cast), plays.document_of(cast, word="云安委")]
    assert [d.number for d in made] == ["云安办〔2026〕1号", "云安办〔2026〕2号", "云安委〔2026〕1号"]
    with pytest.raises(rules.NobodyToSendTo):
        plays.document_of(cast, recipients=[])


def test_a_unit_is_told_signs_once_and_sees_its_own_receipt_only(cast, office):
    cast.user("clerk", cast.industry)
    receipt, clerk = plays.receipt_of(cast), context(cast.department_clerk)
    assert Notice.objects.filter(topic="office_documents.sent").count() == 1
    assert [r.pk for r in queries.to_sign(ctx=clerk)] == [receipt.pk]
    receipt = perform(actions.sign_for, ctx=clerk, receipt=receipt).value
    with pytest.raises(rules.AlreadySignedFor):
        perform(actions.sign_for, ctx=clerk, receipt=receipt)
    document = OfficeDocument.objects.get()
    assert [r.organisation_code for r in queries.document_view(ctx=clerk, document_id=document.pk).receipts] == ["GX"]
    assert queries.document_view(ctx=office, document_id=document.pk).signed == 1
    with pytest.raises(NotFound):
        queries.document_view(ctx=context(cast.stranger), document_id=document.pk)


def test_what_a_leader_writes_on_a_case_comes_back_to_him_and_to_no_other(cast, office):
    leader, other = plays.leader_of(cast), cast.actor("deputy", "instructing_leader", cast.office, region=cast.city)
    made = plays.instructed(cast)
    assert [i.pk for i in queries.instructions(ctx=office)] == [made.pk]
    assert queries.instructions(ctx=context(other)) == []
    perform(
        actions.propose, ctx=office, instruction=made, carrier=cast.industry, proposal="请工信局办", due_on=plays.LATER
    )
    Case.objects.filter(instruction=made).update(stage="closed_out", is_open=False)
    perform(actions.feed_back, ctx=office, instruction={"id": str(made.pk)}, feedback="已约谈并办结")
    mine = queries.instructions(ctx=context(leader))
    assert [(i.step, i.feedback) for i in mine] == [(InstructionStep.FED_BACK, "已约谈并办结")]
    assert Notice.objects.filter(topic="office_documents.instruction", recipient=leader.user_id).count() == 1


def test_a_leader_hands_it_to_an_office_of_his_place_only(cast):
    leader = plays.leader_of(cast)
    assert [code for code, _ in queries.offices(ctx=context(leader))] == [cast.office.code]
    with pytest.raises(actions.NoSuchOffice):
        perform(
            actions.instruct, ctx=context(leader), case=plays.case_of(cast), words="请办", office=cast.industry.code
        )
