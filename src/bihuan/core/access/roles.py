"""角色同步: the roles modules declare, kept in step with their rows at every start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.models import Role
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.actions.action import action
from bihuan.core.modules import RoleSpec, registry
from bihuan.kernel.text import Text

STARTER = service_actor("access.start", AccessGrants.START_UP)


@dataclass(frozen=True, slots=True)
class RoleInStep:
    """What differs between a declared role and its row."""

    code: str
    row: Role | None
    wanted: dict[str, Any]


def sync_declared_roles(*, at: datetime) -> int:
    """Bring the rows in step through the door, as a service of its own. Returns how many roles changed; a start that
    finds everything in step writes nothing."""
    pending = len(_differences())
    if pending:
        runner.perform(sync_roles, ctx=Context(actor=STARTER, at=at))
    return pending


@action(
    "access.sync_roles",
    label=Text("同步内置角色", "Bring declared roles in step"),
    needs=AccessGrants.START_UP,
    faces=(),
)
def sync_roles(*, ctx: Context) -> None:
    """A role no module declares any more keeps its row, for history's sake, and grants nothing."""
    for difference in _differences():
        if difference.row is None:
            ctx.create(Role(code=difference.code, **difference.wanted))
        else:
            ctx.change(difference.row, **difference.wanted)


def _differences() -> list[RoleInStep]:
    rows = {role.code: role for role in Role.objects.all()}
    found = []
    for spec in registry().roles.values():
        row, wanted = rows.get(spec.code), _columns(spec)
        changed = {k: v for k, v in wanted.items() if row is None or getattr(row, k) != v}
        if changed:
            found.append(RoleInStep(spec.code, row, changed))
    for code, row in rows.items():
        if row.is_declared and code not in registry().roles:
            found.append(RoleInStep(code, row, {"is_declared": False, "grants": []}))
    return found


def _columns(spec: RoleSpec) -> dict[str, Any]:
    return {
        "name_zh": spec.label.zh,
        "name_en": spec.label.en,
        "grants": sorted(map(str, spec.grants)),
        "administrator": str(spec.administrator),
        "needs_second_factor": spec.needs_second_factor or signs_off(spec.grants),
        "is_declared": True,
    }


def signs_off(grants: Iterable[str]) -> bool:
    """Whether any of these grants opens an action that signs off: then the role needs a second factor."""
    held = set(map(str, grants))
    return any(made.signs_off and held.intersection(made.needs) for made in registry().actions.values())
