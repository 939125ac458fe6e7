"""The rules are a general grammar: their Chinese words come from the lexicon, and the lexicon from the genre."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bihuan.engines.plan_reader import lexicon
from bihuan.engines.plan_reader.numerals import CHINESE_DIGITS

PACKAGE = Path(lexicon.__file__).parent
#: `command.py` speaks to people; all else in the package is rules or intake.
CODE = sorted(p for p in (*PACKAGE.glob("*.py"), *PACKAGE.glob("documents/*.py")) if p.name != "command.py")
HAN_RUN = re.compile(r"[\u4e00-\u9fff〇]{3,}")


def spoken(call: ast.Call) -> bool:
    """Sentences for people: what stands in Text(…)."""
    return isinstance(call.func, ast.Name) and call.func.id == "Text"


def literals(source: str) -> list[str]:
    """Runs of three or more Chinese characters in the strings of a module, without docstrings and messages."""
    tree = ast.parse(source)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        elif isinstance(node, ast.Call) and spoken(node):
            left_out.update(id(inner) for inner in ast.walk(node))
    strings = [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in left_out
    ]
    return [run for s in strings for run in HAN_RUN.findall(s)]


def foreign(run: str, known: set[str]) -> bool:
    return run not in known and not set(run) <= set(CHINESE_DIGITS)


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.stem)
def test_every_chinese_literal_of_the_rules_is_in_the_lexicon(path):
    """Stricter than asking whether one document alone has it: a literal that is no lexicon word is refused anyway."""
    known = set(lexicon.entries())
    if path.name == "terms.py":
        known |= {label for term in _labels(path) for label in HAN_RUN.findall(term)}
    assert [run for run in literals(path.read_text(encoding="utf-8")) if foreign(run, known)] == []


def _labels(path: Path) -> list[str]:
    """The labels of Term members are for people too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [c.value for n in ast.walk(tree) if isinstance(n, ast.Tuple) for c in n.elts if isinstance(c, ast.Constant)]


def test_a_literal_taken_from_a_document_would_be_refused():
    code = '"""说明里的中文不算。"""\nX = "滨江专用停车场"\nY = Text("给人看的话", "words")\nZ = "责任单位"\n'
    assert [run for run in literals(code) if foreign(run, set(lexicon.entries()))] == ["滨江专用停车场"]


def test_no_long_entry_of_the_lexicon_comes_from_one_real_document_alone(real_plans, own_plans):
    real = [p.read_text(encoding="utf-8") for p in sorted(real_plans.glob("*.txt"))]
    own = [text for text, _ in own_plans.values()]
    alone = {
        w for w in lexicon.entries() if len(w) >= 4 and sum(w in t for t in real) == 1 and not any(w in t for t in own)
    }
    assert alone - set(lexicon.reasons()) == set()


def test_reasons_are_given_only_for_entries_that_exist():
    reasons = lexicon.reasons()
    assert set(reasons) <= set(lexicon.entries())
    assert all(len(reason) >= 20 for reason in reasons.values())


def test_the_lexicon_names_no_place_and_no_industry(own_plans):
    places = (
        "常州",
        "天津",
        "南开",
        "新北",
        "江苏",
        "徐州",
        "滨江",
        "金坛",
        *(gold["issuer_region"][:2] for _, gold in own_plans.values()),
    )
    trades = ("化工", "危险化学品", "危化", "矿山", "燃气", "消防安全", "储罐", "重大危险源")
    assert [w for w in lexicon.entries() for bad in (*places, *trades) if bad in w] == []
