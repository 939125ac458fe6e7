"""问题: what went wrong, in words a safety officer can act on: what, why, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from bihuan.kernel.text import Text


class Problem(Exception):  # the product's word; it is shown to people, not to programmers
    """Base of every refusal the product makes. `code` is stable and part of the API; `status` its HTTP face.

    `where` names the fields, cells or rows the problem is about: `{"due_on": Text(...)}`.
    """

    code = "problem"
    status = 422

    def __init__(self, text: Text, *, where: Mapping[str, Text] | None = None) -> None:
        super().__init__(text.zh)
        self.text = text
        self.where = dict(where or {})

    def __str__(self) -> str:
        return str(self.text)
