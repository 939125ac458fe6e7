"""`bihuan reset-password NAME`: for whoever has the machine, when nobody else may reset an account."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bihuan.core import clock
from bihuan.core.access.start import reset_at_terminal
from bihuan.kernel.text import Text


def reset_password(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bihuan reset-password", description=str(Text("重置口令", "Hand out a new one-time password"))
    )
    parser.add_argument("username")
    parser.add_argument(
        "--second-factor",
        action="store_true",
        help=str(Text("同时重置动态口令（设备遗失）", "reset the second factor too (lost device)")),
    )
    chosen = parser.parse_args(list(argv))
    password = reset_at_terminal(chosen.username, at=clock.now(), second_factor=chosen.second_factor)
    said = Text(
        "{n} 的一次性口令：{p}  （首次登录须修改）", "One-time password of {n}: {p}  (to be changed at the first login)"
    )
    print(said.format(n=chosen.username, p=password))  # noqa: T201  # once, to whoever asked at the terminal
    return 0
