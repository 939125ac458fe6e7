import re

import pytest

from bihuan.core.access import passwords, start
from bihuan.core.access.models import User
from bihuan.core.clock import now
from bihuan.site.commands.accounts import reset_password

pytestmark = pytest.mark.django_db
AT = now()


def test_a_lost_device_is_reset_at_the_machine_too_and_only_when_asked(settings, tmp_path, capsys):
    settings.BIHUAN_HOME = tmp_path
    start.ensure_administrators(at=AT)
    User.objects.filter(username="secadmin").update(second_factor_since=AT, second_factor_secret="x")
    assert reset_password(["secadmin"]) == 0
    printed = capsys.readouterr().out
    user = User.objects.get(username="secadmin")
    assert user.has_second_factor
    assert passwords.is_right(re.search(r"\w{5}(-\w{5}){3}", printed).group(), user.password)
    reset_password(["secadmin", "--second-factor"])
    assert not User.objects.get(username="secadmin").has_second_factor
