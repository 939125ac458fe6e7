"""查重作业: reads every name, and notes what nobody has judged yet."""

from __future__ import annotations

from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.registers.duplicates.actions import deciding
from bihuan.registers.duplicates.queries import merging


def find(*, ctx: Context) -> None:
    found = merging.suspected()
    for n in range(0, len(found), deciding.TOGETHER):
        some = [
            deciding.Suspicion(
                first=UUID(one.first), second=UUID(one.second), score=one.score, why_zh=one.why.zh, why_en=one.why.en
            ).model_dump(mode="json")
            for one in found[n : n + deciding.TOGETHER]
        ]
        perform(deciding.note_pairs, ctx=ctx, found=some)
