"""Out in another system's columns and in again gives the same; an unknown code is told at its cell, never dropped."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from bihuan.connectors.exchange.layouts import SYSTEMS, layouts_on
from bihuan.core.access.models import Assignment, Role
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.core.records import exporting, listing
from bihuan.core.records.layouts import get_layout
from bihuan.core.records.models import Sheet, SheetRow
from bihuan.core.records.register import Register
from bihuan.core.records.sheets import spool
from bihuan.core.records.terms import SheetState
from bihuan.parties.models import Organisation
from cast import AT, TODAY, Cast, context, saved

REGISTERS = ("enterprises", "tanks", "hazard_units", "chemicals")
ROWS = {
    "enterprises": {"name": "云州东方化工有限公司", "type": "production", "employees": 120, "contact": "张工", "contact_phone": "0512-1",
                    "longitude": "117.5", "latitude": "34.1"},
    "tanks": {"name": "甲醇储罐", "type": "fixed_roof", "medium": "甲醇", "volume": "5000", "design_pressure": "0.002",
              "built_on": date(2010, 5, 1), "has_interlock": True},
    "hazard_units": {"name": "甲罐区", "kind": "tank_farm", "residents": 20, "residents_basis": "走访", "processes": "氯化"},
    "chemicals": {"name": "甲醇", "handling": "stored", "cas": "67-56-1", "serial": 1022, "symbols": "W5.3", "basis": "SDS"},
}  # fmt: skip
LAYOUTS = sorted((layout.register, layout.code) for layout in layouts_on(TODAY))


@pytest.fixture
def keeper(db):
    cast = Cast.build()
    Organisation.objects.filter(pk=cast.works.pk).update(credit_code="91320000MA1X000017")
    cast.works.refresh_from_db()
    user = cast.user("keeper", cast.office)
    grants = {g for register in REGISTERS for g in registry().roles[f"{register}_keeper"].grants}
    role = saved(Role(code="exchange", name_zh="交换", name_en="exchange", grants=sorted(grants)))
    saved(Assignment(user=user, role=role, scope_region=cast.city.path, from_at=AT))
    roles = [cast.actor("keeper", f"{register}_keeper", cast.office, region=cast.city) for register in REGISTERS]
    whole = type(roles[0])(
        kind="user", id=roles[0].id, name="", held=tuple(h for actor in roles for h in actor.held), second_factor=True
    )
    for register, values in ROWS.items():
        code = f"{register[:3].upper()}-1"
        perform(registry().actions[f"{register}.add"], ctx=context(whole), code=code, organisation=cast.works, **values)
    return context(whole)


def register_of(code):
    return next(r for r in registry().declared(Register) if r.code == code)


def written(ctx, register, layout):
    asked = listing.ask(register, {}, actor=ctx.actor)
    return b"".join(exporting.in_layout_as_workbook(register, asked, layout=layout, ctx=ctx))


def read_back(ctx, register, layout, content):
    upload = registry().actions[f"{register.code}.upload_sheet"]
    inputs = {"spool": spool.keep([content]), "file_name": "x.xlsx", "existing": "update", "layout": layout.code}
    sheet = perform(upload, ctx=ctx, **inputs).value
    queue.drain(at=AT)
    return Sheet.objects.get(pk=sheet.pk)


def changed(content, heading, value):
    book = load_workbook(io.BytesIO(content))
    headings = [c.value for c in book.active[1]]
    book.active.cell(2, headings.index(heading) + 1).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_each_layout_names_fields_there_are_and_codes_they_take():
    assert {code.partition(".")[0] for _, code in LAYOUTS} == set(SYSTEMS)
    for layout in layouts_on(TODAY):
        register = register_of(layout.register)
        for column in layout.columns:
            if column.is_held:
                field = register.by_name[column.field_name]
                for value in (column.codes or {}).values():
                    field.read(value)
        assert len({column.name for column in layout.written}) == len(layout.written)


def test_a_layout_that_does_not_hold_yet_is_not_offered():
    assert not [layout for layout in layouts_on(date(2026, 6, 30)) if layout.code.startswith("aq3064_1")]
    assert [layout for layout in layouts_on(date(2026, 7, 1)) if layout.code.startswith("aq3064_1")]


@pytest.mark.parametrize(("register_code", "layout_code"), LAYOUTS)
def test_out_and_in_again_gives_the_same(keeper, register_code, layout_code):
    register = register_of(register_code)
    layout = get_layout(register, layout_code, on=TODAY)
    sheet = read_back(keeper, register, layout, written(keeper, register, layout))
    assert (sheet.state, sheet.counts) == (SheetState.CHECKED, {"same": 1}), (
        sheet.reason_zh, list(SheetRow.objects.values_list("errors", "values")),
    )  # fmt: skip


@pytest.mark.django_db
def test_an_unknown_code_is_told_at_its_cell_and_a_column_without_a_field_is_counted(keeper):
    register = register_of("hazard_units")
    layout = get_layout(register, "wuweiyiti.t_zdwxyglxx", on=TODAY)
    content = changed(written(keeper, register, layout), "危险源类型", "4")
    sheet = read_back(keeper, register, layout, changed(content, "重大危险源描述", "靠近河道"))
    (row,) = SheetRow.objects.filter(sheet=sheet)
    assert "代码“4”不在字典“危险源类型”中：1 生产单元" in row.errors[0]["zh"]
    assert any("“重大危险源描述”列本平台没有对应的项，其中 1 个值不会导入" in note["zh"] for note in sheet.notes)


def test_a_known_code_changes_the_field(keeper):
    register = register_of("hazard_units")
    layout = get_layout(register, "wuweiyiti.t_zdwxyglxx", on=TODAY)
    sheet = read_back(keeper, register, layout, changed(written(keeper, register, layout), "危险源类型", "3"))
    assert SheetRow.objects.get(sheet=sheet).values == {"kind": "warehouse"}


def test_a_new_row_of_another_system_takes_its_defaults_and_says_so(keeper):
    register = register_of("enterprises")
    layout = get_layout(register, "wuweiyiti.t_qyjcxx", on=TODAY)
    content = written(keeper, register, layout)
    for heading, value in (
        ("主键UUID(32位或者36位字符)", "WW-77"), ("企业名称", "新来的企业"), ("统一社会信用代码", None),
    ):  # fmt: skip
        content = changed(content, heading, value)
    sheet = read_back(keeper, register, layout, content)
    assert sheet.counts == {"new": 1}, list(SheetRow.objects.values_list("errors"))
    assert SheetRow.objects.get(sheet=sheet).values["type"] == "other"
    assert any("企业类型" in note["zh"] for note in sheet.notes)
