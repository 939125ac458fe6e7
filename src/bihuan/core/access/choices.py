"""What forms of these actions choose from."""

from __future__ import annotations

from bihuan.core.access import policy
from bihuan.core.access.actions.grants import EVERYWHERE_MARK
from bihuan.core.access.context import Context
from bihuan.core.access.directory import directory
from bihuan.core.access.models import Role, User
from bihuan.core.access.queries import list_users
from bihuan.core.access.scope import Place
from bihuan.core.access.separation import NOT_FOR_ROLES
from bihuan.core.access.terms import AccessGrants
from bihuan.core.modules import registry
from bihuan.kernel.text import Text


def regions(*, ctx: Context) -> list[tuple[str, object]]:
    """Those within which this person may grant."""
    known = directory()
    inside = [(p, n) for p, n in (known.regions() if known else []) if _may(ctx, Place(p))]
    everywhere = [(EVERYWHERE_MARK, Text("全部", "Everywhere"))] if _may(ctx, Place("")) else []
    return [*everywhere, *inside]


def _may(ctx: Context, place: Place) -> bool:
    return ctx.actor.may(AccessGrants.MANAGE_GRANTS, place)


def grants(*, ctx: Context) -> list[tuple[str, object]]:
    return [(code, term.label) for code, term in sorted(registry().grants.items()) if code not in NOT_FOR_ROLES]


def settings(*, ctx: Context) -> list[tuple[str, object]]:
    return [(name, spec.label) for name, spec in policy.SETTINGS.items()]


def find_users(*, ctx: Context, text: str) -> list[User]:
    return list(list_users(ctx=ctx, text=text, state="active")[:20])


def find_roles(*, ctx: Context, text: str) -> list[Role]:
    rows = Role.objects.visible_to(ctx.actor).order_by("code")
    return [r for r in rows if text.casefold() in f"{r.code} {r.name_zh} {r.name_en}".casefold()][:20]
