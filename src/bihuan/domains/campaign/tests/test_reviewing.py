"""What a reviewer does: given, when, then; the refusals beside the successes."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.core.actions.problems import Denied, NotFound, StaleVersion
from bihuan.core.actions.runner import perform
from bihuan.core.audit.models import AuditRow
from bihuan.domains.campaign.actions import reviewing
from bihuan.domains.campaign.models import PlanItem, PlanText, PlanUnit
from bihuan.domains.campaign.rules.passages import BadSelection, BadSplit
from bihuan.domains.campaign.terms import Decision
from cast import context


def live(campaign):
    return [i.no for i in PlanItem.objects.filter(campaign=campaign, is_dropped=False)]


def test_a_task_is_changed_with_one_audit_row(desk):
    before = AuditRow.objects.count()
    changed = desk.change("1", text="建立会商机制。", due_on=date(2027, 6, 30))
    assert (changed.text, changed.due_on, changed.version) == ("建立会商机制。", date(2027, 6, 30), 2)
    assert AuditRow.objects.count() == before + 1


def test_a_unit_that_is_added_enters_the_names_with_suggestions(campaign, desk, cast):
    desk.change("1", units=[{"name": "市工信局", "role": "owner"}])
    unit = PlanUnit.objects.get(campaign=campaign, name="市工信局")
    assert unit.decision == Decision.ORGANISATION
    assert unit.codes == [cast.industry.code]


def test_who_is_slower_is_told_and_changes_nothing(desk, office):
    row = desk.item("1")
    desk.change("1", text="先改的。")
    with pytest.raises(StaleVersion):
        perform(reviewing.change_item, ctx=office, item=row, no="1", text="后改的。", units=[], indicators=[])
    assert desk.item("1").text == "先改的。"


def test_a_split_shares_text_spans_and_units(campaign, desk, office):
    row = desk.item("1")
    at = row.text.index("协调解决")
    second = perform(reviewing.split_item, ctx=office, item=row, at=at).value
    first = desk.item("1")
    text = PlanText.objects.get(campaign=campaign).text
    assert first.text + second.text == row.text
    assert text[first.start : first.end] == first.text
    assert text[second.start : second.end] == second.text
    assert second.units == first.units
    assert live(campaign) == ["1", "1/2", "2", "3", "4", "5"]


@pytest.mark.parametrize("at", [0, -1, 10_000])
def test_a_split_at_the_edge_is_refused(desk, office, at):
    with pytest.raises(BadSplit):
        perform(reviewing.split_item, ctx=office, item=desk.item("1"), at=at)


def test_merging_joins_the_next_and_the_next_can_come_back(campaign, desk, office):
    one, two = desk.item("1"), desk.item("2")
    merged = perform(reviewing.merge_item, ctx=office, item=one).value
    assert merged.text == one.text + two.text
    assert [u["name"] for u in merged.units] == ["市应急管理局", "市工业和信息化局"]
    assert merged.due_on == date(2026, 12, 31)
    assert live(campaign) == ["1", "3", "4", "5"]
    perform(reviewing.restore_item, ctx=office, item=desk.item("2"))
    assert live(campaign) == ["1", "2", "3", "4", "5"]


def test_the_last_task_has_nothing_to_merge_with(desk, office):
    with pytest.raises(reviewing.NothingToMerge):
        perform(reviewing.merge_item, ctx=office, item=desk.item("5"))


def test_dropping_is_undone_by_restoring(campaign, desk, office):
    perform(reviewing.drop_item, ctx=office, item=desk.item("3"), because="与上级方案重复")
    assert live(campaign) == ["1", "2", "4", "5"]
    perform(reviewing.restore_item, ctx=office, item=desk.item("3"))
    assert live(campaign) == ["1", "2", "3", "4", "5"]


def test_a_selection_becomes_a_task_in_its_place(campaign, desk, office):
    text = PlanText.objects.get(campaign=campaign).text
    words = "定期通报进展"
    start = text.index(words)
    made = perform(
        reviewing.add_item, ctx=office, campaign=campaign, text=words, start=start, end=start + len(words)
    ).value
    assert made.section == desk.item("5").section
    assert live(campaign)[-1] == made.no
    early = perform(reviewing.add_item, ctx=office, campaign=campaign, text="x", start=0, end=5).value
    assert live(campaign)[0] == early.no


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 4), (0, 10**6)])
def test_a_selection_outside_the_document_is_refused(campaign, office, start, end):
    with pytest.raises(BadSelection):
        perform(reviewing.add_item, ctx=office, campaign=campaign, text="x", start=start, end=end)


def test_a_collective_name_becomes_a_list(campaign, desk, cast):
    assert cast.district_emergency.code in desk.unit("各区应急管理局").suggested
    done = desk.decide("各区应急管理局", cast.district_emergency, decision=Decision.LIST)
    assert (done.decision, done.codes, done.is_automatic) == (Decision.LIST, [cast.district_emergency.code], False)


@pytest.mark.parametrize(
    ("decision", "number", "because"),
    [
        (Decision.ORGANISATION, 0, ""),
        (Decision.ORGANISATION, 2, ""),
        (Decision.LIST, 0, ""),
        (Decision.NOT_OURS, 0, " "),
    ],
)
def test_an_incomplete_decision_is_refused(desk, cast, decision, number, because):
    with pytest.raises(reviewing.BadDecision):
        desk.decide("市能源局", *[cast.emergency, cast.industry][:number], decision=decision, because=because)


def test_an_abolished_unit_cannot_be_chosen(desk, cast):
    cast.industry.abolished_on = date(2026, 1, 1)
    cast.industry.save()
    with pytest.raises(reviewing.BadDecision):
        desk.decide("市能源局", cast.industry)


def test_a_campaign_does_not_end_before_it_starts(campaign, cast, office):
    with pytest.raises(reviewing.BadPeriod):
        perform(
            reviewing.set_frame,
            ctx=office,
            campaign=campaign,
            name="行动",
            supervisor=cast.office,
            from_on=date(2027, 1, 2),
            until_on=date(2027, 1, 1),
        )


def test_the_city_next_door_finds_nothing_here(cast, desk):
    actor = cast.actor("far", "campaign_office", cast.neighbour, region=cast.next_city)
    with pytest.raises(NotFound):
        perform(reviewing.drop_item, ctx=context(actor), item=desk.item("1"))
    assert AuditRow.objects.latest("id").outcome == "denied"


def test_who_may_only_read_changes_nothing(cast, desk):
    actor = cast.actor("reader", "campaign_reader", cast.office, region=cast.city)
    with pytest.raises(Denied):
        perform(reviewing.drop_item, ctx=context(actor), item=desk.item("1"))
    assert not desk.item("1").is_dropped
