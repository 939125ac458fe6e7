"""Every template of the tree: both languages said side by side, nothing inline; and the colours of our own style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "bihuan"
TEMPLATES = sorted(PACKAGE.glob("**/templates/**/*.html"))
STYLE = PACKAGE / "core" / "pages" / "static" / "pages" / "bihuan.css"
SCRIPTS = sorted(p for p in PACKAGE.glob("**/static/**/*.js") if "vendor" not in p.parts)

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"""\{%\s*t\s+(?P<zh>"[^"]*"|'[^']*')\s+(?P<en>"[^"]*"|'[^']*')[^%]*%\}""")
TAG = re.compile(r"<[a-zA-Z][^<>]*>")


def plain(text: str) -> str:
    return COMMENT.sub("", text)


def untranslated(text: str) -> Iterator[str]:
    """Chinese that is neither inside `{% t %}` nor marked as Chinese for good."""
    # Only text written here can be Chinese for good; a value of a tag with its own language is data.
    rest = TRANSLATED.sub("", plain(text))
    for line in rest.splitlines():
        if HAN.search(line) and not (re.search(r"Switch to English|切换到中文|中文", line) and "lang=" in line):
            yield line.strip()


def one_sided(text: str) -> Iterator[str]:
    for said in TRANSLATED.finditer(plain(text)):
        zh, en = said["zh"][1:-1], said["en"][1:-1]
        if (zh, en) == ("{zh}", "{en}"):
            continue  # words that come in both languages from the code
        if HAN.search(en) or not en or not zh:
            yield said.group()
        if sorted(re.findall(r"\{\w+\}", zh)) != sorted(re.findall(r"\{\w+\}", en)):
            yield said.group()


def inline(text: str) -> Iterator[str]:
    text = plain(text)
    for tag in TAG.findall(text):
        if (
            re.search(r"\sstyle\s*=", tag)
            or re.search(r"\son[a-z]+\s*=(?!=)", tag)
            or "hx-on" in tag
            or "javascript:" in tag
        ):
            yield tag
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", text, re.DOTALL):
        if script.strip():
            yield script.strip()[:60]
    yield from re.findall(r"<style\b", text)


def elsewhere(text: str) -> list[str]:
    """Scripts, styles and pictures of other hosts; and forms that send abroad."""
    return re.findall(
        r"<(?:script|link|img|iframe|form)\b[^>]*(?:src|href|action)=[\"'](?:https?:)?//[^\"']*", plain(text)
    )


def names(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("template", TEMPLATES, ids=names)
def test_a_template_says_everything_in_both_languages_and_nothing_inline(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert not list(untranslated(text))
    assert not list(one_sided(text))
    assert not list(inline(text))
    assert not elsewhere(text)
    if "</form>" in text and 'method="post"' in text:
        assert "csrf" in text


@pytest.mark.parametrize(
    ("bad", "lint"),
    [
        ("<p>你好</p>", untranslated),
        ('<p title="你好">x</p>', untranslated),
        ('{% t "你好" "你好" %}', one_sided),
        ('{% t "剩 {n} 项" "left" %}', one_sided),
        ('<p style="color: red">x</p>', inline),
        ('<a href="#" onclick="x()">x</a>', inline),
        ('<a href="javascript:x()">x</a>', inline),
        ("<script>x()</script>", inline),
        ("<style>p {}</style>", inline),
        ('<script src="//cdn.example/x.js"></script>', elsewhere),
    ],
)
def test_the_lint_finds_bad_templates(bad: str, lint: object) -> None:
    assert list(lint(bad))  # type: ignore[operator]


def test_the_lint_lets_a_good_template_pass() -> None:
    good = '{% t "剩 {n} 项" "{n} left" n=3 %}<script defer src="{% static \'a.js\' %}"></script>{# 注释 #}'
    assert not [*untranslated(good), *one_sided(good), *inline(good), *elsewhere(good)]


@pytest.mark.parametrize("script", SCRIPTS, ids=names)
def test_scripts_hold_no_words_in_chinese_and_evaluate_nothing(script: Path) -> None:
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", script.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert not HAN.search(text)
    assert not re.search(r"\beval\(|new Function\(|\.innerHTML\s*=|document\.write", text)


def colours(theme: str) -> dict[str, str]:
    """The variables of our own style sheet in one theme."""
    text = STYLE.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for selector, block in re.findall(r"^([^{}\n]+)\{([^{}]*)\}", text, re.MULTILINE):
        if selector.strip() == ":root" or (theme == "dark" and selector.strip() == '[data-bs-theme="dark"]'):
            found |= dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{6})", block))
    return found


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *((f"--bh-{tone}-text", f"--bh-{tone}-back") for tone in ["neutral", "blue", "teal", "green", "yellow", "orange", "red", "purple"]),
    *((ink, paper) for ink in ("--bh-text", "--bh-quiet") for paper in ("--bh-page", "--bh-surface", "--bh-menu", "--bh-hover")),
    *((ink, paper) for ink in ("--tblr-link-color", "--bh-red-text") for paper in ("--bh-page", "--bh-surface")),
    ("--bh-blue-text", "--bh-surface"), ("--bh-orange-text", "--bh-surface"), ("--bh-green-text", "--bh-surface"),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_stands_out_from_its_background(theme: str, ink: str, paper: str) -> None:
    found = colours(theme)

    assert contrast(found[ink], found[paper]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("button", ["--tblr-primary", "--tblr-danger", "--tblr-success", "--tblr-warning"])
def test_white_stands_out_on_every_button(theme: str, button: str) -> None:
    assert contrast("#ffffff", colours(theme)[button]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_ring_and_the_bar_stand_out(theme: str) -> None:
    found = colours(theme)

    assert contrast(found["--bh-focus"], found["--bh-surface"]) >= 3
    assert contrast(found["--bh-focus"], found["--bh-page"]) >= 3
    assert contrast(found["--bh-bar"], found["--bh-neutral-back"]) >= 3


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
