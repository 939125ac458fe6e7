"""The real documents in the reference folder, against the ledgers a careful reader made of them."""

from __future__ import annotations

import json

import pytest

from bihuan.engines.plan_reader.measure import KINDS, measure
from bihuan.engines.plan_reader.reader import read

pytestmark = pytest.mark.shared


def test_the_real_documents_are_read_to_97_percent(real_plans, as_source):
    pairs = []
    for gold_file in sorted(real_plans.glob("*.ledger.json")):
        text = gold_file.with_name(gold_file.name.replace(".ledger.json", ".txt")).read_text(encoding="utf-8")
        pairs.append((read(as_source(text)).to_json(), json.loads(gold_file.read_text(encoding="utf-8"))))
    tally = measure(pairs)
    assert len(pairs) >= 3
    assert tally.overall >= 0.97, "\n".join(tally.misses)
    assert all(tally.f1(kind) is None or tally.f1(kind) >= 0.95 for kind in KINDS)


def test_titles_and_regions_of_the_real_documents_are_read(real_plans, as_source):
    for gold_file in sorted(real_plans.glob("*.ledger.json")):
        gold = json.loads(gold_file.read_text(encoding="utf-8"))
        text = gold_file.with_name(gold_file.name.replace(".ledger.json", ".txt")).read_text(encoding="utf-8")
        ledger = read(as_source(text))
        assert (ledger.title, ledger.issuer_region) == (gold["title"], gold["issuer_region"])
