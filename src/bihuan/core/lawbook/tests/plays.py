"""Plays of checking values of the law in."""

from __future__ import annotations

from datetime import date

from bihuan.core.access.context import Actor, Held
from bihuan.core.access.scope import EVERYWHERE
from bihuan.core.access.terms import AccessGrants
from bihuan.core.lawbook.models import ProvisionCheck
from bihuan.core.lawbook.terms import LawbookGrants
from bihuan.law import law
from cast import Cast, saved
from plays import Play

PATH, KEY, FROM = "gb-18218/grades", "grade_floors", date(2019, 3, 1)
BASIS = "GB 18218-2018 正式出版物，中国标准出版社，第 5 页"


def checker() -> Actor:
    held = tuple(Held(grant, EVERYWHERE) for grant in (LawbookGrants.CHECK.value, AccessGrants.USE_OWN_ACCOUNT.value))
    return Actor("user", "user:01a20000-0000-7000-8000-000000000001", "核对员", held=held, second_factor=True)


def version(path: str = PATH, key: str = KEY) -> law.Version:
    return law.shipped().provisions[path, key].versions[0]


def inputs() -> dict[str, object]:
    found = version()
    return {
        "path": PATH, "key": KEY, "held_from": found.period.from_, "fingerprint": found.fingerprint, "basis": BASIS,
    }  # fmt: skip


def checked(cast: Cast) -> ProvisionCheck:
    found = version()
    return saved(
        ProvisionCheck(
            path=PATH,
            key=KEY,
            held_from=found.period.from_,
            fingerprint=found.fingerprint,
            basis=BASIS,
            checked_by="核对员",
        )
    )


PLAYS = {
    "lawbook.check_in": lambda cast: Play(checker(), inputs(), stranger_may=True),
    "lawbook.withdraw": lambda cast: Play(
        checker(), {"check": checked(cast), "because": "对照的是征求意见稿"}, stranger_may=True
    ),
}
