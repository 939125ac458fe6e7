"""The locks: complete, with digests, of one mind, and without the address of anybody's registry."""

import json
import re
import tomllib

import pytest
from tools import third_party

PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture
def locks(repository_root):
    texts = {file.name: file.read_text(encoding="utf-8") for file in (repository_root / "requirements").glob("*.txt")}
    return {name: {canonical(p): v for p, v in PINNED.findall(text)} for name, text in texts.items()}


@pytest.mark.parametrize("name", ["all.txt", "web.txt", "stream.txt", "node.txt"])
def test_every_package_is_pinned_with_a_digest(repository_root, name):
    text = (repository_root / "requirements" / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert blocks
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+==\S+", block), block[:60]
        assert "--hash=sha256:" in block, block[:60]


@pytest.mark.parametrize("name", ["web.txt", "stream.txt"])
def test_a_part_pins_what_the_whole_pins(locks, name):
    assert locks[name].items() <= locks["all.txt"].items()


def test_everything_declared_is_locked(repository_root, locks):
    project = tomllib.loads((repository_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra, lock in [("web", "web.txt"), ("stream", "stream.txt"), ("dev", "all.txt")]:
        for wanted in [*project["dependencies"], *project["optional-dependencies"][extra]]:
            assert canonical(re.match(r"[A-Za-z0-9._-]+", wanted).group()) in locks[lock], (wanted, lock)


def test_the_lock_of_the_browsers_files_has_digests_and_no_addresses(repository_root):
    text = (repository_root / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())


def test_the_browsers_files_are_pinned_exactly(repository_root):
    declared = json.loads((repository_root / "frontend" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in declared.values())


def test_the_notices_name_what_is_locked(repository_root):
    text = (repository_root / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    python, browser = text.split("## Browser")
    named = set(re.findall(r"^\| ([a-z0-9-]+) \| (\S+) \| ", python, re.MULTILINE))
    pinned = {**third_party.locked("all.txt"), **third_party.locked("node.txt")}
    assert named == set(pinned.items()), "run tools/third_party.py"
    assert [line for line in browser.splitlines() if line.startswith("| ")][1:] == third_party.browser_rows()


def test_no_licence_that_would_bind_the_product_is_shipped(repository_root):
    text = (repository_root / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    licences = re.findall(r"^\| \S+ \| \S+ \| ([^|]+)", text, re.MULTILINE)
    assert len(licences) > 80
    assert not [licence for licence in licences if re.search(r"(?<!L)GPL", licence)]
