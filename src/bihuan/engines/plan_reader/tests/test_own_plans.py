"""Thirteen documents in other styles of the genre, and five that are no plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from bihuan.engines.plan_reader.measure import KINDS, measure
from bihuan.engines.plan_reader.reader import read
from bihuan.engines.plan_reader.terms import Doubt

NON_PLANS = sorted((Path(__file__).parent / "non_plans").glob("*.txt"))


def test_thirteen_documents_of_other_styles_are_read_to_97_percent(own_plans, as_source):
    tally = measure((read(as_source(text)).to_json(), gold) for text, gold in own_plans.values())
    assert len(own_plans) == 13
    assert tally.overall >= 0.97, "\n".join(tally.misses)
    assert all((tally.f1(kind) or 0) >= 0.95 for kind in KINDS), "\n".join(tally.misses)


def test_titles_regions_and_numbers_are_read_as_written(own_plans, as_source):
    for text, gold in own_plans.values():
        ledger = read(as_source(text))
        assert (ledger.title, ledger.issuer_region) == (gold["title"], gold["issuer_region"])
        assert [t.no for t in ledger.tasks] == [t["no"] for t in gold["tasks"]]


@pytest.mark.parametrize("path", NON_PLANS, ids=lambda p: p.stem)
def test_a_document_that_is_no_plan_gives_nothing(path, as_source):
    ledger = read(as_source(path.read_text(encoding="utf-8")))
    assert (ledger.tasks, ledger.reporting, ledger.phases) == ((), (), ())
    assert [w.doubt for w in ledger.warnings] == [Doubt.NOT_A_PLAN]


def test_there_are_five_documents_that_are_no_plans():
    assert len(NON_PLANS) == 5
