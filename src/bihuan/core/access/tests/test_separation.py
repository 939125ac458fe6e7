import itertools
from uuid import uuid4

import pytest

from bihuan.core.access import separation
from bihuan.core.access.terms import AccessGrants as G
from bihuan.core.access.terms import AdministratorKind as K
from bihuan.core.modules import registry


@pytest.mark.parametrize(
    ("grants", "kinds"),
    [
        ((), set()),
        (("anything.else",), set()),
        ((G.MANAGE_USERS,), {K.SYSTEM}),
        ((G.OPERATE,), {K.SYSTEM}),
        ((G.MANAGE_USERS, G.OPERATE), {K.SYSTEM}),
        ((G.MANAGE_GRANTS,), {K.SECURITY}),
        ((G.READ_AUDIT,), {K.AUDIT}),
        ((G.READ_AUDIT, G.MANAGE_USERS), {K.AUDIT, K.SYSTEM}),
    ],
)
def test_the_grants_say_which_administrator_one_is(grants, kinds):
    assert separation.kinds_of(grants) == kinds


@pytest.mark.parametrize("one", list(K))
def test_one_of_the_three_is_allowed(one):
    separation.require_separate({one})


@pytest.mark.parametrize("pair", list(itertools.combinations(K, 2)))
def test_no_two_of_the_three_are_one_person(pair):
    with pytest.raises(separation.SeparationBroken):
        separation.require_separate(set(pair))


@pytest.mark.parametrize(("kinds", "grants", "fits"), [
    ({K.AUDIT}, {"x.read"}, True),
    ({K.AUDIT}, {"x.change"}, False),
    ({K.SYSTEM}, {"x.change"}, True),
    (set(), {"x.change"}, True),
])  # fmt: skip
def test_the_audit_administrator_only_reads(kinds, grants, fits):
    try:
        separation.require_audit_only_reads(kinds, grants, acting={"x.change"})
    except separation.SeparationBroken:
        assert not fits
    else:
        assert fits


def test_nobody_acts_on_himself():
    me = uuid4()
    separation.require_somebody_else(me, uuid4())
    separation.require_somebody_else(None, me)
    with pytest.raises(separation.OwnGrant):
        separation.require_somebody_else(me, me)


@pytest.mark.parametrize("grant", [*sorted(separation.NOT_FOR_ROLES), "no.such_grant"])
def test_a_role_carries_no_grant_of_services(grant):
    with pytest.raises(separation.SeparationBroken):
        separation.require_for_roles([grant], known=registry().grants)


@pytest.mark.parametrize("code", ["system_administrator", "security_administrator", "audit_administrator"])
def test_the_three_roles_that_come_with_the_product_are_one_kind_each(code):
    spec = registry().roles[code]
    assert separation.kinds_of(spec.grants) == {spec.administrator}


def test_every_declared_role_keeps_the_three_apart():
    for spec in registry().roles.values():
        separation.require_separate(separation.kinds_of(spec.grants, spec.administrator))
        separation.require_for_roles(spec.grants, known=registry().grants)
