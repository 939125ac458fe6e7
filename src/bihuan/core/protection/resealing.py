"""换钥重封: what lies under an older key is sealed again with the present one, in small steps, while everybody works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.modules import registry
from bihuan.core.protection import envelopes
from bihuan.core.protection.actions import note_key
from bihuan.core.protection.fields import SealedJSONField, sealed_columns
from bihuan.core.protection.migrating import rewrite
from bihuan.core.protection.rings import FIELDS, Ring
from bihuan.kernel.text import Text

KEEPER = service_actor("protection.keys", AccessGrants.START_UP)
#: One column: what makes a stored value of it anew, or gives it back as it is.
Made = Callable[[Any, str, Any], str]


@dataclass(frozen=True, slots=True)
class UnderKey:
    """Put into `declares`: columns whose values lie under the keys of one ring.

    `columns` answers (table, column) pairs, `renewed` what one stored value becomes, `number` the key it lies under.
    """

    ring: Ring
    label: Text
    columns: Callable[[], list[tuple[type[models.Model], str]]]
    renewed: Made
    number: Callable[[str], int]


def number_columns() -> list[tuple[type[models.Model], str]]:
    return [(m, f.name) for m in apps.get_models() if m._meta.managed for f in sealed_columns(m)]


def renewed_number(field: Any, stored: str, key: Any) -> str:
    if not stored or not envelopes.is_sealed(stored) or envelopes.key_number(stored) == FIELDS.current.number:
        return stored
    try:
        plain = envelopes.open_sealed(stored, about=field.about)
    except envelopes.Unreadable:
        return stored  # lost already; the doctor tells of it
    return envelopes.seal(plain, about=field.about, searchable=not isinstance(field, SealedJSONField))


def number_of(stored: str) -> int:
    return envelopes.key_number(stored) if envelopes.is_sealed(stored) else 0


NUMBERS = UnderKey(
    FIELDS, Text("身份证件与电话号码", "Identity and telephone numbers"), number_columns, renewed_number, number_of
)


def all_under_key() -> list[UnderKey]:
    return registry().declared(UnderKey)


def left_under_old_keys(under: UnderKey) -> int:
    """How many values still lie under an older key."""
    present, left = under.ring.current.number, 0
    if len(under.ring.known) == 1:
        return 0
    for model, name in under.columns():

        def look(field: Any, stored: str, key: Any) -> str:
            nonlocal left
            left += bool(stored) and 0 < under.number(stored) != present
            return stored

        rewrite(model, name, connection, look)
    return left


def reseal(*, at: Any, cause: str, tell: Callable[[int, str], None] = lambda percent, said: None) -> int:
    """Everything under old keys. Goes on where it was stopped: what is renewed is passed over. Answers how many changed."""
    total = 0
    for under in all_under_key():
        columns, changed = under.columns(), 0
        for place, (model, name) in enumerate(columns):
            changed += rewrite(model, name, connection, under.renewed)
            tell((place + 1) * 100 // len(columns), f"{under.label.zh} · {under.label.en}: {changed}")
        if changed:
            runner.perform(
                note_key,
                ctx=Context(actor=KEEPER, at=at, cause=cause),
                kind=under.ring.name,
                number=under.ring.current.number,
                resealed=changed,
            )
        total += changed
    return total
