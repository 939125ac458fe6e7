"""`./run bundle`: one archive that installs without a network and without a compiler.

    dist/bihuan-<version>-linux-<machine>.tar.gz
        install.sh  uninstall.sh  systemd/  nginx.conf.sample  bihuan.env.sample
        wheels/     every package of the locks `web` and `stream` (nats-server among them) and Bihuan's own,
                    with the browser's files inside
        fonts/  docs/  requirements.txt  SHA256SUMS  sbom.cdx.json (CycloneDX 1.5)  THIRD_PARTY_NOTICES.md

`--machine aarch64` gathers the wheels for ARM64 on any machine: nothing is compiled, so nothing has to run there.
`--python 3.12` (may be repeated) says for which interpreters; without it, the one this runs in.
`--prove` then installs it in a network namespace without any route, builds the demo, serves it, backs it up, restores it,
and upgrades the home that an earlier release left. `--repack` makes the wheels from what is installed here, so that this
can be tried without asking a registry; such a bundle is for trying only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":  # started as a file by ./run
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.repacking import own_wheel, repack

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
LOCKS = ("web.txt", "stream.txt")
MACHINES = ("x86_64", "aarch64")
#: Newest first: pip takes the first that a wheel offers.
GLIBC = ("2_34", "2_31", "2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5")
OLD_NAMES = ("manylinux2014", "manylinux2010", "manylinux1")
FONT = "Noto Sans CJK SC"
#: As root, or with a user namespace on top.
APART = (["unshare", "--net"], ["unshare", "--map-root-user", "--net"])
#: What an ELF file says of the machine it is for (e_machine).
ELF_MACHINES = {"x86_64": 62, "aarch64": 183}
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(.*)$")


def version() -> str:
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "src/bihuan/__init__.py").read_text(encoding="utf-8"))
    assert found
    return found[1]


def blocks(lock: str) -> Iterator[tuple[str, str]]:
    """Each pinned package with its lines of digests."""
    name, lines = "", list[str]()
    for line in lock.splitlines():
        if pinned := PINNED.match(line):
            if name:
                yield name, "\n".join(lines)
            name, lines = pinned[1], [line]
        elif name and line.strip():
            lines.append(line)
    if name:
        yield name, "\n".join(lines)


def merged_locks() -> str:
    """What an installation needs, each package once: the locks agree on versions, as tests/architecture holds."""
    found: dict[str, str] = {}
    for lock in LOCKS:
        found |= dict(blocks((ROOT / "requirements" / lock).read_text(encoding="utf-8")))
    return "\n".join(found[name] for name in sorted(found)) + "\n"


def platforms(machine: str) -> list[str]:
    names = [f"manylinux_{v}_{machine}" for v in GLIBC]
    return [*names, *(f"{old}_{machine}" for old in OLD_NAMES if machine == "x86_64" or old == "manylinux2014")]


def run(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SystemExit(f"bundle: this failed: {' '.join(map(str, command))}")


def gather_wheels(folder: Path, *, machine: str, pythons: list[str]) -> None:
    lock = folder.parent / "requirements.txt"
    for python in pythons:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
        pip += ["--require-hashes", "--only-binary", ":all:", "--dest", str(folder), "-r", str(lock)]
        pip += ["--implementation", "cp", "--python-version", python, "--abi", f"cp{python.replace('.', '')}"]
        pip += ["--abi", "abi3", "--abi", "none"]
        for name in platforms(machine):
            pip += ["--platform", name]
        run(*pip)


def build_own_wheel(folder: Path) -> None:
    run(sys.executable, ROOT / "frontend" / "vendor.py")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--disable-pip-version-check", "-w", folder, ROOT)


def require_whole(folder: Path, lock: str, *, machine: str, pythons: list[str]) -> None:
    """Every locked package has a wheel that this machine takes, and every program in it is made for this machine."""
    there = {re.sub(r"[-_.]+", "-", p.name.split("-")[0]).lower() for p in folder.glob("*.whl")}
    wanted = {name.lower() for name, block in blocks(lock) if " ; " not in block.splitlines()[0]}
    if missing := sorted(wanted - there):
        raise SystemExit(f"bundle: no wheel for {machine} of {', '.join(missing)}")
    taken = {tag for python in pythons for tag in ("py3", "py2.py3", f"cp{python.replace('.', '')}")}
    for path in sorted(folder.glob("*.whl")):
        python, abi, where = path.name.removesuffix(".whl").split("-")[-3:]
        if where != "any" and not any(w.endswith(machine) for w in where.split(".")):
            raise SystemExit(f"bundle: {path.name} is not for {machine}")
        if not {python, *python.split(".")} & taken and abi != "abi3":
            raise SystemExit(f"bundle: {path.name} is for none of Python {', '.join(pythons)}")
        if alien := [name for name, found in programs(path) if found != ELF_MACHINES[machine]]:
            raise SystemExit(f"bundle: {path.name} holds programs of another machine: {', '.join(alien[:3])}")


def programs(wheel: Path) -> Iterator[tuple[str, int]]:
    """Every ELF file in a wheel, with the machine it names."""
    with zipfile.ZipFile(wheel) as content:
        for entry in content.infolist():
            with content.open(entry) as file:
                head = file.read(20)
            if head[:4] == b"\x7fELF":
                yield entry.filename, int.from_bytes(head[18:20], "little")


def copy_font(folder: Path) -> str:
    """The machine's own Chinese font with its licence (OFL); without one the bundle says so."""
    if not shutil.which("fc-match"):
        return ""
    asked = subprocess.run(["fc-match", "-f", "%{family}|%{file}", FONT], capture_output=True, text=True, check=False)
    family, _, file = asked.stdout.partition("|")
    if FONT not in family or not Path(file).is_file():
        return ""
    folder.mkdir()
    shutil.copy(file, folder)
    # Labels are read from afar: their signal word is set in the bold face.
    bold = subprocess.run(
        ["fc-match", "-f", "%{family}|%{file}", f"{FONT}:bold"], capture_output=True, text=True, check=False
    )
    if bold.stdout.startswith(family) and Path(bold.stdout.partition("|")[2]).is_file():
        shutil.copy(bold.stdout.partition("|")[2], folder)
    notice = next(Path("/usr/share/doc").glob("fonts-noto-cjk*/copyright"), None)
    if notice:
        shutil.copy(notice, folder / "LICENCE.txt")
    return Path(file).name


