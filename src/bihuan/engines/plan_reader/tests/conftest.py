"""What the plan reader's tests share: the documents at hand and the folder of real ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bihuan.engines.plan_reader.source import Source

HERE = Path(__file__).parent
ROOT = HERE.parents[4]


def text_source(text: str, name: str = "test.txt") -> Source:
    return Source(name, "text/plain", text, ())


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
