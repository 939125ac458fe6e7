"""格式版本: whatever outlives a release says in which format it was written. A later one is refused, never guessed at."""

from __future__ import annotations

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class NewerFormat(Problem):
    code = "newer_format"


def require_known(what: Text, *, found: object, known: int) -> None:
    """`found` as it was read: a number up to `known`, or it comes from a newer release (or from nobody of ours)."""
    if isinstance(found, int) and 1 <= found <= known:
        return
    raise NewerFormat(
        Text(
            "{w}的格式是 {f}，本程序只认识到 {k}：它由较新的版本写成。请安装较新的版本，或从升级前的备份恢复。",
            "The format of {w} is {f}, this program knows up to {k}: a newer release wrote it. "
            "Install that release, or restore a backup from before the upgrade.",
        ).format(w=what, f=str(found)[:20], k=known)
    )
