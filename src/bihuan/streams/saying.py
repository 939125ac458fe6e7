"""说话: one line to whoever started the command."""

from __future__ import annotations

import sys

from bihuan.kernel.text import Text


def say(text: Text | str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
