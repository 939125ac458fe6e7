"""Rules of parties: paths, names, resolving a unit as a document writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.parties.terms import RegionKind


class BadRegionCode(Problem):
    code = "bad_region_code"


class WrongLevel(Problem):
    code = "region_at_wrong_level"


class BadRegionLine(Problem):
    code = "bad_line_of_regions"


def region_path(*, parent_path: str, code: str) -> str:
    """区域路径: the parent's path and the own code, closed by a slash."""
    if not re.fullmatch(r"[0-9A-Za-z-]{1,20}", code):
        raise BadRegionCode(
            Text(
                "区域代码“{code}”不对：只能用数字、字母和短横，最多 20 位（行政区划用 GB/T 2260 的六位代码）。",
                "Region code “{code}” is wrong: digits, letters and hyphens only, at most 20 (divisions: the six digits of GB/T 2260).",
            ).format(code=code)
        )
    return f"{parent_path}{code}/"


def ancestors(path: str) -> list[str]:
    """`a/b/c/` → `a/b/c/`, `a/b/`, `a/`, "": from the place itself up to the whole installation."""
    codes = path.split("/")[:-1]
    return ["/".join(codes[:n]) + ("/" if n else "") for n in range(len(codes), -1, -1)]


@dataclass(frozen=True, slots=True)
class DatedValue:
    region_path: str
    from_on: date
    value: Any
    basis: str


def nearest(values: Iterable[DatedValue], *, path: str, on: date) -> DatedValue | None:
    """地方参数的取值: the nearest place up the tree counts; there, the latest that is in force on the day."""
    latest: dict[str, DatedValue] = {}
    for value in values:
        known = latest.get(value.region_path)
        if value.from_on <= on and (known is None or known.from_on < value.from_on):
            latest[value.region_path] = value
    return next((latest[place] for place in ancestors(path) if place in latest), None)


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """One organisation as the resolver of names sees it."""

    code: str
    name: str
    short_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """`certain` matches are taken; the others are only proposed, best first."""

    code: str
    score: float
    certain: bool


#: How offices shorten the names of organs: the long word, then what stands for it in a short name.
SHORTENINGS: Sequence[tuple[str, str]] = (
    ("发展和改革", "发改"), ("发展改革", "发改"), ("工业和信息化", "工信"), ("经济和信息化", "经信"), ("自然资源和规划", "资规"),
    ("自然资源规划", "资规"), ("住房和城乡建设", "住建"), ("住房城乡建设", "住建"), ("交通运输", "交通"), ("生态环境", "环境"), ("市场监督管理", "市监"),
    ("市场监管", "市监"), ("应急管理", "应急"), ("卫生健康", "卫健"), ("消防救援", "消防"), ("人力资源和社会保障", "人社"), ("人力资源社会保障", "人社"),
    ("农业农村", "农业"), ("科学技术", "科技"), ("经济发展", "经发"), ("城市管理", "城管"), ("行政审批", "审批"), ("安全生产委员会", "安委会"),
    ("委员会办公室", "委办"), ("安委会办公室", "安委办"), ("管理委员会", "管委会"), ("街道办事处", "街道"), ("人民政府", "政府"), ("委员会", "委"),
)  # fmt: skip


def normal_name(name: str) -> str:
    """简称归一: brackets dropped, organs shortened, so that 市发展和改革委员会 and 市发改委 meet."""
    text = re.sub(r"[（(].*?[）)]|\s", "", name)
    for long, short in SHORTENINGS:
        text = text.replace(long, short)
    return text


def strip_region(name: str, regions: Iterable[str]) -> str:
    """云州市应急管理局 → 市应急管理局: a plan leaves its own city's name out. Longest region name first."""
    for region in sorted(regions, key=len, reverse=True):
        stem = region[:-1] if region[-1:] in "市区县州盟旗" else region
        if name.startswith(region):
            return region[-1] + name[len(region) :] if region[-1:] in "市区县" else name[len(region) :]
        if stem and len(stem) >= 2 and name.startswith(stem):
            return name[len(stem) :]
    return name


def resolve_unit(written: str, units: Iterable[KnownUnit], *, regions: Iterable[str] = ()) -> list[Match]:
    """单位匹配: who is meant by the name a document writes. At most five, best first.

    Certain only when exactly one organisation bears the name, one of its short names, or the same shortened form.
    """
    region_names = list(regions)
    target = normal_name(strip_region(written, region_names))
    exact: list[str] = []
    scored: list[Match] = []
    for unit in units:
        names = [unit.name, *unit.short_names]
        if written in names:
            exact.append(unit.code)
            continue
        forms = {normal_name(strip_region(n, region_names)) for n in names}
        if target in forms:
            exact.append(unit.code)
            continue
        score = max(SequenceMatcher(None, target, form, autojunk=False).ratio() for form in forms)
        if score >= 0.6:
            scored.append(Match(unit.code, round(score, 3), certain=False))
    certain = [Match(code, 1.0, certain=len(exact) == 1) for code in exact]
    return (certain + sorted(scored, key=lambda m: (-m.score, m.code)))[:5]


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One region of a list: its parent by code; none given, it lies below the one the list is for."""

    code: str
    name: str
    kind: RegionKind
    parent: str = ""


#: What a village or a grid may lie in; other kinds go by GB/T 2260 or by the place's own ways.
_ABOVE = {
    RegionKind.VILLAGE: (RegionKind.TOWN, RegionKind.DISTRICT, RegionKind.PARK),
    RegionKind.GRID: (RegionKind.VILLAGE, RegionKind.TOWN, RegionKind.PARK),
}


def require_below(*, kind: RegionKind, parent: RegionKind | None, name: str) -> None:
    """村（社区）在乡镇（街道）之下，网格在村（社区）之下. 依据 B13."""
    allowed = _ABOVE.get(kind)
    if allowed is not None and parent not in allowed:
        raise WrongLevel(
            Text("“{name}”是{kind}，上级须是{above}。", "“{name}” is a {kind}; it must lie in: {above}.").format(
                name=name,
                kind=kind.label,
                above=Text("、".join(k.label.zh for k in allowed), ", ".join(k.label.en for k in allowed)),
            ),
            where={"parent": Text("级别不对。", "Wrong level.")},
        )


def read_regions(lines: Sequence[str]) -> list[RegionLine]:
    """批量区域, a line each: 代码，名称，级别，上级代码. Tabs (from a sheet), commas of either width."""
    kinds = {k.label.zh: k for k in RegionKind} | {k.value: k for k in RegionKind} | _SHORT
    found: list[RegionLine] = []
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in re.split(r"[\t,，]", line)]
        if not any(cells):
            continue
        if len(cells) not in (3, 4) or cells[2] not in kinds or not cells[1]:
            raise BadRegionLine(
                Text(
                    "第 {n} 行“{line}”不对：每行写代码，名称，级别（{kinds}），上级代码可以不写。",
                    "Line {n} “{line}” is wrong: code, name, kind ({kinds}), and the parent's code if it isn't the one above.",
                ).format(n=number, line=line[:60], kinds="、".join(k.label.zh for k in RegionKind)),
                where={"lines": Text("第 {n} 行。", "Line {n}.").format(n=number)},
            )
        found.append(RegionLine(cells[0], cells[1], kinds[cells[2]], cells[3] if len(cells) == 4 else ""))
    return found


#: How lists call the kinds besides.
_SHORT = {
    "村": RegionKind.VILLAGE,
    "社区": RegionKind.VILLAGE,
    "网格": RegionKind.GRID,
    "镇": RegionKind.TOWN,
    "乡": RegionKind.TOWN,
    "街道": RegionKind.TOWN,
}
