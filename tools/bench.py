"""`./run bench [NAME]`: runs one measurement of bench/, or lists them with their first line."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent / "bench"


def measurements() -> dict[str, str]:
    """Name → first sentence of the docstring, for every script with a docstring directly in bench/."""
    found = {}
    for path in sorted(BENCH.glob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text()))
        if text and not path.name.startswith("_"):
            found[path.stem] = text.splitlines()[0]
    return found


def main() -> int:
    known = measurements()
    if len(sys.argv) < 2:
        for name, sentence in known.items():
            print(f"{name:16} {sentence}")
        return 0
    name = sys.argv[1]
    if name not in known:
        print(
            f"bench: there is no measurement '{name}'; there are: {', '.join(known) or 'none'}",
            file=sys.stderr,
        )
        return 2
    sys.path.insert(0, str(BENCH.parent))
    sys.argv = [f"bench {name}", *sys.argv[2:]]
    runpy.run_module(f"bench.{name}", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
