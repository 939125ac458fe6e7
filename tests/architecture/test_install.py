"""install.sh and uninstall.sh themselves, with a bundle whose program is three lines: into a tree, over another, and back."""

import hashlib
import os
import platform
import shutil
import stat
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
from tools import docs

repacking = import_module("tools.repacking")
PACKAGING = docs.ROOT / "packaging"
PROGRAM = """
import sys
def main():
    print("{version}", *sys.argv[1:])
    return {upgrades} if sys.argv[1:] == ["upgrade"] else 0
"""


def bundle(folder: Path, version: str, *, upgrades: int = 0) -> Path:
    """As `./run bundle` lays it out. `upgrades`: the status with which its `bihuan upgrade` ends."""
    shutil.copytree(PACKAGING, folder)
    (folder / "docs").mkdir()
    (folder / "wheels").mkdir()
    facts = {"VERSION": version, "ARCHITECTURE": platform.machine(), "PYTHONS": "{}.{}".format(*sys.version_info[:2])}
    for name, said in (facts | {"requirements.txt": "# nothing but the program"}).items():
        (folder / name).write_text(f"{said}\n")
    info = f"bihuan-{version}.dist-info"
    entries = {
        "bihuan_stub.py": PROGRAM.format(version=version, upgrades=upgrades),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: bihuan\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nbihuan = bihuan_stub:main\n",
    }
    repacking._write(
        folder / "wheels",
        f"bihuan-{version}-py3-none-any.whl",
        info,
        [(n, t.encode(), 0o644) for n, t in entries.items()],
    )
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    sums = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder)}" for p in files]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    return folder


def sh(*command: str | Path) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIHUAN_", "PYTHON"))}
    return subprocess.run(list(map(str, command)), env=kept, capture_output=True, text=True, check=False)


def install(folder: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    return sh(folder / "install.sh", "--python", sys.executable, *options)


@pytest.mark.skipif(sys.platform != "linux", reason="the bundle is for Linux")
def test_into_a_tree_everything_lies_where_the_service_looks_for_it_and_goes_again(tmp_path: Path) -> None:
    made, root = bundle(tmp_path / "bundle", "1.0"), tmp_path / "tree"
    root.mkdir()
    done = install(made, "--root", root)
    assert done.returncode == 0, done.stdout + done.stderr
    program = root / "usr/local/lib/bihuan"
    assert os.readlink(program / "current") == "/usr/local/lib/bihuan/releases/1.0"
    script = (program / "releases/1.0/bin/bihuan").read_text()
    assert script.startswith("#!/usr/local/lib/bihuan/releases/1.0/bin/python")
    assert str(root) not in script
    unit = (root / "etc/systemd/system/bihuan.service").read_text()
    assert "ExecStart=/usr/local/lib/bihuan/current/bin/bihuan up\n" in unit
    assert "ReadWritePaths=/var/lib/bihuan\n" in unit
    assert "@" not in unit
    settings = root / "etc/bihuan/bihuan.env"
    assert "BIHUAN_HOME=/var/lib/bihuan\n" in settings.read_text()
    assert stat.S_IMODE(settings.stat().st_mode) == 0o640
    assert stat.S_IMODE((root / "var/lib/bihuan").stat().st_mode) == 0o700
    (root / "var/lib/bihuan/bihuan.sqlite3").write_text("state")

    gone = sh(made / "uninstall.sh", "--root", root)
    assert gone.returncode == 0, gone.stderr
    left = sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())
    assert left == ["etc/bihuan/bihuan.env", "var/lib/bihuan/bihuan.sqlite3"]
    assert sh(made / "uninstall.sh", "--root", root).returncode == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the bundle is for Linux")
def test_a_release_whose_upgrade_fails_is_not_put_over_another(tmp_path: Path) -> None:
    options = ("--prefix", tmp_path / "program", "--home", tmp_path / "home", "--no-service")
    assert install(bundle(tmp_path / "one", "1.0"), *options).returncode == 0
    current = tmp_path / "program" / "current"
    failed = install(bundle(tmp_path / "two", "2.0", upgrades=1), *options)
    assert failed.returncode == 1
    assert "the upgrade failed and was taken back" in failed.stderr
    assert sh(current / "bin/bihuan", "hears").stdout == "1.0 hears\n"
    again = install(tmp_path / "one", *options)
    assert (again.returncode, "installed already" in again.stderr) == (1, True)


def test_an_altered_or_foreign_bundle_installs_nothing(tmp_path: Path) -> None:
    options = ("--prefix", tmp_path / "program", "--no-service")
    altered = bundle(tmp_path / "altered", "1.0")
    with (altered / "nginx.conf.sample").open("a") as file:
        file.write("# changed on the way\n")
    foreign = bundle(tmp_path / "foreign", "1.0")
    (foreign / "ARCHITECTURE").write_text("vax\n")
    sums = foreign / "SHA256SUMS"
    digest = hashlib.sha256(b"vax\n").hexdigest()
    sums.write_text("".join(f"{digest}  ARCHITECTURE\n" if x.endswith("  ARCHITECTURE\n") else x for x in sums.read_text().splitlines(keepends=True)))  # fmt: skip
    for folder, words in ((altered, "missing or altered"), (foreign, "this bundle is for vax")):
        refused = install(folder, *options)
        assert refused.returncode == 1
        assert words in refused.stderr
    assert not (tmp_path / "program").exists()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is absent (Debian: systemd)")
def test_systemd_finds_nothing_to_complain_of_in_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "bihuan"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = (PACKAGING / "systemd/bihuan.service").read_text().replace("@PREFIX@/current/bin/bihuan", str(program))
    (tmp_path / "bihuan.service").write_text(
        unit.replace("@PREFIX@", "/usr/local/lib/bihuan").replace("@HOME@", "/var/lib/bihuan")
    )
    asked = sh("systemd-analyze", "verify", "--man=no", tmp_path / "bihuan.service")
    complaints = [line for line in (asked.stdout + asked.stderr).splitlines() if "bihuan.service" in line]
    assert (asked.returncode, complaints) == (0, [])


def test_a_wheel_for_another_machine_or_none_at_all_ends_the_making_of_a_bundle(tmp_path: Path) -> None:
    made = import_module("tools.bundle")
    lock = "one==1.0 --hash=sha256:00\ntwo==2.0 ; sys_platform == 'win32' --hash=sha256:00\n"

    def whole() -> None:
        made.require_whole(tmp_path, lock, machine="aarch64", pythons=["3.11"])

    with pytest.raises(SystemExit, match="no wheel for aarch64 of one"):
        whole()
    wheel = tmp_path / "one-1.0-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl"
    for machine, wrong in ((183, False), (62, True)):
        with zipfile.ZipFile(wheel, "w") as out:
            out.writestr("one.so", b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + bytes(40))
        if wrong:
            with pytest.raises(SystemExit, match=r"programs of another machine: one\.so"):
                whole()
        else:
            whole()
    wheel.rename(tmp_path / "one-1.0-cp311-cp311-manylinux_2_17_x86_64.whl")
    with pytest.raises(SystemExit, match="is not for aarch64"):
        whole()
