"""When two names may be one enterprise."""

from __future__ import annotations

import pytest

from bihuan.kernel.credit_code import check_character, organisation_check_character
from bihuan.registers.duplicates.rules import Candidate, alike, common_path, core_of


def credit(subject: str, prefix: str = "91320000") -> str:
    whole = subject + organisation_check_character(subject)
    return prefix + whole + check_character(prefix + whole)


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("云州东方化工有限公司", "东方化工"),
        ("云州市东方化工有限责任公司", "东方化工"),
        ("云州市东湖区东方化工股份有限公司", "东方化工"),
        ("东方化工（云州）有限公司", "东方化工"),
        ("云省云州市东方化工厂", "东方化工"),
        ("东方 化工集团有限公司", "东方化工"),
        ("有限公司", "有限公司"),
    ],
)
def test_a_name_is_held_without_its_place_and_legal_form(name, core):
    assert core_of(name, places=["云省", "云州市", "东湖区"]) == core


def pairs(*said):
    candidates = [Candidate(str(n), *one) for n, one in enumerate(said)]
    return {(one.first, one.second): one.score for one in alike(candidates, places=["云州市"])}


@pytest.mark.parametrize(
    ("first", "second", "is_pair"),
    [
        (("云州东方化工有限公司",), ("云州市东方化工有限责任公司",), True),
        (("云州东方化工有限公司",), ("东方化工（云州）有限公司",), True),
        (("云州东方精细化工科技有限公司",), ("云州东方精细化工科枝有限公司",), True),
        (("云州东方化工有限公司",), ("云州西方化工有限公司",), False),
        (("恒通新材料科技一厂",), ("恒通新材料科技二厂",), False),
        (("甲公司", credit("MA1X0000")), ("乙公司", credit("MA1X0000", "91320100")), True),
        (("宏达化工有限公司", credit("MA1X0000")), ("宏达化学有限公司", credit("MA1Y1111")), False),
    ],
)
def test_what_is_suspected(first, second, is_pair):
    assert bool(pairs(first, second)) is is_pair


def test_a_credit_code_of_one_subject_is_certain_and_comes_first():
    found = pairs(
        ("云州东方化工有限公司", credit("MA1X0000")),
        ("东方化学品销售部", credit("MA1X0000", "91320100")),
        ("云州市东方化工有限责任公司",),
    )
    assert next(iter(found)) == ("0", "1")
    assert found["0", "1"] == 100


def test_ten_thousand_names_are_looked_through_without_meeting_each_other():
    cores = [f"{a}{b}{c}化工" for a in "东西南北中" for b in "山河湖海川" for c in "金木水火土"]
    names = [Candidate(str(n), f"{core}有限公司") for n, core in enumerate(cores)]
    assert not [one for one in alike(names) if one.score > 95]


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [("99/01/02/", "99/01/03/", "99/01/"), ("99/01/", "99/01/02/", "99/01/"), ("99/", "98/", ""), ("", "99/", "")],
)
def test_who_decides_is_in_charge_of_both(first, second, path):
    assert common_path(first, second) == path
