"""图层: one layer of 100 000 points asked for by windows of four sizes, by who sees a province and who sees a county.

`python -m bench.map_layers [--rows 100000] [--repeats 40] [--url postgresql://…]`. Times are of the query and of its GeoJSON.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from decimal import Decimal
from typing import Any

from bench import records

WINDOWS = (("province", 6.0), ("city", 1.0), ("district", 0.2), ("street", 0.02))
WEST, SOUTH, WIDE = 116.0, 32.0, 6.0


def scatter(seed: int) -> None:
    """Towns of points, as plants lie: not evenly."""
    from bihuan.parties.models import Thing

    chance = random.Random(seed)
    towns = [(WEST + chance.random() * WIDE, SOUTH + chance.random() * WIDE) for _ in range(60)]
    batch: list[Any] = []
    for thing in Thing._base_manager.filter(kind="tank").only("pk").iterator(chunk_size=5000):
        east, north = chance.choice(towns)
        thing.longitude = Decimal(f"{east + chance.gauss(0, 0.08):.6f}")
        thing.latitude = Decimal(f"{north + chance.gauss(0, 0.08):.6f}")
        batch.append(thing)
    Thing._base_manager.bulk_update(batch, ["longitude", "latitude"], batch_size=2000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench map_layers", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        records.start(home, asked.url)
        records.seed(asked.rows)
        scatter(1)
        measure(asked.repeats)


def measure(repeats: int) -> None:
    from bihuan.core.records import mapping
    from bihuan.core.records.mapping import Box

    chance = random.Random(2)
    print(f"{'who':10} {'window':10} {'marks':>7} {'places':>8} {'median ms':>10} {'p95 ms':>8} {'kB':>7}")
    for who in ("province", "county"):
        ctx = records.acting(who)
        layer = mapping.get_layer(ctx=ctx, name="tanks")
        for name, size in WINDOWS:
            times, marks, places, weights = [], [], [], []
            for _ in range(repeats):
                west = WEST + chance.random() * max(WIDE - size, 0.01)
                south = SOUTH + chance.random() * max(WIDE - size, 0.01)
                began = time.perf_counter()
                found = layer.features(ctx=ctx, box=Box(west, south, west + size, south + size))
                sent = json.dumps([f.to_json() for f in found], ensure_ascii=False).encode()
                times.append((time.perf_counter() - began) * 1000)
                marks.append(len(found))
                places.append(sum(f.count for f in found))
                weights.append(len(sent) / 1024)
            times.sort()
            print(
                f"{who:10} {name:10} {max(marks):7} {max(places):8} {statistics.median(times):10.1f} "
                f"{times[int(len(times) * 0.95) - 1]:8.1f} {max(weights):7.1f}"
            )


if __name__ == "__main__":
    main()
