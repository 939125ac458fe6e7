"""演示: it refuses a home that isn't its own, and shows every state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bihuan.core.audit import verifying
from bihuan.core.audit.models import AuditRow
from bihuan.kernel.credit_code import require_credit_code
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.site.demo import campaign_story, command, making, run
from bihuan.site.demo.city import PEOPLE, UNITS, enterprises


def test_a_home_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "bihuan.sqlite3").touch()
    with pytest.raises(command.HomeNotEmpty):
        command.prepare_home(tmp_path, fresh=True)
    assert (tmp_path / "bihuan.sqlite3").exists()


def test_a_demo_that_is_there_is_served_again_and_a_broken_one_built_anew(tmp_path):
    home = tmp_path / "demo"
    assert command.prepare_home(home, fresh=False)
    assert command.prepare_home(home, fresh=False), "it was not built to the end"
    command.mark_built(home)
    assert not command.prepare_home(home, fresh=False)
    assert command.prepare_home(home, fresh=True)


def test_forty_enterprises_with_codes_that_check():
    made = enterprises()
    assert len(made) == 40
    assert len({credit for *_, credit in made}) == 40
    assert all(require_credit_code(credit) == credit for *_, credit in made)


def test_everybody_belongs_to_a_unit_that_exists():
    units = {u.code for u in UNITS} | {code for code, *_ in enterprises()}
    assert {p.unit for p in PEOPLE} <= units


@pytest.mark.parametrize(
    ("today", "year"), [(date(2027, 2, 28), 2026), (date(2027, 3, 1), 2027), (date(2026, 11, 22), 2026)]
)
def test_the_plan_is_always_the_one_that_runs_today(today, year):
    assert campaign_story.first_year(today) == year
    assert f"（{year}年3月—{year + 1}年2月）" in campaign_story.plan_text(today)


@pytest.mark.django_db
@pytest.mark.long
@pytest.mark.parametrize("month", [3, 11])
def test_the_city_shows_every_state_and_its_audit_verifies(settings, tmp_path, monkeypatch, month):
    settings.BIHUAN_HOME, settings.BIHUAN_DEMO = tmp_path, True
    now = datetime(2026, month, 22, 2, 0, tzinfo=UTC)
    monkeypatch.setattr(making.clock, "now", lambda: now)
    told: list[str] = []
    making.make(at_most_ago=timedelta(days=420), home=tmp_path, say=lambda what, _: told.append(what))
    assert sorted(set(told), key=told.index) == list(run.STEPS), "the bar of the terminal names what is built, in order"
    shown = set(Case.objects.values_list("stage", flat=True))
    assert shown == {s.value for s in Stage}
    assert Case.objects.filter(is_supervised=True, is_open=True).exists()
    assert Case.objects.filter(is_ongoing=True).exists()
    assert Case.objects.filter(wanted_due_on__isnull=False).exists()
    assert Case.objects.filter(plan_filing__isnull=False).count() == 5
    assert Case.objects.filter(campaign_report__sent_at__isnull=False).exists()
    assert Case.objects.filter(campaign_report__sent_at__isnull=True, campaign_report__isnull=False).exists()
    assert not AuditRow.objects.filter(outcome="denied").exists()
    assert verifying.verify_database().is_clean
