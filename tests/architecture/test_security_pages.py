"""The security tables: every test they name exists, every row of the law's table is answered, every gap is said."""

import ast
import re

import pytest
from tools import docs

from bihuan.law import law

#: The register of personal fields is drawn from the tables: it names no tests.
PAGES = sorted(p for p in (docs.DOCS / "security").glob("*.md") if p.name != "personal-data.md")
NAMED = re.compile(r"`((?:src|tests)/[\w/.]+\.py)(?:::(\w+))?`")


def functions(path):
    return {n.name for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_test_a_page_names_exists(page):
    named = NAMED.findall(page.read_text(encoding="utf-8"))
    assert len(named) >= 4
    for file, function in named:
        path = docs.ROOT / file
        assert path.is_file(), file
        assert not function or function in functions(path), f"{file}::{function}"


def test_every_row_of_protection_level_3_is_answered():
    rows = law.shipped().provision("information-security/protection", "requirements").versions[-1].values
    page = (docs.DOCS / "security" / "dengbao.md").read_text(encoding="utf-8")
    answered = set(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| (?:有|部分|无|环境) \|", page, re.MULTILINE))
    assert answered == {(row["area"], row["requirement"]) for row in rows}


def test_what_is_answered_names_a_test():
    page = (docs.DOCS / "security" / "dengbao.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"^\| [^|]+ \| [^|]+ \| (?:有|部分) \|", line)]
    assert [line for line in rows if "::test_" not in line] == []


def test_every_retention_of_the_law_is_on_the_page():
    page = (docs.DOCS / "security" / "retention.md").read_text(encoding="utf-8")
    keys = {key for path, key in law.shipped().provisions if path.startswith("retention/")}
    assert keys
    assert {key for key in keys if f"`{key}`" not in page} == set()
