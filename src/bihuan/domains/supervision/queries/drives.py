"""专项行动的选择: the campaigns a finding may count in, as a journey offers them to this reader."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.modules import registry
from bihuan.core.pages.declared import ChoiceSource
from bihuan.domains.supervision.terms import DRIVES
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class UnknownDrive(Problem):
    code = "unknown_drive"


def offered(*, ctx: Context) -> dict[str, str]:
    """By key: those the reader may see."""
    sources = [s for s in registry().declared(ChoiceSource) if s.name == DRIVES]
    return {str(key): str(name) for source in sources for key, name in source.choices(ctx=ctx)}


def chosen(*, ctx: Context, keys: Iterable[str]) -> list[tuple[UUID, str]]:
    """The campaigns named, each of which the actor must be able to see."""
    known, wanted = offered(ctx=ctx), list(dict.fromkeys(keys))
    if unknown := [k for k in wanted if k not in known]:
        raise UnknownDrive(
            Text("没有这个专项行动：{k}。请重新选择。", "There is no such campaign: {k}. Choose again.").format(
                k="、".join(unknown)[:80]
            ),
            where={"drives": Text("请重新选择。", "Choose again.")},
        )
    return [(UUID(k), known[k]) for k in wanted]
