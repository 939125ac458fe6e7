"""The pages say what the code says: settings, declarations, requirements, terms, decisions, links."""

import re

import pytest
from tools import docs

from bihuan.core.modules import registry
from bihuan.law import law

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
PAGES = sorted(
    str(p.relative_to(docs.ROOT)) for p in [*docs.ROOT.glob("*.md"), *docs.DOCS.rglob("*.md")] if p.is_file()
)


DRAWN = [
    "settings.md",
    "metrics.md",
    "doctor.md",
    "security/personal-data.md",
    "reference.md",
    "requirements.md",
    "conformance/aq3064.md",
    "glossary.md",
    "decisions/README.md",
]


def test_every_drawn_page_is_tested():
    assert {docs.DOCS / name for name in DRAWN} == set(docs.pages())


@pytest.mark.parametrize("path", DRAWN)
def test_a_drawn_page_is_in_step(path):
    file = docs.DOCS / path
    assert file.read_text(encoding="utf-8") == docs.pages()[file](), f"run `./run docs`: docs/{path} lags behind"


def test_there_are_332_requirements_and_each_once():
    identifiers = [row["id"] for row in docs.requirement_rows()]
    assert len(identifiers) == len(set(identifiers)) == 332


@pytest.mark.shared
def test_the_requirements_are_those_of_the_inventory(shared_folder):
    text = (shared_folder / "requirements.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| ([A-Z]\d{2}) \|", text, re.MULTILINE))
    assert {row["id"] for row in docs.requirement_rows()} == named


def test_what_modules_serve_exists_and_says_how_in_both_languages():
    features = law.shipped().provision("aq-3064/features", "features").versions[-1].values
    known = {row["id"] for row in docs.requirement_rows()}
    known |= {f"{docs.AQ3064}{row['feature']}" for row in features}
    for identifier, entries in docs.served(registry()).items():
        assert identifier in known
        for module, how in entries:
            assert how.zh.strip(), (module, identifier)
            assert how.en.strip(), (module, identifier)
            assert how.zh.startswith(docs.PARTLY_ZH) == how.en.startswith(docs.PARTLY_EN), (module, identifier)


def vocabulary():
    """Chinese word → code word, from the table of the glossary."""
    words = {}
    text = (docs.DOCS / "glossary.md").read_text(encoding="utf-8").split(docs.TERMS_BEGIN)[0]
    for chinese, code in re.findall(r"^\| ([^|`]+?) \| ([^|]+?) \|$", text, re.MULTILINE):
        codes = re.findall(r"`([^`]+)`", code)
        names = re.split(r"[、,]", chinese)
        if len(names) == len(codes):
            words.update(zip((n.strip() for n in names), codes, strict=True))
        else:
            words.update((n.strip(), codes[0]) for n in names if codes)
    return words


def test_the_vocabulary_is_read():
    words = vocabulary()
    assert words["销号"] == "close_out"
    assert words["督办"] == "supervise"
    assert words["挂牌督办"] == "listed_supervision"
    assert words["隐患"] == "hidden_danger"


def test_an_action_labelled_with_a_term_bears_its_code_word():
    words = vocabulary()
    strays = [
        f"{action.name}: {action.label.zh} is `{words[action.label.zh]}`"
        for action in registry().actions.values()
        if action.label.zh in words and words[action.label.zh] not in action.name.split(".")[-1]
    ]
    assert not strays


#: Labels that are a term's word in another sense.
OTHER_SENSE = {
    "Happening.RAISED": "what happened to an alarm: 报警 as a verb",
}


def test_a_term_labelled_with_a_term_bears_its_code_word():
    words = vocabulary()
    strays = [
        f"{kind.__module__}.{kind.__qualname__}.{member.name}: {member.label.zh} is `{words[member.label.zh]}`"
        for kind in docs.term_classes()
        for member in kind
        if member.label.zh in words
        and words[member.label.zh] not in f"{member.name.lower()} {member.value}"
        and f"{kind.__name__}.{member.name}" not in OTHER_SENSE
    ]
    assert not strays


def test_every_term_speaks_both_languages():
    for kind in docs.term_classes():
        if ".tests." in kind.__module__:
            continue
        for member in kind:
            assert member.label.zh.strip(), member
            assert member.label.en.strip(), member


@pytest.mark.parametrize("path", PAGES)
def test_every_link_between_pages_leads_somewhere(path):
    page = docs.ROOT / path
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_decisions_are_numbered_once_and_titled_with_a_sentence():
    files = sorted((docs.DOCS / "decisions").glob("[0-9]*.md"))
    numbers = [file.name[:4] for file in files]
    assert len(numbers) == len(set(numbers))
    for file in files:
        assert file.read_text(encoding="utf-8").startswith("# "), file.name


def test_every_setting_is_read_through_the_one_table():
    # The command line must answer, in somebody's language, before there are settings.
    # And the demo sets up the environment of the process it starts.
    allowed = {"site/environment.py", "site/main.py", "site/demo/command.py"}
    strays = [
        name
        for file in docs.PACKAGE.rglob("*.py")
        if "tests" not in (name := file.relative_to(docs.PACKAGE).as_posix()).split("/")
        and name not in allowed
        and re.search(r"(?:environ|getenv).*(?:BIHUAN_|DATABASE_URL)", file.read_text(encoding="utf-8"))
    ]
    assert not strays


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_only_commands_that_exist(name):
    said = re.findall(r"\./run ([a-z-]+)(?: ([a-z]+))?", (docs.ROOT / name).read_text(encoding="utf-8"))
    script = (docs.ROOT / "run").read_text(encoding="utf-8")
    commands = set(script.split("case $command in\n")[1].split(")")[0].replace("|", " ").split()) | {"help"}
    assert {command for command, _ in said} <= commands
