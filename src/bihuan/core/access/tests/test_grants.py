from datetime import timedelta

import pytest

from bihuan.core.access.actions import grants
from bihuan.core.access.actions.accounts import ProtectedAccount
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import Assignment, PolicyValue, Role, User
from bihuan.core.access.policy import SETTINGS, current
from bihuan.core.access.rehearsal import assign
from bihuan.core.access.separation import OwnGrant, SeparationBroken
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.events.models import OutboxEvent
from bihuan.kernel.problem import Problem

CITY, NEXT_CITY, DISTRICT = "330000/339900/", "330000/339800/", "330000/339900/339902/"
ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")


def grant(ctx, user, role, **where):
    return runner.perform(grants.grant_role, ctx=ctx, user=user, role=role, **(where or {"region_path": "*"})).value


def test_a_granted_role_holds_at_once_and_a_revoked_one_no_longer(cast, ctx_of, at):
    made = grant(ctx_of(cast.security), cast.clerk, cast.clerk_role, region_path=CITY)
    assert actor_of(cast.clerk, at=at).has("parties.manage")
    assert OutboxEvent.objects.filter(name="access.grants_changed").count() == 1
    runner.perform(grants.revoke_role, ctx=ctx_of(cast.security, after=timedelta(hours=1)), assignment=made)
    assert actor_of(cast.clerk, at=at + timedelta(minutes=59)).has("parties.manage")
    assert not actor_of(cast.clerk, at=at + timedelta(hours=1)).has("parties.manage")


@pytest.mark.parametrize("who", ["system", "audit", "clerk"])
def test_nobody_but_the_security_administrator_grants(cast, ctx_of, who):
    with pytest.raises((Denied, NotFound)):
        grant(ctx_of(getattr(cast, who)), cast.stranger, cast.clerk_role)


@pytest.mark.parametrize("held", ADMINISTRATORS)
@pytest.mark.parametrize("new", ADMINISTRATORS)
def test_no_person_is_two_of_the_three(cast, ctx_of, held, new, at):
    assign(cast.clerk, cast.roles[held], at=at, region=CITY)
    if held == new:
        grant(ctx_of(cast.security), cast.clerk, cast.roles[new])
    else:
        with pytest.raises(SeparationBroken):
            grant(ctx_of(cast.security), cast.clerk, cast.roles[new])


def test_a_grant_that_begins_later_counts_too_and_one_that_ended_does_not(cast, ctx_of, at):
    later = assign(cast.clerk, cast.roles["audit_administrator"], at=at, from_at=at + timedelta(days=9))
    with pytest.raises(SeparationBroken):
        grant(ctx_of(cast.security), cast.clerk, cast.roles["system_administrator"])
    Assignment.objects.filter(pk=later.pk).update(until_at=at)
    grant(ctx_of(cast.security), cast.clerk, cast.roles["system_administrator"])


def test_the_audit_administrator_gets_no_role_that_changes_anything(cast, ctx_of):
    with pytest.raises(SeparationBroken):
        grant(ctx_of(cast.security), cast.audit, cast.clerk_role)


def test_nobody_grants_to_himself_or_takes_from_himself(cast, ctx_of):
    with pytest.raises(OwnGrant):
        grant(ctx_of(cast.security), cast.security, cast.clerk_role)
    own = Assignment.objects.get(user=cast.security)
    with pytest.raises(OwnGrant):
        runner.perform(grants.revoke_role, ctx=ctx_of(cast.security), assignment=own)


@pytest.mark.parametrize(
    ("where", "granted"),
    [
        ({"region_path": CITY}, True),
        ({"region_path": DISTRICT}, True),
        ({"region_path": "330000/"}, False),
        ({"region_path": NEXT_CITY}, False),
        ({"region_path": "*"}, False),
        ({"organisation_code": "ORG1"}, False),
    ],
)
def test_nobody_grants_beyond_his_own_scope(cast, ctx_of, where, granted):
    ctx = ctx_of(cast.city_security)
    if granted:
        grant(ctx, cast.clerk, cast.clerk_role, **where)
    else:
        with pytest.raises((grants.BeyondScope, grants.BadGrant)):
            grant(ctx, cast.clerk, cast.clerk_role, **where)


def test_somebody_next_door_is_not_even_there(cast, ctx_of):
    with pytest.raises(NotFound):
        grant(ctx_of(cast.city_security), cast.stranger, cast.clerk_role, region_path=CITY)


@pytest.mark.parametrize(
    "where", [{}, {"region_path": CITY, "organisation_code": "ORG1"}, {"region_path": "", "organisation_code": ""}]
)
def test_a_scope_is_a_region_or_an_organisation(cast, ctx_of, where):
    with pytest.raises(grants.BadGrant):
        runner.perform(grants.grant_role, ctx=ctx_of(cast.security), user=cast.clerk, role=cast.clerk_role, **where)


