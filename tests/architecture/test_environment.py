"""`./run` and what makes its environment: refusals, stamps, one at a time."""

import subprocess
import sys

import pytest
from frontend import vendor
from tools import environment


def run(repository_root, *arguments, **settings):
    return subprocess.run(
        ["sh", "run", *arguments],
        cwd=repository_root,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **settings},
    )


def test_help_names_every_command(repository_root):
    said = run(repository_root, "help")
    assert said.returncode == 0
    script = (repository_root / "run").read_text(encoding="utf-8")
    commands = script.split("case $command in\n")[1].split(")")[0].replace("|", " ").split()
    assert len(commands) > 8
    for command in commands:
        assert f"\n  {command} " in said.stdout, command


def test_an_unknown_command_is_refused_before_anything_is_installed(repository_root, tmp_path):
    said = run(repository_root, "demmo", BIHUAN_VENV=str(tmp_path / "venv"))
    assert said.returncode == 2
    assert "demmo" in said.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_that_is_none_is_named(repository_root, tmp_path):
    said = run(repository_root, "bench", BIHUAN_VENV=str(tmp_path / "venv"), BIHUAN_PYTHON="/bin/false")
    assert said.returncode != 0
    assert "BIHUAN_PYTHON" in said.stderr


@pytest.fixture
def lock(tmp_path):
    file = tmp_path / "lock.txt"
    file.write_text("a==1\n")
    return file


@pytest.fixture
def no_index(monkeypatch):
    """pip as it is where no registry can be reached."""
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)


def fake_environment(venv):
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / environment.OWN).write_text("")


def test_the_stamp_holds_only_for_its_own_lock(tmp_path, lock):
    venv = tmp_path / "venv"
    fake_environment(venv)
    assert not environment.packages_are_current(venv, lock=lock)
    (venv / environment.STAMP).write_text(environment.lock_digest(lock))
    assert environment.packages_are_current(venv, lock=lock)
    lock.write_text("a==2\n")
    assert not environment.packages_are_current(venv, lock=lock)


def test_a_failed_install_leaves_no_stamp_and_the_next_run_starts_over(tmp_path, lock, monkeypatch):
    venv = tmp_path / "venv"
    calls = []
    monkeypatch.setattr(environment, "make_empty", lambda v: (calls.append("empty"), fake_environment(v)))
    monkeypatch.setattr(environment, "pip_install", lambda v, file: calls.append("pip") or len(calls) > 2)
    with pytest.raises(environment.SetUpFailed, match="registry"):
        environment.install_packages(venv, lock=lock)
    assert not environment.packages_are_current(venv, lock=lock)
    monkeypatch.setattr(environment, "make_empty", lambda v: calls.append("empty"))
    environment.install_packages(venv, lock=lock)
    assert calls == ["empty", "pip", "empty", "pip"]
    assert environment.packages_are_current(venv, lock=lock)


def test_a_changed_lock_is_installed_in_place_and_the_stamp_is_gone_meanwhile(tmp_path, lock, monkeypatch):
    venv = tmp_path / "venv"
    fake_environment(venv)
    (venv / environment.STAMP).write_text("older")
    monkeypatch.setattr(environment, "make_empty", lambda v: pytest.fail("nothing was broken"))
    monkeypatch.setattr(environment, "pip_install", lambda v, file: not (v / environment.STAMP).exists())
    environment.install_packages(venv, lock=lock)
    assert environment.packages_are_current(venv, lock=lock)


def test_somebody_elses_folder_is_never_emptied(tmp_path):
    (tmp_path / "pyvenv.cfg").write_text("home = elsewhere")
    with pytest.raises(environment.SetUpFailed, match="left alone"):
        environment.make_empty(tmp_path)
    assert (tmp_path / "pyvenv.cfg").exists()


def test_a_package_without_a_digest_is_refused(tmp_path, lock, no_index):
    venv = tmp_path / "venv"
    fake_environment(venv)
    assert environment.pip_install(venv, lock) is False


def test_the_second_run_waits_for_the_first(tmp_path, capsys):
    venv = tmp_path / "venv"
    waiter = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\nfrom tools import environment\n"
        "with environment.only_one_at_a_time(Path(sys.argv[2])): print('in')\n"
    )
    with environment.only_one_at_a_time(venv):
        second = subprocess.Popen(
            [sys.executable, "-c", waiter, str(environment.ROOT), str(venv)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert "waiting" in second.stderr.readline()
        assert second.poll() is None
    out, _ = second.communicate(timeout=30)
    assert out == "in\n"


def test_the_browsers_files_are_named_and_licensed():
    packages = {"/".join(path.split("/")[: 2 if path.startswith("@") else 1]) for path in vendor.FILES}
    assert packages <= set(vendor.LICENCES)


def test_icons_become_symbols_of_one_sprite():
    drawn = vendor.symbol("x", '<svg\n viewBox="0 0 24 24"\n>\n  <path d="M1 1" />\n</svg>\n')
    assert drawn == '<symbol id="x" viewBox="0 0 24 24"><path d="M1 1" /></symbol>'


def test_npm_that_hangs_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor, "TIME_LIMIT_SECONDS", 0.2)
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nsleep 60\n")
    npm.chmod(0o755)
    with pytest.raises(vendor.CannotVendor, match="did not finish"):
        vendor.run_npm([str(npm)], tmp_path, "ci")


def test_npm_that_fails_says_what_it_said(tmp_path):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho EAI_AGAIN; exit 7\n")
    npm.chmod(0o755)
    with pytest.raises(vendor.CannotVendor, match="EAI_AGAIN"):
        vendor.run_npm([str(npm)], tmp_path, "ci")
