"""docs/howto/add-a-domain.md, followed step by step in a copy of the tree."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest
from tools import new_domain


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory, repository_root):
    """What git would commit, in another place."""
    target = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository_root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (repository_root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repository_root / name, target / name)
    if (repository_root / ".mypy_cache").is_dir():  # what `./run check` found out of the rest of the tree
        shutil.copytree(repository_root / ".mypy_cache", target / ".mypy_cache")
    return target


@pytest.fixture(scope="module")
def page(repository_root):
    return (repository_root / "docs" / "howto" / "add-a-domain.md").read_text(encoding="utf-8")


def python(copy, *arguments):
    """A command of `./run`, by the interpreter that runs the tests: installing anew is tested elsewhere."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=240,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(copy / "src"),
            "HOME": str(copy),
            "BIHUAN_HOME": str(copy / "var"),
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
def test_the_page_leads_to_a_domain_that_passes_everything(copy, page):
    commands = [shlex.split(line) for block in blocks(page, "sh") for line in block.splitlines()]
    make, draw, check, test, _change = commands
    assert [command[:2] for command in (make, draw, check, test)] == [
        ["./run", "new-domain"],
        ["./run", "docs"],
        ["./run", "check"],
        ["./run", "test"],
    ]
    said = python(copy, "tools/new_domain.py", *make[2:])
    (line,) = blocks(page, "python")
    assert line.strip() in said

    modules = copy / "src" / "bihuan" / "site" / "modules.py"
    before, rest = modules.read_text(encoding="utf-8").split("MODULES = (\n")
    listed, after = rest.split("\n)", 1)
    modules.write_text(f"{before}MODULES = (\n{listed}\n{line.rstrip()}\n){after}", encoding="utf-8")

    python(copy, "tools/docs.py")
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)  # the lints ask git what belongs to the tree
    python(copy, "tools/check.py", "our own lints", "layers", "django", "missing migrations")
    # The rest of the tree is looked at elsewhere.
    python(copy, "-m", "ruff", "format", "--check", "src/bihuan/domains/tip_offs")
    python(copy, "-m", "ruff", "check", "src/bihuan/domains/tip_offs")
    python(copy, "-m", "mypy", "-p", "bihuan.domains.tip_offs")
    wanted = [argument for argument in test[2:] if "architecture" not in argument]
    assert len(wanted) == 2
    said = python(copy, "-m", "pytest", *wanted, "-k", "tip_offs", "-rp")
    passed = re.findall(r"^PASSED (\S+)", said, re.MULTILINE)
    assert sum("domains/tip_offs/" in name for name in passed) == 4, said
    assert any(name.endswith("[tip_offs.withdraw]") for name in passed), said
    assert "tip_offs.withdraw" in (copy / "docs" / "reference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["TipOffs", "tip-offs", "9lives", "a__b", "../x"])
def test_a_name_that_is_no_folder_name_is_refused(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["new-domain", name])
    with pytest.raises(SystemExit) as refused:
        new_domain.main()
    assert refused.value.code == 2
    assert "NAME" in capsys.readouterr().err


def test_a_domain_that_is_there_is_left_alone(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(new_domain, "DOMAINS", tmp_path)
    (tmp_path / "tip_offs").mkdir()
    monkeypatch.setattr(sys, "argv", ["new-domain", "tip_offs"])
    with pytest.raises(SystemExit):
        new_domain.main()
    assert "already" in capsys.readouterr().err
    assert not list((tmp_path / "tip_offs").iterdir())


@pytest.mark.parametrize(
    ("word", "one"), [("dangers", "danger"), ("registries", "registry"), ("access", "access"), ("work", "work")]
)
def test_a_row_is_named_in_the_singular(word, one):
    assert new_domain.singular(word) == one
