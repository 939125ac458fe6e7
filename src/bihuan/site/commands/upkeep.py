"""`bihuan migrate` and `bihuan check`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations import Migration
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


class NewerDatabase(Problem):
    code = "upgrade.newer_database"


def pending() -> tuple[int, bool]:
    """How many steps are due, and whether the database is still empty."""
    executor = MigrationExecutor(connection)
    return len(_due(executor)), not executor.loader.applied_migrations


def plan() -> list[Migration]:
    """The steps that are due, in their order. A database that a newer release has been at is left alone."""
    executor = MigrationExecutor(connection)
    _require_known(executor)
    return _due(executor)


def _due(executor: MigrationExecutor) -> list[Migration]:
    return [step for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def _require_known(executor: MigrationExecutor) -> None:
    loader = executor.loader
    if unknown := [f"{a}.{n}" for a, n in loader.applied_migrations if (a, n) not in loader.disk_migrations]:
        raise NewerDatabase(
            Text(
                "数据库是更新的版本升级过的（{m}），本程序不能用它。请安装较新的版本，或从升级前的备份恢复。",
                "A newer release has upgraded this database ({m}). Install that release, or restore a backup from before.",
            ).format(m=", ".join(unknown[:3]))
        )


def require_database(*, migrate: bool = False) -> None:
    """An empty database is made; one that lags behind is only touched when told so; one that is ahead is refused."""
    executor = MigrationExecutor(connection)
    _require_known(executor)
    count = len(_due(executor))
    if count and executor.loader.applied_migrations and not migrate:
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
