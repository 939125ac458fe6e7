"""The cast for the tests of supervision."""

from __future__ import annotations

import pytest

from cast import Cast


@pytest.fixture
def cast(db) -> Cast:
    return Cast.build()
