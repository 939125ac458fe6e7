"""`plan read`: many files, bad ones among them, as a table and as JSON."""

from __future__ import annotations

import json

import pytest

from bihuan.engines.plan_reader.command import read_command

PLAN = "西河市工作方案\n一、主要任务\n（一）加强巡查。完善制度，2026年6月底前完成。（市公安局牵头）\n"


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_one_good_file_is_printed_as_a_table(plan, capsys):
    assert read_command(["read", str(plan)]) == 0
    out = capsys.readouterr().out
    assert "西河市工作方案" in out
    assert "2026-06-30" in out


def test_a_bad_file_fails_the_command_and_the_others_are_still_read(plan, tmp_path, capsys):
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"MZ nothing")
    missing = tmp_path / "missing.docx"
    assert read_command(["read", str(bad), str(missing), str(plan), "--json"]) == 1
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert [r.get("problem", {}).get("code", "read") for r in rows] == [
        "document.kind_mismatch",
        "document.unreadable",
        "read",
    ]
    assert rows[2]["ledger"]["tasks"][0]["responsible"][0] | {"span": 0} == {
        "unit": "市公安局",
        "role": "lead",
        "span": 0,
    }
    assert "bad.pdf" in printed.err


def test_a_document_that_assigns_nothing_fails(tmp_path, capsys):
    path = tmp_path / "letter.txt"
    path.write_text("关于提供名单的函\n请提供名单。", encoding="utf-8")
    assert read_command(["read", str(path)]) == 1
    assert "letter.txt" in capsys.readouterr().err


def test_one_file_as_json_is_its_ledger(plan, capsys):
    assert read_command(["read", str(plan), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "西河市工作方案"