def components(lock: str) -> list[dict[str, object]]:
    """Python packages by the lock, the browser's by theirs: name, version, purl and the digests we accept."""
    found: list[dict[str, object]] = []
    for name, block in blocks(lock):
        pinned = PINNED.match(block.splitlines()[0])
        assert pinned
        digests = [{"alg": "SHA-256", "content": d} for d in re.findall(r"sha256:([0-9a-f]{64})", block)]
        purl = f"pkg:pypi/{name.lower()}@{pinned[2]}"
        found.append(
            {"type": "library", "bom-ref": purl, "name": name, "version": pinned[2], "purl": purl, "hashes": digests}
        )
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, said in packages.items():
        if path:
            name = path.rpartition("node_modules/")[2]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{said['version']}"
            licence = [{"license": {"id": said["license"]}}] if said.get("license") else []
            found.append(
                {"type": "library", "bom-ref": purl, "name": name, "version": said["version"], "purl": purl}
                | ({"licenses": licence} if licence else {})
            )
    notices = licences()
    for one in found:
        spdx = notices.get(str(one["name"]).lower())
        if spdx and "licenses" not in one:
            one["licenses"] = [{"expression": spdx}] if " " in spdx else [{"license": {"name": spdx}}]
    return found


def licences() -> dict[str, str]:
    """As THIRD_PARTY_NOTICES.md says, which a test holds to the locks."""
    text = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `?([A-Za-z0-9@/._-]+)`? \|[^|]*\| ([^|]+) \|", text, re.MULTILINE)
    return {name.lower(): spdx.strip() for name, spdx in rows}


