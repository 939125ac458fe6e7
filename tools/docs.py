"""`./run docs`: draws the pages of docs/ that say what the code says: `--check` only compares.

Drawn are the settings, the reference of everything declared, the requirements and AQ 3064 with how to see each, the
terms of the glossary and the index of decisions. tests/architecture fails when one of them lags behind.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bihuan.core.modules import Registry

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "bihuan"
DRAWN = "<!-- Drawn by `./run docs` from the code; what is written here by hand is lost. -->"
TERMS_BEGIN, TERMS_END = "<!-- drawn: terms -->", "<!-- drawn: end -->"

#: In `serves`, an ID of AQ 3064's list stands behind this.
AQ3064 = "AQ3064:"
#: A `serves` text that begins so says that only a part of the item is there.
PARTLY_ZH, PARTLY_EN = "部分：", "Partly: "


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table; a bar or a line break inside a cell would break it."""
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def page(title: str, *lines: str) -> str:
    return "\n".join([f"# {title}", "", DRAWN, "", *lines, ""])


def settings_page() -> str:
    from bihuan.site.environment import SETTINGS

    rows = ((f"`{s.name}`", f"`{s.default}`" if s.default else "", s.text.zh, s.text.en) for s in SETTINGS.values())
    return page(
        "设置 · Settings",
        "Every setting is an environment variable. Secrets are made on first start under `BIHUAN_HOME/keys`.",
        "",
        *table(["Variable", "Default", "说明", "Meaning"], rows),
    )


def metrics_page() -> str:
    from bihuan.core.meters import METERS

    rows = (
        (f"`{m.name}`", m.kind, ", ".join(f"`{label}`" for label in m.labels), m.text.zh, m.text.en) for m in METERS
    )
    return page(
        "指标 · Metrics",
        "What `/metrics` of the monitor tells (`bihuan monitor`, port `BIHUAN_MONITOR_PORT`), in Prometheus' text format. "
        "Metrics of processes also carry `process` and `pid`. Nothing personal is among them. "
        "[How to operate](operations.md)",
        "",
        *table(["Metric", "Kind", "Labels", "说明", "Meaning"], rows),
    )


def doctor_page() -> str:
    from bihuan.site.operations.checks.listed import CHECKS

    return page(
        "体检 · The doctor",
        "What `bihuan doctor` and the page 运行状态 look at. Each finding says what to do; `--json` is for programs, "
        "and the exit status is 1 while something needs doing. Every check has a test that plants the fault.",
        "",
        *table(["Check", "检查", "Looks at"], ((f"`{c.code}`", c.label.zh, c.label.en) for c in CHECKS)),
    )


def personal_page() -> str:
    """个人信息登记: every field that is marked personal or secret, as the tables declare it."""
    from django.apps import apps

    from bihuan.core.protection.resealing import all_under_key

    under_key = {column for under in all_under_key() for column in under.columns()}
    rows = []
    for model in sorted(apps.get_models(), key=lambda m: m._meta.label_lower):
        personal, secret = getattr(model, "personal_fields", ()), getattr(model, "secret_fields", ())
        for name in sorted({*personal, *secret}):
            kept = "not at all" if name in secret else "as a salted digest, erasable"
            lies = "sealed" if (model, name) in under_key else ""
            rows.append((f"`{model._meta.label_lower}`", str(model._meta.verbose_name), f"`{name}`", lies, kept))
    return page(
        "个人信息登记 · Register of personal fields",
        "Every field of the tables that is marked as personal or secret. None of them takes part in the search, is written to a log or, "
        "without an approval, exported. A sealed one is encrypted in the database, shown masked, and found by the whole number alone. "
        "A personal value that somebody writes into free text is not recognised. The notice board of a major hazard shows the "
        "telephone of who is in charge whole: it is meant to be read.",
        "",
        *table(["Table", "表", "Field", "In the database", "In the audit"], rows),
    )


def reference_page(registry: Registry) -> str:
    """Every module with what it declares."""
    lines: list[str] = []
    for module in registry.modules.values():
        lines += [f"## {module.label.zh} · {module.label.en} (`{module.name}`)", ""]
        if module.grants:
            grants = ((f"`{g.value}`", g.label.zh, g.label.en) for g in module.grants)
            lines += [*table(["Grant", "权限", "Meaning"], grants), ""]
        if module.roles:
            roles = (
                (f"`{r.code}`", r.label.zh, r.label.en, ", ".join(f"`{g!s}`" for g in r.grants)) for r in module.roles
            )
            lines += [*table(["Role", "角色", "Meaning", "Holds"], roles), ""]
        if module.actions:
            actions = (
                (f"`{a.name}`", a.label.zh, a.label.en, ", ".join(f"`{n}`" for n in a.needs) or "anonymous")
                for a in module.actions
            )
            lines += [*table(["Action", "操作", "Meaning", "Needs"], actions), ""]
        if module.events:
            events = (
                (f"`{registry.event_name(e)}`", " ".join((e.__doc__ or "").split()).split(". ")[0])
                for e in module.events
            )
            lines += [*table(["Event", "Says"], events), ""]
        if module.jobs:
            jobs = ((f"`{j.name}`", j.label.zh, j.label.en, j.every or j.daily_at or "") for j in module.jobs)
            lines += [*table(["Job", "作业", "Meaning", "Rhythm"], jobs), ""]
        if module.receivers:
            hears = ((f"`{r.name}`", f"`{registry.event_name(r.event)}`") for r in module.receivers)
            lines += [*table(["Receiver", "Hears"], hears), ""]
    return page("声明 · Everything declared", *lines)


