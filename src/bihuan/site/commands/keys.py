"""`bihuan rotate-session-key`: a new key for sessions; nobody is logged out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from bihuan.core.secrets import rotate_session_key
from bihuan.kernel.text import Text


def rotate(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="bihuan rotate-session-key").parse_args(list(argv))
    rotate_session_key(Path(settings.BIHUAN_HOME) / "keys")
    said = Text(
        "会话密钥已更换，重启服务后生效；已登录的人不受影响。怀疑旧密钥泄露时，请隔八小时再换一次。",
        "The session key is new from the next restart; nobody is logged out. If the old one leaked, rotate again after eight hours.",
    )
    print(said)  # noqa: T201  # speaks to a terminal
    return 0
