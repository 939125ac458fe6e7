"""The cast for the tests of responsibilities."""

from __future__ import annotations

import pytest

from bihuan.core.access.context import Context
from bihuan.domains.responsibilities.tests import plays
from cast import Cast, context


@pytest.fixture
def cast(db) -> Cast:
    return Cast.build()


@pytest.fixture
def office(cast: Cast) -> Context:
    return context(plays.office_of(cast))
