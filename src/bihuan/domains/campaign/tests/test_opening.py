"""From an uploaded document to tasks under review."""

from __future__ import annotations

import pytest

from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.actions.runner import perform
from bihuan.core.audit.models import AuditRow
from bihuan.core.events.models import OutboxEvent
from bihuan.core.evidence import receiving
from bihuan.core.evidence.models import Evidence
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import opening
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanText, PlanUnit
from bihuan.domains.campaign.terms import CampaignState, Decision, Dispatch, ReadingState
from cast import AT, context


def test_a_plan_becomes_tasks_with_spans_units_and_dates(campaign):
    text = PlanText.objects.get(campaign=campaign).text
    items = list(PlanItem.objects.filter(campaign=campaign))
    assert [i.no for i in items] == ["1", "2", "3", "4", "5"]
    assert all(text[i.start : i.end] == i.text for i in items)
    assert items[0].units == [{"name": "市应急管理局", "role": "lead"}, {"name": "市工业和信息化局", "role": "coop"}]
    assert str(items[1].due_on) == "2026-12-31"
    assert campaign.name == "云州市危险化学品安全风险集中治理实施方案"
    assert [p["end"] for p in campaign.phases] == ["2026-10-31", "2027-09-30", "2027-12-31"]
    assert campaign.reports[0]["due"] == ["03-25", "06-25", "09-25"]


def test_the_document_is_kept_as_evidence_that_the_readers_of_the_campaign_may_see(campaign, cast, office):
    assert Evidence.objects.visible_to(office.actor).filter(pk=campaign.document_id).exists()
    assert not Evidence.objects.visible_to(cast.stranger).filter(pk=campaign.document_id).exists()


def test_an_unmistakable_name_is_matched_and_the_others_wait_for_a_person(campaign, cast):
    decided = {u.name: (u.decision, u.codes) for u in PlanUnit.objects.filter(campaign=campaign)}
    assert decided["市应急管理局"] == (Decision.ORGANISATION, [cast.emergency.code])
    assert decided["市安委办"] == (Decision.ORGANISATION, [cast.office.code])
    assert decided["市能源局"] == (Decision.UNDECIDED, [])
    assert decided["各区应急管理局"] == (Decision.UNDECIDED, [])
    assert PlanUnit.objects.get(campaign=campaign, name="市应急管理局").is_automatic


def test_a_task_of_collective_units_goes_to_each_of_them(campaign, desk):
    assert desk.item("3").dispatch == Dispatch.EACH
    assert desk.item("1").dispatch == Dispatch.ONE


def test_the_office_of_the_issuing_committee_verifies_by_default(campaign, cast):
    assert campaign.supervisor == cast.office


def test_the_text_enters_the_audit_by_its_digest_only(campaign):
    row = AuditRow.objects.get(action="campaign.take_reading")
    assert PlanText.objects.get(campaign=campaign).digest.encode() in bytes(row.canonical)
    assert "坚持人民至上".encode() not in bytes(row.canonical)
    assert OutboxEvent.objects.filter(name="campaign.plan_read").count() == 1


def test_reading_twice_changes_nothing(campaign):
    queue.enqueue(job="campaign.read_document", payload={"campaign": str(campaign.pk)}, key="again", at=AT)
    queue.drain(at=AT)
    assert PlanItem.objects.filter(campaign=campaign).count() == 5


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("letter.txt", "关于召开会议的函\n\n请派员参加。\n".encode(), "document.not_a_plan"),
        ("empty.txt", b" \n ", "document.empty"),
    ],
)
def test_what_is_no_plan_says_so_and_makes_nothing(import_plan, name, content, code):
    campaign = import_plan(name, content)
    assert campaign.reading == ReadingState.UNREADABLE
    assert campaign.trouble["code"] == code
    assert campaign.trouble["zh"]
    assert campaign.trouble["en"]
    assert not PlanItem.objects.filter(campaign=campaign).exists()


def test_the_thirty_first_of_february_is_shown_as_a_doubt_and_gives_no_date(import_plan):
    content = (
        "云州市专项治理工作方案\n\n一、重点任务\n\n1.开展排查，2027年2月31日前完成。（市应急管理局负责）\n".encode()
    )
    campaign = import_plan("february.txt", content)
    item = PlanItem.objects.get(campaign=campaign)
    assert item.due_on is None
    doubts = [w["doubt"] for w in PlanText.objects.get(campaign=campaign).ledger["warnings"]]
    assert "impossible_date" in doubts


def test_a_draft_can_be_discarded_and_then_stands_still(campaign, office, desk):
    perform(opening.discard, ctx=office, campaign=campaign)
    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.DISCARDED
    with pytest.raises(opening.NotADraft):
        desk.change("1", text="别的")


def test_who_may_only_read_cannot_import(cast, office):
    upload = receiving.receive_bytes(ctx=office, name="a.txt", content="方案".encode())
    reader = context(cast.actor("reader", "campaign_reader", cast.office, region=cast.city))
    with pytest.raises((Denied, NotFound)):
        perform(opening.open_campaign, ctx=reader, upload=upload, issuer=cast.committee, region=cast.city)
    assert not Campaign.objects.exists()


def test_nobody_imports_in_the_name_of_the_city_next_door(cast, office):
    upload = receiving.receive_bytes(ctx=office, name="a.txt", content="方案".encode())
    with pytest.raises(Denied):
        perform(opening.open_campaign, ctx=office, upload=upload, issuer=cast.committee, region=cast.next_city)
