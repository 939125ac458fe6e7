"""A made-up module whose actions ask for every kind of input."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.models import Role
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.modules import MenuItem, Module
from bihuan.core.pages.declared import ChoiceSource, Look, RowSource
from bihuan.kernel.problem import Problem
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class Grants(Term):
    TRY = "trial.try", "试用", "Try things"
    OTHER = "trial.other", "其他", "Something else"


class Shade(Term):
    LIGHT = "light", "浅", "Light"
    DARK = "dark", "深", "Dark"


class Heard(BaseModel):
    heard: dict[str, Any]


class NotToday(Problem):
    code = "not_today"
    status = 409


@action("trial.tell", label=Text("报送", "Tell"), needs=Grants.TRY, faces=("http", "form", "cli"))
def tell(
    *,
    ctx: Context,
    title: Annotated[str, Label("标题", "Title"), Field(min_length=2, max_length=20)],
    on: Annotated[date, Label("日期", "Day")],
    note: Annotated[str, Label("说明", "Note", widget="textarea")] = "",
    at: Annotated[datetime | None, Label("时间", "Moment")] = None,
    amount: Annotated[Decimal | None, Label("数量", "Amount"), Field(ge=0)] = None,
    urgent: Annotated[bool, Label("紧急", "Urgent")] = False,
    shade: Annotated[Shade, Label("深浅", "Shade")] = Shade.LIGHT,
    size: Annotated[Literal["s", "m"], Label("大小", "Size")] = "s",
    place: Annotated[str, Label("地点", "Place", widget="choice:trial.places")] = "",
    words: Annotated[list[str], Label("关键词", "Words")] = [],  # noqa: B006  # the default of an input, never changed
) -> Heard:
    """报送: says back what it heard."""
    return Heard(
        heard={
            "title": title, "on": str(on), "note": note, "at": at.isoformat() if at else None,
            "amount": str(amount), "urgent": urgent, "shade": shade.value, "size": size, "place": place, "words": words,
        }
    )  # fmt: skip


@action("trial.rename", label=Text("改名", "Rename"), needs=Grants.TRY)
def rename(*, ctx: Context, role: Ref[Role], name: Annotated[str, Label("名称", "Name")]) -> Role:
    """改名."""
    return ctx.change(role, name_zh=name)


@action(
    "trial.touch", label=Text("碰一下", "Touch"), needs=Grants.TRY, confirm=Text("真的要碰吗？", "Really touch it?")
)
def touch(*, ctx: Context, role: Ref[Role]) -> Role:
    """碰一下."""
    return ctx.change(role, name_en=f"{role.name_en}!")


@action("trial.refuse", label=Text("必拒", "Refuse"), needs=Grants.TRY)
def refuse(*, ctx: Context) -> None:
    """必拒."""
    raise NotToday(Text("今天不行。", "Not today."))


@action("trial.shout", label=Text("喊话", "Shout"), anonymous=True)
def shout(*, ctx: Context, words: Annotated[str, Label("内容", "Words")]) -> None:
    """喊话: open to everybody."""


@action("trial.quiet", label=Text("内部", "Inner"), needs=Grants.TRY, faces=())
def quiet(*, ctx: Context) -> None:
    """内部: has no face at all."""


def find_roles(*, ctx: Context, text: str) -> Any:
    return Role.objects.visible_to(ctx.actor).filter(name_zh__contains=text)


MODULE = Module(
    name="trial",
    label=Text("试验", "Trial"),
    grants=Grants,
    actions=(tell, rename, touch, refuse, shout, quiet),
    menu=(
        MenuItem(Text("搜索页", "The search"), "search", "search", (Grants.TRY,)),
        MenuItem(Text("别处", "Elsewhere"), "keyboard", "keyboard", (Grants.OTHER,)),
    ),
    declares=(
        RowSource(Role, find_roles),
        ChoiceSource("trial.places", lambda *, ctx: [("n", Text("北", "North")), ("s", Text("南", "South"))]),
        Look(Shade.DARK, "purple", "moon"),
    ),
)


@pytest.fixture
def trial(with_module: Callable[..., None]) -> Module:
    with_module(MODULE)
    return MODULE
