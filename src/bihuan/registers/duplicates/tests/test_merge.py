"""A merge moves all that refers to the lost one, keeps both histories, and leaves word where the old code went."""

from __future__ import annotations

import contextlib

import pytest
from django.apps import apps
from django.db import transaction

from bihuan.core.access.models import Assignment, Role
from bihuan.core.actions.runner import perform
from bihuan.core.audit.models import AuditRow
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.core.records.history import history_of
from bihuan.core.records.models import Sheet
from bihuan.core.records.sheets import spool
from bihuan.core.records.sheets.writing import workbook
from bihuan.parties.models import Organisation, Post, Thing
from bihuan.parties.references import CODE, StaysBehind, links_to
from bihuan.parties.terms import ThingState
from bihuan.registers.duplicates import rules
from bihuan.registers.duplicates.actions import deciding
from bihuan.registers.duplicates.models import Forwarding, Pair
from bihuan.registers.duplicates.queries import merging
from bihuan.registers.duplicates.terms import Verdict
from bihuan.registers.duplicates.tests import plays as own
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.enterprises.module import REGISTER
from bihuan.registers.major_hazards.models import HazardStock
from bihuan.registers.major_hazards.tests import plays as hazards
from cast import AT, Cast, context, saved
from plays import plays

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


def enterprise(cast, unit, code):
    keeper = cast.actor("e_keeper", "enterprises_keeper", cast.office, region=cast.city)
    values = {"code": code, "name": unit.name, "organisation": unit, "type": "production"}
    return perform(registry().actions["enterprises.add"], ctx=context(keeper), **values).value


def merged(cast, kept=None, lost=None):
    pair = own.proposed(cast, kept, lost)
    return perform(deciding.merge, ctx=context(own.chief(cast)), pair=pair).value


def test_nothing_is_left_that_refers_to_the_lost_one(cast):
    """Over every link and organisation code of every table, with whatever all modules' plays bring about."""
    for name, make in sorted(plays().items()):
        if not name.startswith("duplicates."):
            with contextlib.suppress(Exception), transaction.atomic():
                make(cast)
    # Some of them abolish the works, or give its successor: here it is alive, and the other one is new.
    Organisation.objects.update(abolished_on=None, successor=None)
    lost = Organisation.objects.get(pk=cast.works.pk)
    kept = saved(
        Organisation(code="E-KEPT", name="云州东方化工有限责任公司", kind=lost.kind, region=lost.region, region_path=lost.region_path)
    )  # fmt: skip
    pair = own.proposed(cast, kept, lost)
    found = merging.movings(kept=kept, lost=lost, twins=merging.twins(kept=kept, lost=lost))
    touched = {type(moving.row)._meta.label for moving in found}
    assert {"parties.Thing", "parties.Person", "loop.Case", "tanks.Tank"} - touched <= {"tanks.Tank"}, touched
    perform(deciding.merge, ctx=context(own.chief(cast)), pair=pair)
    repeats = {(type(m.row), m.row.pk) for m in found if m.repeats}
    staying = {declared.model for declared in registry().declared(StaysBehind)} | {Pair, Forwarding}
    left = []
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            if column.related_model is Organisation:
                rows = model._base_manager.filter(**{column.name: lost.pk})
            elif column.name == CODE:
                rows = model._base_manager.filter(**{CODE: lost.code})
            else:
                continue
            left += [
                f"{model._meta.label}.{column.name}"
                for row in rows
                if model not in staying and (model, row.pk) not in repeats and not _is_a_twin(row, lost)
            ]
    assert left == []


def _is_a_twin(row, lost):
    """The lost one itself, and its post that the other has as well."""
    return row == lost or isinstance(row, Post)


def test_every_link_to_an_organisation_is_known():
    known = {(link.model, link.column) for link in links_to(Organisation)}
    staying = {declared.model for declared in registry().declared(StaysBehind)}
    there = {
        (model, column.name)
        for model in apps.get_models(include_auto_created=True)
        for column in model._meta.concrete_fields
        if column.related_model is Organisation or column.name == CODE
    }
    assert {(m, c) for m, c in there if m not in staying} <= known


