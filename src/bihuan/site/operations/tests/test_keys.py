"""A session outlives one change of its key, and not two."""

import pytest
from django.core import signing
from django.core.signing import BadSignature

from bihuan.core.secrets import rotate_session_key, session_keys


def test_a_session_outlives_one_change_of_its_key_and_not_two(tmp_path, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = first = session_keys(tmp_path)
    assert session_keys(tmp_path) == first
    session = signing.dumps({"login": "1"})
    rotate_session_key(tmp_path)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = second = session_keys(tmp_path)
    assert (second[0] != first[0], second[1]) == (True, [first[0]])
    assert signing.loads(session) == {"login": "1"}
    rotate_session_key(tmp_path)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = session_keys(tmp_path)
    with pytest.raises(BadSignature):
        signing.loads(session)
    assert {p.stat().st_mode & 0o077 for p in tmp_path.iterdir()} == {0}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["session-previous.key", "session.key"]