def test_the_same_grant_is_not_given_twice_nor_to_a_closed_account_nor_for_the_past(cast, ctx_of, at):
    grant(ctx_of(cast.security), cast.clerk, cast.clerk_role)
    with pytest.raises(grants.BadGrant):
        grant(ctx_of(cast.security), cast.clerk, cast.clerk_role)
    with pytest.raises(grants.BadGrant):
        grant(ctx_of(cast.security), cast.stranger, cast.clerk_role, region_path="*", until_at=at)
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    with pytest.raises(grants.BadAccount):
        grant(ctx_of(cast.security), User.objects.get(pk=cast.stranger.pk), cast.clerk_role)


def test_the_last_administrator_of_a_kind_keeps_the_role(cast, ctx_of):
    only = Assignment.objects.get(user=cast.audit)
    with pytest.raises(ProtectedAccount) as refused:
        runner.perform(grants.revoke_role, ctx=ctx_of(cast.security), assignment=only)
    assert refused.value.code == "protected_account"
    spare = Assignment.objects.get(user=cast.security_two)
    runner.perform(grants.revoke_role, ctx=ctx_of(cast.security), assignment=spare)


def role_input(**columns):
    return {"code": "own_role", "name_zh": "本局角色", "name_en": "Own role", "grants": ["parties.manage"]} | columns


def test_an_office_makes_a_role_of_its_own(cast, ctx_of):
    runner.perform(grants.create_role, ctx=ctx_of(cast.security), **role_input())
    made = Role.objects.get(code="own_role")
    assert (made.grants, made.is_declared, made.administrator) == (["parties.manage"], False, "")


def test_a_role_with_an_administrators_grant_is_that_administrator_and_needs_a_second_factor(cast, ctx_of):
    runner.perform(grants.create_role, ctx=ctx_of(cast.security), **role_input(grants=["access.manage_users"]))
    made = Role.objects.get(code="own_role")
    assert (made.administrator, made.needs_second_factor) == ("system", True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"grants": ["access.manage_users", "access.manage_grants"]},
        {"grants": ["access.read_audit", "parties.manage"]},
        {"grants": ["access.start_up"]},
        {"grants": ["nothing.known"]},
        {"grants": []},
        {"code": "clerk"},
        {"code": "Bad Code"},
    ],
)
def test_roles_that_mix_or_make_things_up_are_refused(cast, ctx_of, wrong):
    with pytest.raises(Problem) as refused:
        runner.perform(grants.create_role, ctx=ctx_of(cast.security), **role_input(**wrong))
    assert refused.value.code in {"separation_broken", "bad_grant", "invalid_input"}


def test_a_security_administrator_of_a_part_makes_no_roles_for_the_whole(cast, ctx_of):
    with pytest.raises(Denied):
        runner.perform(grants.create_role, ctx=ctx_of(cast.city_security), **role_input())


def change(ctx, role, **columns):
    given = {"name_zh": "x", "name_en": "x", "grants": ["parties.manage"]} | columns
    return runner.perform(grants.change_role, ctx=ctx, role=role, **given)


def test_a_role_that_came_with_the_product_is_not_changed(cast, ctx_of):
    with pytest.raises(grants.DeclaredRole):
        change(ctx_of(cast.security), cast.roles["audit_administrator"])


def test_changing_a_role_looks_at_everybody_who_holds_it(cast, ctx_of, at):
    assign(cast.system, cast.clerk_role, at=at)
    with pytest.raises(SeparationBroken):
        change(ctx_of(cast.security), cast.clerk_role, grants=["access.manage_grants"])
    change(ctx_of(cast.security), Role.objects.get(code="clerk"), grants=["access.operate"])


def test_nobody_widens_a_role_he_holds_himself(cast, ctx_of, at):
    assign(cast.security, cast.clerk_role, at=at)
    with pytest.raises(OwnGrant):
        change(ctx_of(cast.security), cast.clerk_role)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_has_bounds_on_both_sides(cast, ctx_of, name):
    spec = SETTINGS[name]
    assert spec.least <= spec.default <= spec.most
    for value, fits in ((spec.least - 1, False), (spec.least, True), (spec.most, True), (spec.most + 1, False)):
        if fits:
            runner.perform(grants.set_policy, ctx=ctx_of(cast.security), name=name, value=value, basis="办公会")
            assert current()[name] == value
        else:
            with pytest.raises(grants.BadGrant):
                runner.perform(grants.set_policy, ctx=ctx_of(cast.security), name=name, value=value)
    assert PolicyValue.objects.count() == 1
