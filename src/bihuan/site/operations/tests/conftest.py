"""A home of its own for each test: what one plants, no other finds."""

import pytest


@pytest.fixture
def home(tmp_path, settings):
    settings.BIHUAN_HOME = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path
