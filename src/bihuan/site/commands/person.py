"""`bihuan person NAME`: what is held about one person, for an answer to that person's request."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from bihuan.core.access.models import User
from bihuan.core.actions.problems import NotFound
from bihuan.kernel.text import Text
from bihuan.site.operations import personal


def person(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bihuan person")
    parser.add_argument("username")
    chosen = parser.parse_args(list(argv))
    user = User.objects.filter(username=chosen.username.casefold()).first()
    if user is None:
        raise NotFound(Text("没有这个账号。", "There is no such account."))
    print(json.dumps(personal.held(user), ensure_ascii=False, indent=1))  # noqa: T201  # to whoever has the machine
    return 0
