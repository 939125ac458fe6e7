"""Evidence that expires: its owner hears of it, the open case that rests on it shows it, and nobody hears twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bihuan.core.access.context import service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.evidence import actions as evidence_actions
from bihuan.core.evidence.models import Evidence
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.jobs.queue import drain
from bihuan.core.notices.models import Notice
from bihuan.loop import queries
from bihuan.loop.actions import handling
from bihuan.loop.models import Case
from cast import AT, TODAY, context


@pytest.fixture
def piece(cast, case):
    """The works' piece, on which its case rests; it expires in five days."""
    ctx = context(cast.safety_manager)
    perform(handling.acknowledge, ctx=ctx, case=case)
    made = cast.evidence(cast.safety_manager, cast.works, title="安全评价报告")
    Evidence.objects.filter(pk=made.pk).update(expires_on=TODAY + timedelta(days=5))
    perform(handling.submit, ctx=ctx, case=Case.objects.get(pk=case.pk), note="已评价", evidence=[made.pk])
    return Evidence.objects.get(pk=made.pk)


def by_timer(piece: Evidence, *, at=AT) -> None:
    actor = service_actor("evidence.note_expiries", EvidenceGrants.ADD, EvidenceGrants.READ)
    perform(evidence_actions.note_expiry, ctx=context(actor, at=at), evidence=Evidence.objects.get(pk=piece.pk))
    drain(at=at)


def told() -> list[str]:
    return list(Notice.objects.filter(topic="loop.expiry").order_by("id").values_list("text_zh", flat=True))


def test_the_owner_hears_of_it_and_of_the_case_that_rests_on_it(cast, case, piece):
    by_timer(piece)
    first = told()
    (words,) = first
    assert "安全评价报告" in words
    assert case.number in words
    assert {n.recipient_id for n in Notice.objects.filter(topic="loop.expiry")} == {cast.safety_manager.user_id}
    by_timer(piece)
    assert told() == first
    by_timer(piece, at=AT + timedelta(days=6))
    assert len(told()) == 2
    assert sorted("已到期" in said for said in told()) == [False, True]


def test_a_piece_replaced_meanwhile_worries_nobody(piece):
    Evidence.objects.filter(pk=piece.pk).update(superseded_at=AT)
    by_timer(piece)
    assert told() == []


def test_the_case_shows_what_expires_as_long_as_it_is_open(cast, case, piece):
    ctx = context(cast.safety_manager)
    assert queries.case_view(ctx=ctx, case=Case.objects.get(pk=case.pk)).expiring == [piece]
    Case.objects.filter(pk=case.pk).update(is_open=False)
    assert queries.case_view(ctx=ctx, case=Case.objects.get(pk=case.pk)).expiring == []
    Case.objects.filter(pk=case.pk).update(is_open=True)
    Evidence.objects.filter(pk=piece.pk).update(expires_on=date(2030, 1, 1))
    assert queries.case_view(ctx=ctx, case=Case.objects.get(pk=case.pk)).expiring == []


def test_the_page_of_a_thing_lists_its_cases_to_those_who_may_see_them(cast, case):
    thing = cast.thing(cast.works)
    Case.objects.filter(pk=case.pk).update(thing=thing)
    panel = queries.panel_of_thing(ctx=context(cast.safety_manager), row=thing)
    assert panel["rows"].count("<tr>") == 1
    assert case.number in panel["rows"]
    hidden = queries.panel_of_thing(ctx=context(cast.stranger), row=thing)
    assert hidden is not None
    assert hidden["rows"] == ""
    assert queries.panel_of_thing(ctx=context(service_actor("nobody")), row=thing) is None
