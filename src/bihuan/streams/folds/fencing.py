"""围栏: what refuses a late owner: the expected last sequence of a subject. The lease is liveness only."""

from __future__ import annotations

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

EXPECT = "Nats-Expected-Last-Subject-Sequence"
WRONG_SEQUENCE = 10071


class Fenced(Problem):
    code = "folds.fenced"


class Refused(Exception):
    """Somebody else has published on our subject since we looked."""


def fenced(work: str) -> Fenced:
    return Fenced(
        Text(
            "{w} 已由另一个进程接管，本进程停止处理。",
            "{w} has been taken over by another process; this one stops working on it.",
        ).format(w=work)
    )
