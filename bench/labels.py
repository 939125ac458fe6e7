"""How fast labels and codes are printed: set, written and thrown away, volume by volume, as the job does it.

    python -m bench.labels [--labels 100000] [--codes 21000]

Says labels and codes a second, bytes written, and the most memory the process held.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from bihuan.engines.ghs.terms import Signal
from bihuan.engines.safety_documents.content import CodeTag, Run, SafetyLabel
from bihuan.engines.safety_documents.printing import (
    code_sheet_pdf,
    grid_of,
    label_pdf,
    label_sheet_pdf,
    volumes,
)
from bihuan.engines.safety_documents.sizes import size_for

LABEL = SafetyLabel(
    name="甲醇",
    name_en="Methanol",
    components=("甲醇 67-56-1 ≥99.9%",),
    pictograms=("GHS02", "GHS06", "GHS08"),
    signal=Signal.DANGER,
    hazards=("高度易燃液体和蒸气", "吞咽会中毒", "皮肤接触会中毒", "吸入会中毒", "会对器官造成损害"),
    precautions=(("预防措施", ("远离热源、热表面、火花、明火以及其他点火源。禁止吸烟", "保持容器密闭")),),
    supplier="某某化工有限公司",
    emergency_telephone="000-88000119",
    code="https://example.org/990102000123",
    code_words="登记号 990102000123",
)
PAGES, CODES = 500, 1_050


def measured(what: str, total: int, each: int, draw: Callable[[int, int], bytes]) -> None:
    began, size, number = time.perf_counter(), 0, 0
    for first, last in volumes(total, each=each):
        size += len(draw(first, last))
        number += 1
    took = time.perf_counter() - began
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what}: {total} in {took:.1f} s = {total / took:.0f}/s, {number} volumes, {size / 1e6:.1f} MB, peak {held:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=100_000)
    parser.add_argument("--codes", type=int, default=21_000)
    chosen = parser.parse_args()
    size = size_for(volume=Decimal(20), on=date(2026, 11, 22))
    one = label_pdf(LABEL, size=size)
    _, columns, rows = grid_of(size)

    def labels(first: int, last: int) -> bytes:
        return label_sheet_pdf(one, size=size, run=Run("B1", first, last, chosen.labels), name="甲醇")

    def codes(first: int, last: int) -> bytes:
        tags = [
            CodeTag(f"https://example.org/s/{n:024d}/", f"储罐 {n}", f"V-{n}", "某某化工有限公司")
            for n in range(first, last + 1)
        ]
        return code_sheet_pdf(tags, title="储罐")

    measured("labels of 100 × 75 mm", chosen.labels, PAGES * columns * rows, labels)
    measured("codes", chosen.codes, CODES, codes)


if __name__ == "__main__":
    main()
