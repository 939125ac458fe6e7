"""显示完整号码: numbers are masked wherever they stand; seeing one whole is an action, and leaves an audit row."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from pydantic import BaseModel

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Action, Ref, action
from bihuan.core.protection.fields import SealedField
from bihuan.kernel.text import Text


class Numbers(BaseModel):
    """The answer, by column. It is stored nowhere: a repeat under one key is answered without it."""

    numbers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reveals:
    """Put into `declares`: the rows of this table may be seen with their numbers, by this action."""

    model: type[models.Model]
    action: Action


def reveal_action(name: str, model: type[models.Model], *, needs: tuple[str, ...]) -> Action:
    def reveal(*, ctx: Context, row: Any) -> Numbers:
        return Numbers(numbers={f.name: value for f in columns(model) if (value := getattr(row, f.attname))})

    made: Any = Ref
    ctx = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY)
    row = inspect.Parameter("row", inspect.Parameter.KEYWORD_ONLY)
    reveal.__signature__ = inspect.Signature([ctx, row])  # type: ignore[attr-defined]
    reveal.__annotations__ = {"ctx": Context, "row": made[model], "return": Numbers}
    function: Callable[..., Any] = reveal
    return action(
        name,
        label=Text("显示完整号码", "Show the whole number"),
        needs=needs,
        faces=("http",),
        icon="eye",
        keeps_result=False,
    )(function)


def columns(model: type[models.Model]) -> list[SealedField]:
    return [f for f in model._meta.concrete_fields if isinstance(f, SealedField)]
