"""Plays of duplicates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.parties.models import Organisation
from bihuan.registers.duplicates.actions import deciding
from bihuan.registers.duplicates.models import Pair
from bihuan.registers.duplicates.terms import DuplicatesGrants
from cast import Cast, context
from plays import Play


def clerk(cast: Cast) -> Actor:
    """区应急局查重经办."""
    return cast.actor("doubler", "duplicates_clerk", cast.district_emergency, region=cast.district)


def chief(cast: Cast) -> Actor:
    """区应急局确认合并的人."""
    return cast.actor("merger", "duplicates_chief", cast.district_emergency, region=cast.district)


def next_door(cast: Cast, role: str) -> Actor:
    return cast.actor(f"{role}_next_door", role, cast.neighbour, region=cast.next_city)


def noted(cast: Cast, first: Organisation | None = None, second: Organisation | None = None) -> Pair:
    first, second = first or cast.works, second or cast.neighbour
    service = service_actor("duplicates", DuplicatesGrants.NOTE)
    said = {
        "first": str(first.pk),
        "second": str(second.pk),
        "score": 90,
        "why_zh": "名称相近",
        "why_en": "Names alike",
    }
    perform(deciding.note_pairs, ctx=context(service), found=[said])
    return Pair.objects.get()


def proposed(cast: Cast, kept: Organisation | None = None, lost: Organisation | None = None) -> Pair:
    inputs = {"kept": kept or cast.works, "lost": lost or cast.neighbour, "reason": "同一企业登记了两次"}
    made: Pair = perform(deciding.propose_merge, ctx=context(clerk(cast)), **inputs).value
    return made


def _note(cast: Cast) -> Play:
    ours = service_actor("duplicates", DuplicatesGrants.NOTE)
    there = Scope(region_path=cast.next_city.path)
    stranger = replace(ours, id="service:elsewhere", held=tuple(replace(h, scope=there) for h in ours.held))
    said = {
        "first": str(cast.works.pk), "second": str(cast.neighbour.pk), "score": 90, "why_zh": "名称相近", "why_en": "Names alike",
    }  # fmt: skip
    return Play(ours, {"found": [said]}, stranger=stranger)


def _clerks(cast: Cast, **inputs: Any) -> Play:
    return Play(clerk(cast), inputs, stranger=next_door(cast, "duplicates_clerk"))


PLAYS = {
    "duplicates.look": lambda c: replace(_clerks(c), stranger_may=True),
    "duplicates.note_pairs": _note,
    "duplicates.keep_apart": lambda c: _clerks(c, pair=noted(c), reason="两家不同的企业"),
    "duplicates.propose_merge": lambda c: _clerks(c, kept=c.works, lost=c.neighbour, reason="同一企业登记了两次"),
    "duplicates.merge": lambda c: Play(
        chief(c), {"pair": proposed(c)}, stranger=next_door(c, "duplicates_chief")
    ),
}  # fmt: skip
