"""Fault runs of the telemetry plane: `./run soak tests/soak/test_streams.py`. The whole table is in docs/streams.md.

Real processes and real kills take a quarter of an hour for two of each, so a test session leaves them out and says so.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict

import pytest
from bench import soak

REPEATS = int(os.environ.get("BIHUAN_SOAK_REPEATS", "2"))

pytestmark = pytest.mark.nats


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, REPEATS + 1))
@pytest.mark.parametrize("victim", [*soak.VICTIMS, *soak.FAULTS])
def test_nothing_acknowledged_is_lost_and_nothing_is_told_twice(victim, seed):
    outcome = asyncio.run(soak.one(victim, seed, 8.0))
    print(json.dumps(asdict(outcome)))
    assert outcome.good, outcome
