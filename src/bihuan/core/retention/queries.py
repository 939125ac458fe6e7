"""到期与留存: what is due, what is held back; the same for the page, the dry run and the timer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.audit.canonical import canonical_bytes
from bihuan.core.retention import rules
from bihuan.core.retention.declared import Kept, rule
from bihuan.core.retention.declared import rules as declared_rules
from bihuan.core.retention.models import ConfirmedRule, LegalHold
from bihuan.core.retention.terms import RetentionGrants
from bihuan.kernel.text import Text
from bihuan.law.provision import Held

MAY_LOOK = (RetentionGrants.CONFIRM, RetentionGrants.HOLD, AccessGrants.READ_AUDIT)
#: A page counts no further: it says "more than".
COUNTED = 10_000


def require_reader(ctx: Context) -> None:
    if not any(ctx.actor.may(g, Place("")) for g in MAY_LOOK):
        raise Denied(Text("本页供档案管理与审计使用。", "This page is for those who keep records and those who audit."))


@dataclass(frozen=True)
class Standing:
    """How one rule stands: `days` as confirmed, or as proposed where nobody confirmed it."""

    kept: Kept
    confirmed: ConfirmedRule | None
    days: int
    law: Held | None
    at_least: int | None
    due: int
    held: int

    @property
    def is_in_force(self) -> bool:
        return self.confirmed is not None and rules.is_long_enough(self.days, at_least=self.at_least)

    @property
    def is_too_short(self) -> bool:
        return not rules.is_long_enough(self.days, at_least=self.at_least)


def confirmed_rules() -> dict[str, ConfirmedRule]:
    return {c.code: c for c in ConfirmedRule._base_manager.filter(withdrawn_at__isnull=True)}


def standing(kept: Kept, *, at: datetime, confirmed: ConfirmedRule | None) -> Standing:
    days = confirmed.days if confirmed else kept.days
    old, held = split(kept, at=at, days=days)
    return Standing(
        kept, confirmed, days, kept.law(at), kept.at_least(at), old[: COUNTED + 1].count(), held[: COUNTED + 1].count()
    )  # fmt: skip


def all_standing(*, ctx: Context) -> list[Standing]:
    require_reader(ctx)
    known = confirmed_rules()
    return [standing(k, at=ctx.at, confirmed=known.get(k.code)) for k in declared_rules()]


def get_rule(*, ctx: Context, code: str) -> Kept:
    require_reader(ctx)
    if (found := rule(code)) is None:
        raise NotFound
    return found


def open_holds() -> list[LegalHold]:
    return list(LegalHold._base_manager.filter(released_at__isnull=True))


def split(kept: Kept, *, at: datetime, days: int) -> tuple[models.QuerySet[Any], models.QuerySet[Any]]:
    """(what goes, what would go and is held back)."""
    old = kept.old(at, before=rules.goes_before(at, days=days))
    holds = [h for h in open_holds() if h.code in ("", kept.code)]
    if not holds:
        return old, old.none()
    # A table that doesn't say whose its rows are is held as a whole: rather too much than too little.
    if not all(_says_whose(kept, h) for h in holds):
        return old.none(), old
    codes = [h.organisation_code for h in holds]
    return old.exclude(organisation_code__in=codes), old.filter(organisation_code__in=codes)


def _says_whose(kept: Kept, hold: LegalHold) -> bool:
    if not hold.organisation_code:
        return False
    try:
        kept.model._meta.get_field("organisation_code")
    except FieldDoesNotExist:
        return False
    return True


def digest_of(rows: Sequence[Any]) -> str:
    """What the audit keeps of rows that went: one digest over what they said, personal and secret values left out."""
    total = hashlib.sha256()
    for row in sorted(rows, key=lambda r: str(r.pk)):
        hidden = {*getattr(row, "personal_fields", ()), *getattr(row, "secret_fields", ())}
        said = {
            f.attname: value if isinstance(value := getattr(row, f.attname), str | int | None) else str(value)
            for f in row._meta.concrete_fields
            if f.name not in hidden
        }
        total.update(hashlib.sha256(canonical_bytes(said)).digest())
    return total.hexdigest()
