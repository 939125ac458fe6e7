import stat
from datetime import timedelta

import pytest

from bihuan.core.access import passwords, start
from bihuan.core.access.models import Assignment, User
from bihuan.core.access.rehearsal import make_user
from bihuan.core.audit.models import AuditRow
from bihuan.core.clock import now

pytestmark = pytest.mark.django_db
AT = now()


@pytest.fixture
def home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path
    return tmp_path


def handed(letter):
    lines = [line for line in letter.splitlines() if "password:" in line]
    return {line.split("user:")[1].split()[0]: line.rsplit(" ", 1)[1] for line in lines}


def test_the_first_start_makes_three_administrators_and_says_how_to_log_in(home):
    said = []
    assert start.ensure_administrators(at=AT, say=said.append)
    file = home / "first-login.txt"
    assert file.read_text(encoding="utf-8") == said[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    letters = handed(said[0])
    assert sorted(letters) == ["auditadmin", "secadmin", "sysadmin"]
    for name, password in letters.items():
        user = User.objects.get(username=name)
        assert user.must_change_password
        assert passwords.is_right(password, user.password)
    assert Assignment.objects.count() == 3
    assert "/account/login/" in said[0]


def test_a_second_start_changes_nothing(home):
    start.ensure_administrators(at=AT)
    before = (home / "first-login.txt").read_bytes(), AuditRow.objects.count()
    assert not start.ensure_administrators(at=AT + timedelta(days=1))
    assert ((home / "first-login.txt").read_bytes(), AuditRow.objects.count()) == before
    assert not list(home.glob(".first-login*"))


def test_an_installation_with_accounts_gets_no_new_administrators(home):
    make_user("somebody", at=AT)
    assert not start.ensure_administrators(at=AT)
    assert not (home / "first-login.txt").exists()


def test_the_passwords_are_not_in_the_audit(home):
    said = []
    start.ensure_administrators(at=AT, say=said.append)
    written = b"".join(bytes(row.canonical) for row in AuditRow.objects.all())
    for password in handed(said[0]).values():
        assert password.encode() not in written
    for user in User.objects.all():
        assert user.password.encode() not in written


@pytest.mark.parametrize(("demo_mode", "demo_account", "starts"), [
    (False, True, False), (False, False, True), (True, True, True),
])  # fmt: skip
def test_production_refuses_to_start_with_demo_accounts(settings, demo_mode, demo_account, starts):
    settings.BIHUAN_DEMO = demo_mode
    make_user("someone", at=AT, is_demo=demo_account)
    if starts:
        start.refuse_demo_accounts()
    else:
        with pytest.raises(start.DemoAccountsPresent):
            start.refuse_demo_accounts()


def test_whoever_has_the_machine_resets_even_the_audit_administrator(home):
    start.ensure_administrators(at=AT)
    password = start.reset_at_terminal("AuditAdmin", at=AT)
    user = User.objects.get(username="auditadmin")
    assert passwords.is_right(password, user.password)
    assert AuditRow.objects.get(action="access.reset_password").actor == "service:access.terminal"
