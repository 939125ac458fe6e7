"""`./run new-domain NAME [中文名] [ENGLISH]`: a new folder under src/bihuan/domains with all that a domain needs.

What stands in it works and passes every check: a table, two actions, two events, one rule and their tests. Replace
them by your own; docs/howto/add-a-domain.md goes through it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).resolve().parent / "domain_template"
DOMAINS = ROOT / "src" / "bihuan" / "domains"
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def singular(word: str) -> str:
    """Of an English noun as names are made here: `hidden_dangers`, `licences`, `registries`."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def camel(words: list[str]) -> str:
    return "".join(word.capitalize() for word in words)


def filled(text: str, *, name: str, zh: str, en: str) -> str:
    words = name.split("_")
    # The longer marks first: `__EN_LOWER__` begins like `__EN__`.
    marks = {
        "__ROWS__": camel(words),
        "__ROW__": camel([*words[:-1], singular(words[-1])]),
        "__EN_LOWER__": en[:1].lower() + en[1:],
        "__EN__": en,
        "__ZH__": zh,
        "__NAME__": name,
    }
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text


def make(*, name: str, zh: str, en: str) -> Path:
    folder = DOMAINS / name
    folder.mkdir()
    try:
        for source in sorted(TEMPLATE.rglob("*.txt")):
            target = folder / source.relative_to(TEMPLATE).with_suffix("")
            target.parent.mkdir(exist_ok=True)
            target.write_text(filled(source.read_text(encoding="utf-8"), name=name, zh=zh, en=en), encoding="utf-8")
        # How names sort and lines break depends on the name.
        for command in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
            subprocess.run([sys.executable, "-m", "ruff", *command, folder], cwd=ROOT, check=True)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run new-domain", description=__doc__)
    parser.add_argument("name", metavar="NAME", help="plural and in English: tip_offs")
    parser.add_argument("zh", metavar="中文名", nargs="?", help="what the screen says: 举报")
    parser.add_argument("en", metavar="ENGLISH", nargs="?", help="the same in English: Tip-offs")
    arguments = parser.parse_args()
    if not NAME.fullmatch(arguments.name):
        parser.error("NAME is written in small letters, digits and single underscores, like tip_offs")
    if (DOMAINS / arguments.name).exists():
        parser.error(f"src/bihuan/domains/{arguments.name} is there already")
    en = arguments.en or arguments.name.replace("_", " ").capitalize()
    for label in (arguments.zh or "", en):
        if re.search(r'["\\\n{}]', label):
            parser.error("a name holds no quotes, backslashes or braces")
    folder = make(name=arguments.name, zh=arguments.zh or en, en=en)
    print(f"Made {folder.relative_to(ROOT)}. Add this line to MODULES in src/bihuan/site/modules.py:\n")
    print(f'    "bihuan.domains.{arguments.name}.module",\n')
    print("Then: ./run docs && ./run check && ./run test src/bihuan/domains/" + arguments.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
