"""登录方式: another way in, offered on the login page by whoever declares it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bihuan.kernel.text import Text


@dataclass(frozen=True, slots=True)
class LoginOption:
    """`is_on()` says whether this installation has it set up; `url_name` takes `?next=`."""

    label: Text
    url_name: str
    icon: str
    is_on: Callable[[], bool]
