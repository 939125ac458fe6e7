"""The cast and a case for the tests of the loop."""

from __future__ import annotations

from datetime import date

import pytest

from bihuan.core.actions.runner import perform
from bihuan.loop.actions import directing
from cast import Cast, context


@pytest.fixture
def cast(db) -> Cast:
    return Cast.build()


@pytest.fixture
def case(cast):
    """A case of the works, verified by the emergency bureau, issued by the office."""
    return perform(
        directing.issue,
        ctx=context(cast.officer),
        title="完成罐区紧急切断阀改造",
        region=cast.park,
        owner=cast.works,
        supervisor=cast.emergency,
        issuer=cast.office,
        due_on=date(2026, 12, 31),
        clause="2026年12月底前完成。",
    ).value
