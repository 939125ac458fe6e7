"""查重规则: when two names or credit codes may be of one enterprise. Pure; our own judgement, no standard sets it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: From here on a likeness is worth a person's look.
ENOUGH: Final = 86
#: A piece of a name that so many share says nothing about who is who.
COMMON: Final = 400
#: Each name is held against those that share one of its rarest pieces.
RAREST: Final = 5
_FORMS: Final = re.compile(r"(集团)?(股份)?(有限)?(责任)?公司$|(总|分)?厂$|\(集团\)|\((普通|特殊普通|有限)合伙\)")
_PLACES: Final = re.compile(r"^(?:[^省市区县]{2,3}(?:省|自治区))?(?:[^省市区县]{2,4}市)?(?:[^省市区县]{1,4}[区县])?")
_NUMBERS: Final = re.compile(r"[0-9]+|[一二三四五六七八九十甲乙丙丁]+(?=[号厂期部]|分)|(?<=第)[一二三四五六七八九十]+")
#: 主体标识码 of a unified social credit code: positions 9 to 17 (GB 32100-2015).
_SUBJECT: Final = slice(8, 17)


class SamePerson(Problem):
    code = "merge_needs_another_person"
    status = 403


class NotTwo(Problem):
    code = "merge_needs_two"


class NotOfOneKind(Problem):
    code = "merge_needs_one_kind"


class AlreadyDecided(Problem):
    code = "duplicate_already_decided"
    status = 409


class NotNoted(Problem):
    code = "merge_was_not_noted"
    status = 409


class MergedFurther(Problem):
    code = "merged_further"
    status = 409


class RepeatsInRegister(Problem):
    """Both have the same thing in a register: whose it is must be settled there first."""

    code = "merge_repeats_in_register"
    status = 409


@dataclass(frozen=True, slots=True)
class Candidate:
    """One organisation as the search for duplicates sees it."""

    key: str
    name: str
    credit_code: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """疑似重复: how alike two are, of a hundred, and why."""

    first: str
    second: str
    score: int
    why: Text


def core_of(name: str, *, places: Iterable[str] = ()) -> str:
    """字号与行业: the name without its place, its legal form, brackets and punctuation."""
    text = "".join(unicodedata.normalize("NFKC", name).split()).lower()
    for place in sorted(places, key=len, reverse=True):
        stem = place[:-1] if len(place) > 2 and place[-1] in "省市区县" else place
        for written in (place, stem):
            text = text.replace(f"({written})", "").removeprefix(written)
    text = _PLACES.sub("", text, count=1) or text
    whole = "".join(c for c in text if c.isalnum())
    return "".join(c for c in _FORMS.sub("", text) if c.isalnum()) or whole


def likeness(a: Candidate, b: Candidate, *, core_a: str, core_b: str) -> Likeness | None:
    """Credit codes first: they are the enterprise's own. Names that differ in a number are two plants, not two spellings."""
    if a.credit_code and b.credit_code:
        if a.credit_code[_SUBJECT] == b.credit_code[_SUBJECT]:
            return Likeness(
                a.key, b.key, 100, Text("信用代码的主体标识码相同", "The same subject in both credit codes")
            )
        if len(a.credit_code) == len(b.credit_code) and core_a == core_b:
            off = sum(x != y for x, y in zip(a.credit_code, b.credit_code, strict=True))
            if off <= 2:
                why = Text("名称相同，信用代码只差 {n} 位", "The same name; the credit codes differ in {n} places")
                return Likeness(a.key, b.key, 98, why.format(n=off))
    if _NUMBERS.findall(a.name) != _NUMBERS.findall(b.name) or min(len(core_a), len(core_b)) < 2:
        return None
    score = int(fuzz.ratio(core_a, core_b))
    if core_a == core_b:
        why = Text("去掉地名和公司形式后名称相同", "The same name but for place and legal form")
        # Two credit codes that are right and different are two enterprises of one name, more likely than not.
        return Likeness(a.key, b.key, 88 if a.credit_code and b.credit_code else 96, why)
    if score < ENOUGH or (a.credit_code and b.credit_code):
        return None
    return Likeness(a.key, b.key, score, Text("名称相近", "Names alike"))


def alike(candidates: Sequence[Candidate], *, places: Iterable[str] = ()) -> list[Likeness]:
    """疑似重复的各对, the likeliest first. Each name only meets those with which it shares a rare piece."""
    places = list(places)
    cores = [core_of(c.name, places=places) for c in candidates]
    pieces = [_pieces(core) for core in cores]
    counted = Counter(piece for some in pieces for piece in some)
    holders: dict[str, list[int]] = {}
    for n, (candidate, some) in enumerate(zip(candidates, pieces, strict=True)):
        rare = sorted((p for p in some if 1 < counted[p] <= COMMON), key=lambda p: (counted[p], p))[:RAREST]
        for piece in (*rare, f"={cores[n]}"):
            holders.setdefault(piece, []).append(n)
        if candidate.credit_code:
            holders.setdefault(f"#{candidate.credit_code[_SUBJECT]}", []).append(n)
    met: set[tuple[int, int]] = set()
    found: list[Likeness] = []
    for together in holders.values():
        for at, m in enumerate(together[:COMMON]):
            for n in together[at + 1 : COMMON]:
                if (m, n) in met or m == n:
                    continue
                met.add((m, n))
                if (one := likeness(candidates[m], candidates[n], core_a=cores[m], core_b=cores[n])) is not None:
                    found.append(one)
    return sorted(found, key=lambda one: (-one.score, one.first, one.second))


def _pieces(core: str) -> set[str]:
    return {core[n : n + 2] for n in range(len(core) - 1)}


def common_path(first: str, second: str) -> str:
    """The nearest place that holds both: who decides on two counties' enterprises must be in charge of both."""
    shared = []
    for a, b in zip(first.split("/")[:-1], second.split("/")[:-1], strict=False):
        if a != b:
            break
        shared.append(f"{a}/")
    return "".join(shared)


def require_another_person(*, proposed_by: str, actor: str) -> None:
    """合并由另一人确认."""
    if proposed_by == actor:
        raise SamePerson(
            Text("合并要由提出人以外的人确认。", "A merge is confirmed by somebody else than the one who proposed it.")
        )


def require_two(*, kept: object, lost: object) -> None:
    if kept == lost:
        raise NotTwo(Text("请选择两个不同的单位。", "Choose two different organisations."))
