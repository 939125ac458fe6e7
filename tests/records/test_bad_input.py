"""Bad input, each at its cell with words that help, and nothing half-written: the register of things in an office's Excel."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from bihuan.core.actions import runner
from bihuan.core.actions.problems import InvalidInput
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.core.records.models import Sheet, SheetRow
from bihuan.core.records.register import Register
from bihuan.core.records.sheets import remarks, spool
from bihuan.core.records.sheets.applying import SheetHasErrors
from bihuan.core.records.terms import RowState, SheetState
from bihuan.parties.models import Organisation, Thing
from bihuan.registers.chemicals.terms import ChemicalsGrants
from bihuan.registers.enterprises.models import Enterprise
from bihuan.registers.major_hazards.models import HazardStock
from bihuan.registers.major_hazards.module import STOCK, UNITS
from bihuan.registers.major_hazards.terms import MajorHazardsGrants

HEADS = {
    "hazard_stock": ("物料编号", "所属单元", "设备或储罐编号", "危险化学品名称", "CAS号", "危险性类别", "类别依据", "设计最大量", "现存量"),
    "tanks": ("编码", "名称", "所属单位", "型式", "储存介质", "公称容积"),
    "chemicals": ("编码", "名称", "所属单位", "用途", "CAS号", "目录序号"),
    "enterprises": ("编码", "名称", "所在区域", "企业类型", "统一社会信用代码", "从业人数"),
}  # fmt: skip
#: A right row of each.
RIGHT = {
    "hazard_stock": ("M-1", "U-1", "V-1", "液氯", "7782-50-5", "", "", "50", "30"),
    "tanks": ("T-1", "甲醇储罐", "ORG-1", "固定顶", "甲醇", "5000"),
    "chemicals": ("C-1", "甲醇", "ORG-1", "储存", "67-56-1", ""),
    "enterprises": ("E-1", "新源化工有限公司", "990101", "生产", "", "120"),
}


def right(register, **changed):
    row = dict(zip(HEADS[register], RIGHT[register], strict=True))
    assert changed.keys() <= row.keys(), changed
    return list({**row, **changed}.values())


def workbook(register, *rows, touch=None):
    book = Workbook()
    book.active.append(list(HEADS[register]))
    for row in rows:
        book.active.append(row)
    if touch:
        touch(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_macro(content):
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
    return out.getvalue()


@pytest.fixture
def office(cast, as_):
    """A keeper of all these registers, and a unit to hold stock."""
    role = cast.keeper.assignments.get().role
    role.grants = [*role.grants, *map(str, MajorHazardsGrants), *map(str, ChemicalsGrants)]
    role.save()
    runner.perform(
        UNITS.action("add"), ctx=as_("keeper"), code="U-1", name="甲罐区", organisation=cast.plant, kind="tank_farm",
        residents=0,
    )  # fmt: skip
    return cast


@pytest.fixture
def bring(office, as_):
    def bring(register, content, *, existing="refuse"):
        code, stored = register, spool.keep([content])
        upload = registry().actions[f"{code}.upload_sheet"]
        done = runner.perform(upload, ctx=as_("keeper"), spool=stored, file_name="表.xlsx", existing=existing)
        queue.drain(at=as_("keeper").at)
        return Sheet.objects.get(pk=done.value.pk)

    return bring


@pytest.fixture
def accept(as_):
    def accept(sheet, **said):
        runner.perform(registry().actions[f"{sheet.register}.accept_sheet"], ctx=as_("keeper"), sheet=sheet, **said)
        queue.drain(at=as_("keeper").at)
        return Sheet.objects.get(pk=sheet.pk)

    return accept


def cells(sheet, state=RowState.WRONG):
    rows = SheetRow.objects.filter(sheet=sheet, state=state)
    return {f"{e['column']}{r.number}": e["zh"] for r in rows for e in r.errors}


WRONG = [
    ("hazard_stock", [right("hazard_stock", CAS号="7782-50-6")], "E2", "校验位应为 5"),
    ("hazard_stock", [right("hazard_stock", 现存量="-1")], "I2", "不能为负"),
    ("hazard_stock", [right("hazard_stock", 设计最大量="0")], "H2", "应大于 0"),
    ("hazard_stock", [right("hazard_stock", 设计最大量="-50")], "H2", "应大于 0"),
    ("hazard_stock", [right("hazard_stock", 设计最大量="90000000")], "H2", "超出任何设施的可能"),
    ("hazard_stock", [right("hazard_stock", 设计最大量="五十")], "H2", "不是数字"),
    ("hazard_stock", [right("hazard_stock", 设计最大量="50 kg")], "H2", "不是数字"),
    ("hazard_stock", [right("hazard_stock", 危险化学品名称="未知中间体", CAS号="")], "F2", "不在表1"),
    ("hazard_stock", [right("hazard_stock", 危险化学品名称="硝化棉", CAS号="")], "D2", "对应表1的 5 项"),
    ("hazard_stock", [right("hazard_stock", 危险化学品名称="液氨", CAS号="7782-50-5")], "E2", "不一致"),
    ("hazard_stock", [right("hazard_stock"), right("hazard_stock", 物料编号="M-2")], "C3", "在第 2 行已填过"),
    ("hazard_stock", [right("hazard_stock"), right("hazard_stock")], "A3", "与第 2 行重复"),
    ("hazard_stock", [right("hazard_stock", 所属单元="U-9")], "B2", "找不到"),
    ("tanks", [right("tanks", 公称容积="-5")], "F2", "应大于 0"),
    ("tanks", [right("tanks"), right("tanks")], "A3", "与第 2 行重复"),
    ("chemicals", [right("chemicals", CAS号="67-56-2")], "E2", "校验位应为 1"),
    ("chemicals", [right("chemicals", 名称="电池液", CAS号="")], "B2", "对应 2 项"),
    ("chemicals", [right("chemicals", 目录序号="9999")], "F2", "目录没有第 9999 号"),
    ("enterprises", [right("enterprises", 统一社会信用代码="91320000MA1X000018")], "E2", "校验"),
    ("enterprises", [right("enterprises", 所在区域="")], "C2", "新企业请填所在区域"),
    ("enterprises", [right("enterprises", 编码="ORG-1")], "A2", "已有单位使用"),
    ("enterprises", [right("enterprises", 从业人数="-3")], "F2", "不能为负"),
]  # fmt: skip


@pytest.mark.parametrize(("register", "rows", "place", "words"), WRONG)
def test_what_is_wrong_is_said_at_its_cell_and_nothing_is_written(bring, accept, register, rows, place, words):
    before = Thing.objects.count(), HazardStock.objects.count(), Organisation.objects.count()
    sheet = bring(register, workbook(register, *rows))
    assert words in cells(sheet)[place]
    with pytest.raises(SheetHasErrors):
        accept(sheet)
    assert (Thing.objects.count(), HazardStock.objects.count(), Organisation.objects.count()) == before


ASKED = [
    ("hazard_stock", [right("hazard_stock", 设计最大量="60000")], "H2", "千克"),
    ("hazard_stock", [right("hazard_stock", 设备或储罐编号="T-0", 设计最大量="4000")], "H2", "5 m³，装不下 4000 吨"),
    ("hazard_stock", [right("hazard_stock", 现存量="48000")], "I2", "960 倍"),
    ("tanks", [right("tanks", 公称容积="5000000")], "F2", "升"),
    ("tanks", [right("tanks"), right("tanks", 编码="t－1")], "A3", "只差大小写或符号，是否同一个"),
    ("enterprises", [right("enterprises", 从业人数="1200000")], "F2", "不在常见范围"),
]  # fmt: skip


@pytest.mark.parametrize(("register", "rows", "place", "words"), ASKED)
def test_what_is_rare_is_asked_about_and_written_only_when_it_is_meant(
    bring, accept, add_tank, register, rows, place, words
):
    add_tank("T-0", "小罐", volume="5")
    sheet = bring(register, workbook(register, *rows))
    assert words in cells(sheet, RowState.ASKED)[place]
    assert sheet.counts.get("wrong") is None
    with pytest.raises(SheetHasErrors):
        accept(sheet)
    written = accept(sheet, is_sure=True)
    assert (written.state, written.written) == (SheetState.APPLIED, len(rows))


def _merge(sheet):
    sheet.merge_cells("A2:A3")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook("tanks", right("tanks"), right("tanks", 编码="T-2"), touch=_merge), "合并单元格：A2:A3"),
        (with_macro(workbook("tanks", right("tanks"))), "含宏"),
    ],
)
def test_merged_cells_and_macros_refuse_the_whole_workbook(bring, content, words):
    sheet = bring("tanks", content)
    assert (sheet.state, words in sheet.reason_zh) == (SheetState.REFUSED, True)


def test_the_same_vessel_under_another_code_is_known_from_the_register(bring, accept):
    accept(bring("hazard_stock", workbook("hazard_stock", right("hazard_stock"))))
    again = bring("hazard_stock", workbook("hazard_stock", right("hazard_stock", 物料编号="M-2")))
    assert "已登记，编码“M-1”" in cells(again)["C2"]


def test_the_workbook_of_errors_marks_the_cells_and_is_uploaded_as_it_is(bring, accept):
    sheet = bring(
        "hazard_stock",
        workbook(
            "hazard_stock", right("hazard_stock"),
            right("hazard_stock", 物料编号="M-2", 设备或储罐编号="V-2", CAS号="7782-50-6", 现存量="=1+1"),
        ),
    )  # fmt: skip
    register = next(r for r in registry().declared(Register) if r is STOCK)
    content = b"".join(remarks.marked_workbook(register, sheet))
    book = load_workbook(io.BytesIO(content))
    page = book.active
    assert [c.value for c in page[1]] == [*HEADS["hazard_stock"], "检查意见"]
    assert page.max_row == 2, "the right row isn't in it"
    assert page["E2"].fill.fgColor.rgb == "FFFFC7CE"
    assert "校验位应为 5" in page["E2"].comment.text
    assert "E3" in page["J2"].value, "as the place was called in the sheet that was uploaded"
    assert page["I2"].value is None, "a formula is left open"
    page["E2"], page["I2"] = "7782-50-5", 12
    out = io.BytesIO()
    book.save(out)
    accept(sheet, only_good_rows=True)
    second = bring("hazard_stock", out.getvalue())
    assert second.counts == {"new": 1}
    accept(second)
    assert list(HazardStock.objects.order_by("code").values_list("code", "live")) == [
        ("M-1", Decimal(30)),
        ("M-2", Decimal(12)),
    ]


def test_a_form_asks_the_same_question_once(office, add_tank):
    with pytest.raises(InvalidInput) as asked:
        add_tank("T-1", volume="5000000")
    assert {"volume", "is_sure"} == asked.value.where.keys()
    assert add_tank("T-1", volume="5000000", is_sure=True).volume == 5_000_000


def test_a_row_of_enterprises_brings_its_organisation_with_it(bring, accept, office, as_, enterprises):
    credit = "91320000MA1X000017"
    written = accept(bring("enterprises", workbook("enterprises", right("enterprises", 统一社会信用代码=credit))))
    assert written.written == 1
    made = Enterprise.objects.get()
    unit = made.thing.organisation
    assert (unit.code, unit.name, unit.credit_code, unit.region) == ("E-1", "新源化工有限公司", credit, office.here)
    twice = bring("enterprises", workbook("enterprises", right("enterprises", 编码="E-2", 统一社会信用代码=credit)))
    assert "另一单位" in cells(twice)["E2"]
    runner.perform(enterprises.action("change"), ctx=as_("keeper"), row=made, credit_code="")
    unit.refresh_from_db()
    assert unit.credit_code is None
