"""双随机: who is drawn and who checks whom, from a recorded seed, so that anybody can draw it again. 依据 C12.

The ticket of a candidate is SHA-256 over the seed, the purpose and its key; the smallest tickets are drawn. So the
order depends on nothing but the seed and the frozen list, in any language and on any machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class TooFewToDraw(Problem):
    code = "too_few_to_draw"


class TooFewInspectors(Problem):
    code = "too_few_inspectors"


class NobodyMayCheck(Problem):
    code = "nobody_may_check"


@dataclass(frozen=True, slots=True)
class Candidate:
    """抽查对象: a stable key, its name, and the code of the unit it belongs to."""

    key: str
    name: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Inspector:
    key: str
    name: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """检查组: the first is its head."""

    inspectors: tuple[Inspector, ...]
    objects: tuple[Candidate, ...]


def ticket(*, seed: str, purpose: str, key: str) -> str:
    return hashlib.sha256(f"{seed}\n{purpose}\n{key}".encode()).hexdigest()


def digest_of(candidates: Iterable[Candidate]) -> str:
    """名单摘要: fixed before the seed is made, so that no list can be fitted to a draw."""
    lines = sorted(f"{c.key}\t{c.organisation}\t{c.name}" for c in candidates)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def draw(*, seed: str, candidates: Sequence[Candidate], excluded: Mapping[str, str], number: int) -> list[Candidate]:
    """抽取对象: those not excluded, the smallest tickets first. `number` 0 takes all of them."""
    eligible = [c for c in candidates if c.key not in excluded]
    if number > len(eligible) or not eligible:
        raise TooFewToDraw(
            Text(
                "名单里可抽取的只有 {n} 个（已排除 {x} 个），不够抽 {wanted} 个。请减少抽取数量或核对排除。",
                "Only {n} can be drawn ({x} excluded), fewer than {wanted}. Draw fewer, or look at the exclusions.",
            ).format(n=len(eligible), x=len(candidates) - len(eligible), wanted=max(number, 1)),
            where={"number": Text("太多。", "Too many.")},
        )
    ordered = sorted(eligible, key=lambda c: (ticket(seed=seed, purpose="object", key=c.key), c.key))
    return ordered[: number or len(ordered)]


def make_groups(*, seed: str, inspectors: Sequence[Inspector], size: int, least: int) -> list[list[Inspector]]:
    """抽取人员: groups of `size` by ticket; who is left over joins the groups already made."""
    size = max(size, least)
    if len(inspectors) < size:
        raise TooFewInspectors(
            Text(
                "检查人员名册只有 {n} 人，每组至少 {size} 人。请补充检查人员。",
                "The roster has {n} inspectors, a group needs {size}. Add inspectors.",
            ).format(n=len(inspectors), size=size),
            where={"inspectors": Text("人数不够。", "Too few.")},
        )
    ordered = sorted(inspectors, key=lambda i: (ticket(seed=seed, purpose="inspector", key=i.key), i.key))
    number = len(ordered) // size
    groups = [ordered[n * size : (n + 1) * size] for n in range(number)]
    for n, left in enumerate(ordered[number * size :]):
        groups[n % number].append(left)
    return groups


def deal(*, groups: Sequence[Sequence[Inspector]], objects: Sequence[Candidate]) -> list[Group]:
    """分配: each object to the group with the fewest so far; nobody checks the unit he belongs to (回避)."""
    dealt: list[list[Candidate]] = [[] for _ in groups]
    units = [{i.organisation for i in group} - {""} for group in groups]
    for item in objects:
        free = [n for n in range(len(groups)) if item.organisation not in units[n]]
        if not free:
            raise NobodyMayCheck(
                Text(
                    "“{name}”没有可以检查的组：每组都有该单位的人，须回避。请增加检查人员，或注明理由后排除。",
                    "No group may check “{name}”: each has somebody of that unit. Add inspectors, or exclude it with a reason.",
                ).format(name=item.name)
            )
        dealt[min(free, key=lambda n: (len(dealt[n]), n))].append(item)
    return [Group(tuple(g), tuple(items)) for g, items in zip(groups, dealt, strict=True) if items]


def run(
    *,
    seed: str,
    candidates: Sequence[Candidate],
    excluded: Mapping[str, str],
    number: int,
    inspectors: Sequence[Inspector],
    size: int,
    least: int,
) -> list[Group]:
    """一次抽查的全部结果: the same input gives the same groups, whoever asks."""
    objects = draw(seed=seed, candidates=candidates, excluded=excluded, number=number)
    return deal(groups=make_groups(seed=seed, inspectors=inspectors, size=size, least=least), objects=objects)
