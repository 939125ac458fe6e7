"""命令行."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest

from bihuan import __version__
from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, action
from bihuan.core.audit.models import AuditRow
from bihuan.core.modules import Module
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text
from bihuan.site import main
from bihuan.site.commands import acting

#: The package as this test found it, for processes of our own.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(main.__file__).parents[2])}


class Grants(Term):
    SAY = "cli_trial.say", "说", "Say"


@action("cli_trial.say", label=Text("说", "Say"), needs=Grants.SAY, faces=("cli",))
def say(*, ctx: Context, words: Annotated[str, Label("内容", "Words")]) -> None:
    """说."""


@action("cli_trial.hide", label=Text("藏", "Hide"), needs=Grants.SAY)
def hide(*, ctx: Context) -> None:
    """藏: not for the command line."""


@pytest.fixture
def zhang(with_module: Callable[..., None], make_user: Callable[..., Any]) -> Any:
    with_module(Module(name="cli_trial", label=Text("试", "Trial"), grants=Grants, actions=(say, hide)))
    return make_user("zhang", Grants.SAY)


def test_help_names_every_command_that_is_there_and_imports_no_django() -> None:
    code = (
        "import sys; from bihuan.site.main import main; status = main(['--help']);"
        "assert 'django' not in sys.modules; sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)

    for command in main.COMMANDS:
        assert (f"\n  {command.name} " in done.stdout) is command.is_there


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_an_unknown_command_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["fly"]) == 2
    assert "bihuan COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize("command", [c for c in main.COMMANDS if c.is_there], ids=lambda c: c.name)
def test_a_command_that_is_there_can_be_loaded(command: main.Mounted) -> None:
    assert callable(command.load())


def test_a_problem_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(argv: object) -> int:
        raise acting.NotJson(Text("不行。", "No."))

    monkeypatch.setattr(main.Mounted, "load", lambda self: fails)

    assert main.main(["check"]) == 1
    assert capsys.readouterr().err in ("不行。\n", "No.\n")


def test_do_acts_as_the_named_user_once_per_key(zhang: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert acting.do(["cli_trial.say", "--as", "zhang", "--json", '{"words": "好"}', "--key", "k"]) == 0

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["repeated"], second["repeated"]) == (False, True)
    row = AuditRow.objects.get(action="cli_trial.say")
    assert row.actor == f"user:{zhang.pk}"


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["cli_trial.hide", "--as", "zhang"], "unknown_action"),
        (["no.such", "--as", "zhang"], "unknown_action"),
        (["cli_trial.say", "--as", "nobody"], "no_such_user"),
        (["cli_trial.say"], "no_such_user"),
        (["cli_trial.say", "--as", "zhang", "--json", "[]"], "not_json"),
        (["cli_trial.say", "--as", "zhang", "--json", "{"], "not_json"),
        (["cli_trial.say", "--as", "zhang"], "invalid_input"),
    ],
)
def test_do_says_what_is_wrong(zhang: Any, argv: list[str], code: str) -> None:
    with pytest.raises(main.Problem) as refused:
        acting.do(argv)
    assert refused.value.code == code


def test_do_refuses_somebody_without_the_grant(zhang: Any, make_user: Callable[..., Any]) -> None:
    make_user("li")
    with pytest.raises(main.Problem) as refused:
        acting.do(["cli_trial.say", "--as", "li", "--json", '{"words": "好"}'])
    assert refused.value.code == "denied"


def test_plan_read_needs_no_home(tmp_path: Path) -> None:
    if not next(c for c in main.COMMANDS if c.name == "plan").is_there:
        pytest.skip("the plan reader's command is not here")
    plan = tmp_path / "a.txt"
    plan.write_text("这不是方案。", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bihuan.site.main", "plan", "read", str(plan)],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=ENVIRONMENT,
    )  # fmt: skip

    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == [plan]
