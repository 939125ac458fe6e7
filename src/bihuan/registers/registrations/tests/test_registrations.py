"""Reminders of renewals: from when, once for each end, and to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bihuan.core.access.context import service_actor
from bihuan.loop.models import Case
from bihuan.registers.registrations import jobs, rules
from bihuan.registers.registrations.terms import RENEWAL_KIND, RegistrationsGrants
from bihuan.registers.registrations.tests import plays
from cast import Cast, context

ACTOR = service_actor("reminder", *RegistrationsGrants)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 3, date(2026, 10, 31)),
        (date(2027, 5, 31), 3, date(2027, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2027, 3, 1), 3, date(2026, 12, 1)),
        (date(2027, 1, 15), 13, date(2025, 12, 15)),
    ],
)
def test_months_before_a_day(day, months, expected):
    assert rules.months_before(day, months) == expected


def test_it_falls_due_on_the_day_three_months_before():
    end = date(2027, 1, 31)
    assert rules.is_due(valid_until=end, months=3, on=date(2026, 10, 31))
    assert not rules.is_due(valid_until=end, months=3, on=date(2026, 10, 30))
    assert rules.is_due(valid_until=end, months=3, on=date(2028, 1, 1))
    assert not rules.is_due(valid_until=None, months=3, on=date(2028, 1, 1))


def test_a_code_is_copied_not_computed():
    assert rules.wrong_code("990102000001") is None
    assert rules.wrong_code("编码") is not None
    assert rules.wrong_code("123") is not None


@pytest.mark.django_db
def test_the_holder_is_reminded_once_for_each_end():
    cast = Cast.build()
    row = plays.registration(cast)
    before = context(ACTOR, at=datetime(2026, 10, 29, 2, 0, tzinfo=UTC))
    jobs.remind(ctx=before)
    assert not Case.objects.exists()
    for _ in range(2):
        jobs.remind(ctx=context(ACTOR))
    case = Case.objects.get()
    assert (case.kind, case.owner, case.due_on) == (RENEWAL_KIND, cast.works, date(2027, 1, 31))
    assert case.supervisor == cast.district_emergency
    row.refresh_from_db()
    type(row).objects.filter(pk=row.pk).update(valid_until=date(2027, 2, 15))
    jobs.remind(ctx=context(ACTOR))
    assert Case.objects.count() == 2
