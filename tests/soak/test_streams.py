"""Fault runs of the telemetry plane: `./run soak`. What was run and counted is in docs/streams.md.

Real processes and real kills take minutes, so an ordinary test session leaves them out; CI runs two of each.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest
from bench import _faults, soak

REPEATS = int(os.environ.get("BIHUAN_SOAK_REPEATS", "2"))
FIRST_SEED = int(os.environ.get("BIHUAN_SOAK_SEED", "1"))
RESULTS = os.environ.get("BIHUAN_SOAK_RESULTS")  # a file to which each run adds a line

pytestmark = pytest.mark.nats


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + REPEATS))
@pytest.mark.parametrize("victim", [*soak.VICTIMS, *soak.FAULTS])
def test_nothing_acknowledged_is_lost_and_nothing_is_told_twice(victim, seed, tmp_path):
    if victim == "disk" and not _faults.may_mount(tmp_path):
        pytest.skip("a disk of its own to fill needs the right to mount one")
    outcome = asyncio.run(soak.one(victim, seed, 4.0))
    line = json.dumps(asdict(outcome) | {"good": outcome.good})
    print(line)
    if RESULTS:
        with Path(RESULTS).open("a", encoding="utf-8") as out:
            out.write(line + "\n")
    assert outcome.good, outcome