def served(registry: Registry) -> dict[str, list[tuple[str, Any]]]:
    """ID → (module, how to see it), for every module that serves it."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for module in registry.modules.values():
        for identifier, how in module.serves.items():
            found.setdefault(identifier, []).append((module.name, how))
    return found


def state_and_how(entries: list[tuple[str, Any]]) -> tuple[str, str]:
    """有 when one module serves the whole item, 部分 when all serve parts, 未 when nobody serves it."""
    if not entries:
        return "未", ""
    whole = any(not how.zh.startswith(PARTLY_ZH) for _, how in entries)
    texts = (
        f"{how.zh.removeprefix(PARTLY_ZH)} · {how.en.removeprefix(PARTLY_EN)} (`{module}`)" for module, how in entries
    )
    return ("有" if whole else "部分"), "<br>".join(texts)


def requirement_rows() -> list[dict[str, str]]:
    with (DOCS / "requirements.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def requirements_page(registry: Registry) -> str:
    by_id = served(registry)
    lines: list[str] = []
    states: list[str] = []
    section, rows = "", requirement_rows()
    for row in rows:
        if row["section"] != section:
            section = row["section"]
            lines += ["", f"## {row['id'][0]} {section}", "", *table(["ID", "Item", "State", "How to see it"], [])]
        state, how = state_and_how(by_id.get(row["id"], []))
        states.append(state)
        lines += table([], [(row["id"], row["item"], state, how)])[2:]
    counts = " · ".join(f"{word} {states.count(word)}" for word in ("有", "部分", "未"))
    return page(
        "要求 · Requirements",
        f"{len(rows)} items that published governance plans ask for: {counts}. 有 is there, 部分 in part, 未 not yet.",
        "A module says in its `module.py` which it `serves` and how to see each.",
        *lines,
    )


def aq3064_page(registry: Registry) -> str:
    from bihuan.law import law

    provision = law.shipped().provision("aq-3064/features", "features")
    edition = provision.versions[-1]
    by_id = served(registry)
    rows = []
    for row in edition.values:
        state, how = state_and_how(by_id.get(f"{AQ3064}{row['feature']}", []))
        clause = f"{row['clause']}（{row['state'].label.zh}）"
        rows.append((row["feature"], row["side"], row["scene"], row["function"], row["data"], clause, state, how))
    return page(
        "AQ 3064-2025 对照 · Conformance",
        f"{provision.meaning.zh}，{edition.period.from_.isoformat()} 起施行：逐项对照。"
        "有 = 已实现，部分 = 部分实现，未 = 尚未实现。",
        "",
        *table(["编号", "侧", "场景", "功能", "数据或指标", "条款", "状态", "如何查看"], rows),
    )


def term_classes() -> list[type]:
    """Every enumeration of terms in the package, by module and name."""
    from bihuan.kernel.term import Term

    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if "tests" not in parts and re.search(r"^class \w+\((?:\w+\.)?Term\)", path.read_text("utf-8"), re.MULTILINE):
            importlib.import_module(".".join(parts))
    return sorted(Term.__subclasses__(), key=lambda c: (c.__module__, c.__qualname__))


def terms_section() -> str:
    lines: list[str] = []
    for kind in term_classes():
        if not kind.__module__.startswith("bihuan.") or ".tests." in kind.__module__:
            continue
        meaning = " ".join((kind.__doc__ or "").split())
        name = f"{kind.__module__.removeprefix('bihuan.')}.{kind.__qualname__}"
        lines += [f"### `{name}`", "", meaning, ""]
        members: Iterable[Any] = iter(kind)  # type: ignore[call-overload]
        lines += [*table(["Code", "中文", "English"], ((f"`{m.value}`", m.label.zh, m.label.en) for m in members)), ""]
    return "\n".join(lines)


def glossary_page() -> str:
    """The vocabulary is written by hand; the terms of the code below it are drawn."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    before, rest = text.split(TERMS_BEGIN)
    after = rest.split(TERMS_END)[1]
    return f"{before}{TERMS_BEGIN}\n{DRAWN}\n\n{terms_section()}\n{TERMS_END}{after}"


def decisions_page() -> str:
    files = sorted(p for p in (DOCS / "decisions").glob("[0-9]*.md"))
    titles = ((p.name, p.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")) for p in files)
    rows = ((f"[{name[:4]}]({name})", title) for name, title in titles)
    return page("Decisions", "The title is the decision.", "", *table(["No.", "Decision"], rows))


def pages() -> dict[Path, Callable[[], str]]:
    from bihuan.core.modules import registry

    return {
        DOCS / "settings.md": settings_page,
        DOCS / "metrics.md": metrics_page,
        DOCS / "doctor.md": doctor_page,
        DOCS / "security" / "personal-data.md": personal_page,
        DOCS / "reference.md": lambda: reference_page(registry()),
        DOCS / "requirements.md": lambda: requirements_page(registry()),
        DOCS / "conformance" / "aq3064.md": lambda: aq3064_page(registry()),
        DOCS / "glossary.md": glossary_page,
        DOCS / "decisions" / "README.md": decisions_page,
    }


def lagging() -> list[Path]:
    """The pages that do not say what the code says."""
    return [path for path, draw in pages().items() if not path.is_file() or path.read_text("utf-8") != draw()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bihuan-docs-") as home:
        os.environ["BIHUAN_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.site.settings"
        sys.path.insert(0, str(PACKAGE.parent))
        import django

        django.setup()
        for path in lagging():
            print(f"{'lags behind' if arguments.check else 'drawn'}: {path.relative_to(ROOT)}")
            if arguments.check:
                return 1
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path](), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
