"""词表: the reader's general vocabulary, loaded once from `lexicon.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _data() -> Mapping[str, Any]:
    text = files("bihuan.engines.plan_reader").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def words(group: str, name: str = "") -> list[str]:
    """The words of a group, or of one list in it: `words("units", "suffixes")`."""
    found = _data()[group]
    return [str(w) for w in (found[name] if name else found)]


def table(group: str, name: str) -> dict[str, Any]:
    """A list with values: `table("time", "halves")`."""
    return dict(_data()[group][name])


def entries() -> Iterator[str]:
    """Every word of the lexicon, for the test that keeps it honest."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if isinstance(key, str) and not key.isascii():
                    yield key
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    for group, value in _data().items():
        if group != "reasons":
            yield from walk(value)


def reasons() -> dict[str, str]:
    """Why an entry of four characters or more is general although few documents at hand use it."""
    return dict(_data().get("reasons") or {})
