from datetime import UTC, datetime

import pytest
from django.contrib.auth import hashers

from bihuan.core.access import passwords, policy
from bihuan.core.access.models import PasswordRecord, PolicyValue, User
from bihuan.core.access.rehearsal import make_user

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
RULES = policy.Policy({name: spec.default for name, spec in policy.SETTINGS.items()})
pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("zhangwei", at=AT, display_name="张伟伟", email="zw.plant@example.org")


def is_good(password, user, rules=RULES):
    try:
        passwords.require_good(password, user=user, rules=rules)
    except passwords.WeakPassword:
        return False
    return True


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("Quartz-9-lake", True),
        ("Quartz-9-lak", True),  # twelve
        ("Quartz-9-la", False),  # eleven
        ("quartz-9-lakes", True),  # three kinds of four
        ("quartzandlakes9", False),  # two kinds
        ("甲醇储罐区-Tank-07-号", True),
        ("Aa1-" + "xyzzyq" * 21, False),  # 130
        ("Aa1-" + "xyzzyq" * 20 + "abcd", True),  # 128
        ("Password2026!", False),
        ("PASSWORD1234!", False),
        ("My-zhangwei-77", False),
        ("My-IEWGNAHZ-77", False),
        ("Ab-张伟伟-12345-x", False),
        ("zw.plant-Lake-9", False),
        ("Aa1-Aa1-Aa1-", False),
    ],
)
def test_the_rules_of_a_password(user, password, good):
    assert is_good(password, user) is good


def test_every_broken_rule_is_named_at_once(user):
    with pytest.raises(passwords.WeakPassword) as refused:
        passwords.require_good("zhangwei", user=user, rules=RULES)
    said = refused.value.where["new_password"].zh
    assert "12" in said
    assert "3" in said
    assert "用户名" in said


def test_an_office_may_set_the_length(user):
    PolicyValue(name="password_length", value=14, created_at=AT, updated_at=AT).save()
    assert not is_good("Quartz-9-lake", user, None)
    assert is_good("Quartz-9-lakes", user, None)


def test_the_present_and_the_four_before_are_not_taken_again(user):
    used = [f"Quartz-{n}-lagoon" for n in range(6)]
    for n, password in enumerate(used[:5]):
        PasswordRecord(
            user=user, password=passwords.hash_of(password), created_at=AT.replace(minute=n), updated_at=AT
        ).save()
    User.objects.filter(pk=user.pk).update(password=passwords.hash_of(used[5]))
    user.refresh_from_db()
    assert [is_good(p, user) for p in used] == [True, False, False, False, False, False]


def test_a_handed_out_password_is_long_random_and_without_look_alikes():
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert all(len(p) == 23 and not set(p) & set("0O1lIi") for p in made)


def test_composed_and_decomposed_signs_are_one_password():
    assert passwords.is_right("Cafe\u0301-Quartz-9", passwords.hash_of("Caf\u00e9-Quartz-9"))


@pytest.mark.parametrize("stored", [None, "", "!unusable", "real"])
def test_the_same_hash_work_is_done_for_everybody(monkeypatch, stored):
    if stored == "real":
        stored = passwords.hash_of("Quartz-9-lake")
    passwords.nobodys_hash()
    calls = []
    hasher = type(hashers.get_hasher())
    original = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda self, p, e: calls.append(e) or original(self, p, e))
    assert passwords.is_right("Quartz-9-wrong", stored) is False
    assert len(calls) == 1
