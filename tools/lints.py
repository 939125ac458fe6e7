"""Our own small lints: what no general linter knows about this tree. Bad samples: tests/architecture."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: Names that say a kind of code and no subject: whatever they hold belongs somewhere with a name.
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "managers"}

#: Files whose name somebody else's program asks for: Django looks up a database backend as `<engine>.base`.
NAMED_BY_OTHERS = {"src/bihuan/core/sqlite3/base.py"}

#: A folder of somebody's machine. Spelled so that this line does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.~{}$/-])/(?:home|Users|root|work|opt|mnt|private)/[A-Za-z0-9_.-]+")

#: The address of a package registry, where only digests belong.
REGISTRY = re.compile(r"https?://[^/\s]*(?:pypi|pythonhosted|npmjs|registry|mirror)[^/\s]*", re.IGNORECASE)

#: What a key, a token or a password looks like where it has no business. Made up by tests, a line says `not a secret`.
SECRETS = (
    re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    re.compile(r"BIHUAN-BACKUP-IDENTITY-1:[0-9a-f]{64}"),
    re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    re.compile(r"(?i)(?:passw(?:or)?d|secret|token|api_?key)[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_-]{28,}={0,2}[\"']"),
    re.compile(r"[a-z]+://[^/\s:@\"'{}<]+:[^/\s:@\"'{}<]{12,}@"),
)
HARMLESS = "not a secret"

#: The reason beside an import inside a function, in the form `# late: why`.
LATE_REASON = "# late:"

Finding = tuple[int, str]


def package_marker_with_code(source: str) -> Iterator[Finding]:
    """`__init__.py` holds a docstring and nothing else (the package's own also its version)."""
    for position, node in enumerate(ast.parse(source).body):
        is_docstring = position == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_version = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
        if not is_docstring and not is_version:
            yield node.lineno, "__init__.py holds a docstring and nothing else"


def tables_package_with_code(source: str) -> Iterator[Finding]:
    """`models/__init__.py` names its tables and nothing else: Django looks for them only there."""
    for position, node in enumerate(ast.parse(source).body):
        is_docstring = position == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_names = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        if not is_docstring and not is_names and not isinstance(node, ast.ImportFrom):
            yield node.lineno, "models/__init__.py names the tables of its files and nothing else"


def late_import(source: str) -> Iterator[Finding]:
    """An import inside a function is a question the design has not answered: with a reason or not at all."""
    lines = source.splitlines()

    def has_reason(node: ast.stmt) -> bool:
        """On the import itself, or above the block of imports it stands in."""
        first = node.lineno - 1
        while first and lines[first - 1].lstrip().startswith(("import ", "from ")):
            first -= 1
        return any(LATE_REASON in line for line in lines[max(0, first - 1) : node.end_lineno])

    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom) and not has_reason(node):
                yield node.lineno, "import inside a function without `# late: reason` on it or above its block"


def machine_path(source: str) -> Iterator[Finding]:
    for number, line in enumerate(source.splitlines(), start=1):
        for match in MACHINE_PATH.finditer(line):
            yield number, f"a path of somebody's machine: {match.group()}"


def registry_address(source: str) -> Iterator[Finding]:
    for number, line in enumerate(source.splitlines(), start=1):
        for match in REGISTRY.finditer(line):
            yield number, f"the address of a package registry: {match.group()}"


def secret_in_the_open(source: str) -> Iterator[Finding]:
    """Says where, never what: the finding itself ends up in a log."""
    for number, line in enumerate(source.splitlines(), start=1):
        if HARMLESS not in line and any(pattern.search(line) for pattern in SECRETS):
            yield number, "a key, token or password in the open; if it is made up, the line says so"


def nameless_file(path: str) -> Iterator[Finding]:
    if path in NAMED_BY_OTHERS:
        return
    for part in Path(path).with_suffix("").parts:
        if part in NAMELESS:
            yield 1, f"'{part}' says no subject; name the file for what it is about"


def tracked_files() -> list[str]:
    """What git would commit: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()})


def findings_in(path: str, source: str) -> Iterator[Finding]:
    is_code = path.startswith("src/") and path.endswith(".py") and "/migrations/" not in path
    if is_code:
        yield from nameless_file(path)
    if is_code and path.endswith("/models/__init__.py"):
        yield from tables_package_with_code(source)
    elif is_code and Path(path).name == "__init__.py":
        yield from package_marker_with_code(source)
    if is_code and "/tests/" not in path:
        yield from late_import(source)
    yield from machine_path(source)
    yield from secret_in_the_open(source)
    if path.endswith(("package-lock.json", ".txt", ".toml", ".npmrc", ".in")):
        yield from registry_address(source)


def main() -> int:
    found = 0
    for path in tracked_files():
        try:
            source = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for line, words in findings_in(path, source):
            print(f"{path}:{line}: {words}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
