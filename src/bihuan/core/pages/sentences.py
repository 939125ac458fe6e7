"""双语句子: the template tag `t`. A page has a hundred of them and most never change, so those are escaped only once."""

from __future__ import annotations

from typing import Any

from django.template import Context, Node, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from bihuan.kernel.text import current_language


def sentence(zh: str, en: str, **values: Any) -> SafeString:
    """The sentence in the reader's language; values are escaped."""
    said = zh if current_language.get() == "zh" else en
    return format_html(str(said), **values) if values else mark_safe(conditional_escape(said))  # noqa: S308  # escaped here


class Fixed(Node):
    """Both words are written in the template: one look at the language is all there is to do."""

    def __init__(self, zh: str, en: str, name: str) -> None:
        self.zh, self.en = (mark_safe(conditional_escape(s)) for s in (zh, en))  # noqa: S308  # escaped here
        self.name = name

    def render(self, context: Context) -> SafeString:
        said = self.zh if current_language.get() == "zh" else self.en
        if not self.name:
            return said
        context[self.name] = said
        return SafeString()


class Filled(Node):
    """With values in it, or with words that are only known while rendering."""

    def __init__(self, zh: FilterExpression, en: FilterExpression, values: dict[str, Any], name: str) -> None:
        self.zh, self.en, self.values, self.name = zh, en, values, name

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        said = sentence(self.zh.resolve(context), self.en.resolve(context), **values)
        if not self.name:
            return said
        context[self.name] = said
        return SafeString()


def compile_sentence(parser: Parser, token: Token) -> Node:
    bits = token.split_contents()[1:]
    name = ""
    if len(bits) >= 2 and bits[-2] == "as":
        name, bits = bits[-1], bits[:-2]
    if len(bits) < 2:
        raise TemplateSyntaxError("t takes the Chinese and the English sentence")
    zh, en = (parser.compile_filter(b) for b in bits[:2])
    rest = bits[2:]
    values = token_kwargs(rest, parser)
    if rest:
        raise TemplateSyntaxError(f"t takes two sentences and named values, not {rest[0]}")
    if not values and _is_fixed(zh) and _is_fixed(en):
        return Fixed(zh.var, en.var, name)
    return Filled(zh, en, values, name)


def _is_fixed(said: FilterExpression) -> bool:
    return isinstance(said.var, str) and not said.filters
