"""单位称谓: collective names, and which kinds of organisation one may mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: 各区人民政府, 各成员单位, 全区危险化学品企业, 相关街道办事处: nobody bears such a name; a person says who is meant.
_COLLECTIVE = re.compile(
    r"^(各|全[省市区县]|相关|有关|所有|本级)|各(级|地|有关|相关|部门|单位|镇|乡|街道|区|县|市|成员)"
    r"|(成员单位|有关部门|相关部门|部门和单位|使用单位|生产单位|经营单位|主管部门|有关单位|相关单位|相关企业|有关企业)$"
)
#: 各区应急管理局: the same organ in each region below.
_EACH_ORGAN = re.compile(
    r"^(?:全[省市区县])?各(?:级|地|区县|县区|县市区|区|县|市|镇|乡镇|街道)?(?=.*[局委办院队会]$)(.+)$"
)
_KINDS = (
    (re.compile(r"街道|镇|乡"), "town", True),
    (re.compile(r"园区|开发区|化工区"), "park_administration", True),
    (re.compile(r"企业|使用单位|生产单位|经营单位"), "enterprise", True),
    (re.compile(r"[区县市]（?[^）]*）?(人民)?政府|各地|各区|各县|各市|党委政府"), "government", True),
    (re.compile(r"部门|成员单位|单位"), "department", False),
)


@dataclass(frozen=True, slots=True)
class LikelyMembers:
    """Organisations of this kind, or whose name ends like this. `below`: of the regions under the campaign's own; else of
    its own region."""

    below: bool
    kind: str = ""
    ending: str = ""


def is_collective(name: str) -> bool:
    return bool(_COLLECTIVE.search(name))


def likely_members(name: str) -> LikelyMembers | None:
    """Whom a collective name probably means: only proposed; a person ticks them."""
    if not is_collective(name):
        return None
    if organ := _EACH_ORGAN.match(name):
        return LikelyMembers(below=True, ending=organ[1])
    return next((LikelyMembers(below, kind) for pattern, kind, below in _KINDS if pattern.search(name)), None)
