"""Writers on SQLite take turns: whoever waits gets one, however many hurry past."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError

from bihuan.core.sqlite3 import base
from bihuan.core.sqlite3.base import DatabaseWrapper, Turn


def settings_of(path: Path, *, synchronous: str = "FULL") -> dict:
    return {
        "ENGINE": "bihuan.core.sqlite3", "NAME": path, "TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "TEST": {},
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}"},
    }  # fmt: skip


@pytest.fixture
def open_database(tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        yield lambda: DatabaseWrapper(settings_of(tmp_path / "x.sqlite3"), "x")


def write_once(wrapper, hold: float = 0.0) -> None:
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with wrapper.cursor() as cursor:
        cursor.execute("UPDATE t SET n = n + 1")
    time.sleep(hold)
    wrapper.commit()
    wrapper.set_autocommit(True)


def test_no_write_is_lost_and_nobody_waits_for_ever(open_database):
    first = open_database()
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n INTEGER)")
        cursor.execute("INSERT INTO t VALUES (0)")
    stop, written, patient = threading.Event(), [], []

    def hurry() -> None:
        mine, number = open_database(), 0
        while not stop.is_set():
            write_once(mine, hold=0.003)
            number += 1
        written.append(number)
        mine.close()

    def wait_in_line() -> None:
        mine = open_database()
        for _ in range(20):
            begun = time.monotonic()
            write_once(mine)
            patient.append(time.monotonic() - begun)
        mine.close()

    crowd = [threading.Thread(target=hurry) for _ in range(6)]
    for thread in crowd:
        thread.start()
    one = threading.Thread(target=wait_in_line)
    one.start()
    one.join(60)
    stop.set()
    for thread in crowd:
        thread.join(20)
    with first.cursor() as cursor:
        total = cursor.execute("SELECT n FROM t").fetchone()[0]
    first.close()
    assert len(patient) == 20
    assert total == sum(written) + 20


def test_a_turn_is_one_at_a_time_and_comes_back_with_the_connection(tmp_path):
    a, b = (Turn(str(tmp_path / "turn"), patience=0.05) for _ in range(2))
    a.take()
    b.take()
    assert (a.is_held, b.is_held) == (True, False)
    a.close()
    b.take()
    assert b.is_held
    b.close()


def test_a_single_write_gives_its_turn_back(open_database):
    wrapper = open_database()
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n INTEGER)")
        cursor.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(Exception, match="no such table"):
            cursor.execute("INSERT INTO nowhere VALUES (1)")
    assert wrapper.turn is not None
    assert not wrapper.turn.is_held
    wrapper.close()


def test_a_commit_waits_for_the_disk_after_it_has_given_the_turn_back(tmp_path, django_db_blocker, monkeypatch):
    with django_db_blocker.unblock():
        wrapper = DatabaseWrapper(settings_of(tmp_path / "x.sqlite3", synchronous="NORMAL"), "x")
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE t (n INTEGER)")
            cursor.execute("INSERT INTO t VALUES (0)")
        waited = []

        def to_disk(file: int) -> None:
            waited.append((os.fstat(file).st_ino, wrapper.turn.is_held))

        monkeypatch.setattr(base, "_to_disk", to_disk)
        write_once(wrapper)
        with wrapper.cursor() as cursor:
            cursor.execute("UPDATE t SET n = n + 1")
            cursor.execute("SELECT n FROM t")
        assert waited == [((tmp_path / "x.sqlite3-wal").stat().st_ino, False)] * 2
        wrapper.close()


def test_a_disk_that_does_not_confirm_is_no_success(tmp_path, django_db_blocker, monkeypatch):
    def broken(file: int) -> None:
        raise OSError(5, "Input/output error")

    with django_db_blocker.unblock():
        wrapper = DatabaseWrapper(settings_of(tmp_path / "x.sqlite3", synchronous="NORMAL"), "x")
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE t (n INTEGER)")
            monkeypatch.setattr(base, "_to_disk", broken)
            with pytest.raises(OperationalError, match="does not confirm"):
                cursor.execute("INSERT INTO t VALUES (0)")
        assert not wrapper.turn.is_held
        wrapper.close()


def test_where_sqlite_waits_itself_nobody_waits_twice(open_database):
    wrapper = open_database()
    wrapper.ensure_connection()
    assert wrapper.log is None
    wrapper.close()


def test_only_the_time_a_turn_is_held_counts_not_the_wait_for_it(tmp_path):
    a, b = (Turn(str(tmp_path / "turn"), patience=0.05) for _ in range(2))
    a.take()
    b.take()  # in vain
    assert b.held_for == 0
    a.give()
    assert a.held_for > 0
    b.take()
    b.close()
    assert b.held_for > 0
