"""标题: the document's title, the region that issued it, and whether the title announces a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from bihuan.engines.plan_reader.ledger import Span
from bihuan.engines.plan_reader.lexicon import words
from bihuan.engines.plan_reader.patterns import any_of, pattern
from bihuan.engines.plan_reader.stream import Stream
from bihuan.engines.plan_reader.terms import Genre

_HAN = r"\u4e00-\u9fff"
_NAMED = pattern(r"《([^《》]{4,80})》")
_BRACKET_TAIL = pattern(r"（[^（）]{1,12}）$")
_PLAN = tuple(words("document_words", "plan"))
_OTHER = tuple(words("document_words", "other"))
_CARRIER = tuple(words("document_words", "carrier"))
_ISSUED = pattern(any_of(words("redhead", "issued")))
_REDHEAD = tuple(words("redhead", "words"))
_SUFFIX = any_of(words("regions", "suffixes"))
_REGION = pattern(rf"[{_HAN}]{{2,6}}?{_SUFFIX}(?!市)")
_STEM = pattern(rf"([{_HAN}]{{2,5}}?){any_of(words('regions', 'parks'))}（([{_HAN}]{{2,6}}{_SUFFIX})）")
_PARK = pattern(rf"[{_HAN}]{{2,4}}?{any_of(words('regions', 'park_names'))}")
_NOT_NAMES = tuple(words("regions", "not_names"))
_NOT_PARKS = tuple(words("regions", "not_parks"))
_FEWEST = 2  # a place that a text names once is not yet whose text it is
_LONGEST = 90
_JOURNAL = 10  # 市政府公报: the name of a journal above a title, not a title


@dataclass(frozen=True, slots=True)
class Title:
    """标题, with the place and the genre read from it."""

    text: str
    region: str
    genre: Genre
    span: Span


def read_title(stream: Stream, *, front_end: int) -> Title:
    """The title among the lines before the first numbered place."""
    lines = _lines(stream, front_end)
    at = _title_lines(stream.text, lines)
    if at is None:
        return Title("", _region(stream.text, ""), Genre.UNKNOWN, Span(0, 0))
    start, end = at
    text = stream.read(start, end)
    normal = stream.text[start:end]
    genre = genre_of(normal)
    carried = _carried(normal)
    if carried:
        genre = genre_of(carried)
    return Title(text, _region(stream.text, normal), genre, stream.span(start, end))


def genre_of(title: str) -> Genre:
    """The last word of a title decides: …方案 is a plan, …应急预案 is not."""
    bare = title.rstrip("。》”")
    for _ in range(3):
        bare = _BRACKET_TAIL.sub("", bare).rstrip("》”")
    if bare.endswith(_OTHER) and not bare.endswith(_PLAN):
        return Genre.OTHER
    if bare.endswith(_PLAN):
        return Genre.PLAN
    if bare.endswith(_CARRIER):
        carried = _carried(bare)
        return genre_of(carried) if carried else Genre.UNKNOWN
    return Genre.UNKNOWN


def _carried(title: str) -> str:
    """What a covering notice carries: the name in 《》 behind 印发."""
    if not title.endswith(_CARRIER) or not _ISSUED.search(title):
        return ""
    named = _NAMED.search(title)
    if named:
        return named.group(1)
    issued = _ISSUED.search(title)
    assert issued is not None
    return title[issued.end() :].removesuffix(_CARRIER[0]).rstrip("的")


def _lines(stream: Stream, front_end: int) -> list[tuple[int, int]]:
    edges = [0, *(b for b in sorted(stream.breaks) if b < front_end), front_end]
    return [(a, b) for a, b in pairwise(edges) if b > a]


def _title_lines(text: str, lines: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The last run of front lines that together end like a title; a title may be broken over up to four
    lines.
    """
    best: tuple[int, int] | None = None
    for i, (start, _) in enumerate(lines[:24]):
        for j in range(i, min(i + 4, len(lines))):
            end = lines[j][1]
            if text[lines[j][0] : end].endswith(_REDHEAD[:2]):
                break
            whole = text[start:end]
            if len(whole) > _LONGEST or "。" in whole or "：" in whole or (whole.startswith("《") and j > i + 1):
                break
            if genre_of(whole) is not Genre.UNKNOWN or whole.endswith(_CARRIER):
                if _starts_title(text, lines, i) and _better(text, best, (start, end)):
                    best = (start, end)
                if j + 1 < len(lines) and genre_of(text[start : lines[j + 1][1]]) is Genre.UNKNOWN:
                    break
        seen = best is not None and not text[best[0] : best[1]].endswith(_CARRIER)
        if best is not None and seen and lines[i][0] >= best[1] and "。" in text[lines[i][0] : lines[i][1]]:
            break
    if best is None and lines:
        best = _fallback(text, lines)
    return best


