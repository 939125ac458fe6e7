"""What the plan reader's tests share: the documents at hand and the folder of real ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from bihuan.engines.plan_reader.documents.plain import text_source as plain_source
from bihuan.engines.plan_reader.source import Source, clean

HERE = Path(__file__).parent
ROOT = HERE.parents[4]


def text_source(text: str, name: str = "test.txt") -> Source:
    return plain_source(text, name)


@pytest.fixture(scope="session")
def real_plans() -> Path:
    """../shared/plans beside the checkout; without it the test says so and is skipped."""
    shared = Path(os.environ.get("BIHUAN_SHARED", str(ROOT.parent / "shared")))
    folder = shared / "plans"
    if not folder.is_dir():
        pytest.skip(f"the folder of real plan documents is not there ({folder})")
    return folder


@pytest.fixture
def as_source():
    return text_source


PLANS = HERE / "plans"
_ROLES = ("lead", "coop", "by_duty", "owner")


def expected(name: str, text: str) -> dict:
    """A hand-made ledger, written out from its short form (`text` gives the first and the last words of a task)."""
    short = yaml.load((PLANS / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return {
        "title": short["title"],
        "issuer_region": short["issuer_region"],
        "tasks": [_expected_task(row, text) for row in short["tasks"]],
        "reporting": [{"due": [due]} for due in short["reporting"]],
        "phases": [{"end": end} for end in short["phases"]],
    }


def _expected_task(row: dict, text: str) -> dict:
    joined = clean("".join(line.strip() for line in text.split("\n")))
    first, _, last = row["text"].partition("……")
    start = joined.index(first)
    end = joined.index(last, start) + len(last) if last else start + len(first)
    return {
        "no": row["no"],
        "text": joined[start:end],
        "responsible": [{"unit": unit, "role": role} for role in _ROLES for unit in row.get(role, [])],
        "deadlines": [_expected_deadline(due) for due in row.get("due", [])],
        "indicators": [_expected_measure(words) for words in row.get("measure", [])],
    }


def _expected_deadline(words: str) -> dict:
    date, _, ongoing = words.partition(" ")
    return {
        "date": date if date[0].isdigit() else None,
        "ongoing": "ongoing" in (date, ongoing),
    }


def _expected_measure(words: str) -> dict:
    op, value, _ = words.split(" ", 2)
    return {"op": op, "value": float(value)}


@pytest.fixture(scope="session")
def own_plans() -> dict[str, tuple[str, dict]]:
    """The ten documents written for these tests, each with the ledger made of it by hand."""
    texts = {p.stem: p.read_text(encoding="utf-8") for p in sorted(PLANS.glob("*.txt"))}
    return {name: (text, expected(name, text)) for name, text in texts.items()}
