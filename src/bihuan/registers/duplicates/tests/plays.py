"""Plays of duplicates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.parties.models import Organisation
from bihuan.registers.duplicates.actions import deciding, undoing
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


def merged(cast: Cast, kept: Organisation | None = None, lost: Organisation | None = None) -> Pair:
    pair: Pair = perform(deciding.merge, ctx=context(chief(cast)), pair=proposed(cast, kept, lost)).value
    return pair


def undoing_proposed(cast: Cast) -> Pair:
    inputs = {"pair": merged(cast), "reason": "两家不同的企业，合并有误"}
    pair: Pair = perform(undoing.propose_undo, ctx=context(clerk(cast)), **inputs).value
    return pair


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


def _chiefs(cast: Cast, **inputs: Any) -> Play:
    return Play(chief(cast), inputs, stranger=next_door(cast, "duplicates_chief"))


PLAYS = {
    "duplicates.look": lambda c: replace(_clerks(c), stranger_may=True),
    "duplicates.note_pairs": _note,
    "duplicates.keep_apart": lambda c: _clerks(c, pair=noted(c), reason="两家不同的企业"),
    "duplicates.propose_merge": lambda c: _clerks(c, kept=c.works, lost=c.neighbour, reason="同一企业登记了两次"),
    "duplicates.merge": lambda c: _chiefs(c, pair=proposed(c)),
    "duplicates.propose_undo": lambda c: _clerks(c, pair=merged(c), reason="合并有误"),
    "duplicates.keep_merged": lambda c: _clerks(c, pair=undoing_proposed(c), reason="核对后确为一家"),
    "duplicates.undo_merge": lambda c: _chiefs(c, pair=undoing_proposed(c)),
}  # fmt: skip
