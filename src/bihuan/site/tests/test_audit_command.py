from datetime import UTC, datetime

import pytest

from bihuan.core.audit import writing
from bihuan.core.audit.models import AuditRow
from bihuan.core.audit.sealing import seal_pending
from bihuan.site.commands.audit import audit

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path, db):
    settings.BIHUAN_HOME = tmp_path
    writing.write(at=AT, actor="user:1", action="a.b", outcome="done", subjects=[], said={})
    seal_pending(at=AT)


def test_a_clean_trail_answers_nought_and_its_file_does_too(tmp_path, capsys):
    assert audit(["verify"]) == 0
    assert audit(["export", str(tmp_path / "f")]) == 0
    assert audit(["verify-file", str(tmp_path / "f")]) == 0
    assert "未发现篡改" in capsys.readouterr().out


def test_a_tampered_one_answers_one_and_says_what(tmp_path, capsys):
    audit(["export", str(tmp_path / "f")])
    AuditRow.objects.update(actor="user:2")
    assert audit(["verify"]) == 1
    (tmp_path / "f").write_text("")
    assert audit(["verify-file", str(tmp_path / "f")]) == 1
    assert "✗" in capsys.readouterr().out
