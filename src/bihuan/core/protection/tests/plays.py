"""Plays of the actions of protection."""

from __future__ import annotations

from bihuan.core.protection.resealing import KEEPER
from cast import Cast
from plays import Play


def note_key(cast: Cast) -> Play:
    return Play(KEEPER, {"kind": "fields", "number": 2}, stranger_may=True)


PLAYS = {"protection.note_key": note_key}
