"""`bihuan do ACTION --as USER --json '{…}'`: the command-line face of actions that declare it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from bihuan.core import clock
from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import User
from bihuan.core.actions import runner
from bihuan.core.actions.problems import UnknownAction
from bihuan.core.modules import registry
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text, current_language


class NoSuchUser(Problem):
    code = "no_such_user"


class NotJson(Problem):
    code = "not_json"


def do(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bihuan do", description=str(Text("以某人身份执行一个操作", "Do one action as somebody"))
    )
    parser.add_argument(
        "action", nargs="?", help=str(Text("操作名；不写则列出全部", "name of the action; without it, all are listed"))
    )
    parser.add_argument("--as", dest="user", default="", help=str(Text("用户名", "user name")))
    parser.add_argument(
        "--json", default="{}", help=str(Text("输入；- 表示从标准输入读", "the inputs; - reads standard input"))
    )
    parser.add_argument("--key", default=None, help=str(Text("幂等键", "idempotency key")))
    chosen = parser.parse_args(list(argv))
    offered = {name: made for name, made in registry().actions.items() if "cli" in made.faces}
    if not chosen.action:
        for name, made in sorted(offered.items()):
            sys.stdout.write(f"{name:<40} {made.label}\n")
        return 0
    if chosen.action not in offered:
        raise UnknownAction(chosen.action)
    at = clock.now()
    user = User.objects.filter(username=chosen.user, is_active=True).first()
    if user is None:
        raise NoSuchUser(
            Text(
                "没有名为“{name}”的有效用户；请用 --as 指明。", "No active user is called “{name}”; say who with --as."
            ).format(name=chosen.user)
        )
    ctx = Context(actor=actor_of(user, at=at), at=at, language=current_language.get(), cause="command line")
    done = runner.run(offered[chosen.action], ctx=ctx, inputs=_inputs(chosen.json), key=chosen.key)
    said = {"audit": str(done.audit_row), "result": done.result, "repeated": done.repeated}
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    return 0


def _inputs(said: str) -> dict[str, object]:
    try:
        inputs = json.loads(sys.stdin.read() if said == "-" else said)
    except ValueError:
        inputs = None
    if not isinstance(inputs, dict):
        raise NotJson(Text("--json 必须是一个 JSON 对象。", "--json must be one JSON object."))
    return inputs