def bill_of_materials(lock: str) -> dict[str, object]:
    """CycloneDX 1.5. The serial number follows from the content, so that two bundles of one lock say the same."""
    parts = components(lock)
    own = {"type": "application", "bom-ref": "bihuan", "name": "bihuan", "version": version()}
    seed = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()[:16]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=seed, version=5)}",
        "version": 1,
        "metadata": {"component": {**own, "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": parts,
        "dependencies": [{"ref": "bihuan", "dependsOn": sorted(str(p["bom-ref"]) for p in parts)}],
    }


def make(out: Path, *, machine: str, pythons: list[str], repacked: bool = False) -> Path:
    name = f"bihuan-{version()}-linux-{machine}"
    with tempfile.TemporaryDirectory(prefix="bihuan-bundle-") as scratch:
        folder = Path(scratch) / name
        (folder / "wheels").mkdir(parents=True)
        lock = merged_locks()
        accepted = repack((n for n, _ in blocks(lock)), folder / "wheels") if repacked else lock
        (folder / "requirements.txt").write_text(accepted, encoding="utf-8")
        for fact, said in (("VERSION", version()), ("ARCHITECTURE", machine), ("PYTHONS", " ".join(pythons))):
            (folder / fact).write_text(f"{said}\n", encoding="utf-8")
        if repacked:
            own_wheel(ROOT, folder / "wheels")
        else:
            gather_wheels(folder / "wheels", machine=machine, pythons=pythons)
            build_own_wheel(folder / "wheels")
            require_whole(folder / "wheels", lock, machine=machine, pythons=pythons)
        if not copy_font(folder / "fonts"):
            print(f"bundle: the font {FONT} is not on this machine, so it is not in the bundle", file=sys.stderr)
        shutil.copytree(PACKAGING, folder, dirs_exist_ok=True)
        shutil.copytree(ROOT / "docs", folder / "docs")
        for file in ("README.md", "README.zh-CN.md", "LICENSE", "THIRD_PARTY_NOTICES.md", "CHANGELOG.md"):
            shutil.copy(ROOT / file, folder)
        (folder / "sbom.cdx.json").write_text(json.dumps(bill_of_materials(lock), indent=1), encoding="utf-8")
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        sums = [f"{_digest(p)}  {p.relative_to(folder)}" for p in files]
        (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
        out.mkdir(parents=True, exist_ok=True)
        archive = out / f"{name}.tar.gz"
        with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
            tar.add(folder, arcname=name)
    (archive.with_suffix(".gz.sha256")).write_text(f"{_digest(archive)}  {archive.name}\n", encoding="utf-8")
    print(f"bundle: {archive} ({archive.stat().st_size / 1e6:.0f} MB)")
    return archive


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def way_apart() -> list[str]:
    """How a namespace of its own, with a loopback that works, can be had here; empty where nobody may make one."""
    tried = [sys.executable, str(ROOT / "tools" / "prove_bundle.py"), "--can"]
    works = (
        words for words in APART if subprocess.run([*words, *tried], capture_output=True, check=False).returncode == 0
    )
    return next(works, []) if shutil.which("unshare") else []


def prove(archive: Path, *, quick: bool) -> None:
    """In a namespace that has a loopback and nothing else."""
    apart = way_apart()
    if not apart:
        raise SystemExit("bundle: this machine lets nobody make a network namespace (unshare --net)")
    kept = sorted((ROOT / "tests" / "fixtures").glob("release-*.tar.xz"))
    command = [*apart, sys.executable, ROOT / "tools" / "prove_bundle.py", archive, *kept]
    # Compiling every module of every package takes longer than all that is done with them.
    more = {"PIP_COMPILE": "0"} if quick else {}
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, check=False, env={**os.environ, **more})
    if done.returncode:
        raise SystemExit("bundle: the proof failed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--machine", choices=MACHINES, default=platform.machine())
    parser.add_argument("--python", action="append", dest="pythons")
    parser.add_argument("--prove", action="store_true")
    parser.add_argument("--repack", action="store_true", help="wheels from what is installed here, for trying only")
    parser.add_argument("--can-prove", action="store_true", help="only say by the status whether --prove can work here")
    chosen = parser.parse_args()
    if chosen.can_prove:
        return 0 if way_apart() else 1
    pythons = chosen.pythons or ["{}.{}".format(*sys.version_info[:2])]
    archive = make(chosen.out, machine=chosen.machine, pythons=pythons, repacked=chosen.repack)
    if chosen.prove:
        prove(archive, quick=chosen.repack)
    return 0


if __name__ == "__main__":
    sys.exit(main())
