"""An upgrade that fails, or is killed, leaves the database as it was."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from bihuan.core.audit import sealing, verifying, writing
from bihuan.core.audit.models import AuditRow
from bihuan.core.clock import now
from bihuan.parties.models import Region
from bihuan.site.backup import additive, command, upgrading
from bihuan.site.commands import upkeep
from bihuan.site.operations import diary
from cast import saved

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("BIHUAN_STREAMS", "0")
    settings.BIHUAN_HOME = tmp_path
    saved(Region(code="330000", name="某省", kind="province", path="330000/"))
    writing.write(at=now(), actor="service:x", action="a.b", outcome="done", subjects=[], said={})
    sealing.seal_pending(at=now())
    return tmp_path


def tables():
    return sorted(connection.introspection.table_names())


class Killed(BaseException):
    """What no `except Exception` catches: the process is gone."""


def half_way():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE half_made (id integer)")
    Region.objects.all().delete()


def test_a_failed_migration_is_taken_back(home):
    before = tables()

    def breaks():
        half_way()
        raise RuntimeError("the second step of the migration")

    assert upgrading.carry_out(home, at=now(), work=breaks) == 1
    assert tables() == before
    assert [r.code for r in Region.objects.all()] == ["330000"]
    assert verifying.verify_database().is_clean
    assert diary.last("upgrade").said["clean"] is False
    assert not (home / upgrading.FOLDER).exists()
    # Sequences and keys go on where they were.
    writing.write(at=now(), actor="service:x", action="a.b", outcome="done", subjects=["x"], said={})
    assert AuditRow.objects.count() == 2


def test_a_killed_upgrade_is_taken_back_at_the_next_start(home, capsys):
    before = tables()

    def killed():
        half_way()
        raise Killed

    with pytest.raises(Killed):
        upgrading.carry_out(home, at=now(), work=killed)
    assert tables() != before
    assert upgrading.upgrade([]) == 0
    assert tables() == before
    assert Region.objects.count() == 1


def test_an_upgrade_that_loses_rows_is_no_success(home):
    def loses():
        AuditRow.objects.all().delete()

    assert upgrading.carry_out(home, at=now(), work=loses) == 1
    assert AuditRow.objects.count() == 1


def test_a_good_upgrade_leaves_no_copy_behind(home):
    assert upgrading.carry_out(home, at=now(), work=lambda: None) == 0
    assert not (home / upgrading.FOLDER).exists()
    assert diary.last("upgrade").said["clean"] is True


def test_a_database_of_a_newer_release_is_left_alone(home):
    MigrationRecorder(connection).record_applied("loop", "9999_from_the_future")
    try:
        for start in (
            lambda: upgrading.upgrade([]),
            lambda: upgrading.upgrade(["--side-by-side"]),
            upkeep.require_database,
        ):
            with pytest.raises(upkeep.NewerDatabase, match=r"loop\.9999_from_the_future"):
                start()
    finally:
        MigrationRecorder(connection).record_unapplied("loop", "9999_from_the_future")


def test_nothing_is_upgraded_while_it_runs_or_without_room(home, monkeypatch):
    with command.nobody_runs(home), pytest.raises(command.StillRunning):
        upgrading.upgrade([])
    monkeypatch.setattr(upgrading, "database_bytes", lambda: 10**18)
    with pytest.raises(upgrading.NoRoom):
        upgrading.require_room(home)


def plan_of(*operations, additive=""):
    """A migration that is due, over one small table."""
    state = ProjectState()
    migrations.CreateModel("Plant", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20))]).state_forwards("loop", state)  # fmt: skip
    step = migrations.Migration("0002_next", "loop")
    step.operations = list(operations)
    if additive:
        step.additive = additive
    return [step], state


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (migrations.CreateModel("Tank", [("id", models.BigAutoField(primary_key=True))]), False),
        (migrations.AddIndex("plant", models.Index(fields=["name"], name="plant_name")), False),
        (migrations.AddField("plant", "note", models.TextField(null=True)), False),
        (migrations.AddField("plant", "note", models.TextField(default="", db_default="")), False),
        (migrations.AddField("plant", "note", models.TextField(default="")), True),  # the older INSERT names no note
        (migrations.AlterField("plant", "name", models.CharField(max_length=30, choices=[("a", "b")])), False),
        (migrations.AlterField("plant", "name", models.CharField(max_length=10)), True),
        (migrations.AlterField("plant", "name", models.CharField(max_length=20, unique=True)), True),
        (migrations.AlterField("plant", "name", models.TextField()), True),
        (migrations.RemoveField("plant", "name"), True),
        (migrations.RenameField("plant", "name", "title"), True),
        (migrations.DeleteModel("plant"), True),
        (migrations.AddConstraint("plant", models.UniqueConstraint(fields=["name"], name="u")), True),
        (migrations.RunSQL("SELECT 1"), True),
    ],
)
def test_what_the_release_before_can_live_with(operation, breaks):
    steps, state = plan_of(operation)
    assert bool(additive.not_additive(steps, state)) is breaks


def test_a_data_migration_is_believed_when_it_says_why():
    steps, state = plan_of(migrations.RunSQL("SELECT 1"), additive="fills a column nobody reads yet")
    assert additive.not_additive(steps, state) == []


def test_an_upgrade_beside_the_running_release_is_refused_where_it_would_break_it(home, monkeypatch):
    steps, _ = plan_of(migrations.RunSQL("SELECT 1"))
    monkeypatch.setattr(upkeep, "plan", lambda: steps)
    with command.nobody_runs(home), pytest.raises(upgrading.NotSideBySide, match=r"loop\.0002_next"):
        upgrading.upgrade(["--side-by-side"])


def test_beside_the_running_release_nothing_is_stopped_and_nothing_put_back(home, monkeypatch):
    steps, _ = plan_of(migrations.CreateModel("Tank", [("id", models.BigAutoField(primary_key=True))]))
    monkeypatch.setattr(upkeep, "plan", lambda: steps)
    monkeypatch.setattr(upgrading, "migrate", lambda: None)
    with command.nobody_runs(home):  # as if `bihuan up` held the home
        assert upgrading.upgrade(["--side-by-side"]) == 0
    assert diary.last("upgrade").said["side_by_side"] is True
    (home / upgrading.FOLDER).mkdir()
    (home / upgrading.FOLDER / upgrading.MARK).write_text("{}")
    with pytest.raises(upgrading.UpgradeBrokenOff):
        upgrading.upgrade(["--side-by-side"])
