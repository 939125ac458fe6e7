"""发现: what one check says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bihuan.kernel.term import Term
from bihuan.kernel.text import Text


class State(Term):
    OK = "ok", "正常", "Fine"
    WARN = "warn", "注意", "Look at this"
    BAD = "bad", "须处理", "Needs doing"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names the check and never changes; `remedy` is what somebody does about it."""

    code: str
    state: State
    text: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """`ask(at)` yields what it finds: one finding where all is well, one for each thing that isn't."""

    code: str
    label: Text
    ask: Callable[[datetime], Iterator[Finding]]


def fine(code: str, zh: str, en: str, **values: object) -> Finding:
    return Finding(code, State.OK, Text(zh, en).format(**values))


def warn(code: str, text: Text, remedy: Text) -> Finding:
    return Finding(code, State.WARN, text, remedy)


def bad(code: str, text: Text, remedy: Text) -> Finding:
    return Finding(code, State.BAD, text, remedy)
