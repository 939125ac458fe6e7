"""`bihuan migrate` and `bihuan check`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class MigrationsPending(Problem):
    code = "migrations_pending"

    def __init__(self, count: int) -> None:
        super().__init__(
            Text(
                "数据库结构落后 {n} 步。请先备份，再运行 bihuan migrate（或 bihuan up --migrate）。",
                "The database is {n} steps behind. Back it up, then run bihuan migrate (or bihuan up --migrate).",
            ).format(n=count)
        )


def pending() -> tuple[int, bool]:
    """How many steps are due, and whether the database is still empty."""
    executor = MigrationExecutor(connection)
    due = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(due), not executor.loader.applied_migrations


def require_database(*, migrate: bool = False) -> None:
    """An empty database is made; one that lags behind is only touched when told so."""
    count, is_empty = pending()
    if count and not (is_empty or migrate):
        raise MigrationsPending(count)
    if count:
        call_command("migrate", interactive=False, verbosity=0)


def migrate(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bihuan migrate")
    parser.add_argument("--plan", action="store_true", help="only say what is due / 只列出待办")
    chosen = parser.parse_args(list(argv))
    call_command("migrate", interactive=False, plan=chosen.plan)
    return 0


def check(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="bihuan check").parse_args(list(argv))
    try:
        call_command("check", fail_level="WARNING")
    except SystemCheckError as wrong:
        print(wrong)  # noqa: T201  # speaks to a terminal
        return 1
    return 0
