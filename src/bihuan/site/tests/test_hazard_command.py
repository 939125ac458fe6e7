"""`bihuan hazard`, through the command line as somebody types it."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from bihuan.engines.major_hazard.cells import COLUMNS
from bihuan.site.main import main

ROW = {
    "enterprise": "云州东方化工有限公司", "unit_code": "U-01", "unit_name": "=液氯库", "unit_kind": "仓库", "residents": 20,
    "holder": "V-101", "name": "液氯", "cas": "7782-50-5", "design_maximum": 50, "mass_unit": "t", "live": 60,
}  # fmt: skip


@pytest.fixture
def inventory(tmp_path):
    def make(*rows, merge=""):
        book = Workbook()
        sheet = book.active
        sheet.append([str(c.heading.zh) for c in COLUMNS])
        for said in rows or (ROW,):
            sheet.append([said.get(c.key) for c in COLUMNS])
        for line in sheet.iter_rows(min_row=2):
            for cell in line:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
        if merge:
            sheet.merge_cells(merge)
        path = tmp_path / "inventory.xlsx"
        book.save(path)
        return path

    return make


def words_of(document: bytes) -> str:
    made = Document(io.BytesIO(document))
    cells = [c.text for t in made.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in made.paragraphs), *cells])


def test_the_template_is_readable_as_it_comes_and_holds_both_tables(tmp_path, capsys):
    path = tmp_path / "form.xlsx"
    assert main(["hazard", "template", str(path)]) == 0
    book = load_workbook(path)
    assert book["表1"].max_row == 86
    assert book["表2"].max_row == 25
    assert main(["hazard", "identify", str(path)]) == 1
    assert "没有任何数据行" in capsys.readouterr().err


def test_an_inventory_is_identified_and_printed_as_a_table_and_as_json(inventory, capsys):
    path = inventory()
    assert main(["hazard", "identify", str(path), "--on", "2026-11-22"]) == 0
    assert "三级" in capsys.readouterr().out
    assert main(["hazard", "identify", str(path), "--json", "--on", "2026-11-22"]) == 0
    said = json.loads(capsys.readouterr().out)
    (unit,) = said["units"]
    assert (unit["s"], unit["r"], unit["grade"], unit["alpha"]) == ("10", "40", "III", "1")
    assert unit["over_stored"][0]["holder"] == "V-101"


def test_the_sheet_of_a_unit_says_the_same_in_word_excel_and_json(inventory, tmp_path, capsys):
    folder = tmp_path / "sheets"
    arguments = ["hazard", "identify", str(inventory()), "--sheets", str(folder), "--as", "docx,xlsx,json"]
    assert main([*arguments, "--on", "2026-11-22"]) == 0
    word = words_of((folder / "00001-U-01.docx").read_bytes())
    page = load_workbook(folder / "00001-U-01.xlsx").active
    excel = "\n".join(str(c.value) for r in page.iter_rows() for c in r if c.value is not None)
    for wanted in (
        "表1 12 氯",
        "表3 氯 7782-50-5",
        "R = α·Σ β·q/Q = 1 × 40 = 40",
        "S≥1，构成三级重大危险源。",
        "超储",
        "转载待核",
    ):
        assert wanted in word
        assert wanted in excel
    assert all(cell.data_type != "f" for line in page.iter_rows() for cell in line)
    assert json.loads((folder / "00001-U-01.json").read_text(encoding="utf-8"))["grade"] == "III"


def test_faults_are_told_by_cell_and_nothing_is_written(inventory, tmp_path, capsys):
    folder = tmp_path / "sheets"
    bad = ROW | {"cas": "7782-50-6", "design_maximum": "=1+1"}
    path = inventory(ROW | {"holder": "V-1"}, bad)
    assert main(["hazard", "identify", str(path), "--json", "--sheets", str(folder)]) == 1
    said = capsys.readouterr()
    assert [w["cell"] for w in json.loads(said.out)["wrong"]] == ["H3", "L3"]
    assert "H3 CAS号" in said.err
    assert not folder.exists()


def test_a_formula_merged_cells_a_macro_and_a_missing_file_are_refused(inventory, tmp_path, capsys):
    merged = inventory(ROW, ROW, merge="A2:A3")
    assert main(["hazard", "identify", str(merged)]) == 1
    assert "合并单元格" in capsys.readouterr().err
    macro = tmp_path / "macro.xlsx"
    macro.write_bytes(inventory().read_bytes())
    with zipfile.ZipFile(macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert main(["hazard", "identify", str(macro)]) == 1
    assert "宏" in capsys.readouterr().err
    assert main(["hazard", "identify", str(tmp_path / "none.xlsx")]) == 1
    assert main(["hazard", "identify", str(inventory()), "--unit", "U-77"]) == 1
    assert "U-77" in capsys.readouterr().err
