"""安全技术说明书的 16 个部分: read out of one text, and held against what each must say. 依据 GB/T 16483、17519（待核）."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.provision import Held

_NUMERALS = {w: n for n, w in enumerate("一二三四五六七八九十", start=1)} | {f"十{w}": 10 + n for n, w in enumerate("一二三四五六", start=1)}  # fmt: skip
_HEAD = re.compile(
    r"^\s*第\s*(1[0-6]|[1-9]|十[一二三四五六]|[一二三四五六七八九十])\s*部分[\s:：、.]*(.*)$", re.MULTILINE
)
MOST_CHARACTERS = 20_000


class NoSections(Problem):
    code = "no_sections"


class SectionTwice(Problem):
    code = "section_twice"


@dataclass(frozen=True, slots=True)
class SectionRule:
    """One section: what it is called and, each a choice of words, what it must speak of."""

    number: int
    title: Text
    needs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SectionState:
    """What a section says, and which topics it leaves out."""

    rule: SectionRule
    text: str
    lacks: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.text.strip()

    @property
    def is_complete(self) -> bool:
        return not self.is_empty and not self.lacks


def rules_at(on: date) -> tuple[tuple[SectionRule, ...], Held]:
    held = law.at(on).value("ghs/labels", "sds_sections")
    rows = tuple(
        SectionRule(r["number"], Text(r["zh"], r["en"]), tuple(tuple(n.split("|")) for n in r["needs"].split(";")))
        for r in held.value
    )
    return rows, held


def states_of(*, sections: Mapping[str, str], said_elsewhere: Mapping[int, str], on: date) -> list[SectionState]:
    """Completeness section by section. `said_elsewhere`: what the product's own fields put into a section."""
    found = []
    for rule in rules_at(on)[0]:
        own = sections.get(str(rule.number), "").strip()
        whole = f"{own}\n{said_elsewhere.get(rule.number, '')}".casefold()
        empty = not own and not said_elsewhere.get(rule.number)
        lacks = () if empty else tuple(n[0] for n in rule.needs if not any(w.casefold() in whole for w in n))
        found.append(SectionState(rule, own or said_elsewhere.get(rule.number, ""), lacks))
    return found


def read(text: str, *, on: date) -> dict[str, str]:
    """One text with heads like 第1部分 化学品及企业标识 → the sections by number."""
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise NoSections(
            Text(
                "没有找到“第1部分 …”这样的标题。请粘贴整份说明书，每个部分以“第N部分”起头。",
                "There is no heading like “第1部分 …”. Paste the whole sheet, each section headed 第N部分.",
            ),
            where={"text": Text("没有“第N部分”标题。", "No heading 第N部分.")},
        )
    titles = {rule.number: rule.title.zh for rule in rules_at(on)[0]}
    found: dict[str, str] = {}
    for at, head in enumerate(heads):
        number = int(head[1]) if head[1].isdigit() else _NUMERALS[head[1]]
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        rest = head[2].strip()
        # What stands on the line of the head is its title, unless it says something else.
        own = "" if rest in ("", titles[number]) or len(rest) <= 24 else rest + "\n"
        if str(number) in found:
            raise SectionTwice(
                Text("第 {n} 部分出现了两次。", "Section {n} stands twice.").format(n=number),
                where={"text": Text("第 {n} 部分重复。", "Section {n} twice.").format(n=number)},
            )
        found[str(number)] = (own + text[head.end() : end]).strip()[:MOST_CHARACTERS]
    return found