def _starts_title(text: str, lines: list[tuple[int, int]], i: int) -> bool:
    return not text[lines[i][0] : lines[i][1]].startswith(_REDHEAD[2:])


def _better(text: str, best: tuple[int, int] | None, new: tuple[int, int]) -> bool:
    """The plan itself beats the notice that carries it; a longer run over the same lines beats a shorter
    one.
    """
    if best is None:
        return True
    old_words, new_words = text[best[0] : best[1]], text[new[0] : new[1]]
    if new[0] == best[0]:
        return True
    if new[1] == best[1]:
        return new_words.startswith(_ABOUT) or _chain(new_words) != ""
    if new[0] < best[1]:
        return False
    replaceable = old_words.endswith(_CARRIER) or (genre_of(old_words) is Genre.OTHER and len(old_words) <= _JOURNAL)
    return replaceable and genre_of(new_words) is Genre.PLAN


def _fallback(text: str, lines: list[tuple[int, int]]) -> tuple[int, int] | None:
    """No title word: the first line that is no heading of the file and holds no sentence."""
    for start, end in lines[:6]:
        line = text[start:end]
        if 4 <= len(line) <= 60 and "。" not in line and not line.endswith(_REDHEAD[:2]):
            return start, end
    return _run_in(text, lines)


def _run_in(text: str, lines: list[tuple[int, int]]) -> tuple[int, int] | None:
    """No line breaks at all: the title ends at the first title word of the first sentence."""
    start = lines[0][0]
    first = text[start : start + _LONGEST]
    ends = [first.find(w) + len(w) for w in _PLAN[:9] + _OTHER[:8] if first.find(w) >= 4]
    return (start, start + min(ends)) if ends else None


def _region(text: str, title: str) -> str:
    """The issuing region: named in the title, else the place the document names most."""
    park = _STEM.search(title)
    if park and f"{park.group(1)}{_SUFFIX_CITY}" in text:
        return f"{park.group(1)}{_SUFFIX_CITY}{park.group(2)}"
    chain = _chain(title[title.find("《") + 1 :] if _carried(title) else title)
    if chain:
        return chain
    counts = Counter(m.group() for m in _REGION.finditer(text[:3000]) if _is_name(m.group()) and len(m.group()) <= 4)
    most = counts.most_common(1)
    return most[0][0] if most and most[0][1] >= _FEWEST else ""


def _chain(title: str) -> str:
    """天津市南开区…, 东湾经济技术开发区…: the names of places a title begins with."""
    chain, at = "", 0
    while (m := _REGION.match(title, at)) and _is_name(m.group(), begins=True):
        chain, at = chain + m.group(), m.end()
    park = _PARK.match(title, at)
    if park and not park.group().startswith(_NOT_NAMES) and not any(w in park.group() for w in _NOT_PARKS):
        chain += park.group()
    return chain


_ABOUT = "关于"
_SUFFIX_CITY = words("regions", "suffixes")[4]
_SUFFIX_DISTRICT = words("regions", "suffixes")[8]


def _is_name(word: str, *, begins: bool = False) -> bool:
    """Not 本市, not 库区. At the head of a title 盐城市 is a name, though 中心城市 in a sentence is none."""
    if word.startswith(_NOT_NAMES):
        return False
    return (begins and not word.endswith(_SUFFIX_DISTRICT)) or not word[:-1].endswith(_NOT_NAMES)
