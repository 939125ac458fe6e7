"""`bihuan person NAME | --phone NUMBER`: what is held about one person, for an answer to that person's request."""

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
    chosen_by = parser.add_mutually_exclusive_group(required=True)
    chosen_by.add_argument("username", nargs="?")
    chosen_by.add_argument("--phone", help=str(Text("按号码查找所有出处", "every place this number stands in")))
    chosen = parser.parse_args(list(argv))
    if chosen.phone:
        found: object = personal.standing_in(chosen.phone)
    else:
        user = User.objects.filter(username=chosen.username.casefold()).first()
        if user is None:
            raise NotFound(Text("没有这个账号。", "There is no such account."))
        found = personal.held(user)
    print(json.dumps(found, ensure_ascii=False, indent=1))  # noqa: T201  # to whoever has the machine
    return 0
