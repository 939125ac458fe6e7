"""核对状态: how far a value of the law has been checked. Only the first counts as law."""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.kernel.term import Term


class LawState(Term):
    """三种状态, shown wherever the value is; an authorised person may check a value in, with a basis."""

    OFFICIAL = "official", "官方文本已核", "Checked against the official text"
    TRANSCRIBED = "transcribed", "转载待核", "From a public transcription, to be checked"
    UNCHECKED = "unchecked", "待核", "General knowledge, to be checked"

    @property
    def counts_as_law(self) -> bool:
        return self is LawState.OFFICIAL


#: From the surest to the least sure.
ORDER = (LawState.OFFICIAL, LawState.TRANSCRIBED, LawState.UNCHECKED)

BY_CHINESE = {state.label.zh: state for state in LawState}


def weakest(states: Iterable[LawState]) -> LawState:
    """A table is no surer than its least sure row."""
    return max(states, key=ORDER.index)
