"""What a module declares is checked when the product starts."""

from __future__ import annotations

import pytest

from bihuan.core.modules import DeclarationError, Module, Registry
from bihuan.kernel.text import Text


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
