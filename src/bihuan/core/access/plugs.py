"""插口: another way to log in, and what upper layers offer on the page of an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bihuan.core.actions.action import Action
from bihuan.kernel.text import Text


@dataclass(frozen=True, slots=True)
class ClosedAccountAction:
    """What may be done to an account once it is closed, by whoever holds its grant: a button on the account's page."""

    action: Action


@dataclass(frozen=True, slots=True)
class LoginOption:
    """`is_on()` says whether this installation has it set up; `url_name` takes `?next=`."""

    label: Text
    url_name: str
    icon: str
    is_on: Callable[[], bool]
