"""Wheels made again from what is installed: a bundle to try things on, without asking any registry for anything.

An installed package knows its files (RECORD) and its tags (WHEEL). What a real bundle carries comes from the registry
with the digests of the locks; these carry digests of their own, so they are for `./run bundle --repack` alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

#: Written by whoever installs; no part of a wheel.
INSTALLERS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")
Entry = tuple[str, bytes, int]


def repack(names: Iterable[str], folder: Path) -> str:
    """A wheel of each of these that is installed here; answers their lock. A package for other systems is passed over."""
    lines = []
    for name in names:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        path = _write(folder, *_named(found), list(_entries(found)))
        lines.append(f"{name}=={found.version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")
    return "\n".join(lines) + "\n"


def _info(found: Distribution) -> str:
    return next(str(f.parent) for f in found.files or () if f.name == "WHEEL")


def _named(found: Distribution) -> tuple[str, str]:
    """The name of the wheel, and of its folder of facts."""
    tags = [t.split("-") for t in re.findall(r"^Tag: (\S+)", found.read_text("WHEEL") or "", re.MULTILINE)]
    python, abi, machine = (".".join(sorted({t[n] for t in tags})) for n in range(3))
    info = _info(found)
    return f"{info.removesuffix('.dist-info')}-{python}-{abi}-{machine}.whl", info


def _entries(found: Distribution) -> Iterator[Entry]:
    info = _info(found)
    generated = {e.name for e in found.entry_points if e.group in ("console_scripts", "gui_scripts")}
    data = info.removesuffix(".dist-info") + ".data"
    for file in found.files or ():
        path = PurePosixPath(file)
        if path.suffix == ".pyc" or (str(path.parent) == info and path.name in INSTALLERS):
            continue
        where = Path(str(found.locate_file(file)))
        if path.parts[0] == "..":
            if "bin" in path.parts and path.name in generated:
                continue
            outside = where.resolve().relative_to(Path(sys.prefix).resolve())
            kind = "scripts" if outside.parts[0] == "bin" else "data"
            rest = outside.relative_to("bin") if kind == "scripts" else outside
            name = f"{data}/{kind}/{rest}"
        else:
            name = str(path)
        yield name, where.read_bytes(), where.stat().st_mode


def own_wheel(root: Path, folder: Path) -> Path:
    """Bihuan's own, as the builder makes it, without fetching a builder."""
    said = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = re.search(r'__version__ = "([^"]+)"', (root / "src/bihuan/__init__.py").read_text(encoding="utf-8"))
    assert found
    info = f"bihuan-{found[1]}.dist-info"
    scripts = "".join(f"{name} = {target}\n" for name, target in said["scripts"].items())
    facts = {
        "METADATA": f"Metadata-Version: 2.1\nName: bihuan\nVersion: {found[1]}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: bihuan\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": f"[console_scripts]\n{scripts}",
    }
    sources = (p for p in sorted((root / "src").rglob("*")) if p.is_file() and "__pycache__" not in p.parts)
    entries = [(str(p.relative_to(root / "src")), p.read_bytes(), p.stat().st_mode) for p in sources]
    entries += [(f"{info}/{name}", text.encode(), 0o644) for name, text in facts.items()]
    return _write(folder, f"bihuan-{found[1]}-py3-none-any.whl", info, entries)


def _write(folder: Path, wheel: str, info: str, entries: list[Entry]) -> Path:
    record = []
    with zipfile.ZipFile(folder / wheel, "w", zipfile.ZIP_STORED) as out:
        for name, content, mode in entries:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}")
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (mode & 0o777 | 0o100000) << 16
            out.writestr(entry, content)
        out.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return folder / wheel