def test_a_merge_moves_keeps_and_forwards(cast):
    ours, theirs = enterprise(cast, cast.works, "Q-1"), enterprise(cast, cast.neighbour, "Q-2")
    post = {"organisation_code": cast.works.code, "region_path": cast.park.path, "name": "安全总监"}
    saved(Post(organisation=cast.works, **post))
    saved(Post(organisation=cast.neighbour, **{**post, "organisation_code": cast.neighbour.code}))
    person = cast.person(cast.neighbour, "李四")
    tank = cast.thing(cast.neighbour, "T-9")
    user = cast.user("theirs", cast.neighbour)
    right = saved(Assignment(user=user, role=_role(), scope_organisation=cast.neighbour.code, from_at=AT))
    unit = hazards.a_unit(cast)
    Organisation.objects.filter(pk=cast.neighbour.pk).update(credit_code="91320000MA1X000017")
    cast.neighbour.refresh_from_db()
    before = history_of(REGISTER, theirs, actor=own.chief(cast))

    pair = merged(cast, cast.works, cast.neighbour)

    assert (pair.verdict, pair.decided_by) == (Verdict.MERGED, own.chief(cast).id)
    assert pair.outcome["moved"]["parties.thing"] == 2
    kept, lost = Organisation.objects.get(code="E-WORKS"), Organisation.objects.get(code="E-NEXT")
    assert (lost.abolished_on is not None, lost.successor, lost.credit_code) == (True, kept, None)
    assert (kept.credit_code, "云州西方化工有限公司" in kept.short_names) == ("91320000MA1X000017", True)
    for row in (person, tank, right, unit):
        row.refresh_from_db()
    assert {person.organisation_code, tank.organisation_code, right.scope_organisation} == {kept.code}
    theirs = Enterprise.objects.select_related("thing").get(pk=theirs.pk)
    assert (theirs.thing.state, theirs.thing.organisation) == (ThingState.RETIRED, kept)
    forwarded = merging.forwarding_of(kind="enterprise", code="Q-2")
    assert (forwarded.new_code, forwarded.new_id) == ("Q-1", ours.thing_id)
    assert merging.forwarding_of(kind="organisation", code="E-NEXT").new_code == "E-WORKS"
    panel = merging.panel_of_thing(ctx=context(own.chief(cast)), row=theirs)
    assert panel["onward"].pair_id == pair.pk
    after = history_of(REGISTER, theirs, actor=own.chief(cast))
    assert [p.audit_row for p in before] == [p.audit_row for p in after][-len(before) :], "the old history stays"
    assert AuditRow.objects.filter(subjects__subject=person.subject, action="duplicates.merge").exists()


def _role():
    return saved(Role(code="r", name_zh="角色", name_en="role", grants=["tanks.read"]))


def test_a_merge_is_confirmed_by_somebody_else(cast):
    pair = own.proposed(cast)
    both = cast.actor("doubler", "duplicates_chief", cast.district_emergency, region=cast.district)
    with pytest.raises(rules.SamePerson):
        perform(deciding.merge, ctx=context(both), pair=pair)
    assert cast.neighbour.things.count() == 0
    assert Organisation.objects.get(pk=cast.neighbour.pk).abolished_on is None


def test_what_both_have_in_a_register_stands_in_the_way_and_nothing_moves(cast):
    first, second = hazards.add_unit(cast), hazards.add_unit(cast, code="U-02", organisation=cast.neighbour)
    hazards.add_stock(cast, first)
    hazards.add_stock(cast, second, code="U-02-V101")
    person = cast.person(cast.neighbour)
    with pytest.raises(rules.RepeatsInRegister, match="V-101 液氯"):
        merged(cast)
    person.refresh_from_db()
    assert person.organisation_code == cast.neighbour.code
    assert HazardStock.objects.filter(organisation_code=cast.neighbour.code).count() == 1


def test_a_public_body_is_not_merged(cast):
    with pytest.raises(rules.NotOfOneKind):
        own.proposed(cast, cast.works, cast.district_emergency)


def test_what_was_judged_is_never_suspected_again(cast):
    twin = saved(
        Organisation(code="E-TWIN", name="云州市东方化工有限责任公司", kind="enterprise", region=cast.park, region_path=cast.park.path)
    )  # fmt: skip
    ours = context(own.clerk(cast))
    perform(deciding.look, ctx=ours)
    queue.drain(at=AT)
    pair = Pair.objects.get()
    assert {pair.first, pair.second} == {cast.works, twin}
    perform(deciding.keep_apart, ctx=ours, pair=pair, reason="两家不同的企业，已核对执照")
    perform(deciding.look, ctx=context(own.clerk(cast)))
    queue.drain(at=AT)
    assert Pair.objects.get().verdict == Verdict.APART
    with pytest.raises(rules.AlreadyDecided):
        perform(deciding.keep_apart, ctx=ours, pair=Pair.objects.get(), reason="再判一次")


def test_a_sheet_that_names_the_old_code_means_the_kept_one(cast):
    merged(cast)
    keeper = context(cast.actor("t_keeper", "tanks_keeper", cast.office, region=cast.city))
    # The check is done by the worker in the uploader's name, with the grants that stand in the database.
    grants = list(registry().roles["tanks_keeper"].grants)
    role = saved(Role(code="t_keeper", name_zh="台账", name_en="keeper", grants=grants))
    saved(Assignment(user=cast.users["t_keeper"], role=role, scope_region=cast.city.path, from_at=AT))
    content = b"".join(
        workbook(
            name="罐", headings=["编码", "名称", "所属单位", "型式", "储存介质", "公称容积"], widths=[9] * 6,
            rows=[["T-1", "甲醇储罐", "E-NEXT", "固定顶", "甲醇", 5]],
        )
    )  # fmt: skip
    actions = registry().actions
    inputs = {"spool": spool.keep([content]), "file_name": "罐.xlsx"}
    sheet = perform(actions["tanks.upload_sheet"], ctx=keeper, **inputs).value
    queue.drain(at=AT)
    perform(actions["tanks.accept_sheet"], ctx=keeper, sheet=Sheet.objects.get(pk=sheet.pk))
    queue.drain(at=AT)
    assert Thing.objects.get(code="T-1").organisation == cast.works
