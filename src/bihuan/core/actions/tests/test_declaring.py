"""What a module declares is checked when the product starts."""

from __future__ import annotations

from typing import Annotated

import pytest

from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.modules import DeclarationError, Module, Registry
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation


class HalfKept:
    """Watches rows, but cannot say which changes concern it."""

    watches = (Module,)

    def keep(self, *, rows, at):
        raise AssertionError


class Kept(HalfKept):
    def is_concerned(self, row, columns):
        return True


def module(*declares):
    return Module(name="m", label=Text("模块", "Module"), declares=declares)


def test_what_would_never_be_kept_in_step_stops_the_start():
    with pytest.raises(DeclarationError, match="HalfKept"):
        Registry([module(HalfKept())])
    assert len(Registry([module(Kept())]).derived) == 1


Several = Annotated[list[Ref[Organisation]], Label("单位", "Units")]
One = Annotated[Ref[Organisation], Label("单位", "Unit")]


def test_rows_that_may_be_left_out_are_still_rows():
    @action("test.gather", label=Text("汇集", "Gather"), needs="x")
    def gather(*, ctx, first: Several, more: Several | None = None, one: One | None = None): ...

    assert [(f.ref is not None, f.many, f.required, str(f.label.text)) for f in gather.fields.values()] == [
        (True, True, True, "单位"),
        (True, True, False, "单位"),
        (True, False, False, "单位"),
    ]
