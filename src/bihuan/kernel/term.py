"""术语: an enumeration whose members carry the regulator's Chinese word and its English label."""

from __future__ import annotations

from enum import Enum
from typing import Self, cast

from bihuan.kernel.text import Text


class Term(str, Enum):  # noqa: UP042  # StrEnum would not let a member carry its two labels
    """`ISSUED = "issued", "已下发", "Issued"`: the stored code, then the label in both languages."""

    label: Text

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:  # the labels are left out in a look-up by code
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = Text(zh, en)
        return member

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def of(cls, code: str) -> Self:
        """The member with this stored code; a code that is none is a `KeyError`."""
        return cast(Self, cls._value2member_map_[code])

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Code and Chinese label, in the order declared: what a database column documents itself with."""
        return [(str(m.value), m.label.zh) for m in cls]
