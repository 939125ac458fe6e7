"""Each of our own lints beside a sample it must find and one it must leave alone."""

import pytest
from tools import lints

HOME = "/ho" + "me/somebody/project"


@pytest.mark.parametrize(
    ("lint", "bad", "good"),
    [
        (lints.package_marker_with_code, '"""Doc."""\nimport os\n', '"""Doc."""\n__version__ = "1"\n'),
        (lints.package_marker_with_code, "x = 1\n", ""),
        (
            lints.tables_package_with_code,
            '"""Doc."""\nclass Plan: ...\n',
            '"""Doc."""\nfrom a.models.plans import Plan\n__all__ = ("Plan",)\n',
        ),
        (
            lints.late_import,
            "def f():\n    import os\n",
            "def f():\n    import os  # late: numba costs two seconds, and only this command needs it\n",
        ),
        (
            lints.late_import,
            "async def f():\n    from a import b\n",
            "def f():\n    # late: a circle through the registry\n    from a import b\n",
        ),
        (
            lints.late_import,
            "def f():\n    # late: for one\n    import a\n    x = 1\n    import b\n",
            "def f():\n    # late: for both\n    import a\n    import b\n",
        ),
        (lints.machine_path, f"open('{HOME}/x')", "open('/usr/lib/postgresql/15/bin/initdb')"),
        (lints.machine_path, f"see {HOME}", "https://example.test/home/page"),
        (lints.registry_address, "https://pypi" + ".org/simple", "https://www.apache.org/licenses/LICENSE-2.0"),
        (lints.nameless_file, "src/bihuan/core/utils.py", "src/bihuan/core/runner.py"),
        (lints.nameless_file, "src/bihuan/helpers/x.py", "src/bihuan/loop/x.py"),
    ],
)
def test_a_lint_finds_the_bad_sample_and_leaves_the_good_one(lint, bad, good):
    assert list(lint(bad))
    assert not list(lint(good))


@pytest.mark.parametrize(
    "path", [p for p in lints.tracked_files() if p.endswith((".py", ".txt", ".json", ".md", ".sh"))]
)
def test_the_tree_is_clean(path, repository_root):
    source = (repository_root / path).read_text(encoding="utf-8")
    assert not list(lints.findings_in(path, source))


def test_every_python_file_lies_in_a_layer(repository_root):
    layers = {p.name for p in (repository_root / "src" / "bihuan").iterdir() if p.is_dir()} - {"__pycache__"}
    contract = (repository_root / ".importlinter").read_text(encoding="utf-8")
    listed = contract.split("layers =")[1].split("[importlinter")[0].replace("|", " ").split()
    assert layers == set(listed)
