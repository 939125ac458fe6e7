"""What the contract suite needs to know of an action: one way it succeeds, and who must not be able to do it.

Each module names the plays of its actions in `tests/plays.py` of its own package: `PLAYS = {"case.chase": chase}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bihuan.core.access.context import Actor, Context
from cast import AT, Cast, context


@dataclass(frozen=True)
class Play:
    """`actor` may do it with these `inputs`. `stranger` holds the same grants next door, where the rows don't exist.

    `stranger_may`: for actions on oneself or on nothing, where somebody else doing the same is no trespass.
    """

    actor: Actor
    inputs: Mapping[str, Any] = field(default_factory=dict)
    stranger: Actor | None = None
    stranger_may: bool = False
    at: Any = AT

    @property
    def ctx(self) -> Context:
        return context(self.actor, at=self.at)

    def as_(self, actor: Actor) -> Context:
        return context(actor, at=self.at)

    @property
    def powerless(self) -> Actor:
        """The same person without a single grant."""
        return replace(self.actor, held=())


Maker = Callable[[Cast], Play]


def plays() -> dict[str, Maker]:
    """Every play any module brings."""
    from bihuan.site.modules import MODULES

    found: dict[str, Maker] = {}
    for module in MODULES:
        name = f"{module.removesuffix('.module')}.tests.plays"
        if find_spec(module.removesuffix(".module") + ".tests") and find_spec(name):
            brought = import_module(name).PLAYS
            if double := set(found) & set(brought):
                raise AssertionError(f"played twice: {sorted(double)}")
            found |= brought
    return found
