"""办文规则: pure; no clock, no database."""

from __future__ import annotations

import re
from datetime import date

from bihuan.domains.office_documents.terms import InstructionStep, Openness
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: 机关代字: Chinese characters only, as in 云安办, optionally with a word for the kind in it.
_WORD = re.compile(r"[一-鿿]{2,12}")


class BadOrganWord(Problem):
    code = "bad_organ_word"


class ReasonMissing(Problem):
    code = "reason_for_closing_missing"


class WrongInstructionStep(Problem):
    code = "wrong_instruction_step"
    status = 409


class NotARecipient(Problem):
    code = "not_a_recipient"


class AlreadySignedFor(Problem):
    code = "already_signed_for"
    status = 409


class NobodyToSendTo(Problem):
    code = "nobody_to_send_to"


def document_number(*, word: str, year: int, number: int) -> str:
    """发文字号: 机关代字〔年份〕发文顺序号; six-cornered brackets, no leading zero, no 第. GB/T 9704-2012 7.2.5."""
    if not _WORD.fullmatch(word):
        raise BadOrganWord(
            Text(
                "机关代字应为二至十二个汉字，如“云安办”。",
                "The organ's word is two to twelve Chinese characters, such as 云安办.",
            ),
            where={"word": Text("只用汉字。", "Chinese characters only.")},
        )
    return f"{word}〔{year}〕{number}号"


def require_reason(*, openness: Openness, because: str) -> None:
    """不予公开的要写依据."""
    if openness is Openness.CLOSED and len(because.strip()) < 2:
        raise ReasonMissing(
            Text("不予公开的，请写明依据。", "Say on what ground it isn't open."),
            where={"closed_because": Text("必填。", "Needed.")},
        )


def step_of(*, has_case: bool, is_open: bool, fed_back_on: date | None) -> InstructionStep:
    if not has_case:
        return InstructionStep.REGISTERED
    if is_open:
        return InstructionStep.CARRIED_OUT
    return InstructionStep.TO_FEED_BACK if fed_back_on is None else InstructionStep.FED_BACK


def require_step(*, now: InstructionStep, wanted: InstructionStep) -> None:
    if now is not wanted:
        raise WrongInstructionStep(
            Text(
                "这件批示现在是“{now}”，不能做这一步。", "This instruction is “{now}”; that step isn't its turn."
            ).format(now=now.label)
        )
