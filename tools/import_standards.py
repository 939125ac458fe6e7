"""Imports tables of the reference folder as law data; where a row was read is dropped.

    python tools/import_standards.py [--check] [FOLDER]

FOLDER is `standards` of the reference folder (default: beside the checkout). `--check` only compares. The
files written are the tables that `regulations/**/*.yaml` name; meaning, dates and sources are written there.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REGULATIONS = ROOT / "src" / "bihuan" / "law" / "regulations"

#: The reference folder's own column decides, and is checked: what was read in a public repository or page is
#: at best a transcription.
STATES = {"官方文本已核", "转载待核", "待核"}
SECOND_HAND = (
    "repositor",
    "仓库",
    "public page",
    "公开页面",
    "公开网页",
    "web page",
    "push-client",
    "推送端",
)
#: Pages of the official text, checked as pictures, are the official text wherever the pictures were kept.
FIRST_HAND = ("已对页面图像核对", "local governance plans")
PRODUCT_CHOICE = "product choice"


@dataclass(frozen=True)
class Table:
    """One imported table: `columns` maps the names there to the names here, in order; the rest is dropped."""

    source: str
    target: str
    columns: dict[str, str]
    fill_down: tuple[str, ...] = field(default=())


TABLES = (
    Table(
        "gb18218_t1_named.csv",
        "gb-18218/named-thresholds-2018.csv",
        {"serial": "serial", "name_zh": "name", "alias_zh": "aliases", "cas": "cas", "q_t": "threshold_t"},
    ),
    Table(
        "gb18218_t2_category.csv",
        "gb-18218/category-thresholds-2018.csv",
        {
            "symbol": "symbol",
            "hazard_class": "hazard_class",
            "hazard_kind": "hazard_kind",
            "category_text": "category",
            "q_t": "threshold_t",
            "beta": "correction",
        },
    ),
    Table(
        "gb18218_t3_beta_named.csv",
        "gb-18218/named-corrections-2018.csv",
        {"name_zh": "name", "cas": "cas", "beta": "correction"},
    ),
    Table(
        "gb18218_alpha.csv",
        "gb-18218/population-factors-2018.csv",
        {"pop_min": "people_from", "pop_max": "people_to", "alpha": "factor"},
    ),
    Table(
        "gb18218_rules.csv",
        "gb-18218/rules-2018.csv",
        {"rule_id": "rule", "topic": "topic", "rule_zh": "text"},
    ),
    Table(
        "hazchem_catalogue.csv",
        "hazardous-chemicals/catalogue-2015.csv",
        {"serial": "serial", "name_zh": "name", "alias_zh": "aliases", "cas": "cas", "remark": "remark"},
    ),
    Table(
        "yizhibao_2017.csv",
        "hazardous-chemicals/explosive-precursors-2017.csv",
        {"no": "number", "name_zh": "name", "alias_zh": "aliases", "cas": "cas", "hazard": "hazard"},
    ),
    Table(
        "yizhidu.csv",
        "hazardous-chemicals/drug-precursors.csv",
        {"no": "number", "name_zh": "name", "category": "category"},
    ),
    Table(
        "key_supervised_chemicals_74.csv",
        "hazardous-chemicals/key-supervised.csv",
        {"batch": "batch", "no": "number", "name_zh": "name", "cas": "cas"},
    ),
    Table(
        "key_processes_18.csv",
        "hazardous-chemicals/key-processes.csv",
        {"no": "number", "process_zh": "name", "key_parameters": "parameters"},
    ),
    Table(
        "standards_watchlist.csv",
        "editions/watchlist.csv",
        {
            "code": "code",
            "title_zh": "title",
            "published": "published",
            "effective": "effective",
            "status_2026_11_22": "status",
        },
    ),
    Table(
        "aq3064_features.csv",
        "aq-3064/features-2025.csv",
        {
            "feature_id": "feature",
            "side": "side",
            "scene": "scene",
            "function_zh": "function",
            "data_or_figure": "data",
            "clause": "clause",
        },
    ),
    Table(
        "hidden_danger_rules.csv",
        "hidden-dangers/rules.csv",
        {"rule_id": "rule", "rule_zh": "text"},
    ),
    Table(
        "inspection_frequency.csv",
        "hidden-dangers/inspection-frequency.csv",
        {"kind": "kind", "who": "who", "frequency": "frequency"},
    ),
    Table(
        "baobao_duties.csv",
        "hazard-responsibility/duties-2021.csv",
        {
            "role": "role",
            "role_zh": "role_label",
            "who": "who",
            "duty_no": "number",
            "duty_zh": "text",
            "frequency": "frequency",
            "evidence": "evidence",
        },
        fill_down=("who",),
    ),
    Table(
        "baobao_rules.csv",
        "hazard-responsibility/rules-2021.csv",
        {"rule_id": "rule", "rule_zh": "text"},
    ),
    Table(
        "dengbao_l3.csv",
        "information-security/protection-level-3.csv",
        {"area": "area", "requirement": "requirement", "app_default": "default"},
    ),
)


def state_of(row: dict[str, str]) -> str:
    state, provenance = row["state"], row["provenance"]
    if state not in STATES:
        raise SystemExit(f"unknown state {state!r} in {row}")
    second_hand = any(word in provenance for word in SECOND_HAND)
    first_hand = any(word in provenance for word in FIRST_HAND)
    if state == "官方文本已核" and second_hand and not first_hand:
        return "转载待核"
    return state


def imported(table: Table, folder: Path) -> str:
    """The table as it is to stand in the package."""
    with (folder / "tables" / table.source).open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if not row["provenance"].startswith(PRODUCT_CHOICE)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.columns.values(), "state"])
    above: dict[str, str] = {}
    group = ""
    for row in rows:
        first = row[next(iter(table.columns))]
        for name in table.fill_down:
            if not row[name] and first == group:
                row[name] = above[name]
        above, group = row, first
        writer.writerow([*(row[name].strip() for name in table.columns), state_of(row)])
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("BIHUAN_SHARED") or ROOT.parent / "shared")
    folder = arguments.folder or shared / "standards"
    different = []
    for table in TABLES:
        target = REGULATIONS / table.target
        text = imported(table, folder)
        if target.is_file() and target.read_text(encoding="utf-8") == text:
            continue
        different.append(table.target)
        if not arguments.check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    for name in different:
        print(f"{'differs' if arguments.check else 'written'}: {name}")
    return 1 if different and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
