"""体检: `bihuan doctor` asks each part whether it is in order, and says what to do where it isn't."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from bihuan.core import clock
from bihuan.kernel.text import Text
from bihuan.site.operations.checks.finding import State
from bihuan.site.operations.checks.listed import CHECKS, examine, worst

MARKS = {State.OK: "✓", State.WARN: "!", State.BAD: "✗"}


def doctor(argv: Sequence[str]) -> int:
    """Status 0: nothing needs doing; 1: something does."""
    parser = argparse.ArgumentParser(prog="bihuan doctor")
    parser.add_argument("--json", action="store_true", help=str(Text("供程序读取", "for programs")))
    parser.add_argument("--list", action="store_true", help=str(Text("只列出检查项", "only list the checks")))
    chosen = parser.parse_args(list(argv))
    if chosen.list:
        print("\n".join(f"{check.code:<14} {check.label}" for check in CHECKS))  # noqa: T201
        return 0
    findings = list(examine(at=clock.now()))
    if chosen.json:
        said = [
            {
                "code": f.code,
                "state": f.state.value,
                "zh": f.text.zh,
                "en": f.text.en,
                "remedy": {"zh": f.remedy.zh, "en": f.remedy.en} if f.remedy else None,
            }
            for f in findings
        ]
        print(json.dumps(said, ensure_ascii=False))  # noqa: T201
    else:
        for finding in findings:
            print(f"{MARKS[finding.state]} {finding.text}")  # noqa: T201
            if finding.remedy:
                print(f"    → {finding.remedy}")  # noqa: T201
    return 1 if worst(findings) is State.BAD else 0
