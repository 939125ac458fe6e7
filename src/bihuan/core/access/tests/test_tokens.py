from datetime import timedelta

import pytest

from bihuan.core.access.actions import accounts, tokens
from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of_token, digest
from bihuan.core.access.models import ApiToken, Assignment, User
from bihuan.core.access.rehearsal import assign
from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, NotFound, SecondFactorNeeded
from bihuan.core.audit.models import AuditRow

SECRET = "bh_0123456789abcdef"


@pytest.fixture
def issue(cast, ctx_of, at):
    assign(cast.clerk, cast.clerk_role, at=at, region="330000/339900/")

    def make(**columns):
        given = {
            "name": "对接", "grants": ["parties.manage"], "expires_at": at + timedelta(days=30), "digest": digest(SECRET),
        } | columns  # fmt: skip
        return runner.perform(tokens.issue_token, ctx=ctx_of(cast.clerk), **given).value

    return make


def test_a_token_has_a_part_of_its_users_grants_in_the_same_scope(cast, issue, at):
    issue()
    actor = actor_of_token(SECRET, at=at)
    assert actor.user_id == cast.clerk.pk
    assert [(h.grant, h.scope.region_path) for h in actor.held] == [("parties.manage", "330000/339900/")]


def test_a_token_loses_what_its_user_loses(cast, issue, at):
    issue()
    Assignment.objects.filter(user=cast.clerk).update(until_at=at)
    assert actor_of_token(SECRET, at=at).held == ()


@pytest.mark.parametrize("grants", [[], ["access.manage_users"], ["access.use_own_account"], ["no.such"]])
def test_a_token_cannot_exceed_its_user_nor_keep_his_account(cast, issue, grants):
    with pytest.raises(tokens.BadToken):
        issue(grants=grants)


@pytest.mark.parametrize(("days", "issued"), [(0, False), (365, True), (366, False)])
def test_a_token_lives_a_year_at_most(issue, at, days, issued):
    if issued:
        issue(expires_at=at + timedelta(days=days))
    else:
        with pytest.raises(tokens.BadToken):
            issue(expires_at=at + timedelta(days=days))


@pytest.mark.parametrize(("days", "kind"), [(29.99, "token"), (30, "anonymous")])
def test_a_token_is_over_at_its_end(issue, at, days, kind):
    issue()
    assert actor_of_token(SECRET, at=at + timedelta(days=days)).kind == kind


def test_a_token_never_signs_off_even_for_an_administrator(cast, ctx_of, at):
    runner.perform(
        tokens.issue_token, ctx=ctx_of(cast.system), name="t", grants=["access.manage_users"],
        expires_at=at + timedelta(days=1), digest=digest(SECRET),
    )  # fmt: skip
    ctx = Context(actor_of_token(SECRET, at=at), at)
    with pytest.raises(SecondFactorNeeded):
        runner.perform(accounts.deactivate_user, ctx=ctx, user=cast.clerk)
    # The denial names the token that tried.
    token = ApiToken.objects.get()
    assert AuditRow.objects.filter(outcome="denied").get().actor == f"token:{cast.system.pk}:{token.pk}"


def test_a_token_makes_no_tokens(cast, issue, at):
    issue()
    with pytest.raises(Denied):
        runner.perform(
            tokens.issue_token, ctx=Context(actor_of_token(SECRET, at=at), at), name="t", grants=["parties.manage"],
            expires_at=at + timedelta(days=1), digest="e" * 64,
        )  # fmt: skip


@pytest.mark.parametrize("change", [{"is_active": False}, {"must_change_password": True}, {"is_demo": True}])
def test_a_token_of_an_account_that_may_not_be_used_is_nobodys(cast, issue, at, change):
    issue()
    User.objects.filter(pk=cast.clerk.pk).update(**change)
    assert actor_of_token(SECRET, at=at).kind == "anonymous"


def test_a_revoked_token_is_nobodys_at_once_and_strangers_cannot_revoke(cast, issue, ctx_of, at):
    token = issue()
    with pytest.raises(NotFound):
        runner.perform(tokens.revoke_token, ctx=ctx_of(cast.stranger), token=token)
    runner.perform(tokens.revoke_token, ctx=ctx_of(cast.clerk), token=token)
    assert actor_of_token(SECRET, at=at).kind == "anonymous"


def test_the_secret_is_nowhere_in_the_database(issue, at):
    issue()
    actor_of_token(SECRET, at=at)
    row = ApiToken.objects.get()
    assert (row.last_used_at, SECRET in str(row.__dict__)) == (at, False)
    assert SECRET.encode() not in b"".join(bytes(r.canonical) for r in AuditRow.objects.all())
