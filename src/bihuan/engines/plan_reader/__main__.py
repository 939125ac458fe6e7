"""`python -m bihuan.engines.plan_reader read FILE…`: the same command without the site."""

from __future__ import annotations

import sys

from bihuan.engines.plan_reader.command import read_command

if __name__ == "__main__":
    sys.exit(read_command(sys.argv[1:]))
