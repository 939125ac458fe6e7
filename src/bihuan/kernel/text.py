"""双语文字: every sentence the product says exists in Chinese and in English, side by side in the source."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]

#: The language of the person being answered. The edge (middleware, command line) sets it.
current_language: ContextVar[Language] = ContextVar("bihuan_language", default="zh")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages. `str()` gives the language of whoever is being answered."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.in_(current_language.get())

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def format(self, **values: object) -> Text:
        """The same sentence with its `{names}` filled in; a `Text` value fills each language with its own."""
        zh = {k: v.zh if isinstance(v, Text) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))
