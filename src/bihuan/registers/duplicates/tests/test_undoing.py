"""A merge made in error is taken back by two people: what went over goes back, what changed since is listed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bihuan.core.access.models import Assignment, Role
from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.parties.models import Organisation, Thing
from bihuan.parties.terms import ThingState
from bihuan.registers.duplicates import rules
from bihuan.registers.duplicates.actions import deciding, undoing
from bihuan.registers.duplicates.models import Forwarding, Moved
from bihuan.registers.duplicates.queries import merging
from bihuan.registers.duplicates.terms import Fate, Verdict
from bihuan.registers.duplicates.tests import plays as own
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.major_hazards.models import HazardStock
from bihuan.registers.major_hazards.tests import plays as hazards
from cast import AT, Cast, context, saved

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=3)


@pytest.fixture
def cast():
    return Cast.build()


def enterprise(cast, unit, code):
    keeper = cast.actor("e_keeper", "enterprises_keeper", cast.office, region=cast.city)
    values = {"code": code, "name": unit.name, "organisation": unit, "type": "production"}
    return perform(registry().actions["enterprises.add"], ctx=context(keeper), **values).value


def taken_back(cast, pair, *, at=LATER):
    proposed = perform(
        undoing.propose_undo, ctx=context(own.clerk(cast), at=at), pair=pair, reason="两家不同的企业"
    ).value
    return perform(undoing.undo_merge, ctx=context(own.chief(cast), at=at), pair=proposed).value


def test_everything_that_went_over_goes_back(cast):
    enterprise(cast, cast.works, "Q-1")
    theirs = enterprise(cast, cast.neighbour, "Q-2")
    unit = hazards.add_unit(cast, code="U-09", organisation=cast.neighbour)
    person = cast.person(cast.neighbour, "李四")
    tank = cast.thing(cast.neighbour, "T-9")
    role = saved(Role(code="r", name_zh="角色", name_en="role", grants=["tanks.read"]))
    user = cast.user("theirs", cast.neighbour)
    right = saved(Assignment(user=user, role=role, scope_organisation=cast.neighbour.code, from_at=AT))
    Organisation.objects.filter(pk=cast.neighbour.pk).update(credit_code="91320000MA1X000017")
    cast.neighbour.refresh_from_db()
    rows = (person, tank, right, unit.thing, theirs.thing, cast.works, cast.neighbour)
    before = [_said(row) for row in rows]

    pair = taken_back(cast, own.merged(cast, cast.works, cast.neighbour))

    assert (pair.verdict, pair.undone_by, pair.undone_at) == (Verdict.UNDONE, own.chief(cast).id, LATER)
    assert [_said(row) for row in rows] == before
    assert Enterprise.objects.get(pk=theirs.pk).thing.state == ThingState.IN_USE
    assert merging.forwarding_of(kind="enterprise", code="Q-2") is None
    assert Forwarding.objects.filter(is_ended=False).count() == 0
    assert set(Moved.objects.values_list("fate", flat=True)) == {Fate.BACK.value}
    assert pair.undo_outcome["stayed"] == {}
    # The two may be judged anew, and merged again after all.
    again = own.proposed(cast, *(Organisation.objects.get(pk=unit.pk) for unit in (cast.works, cast.neighbour)))
    assert again.pk == pair.pk
    assert perform(deciding.merge, ctx=context(own.chief(cast), at=LATER), pair=again).value.verdict == Verdict.MERGED


def _said(row):
    """All its columns but those that count its changes."""
    fresh = type(row).objects.get(pk=row.pk)
    left_out = ("version", "updated_at")
    return {f.attname: getattr(fresh, f.attname) for f in fresh._meta.concrete_fields if f.attname not in left_out}


def test_what_changed_in_between_is_kept_and_listed(cast):
    third = saved(
        Organisation(code="E-THIRD", name="云州第三化工有限公司", kind=cast.works.kind, region=cast.park, region_path=cast.park.path)
    )  # fmt: skip
    unit = hazards.add_unit(cast, code="U-09", organisation=cast.neighbour)
    sold = cast.thing(cast.neighbour, "T-SOLD")
    pair = own.merged(cast, cast.works, cast.neighbour)
    Thing.objects.filter(pk=sold.pk).update(organisation=third, organisation_code=third.code)
    unit.refresh_from_db()
    keeper = context(hazards.keeper(cast), at=LATER)
    actions = registry().actions
    perform(actions["hazard_units.change"], ctx=keeper, row=unit, name="改过名的罐区")
    held = {
        "code": "NEW-1",
        "unit": unit.thing,
        "vessel": "V-1",
        "name": "液氯",
        "cas": "7782-50-5",
        "design_maximum": "5",
    }
    stock = perform(actions["hazard_stock.add"], ctx=keeper, **held).value
    perform(undoing.propose_undo, ctx=context(own.clerk(cast), at=LATER), pair=pair, reason="两家不同的企业")
    pair.refresh_from_db()
    assert pair.verdict == Verdict.UNDOING

    done = perform(undoing.undo_merge, ctx=context(own.chief(cast), at=LATER), pair=pair).value

    thing = Thing.objects.get(pk=unit.thing_id)
    assert (thing.organisation, thing.name) == (cast.neighbour, "改过名的罐区")
    assert Thing.objects.get(pk=sold.pk).organisation == third
    assert HazardStock.objects.get(pk=stock.pk).organisation_code == cast.neighbour.code
    assert done.undo_outcome["stayed"] == {"parties.thing": 1}
    assert done.undo_outcome["edited"]["parties.thing"] >= 1
    assert done.undo_outcome["followed"]["major_hazards.hazardstock"] == 1


def test_it_takes_two_and_the_last_merge_comes_first(cast):
    pair = own.undoing_proposed(cast)
    both = cast.actor("doubler", "duplicates_chief", cast.district_emergency, region=cast.district)
    with pytest.raises(rules.SamePerson):
        perform(undoing.undo_merge, ctx=context(both), pair=pair)
    kept = perform(undoing.keep_merged, ctx=context(own.chief(cast)), pair=pair, reason="核对后确为一家").value
    assert kept.verdict == Verdict.MERGED
    with pytest.raises(rules.AlreadyDecided):
        perform(undoing.undo_merge, ctx=context(own.chief(cast)), pair=kept)
    third = saved(
        Organisation(code="E-THIRD", name="云州第三化工有限公司", kind=cast.works.kind, region=cast.park, region_path=cast.park.path)
    )  # fmt: skip
    own.merged(cast, third, Organisation.objects.get(pk=kept.kept_id))
    kept.refresh_from_db()
    with pytest.raises(rules.MergedFurther):
        perform(undoing.propose_undo, ctx=context(own.clerk(cast)), pair=kept, reason="合并有误")


def test_a_merge_that_was_not_noted_row_by_row_says_so(cast):
    pair = own.merged(cast)
    Moved.objects.all().delete()
    with pytest.raises(rules.NotNoted):
        perform(undoing.propose_undo, ctx=context(own.clerk(cast)), pair=pair, reason="合并有误")
