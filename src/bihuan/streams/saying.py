"""说话: one line to whoever started the command."""

from __future__ import annotations

import sys
from contextlib import suppress

from bihuan.kernel.text import Text


def say(text: Text | str) -> None:
    """A disk that is full where the log lies, or a reader that left, must not end who only wanted to say so."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
