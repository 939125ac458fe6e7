"""使用情况: who logged in over the last weeks: most units often, one not for six weeks, one never."""

from __future__ import annotations

import hashlib

from bihuan.core.access.actions.login import log_in
from bihuan.core.access.context import ANONYMOUS, Context
from bihuan.core.access.proofs import prove
from bihuan.core.actions.runner import perform
from bihuan.site.demo.story import Teller

#: How many days ago each was there; who stands nowhere came as often as the office does.
RARE = {"linqi": (52, 44), "donghu": (27, 12), "qiye": (29, 22, 15, 9)}
NEVER = ("yuanqu",)
OFTEN = (28, 21, 17, 14, 9, 6, 3, 1)


def run(teller: Teller) -> None:
    for number, (username, user) in enumerate(sorted(teller.city.users.items())):
        if username in NEVER:
            continue
        for days in RARE.get(username, OFTEN[number % 3 :]):
            at = teller.at(-days)
            perform(
                log_in,
                ctx=Context(actor=ANONYMOUS, at=at),
                user=user,
                proof=prove(user, purpose="log_in:password", at=at),
                session_digest=hashlib.sha256(f"{username}/{days}".encode()).hexdigest(),
            )
            user.refresh_from_db()
