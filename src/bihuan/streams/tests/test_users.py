"""Credentials of the bus, asked for by many processes at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bihuan.streams.bus.users import Register


def our_password(path: Path) -> str:
    return Register(path).ours().password


def test_processes_that_start_together_agree_on_one_password(tmp_path: Path) -> None:
    """Bus, intake, folds and historian of a new home ask side by side (here threads: the lock is per open file); whoever kept another could never connect."""
    with ThreadPoolExecutor(4) as pool:
        for n in range(20):
            path = tmp_path / str(n) / "users.json"
            assert len(set(pool.map(our_password, [path] * 4))) == 1


def test_issuing_keeps_what_others_were_issued(tmp_path: Path) -> None:
    register = Register(tmp_path / "users.json")
    ours = register.ours()
    first, again = register.issue("E1"), register.issue("E1")
    register.issue("E2")
    register.withdraw("E2")
    assert first.password != again.password
    assert set(register.users()) == {ours, again}
