"""Excel in and out: errors by cell, nothing written before the decision, all rows at once, the round trip."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.db import connection
from openpyxl import Workbook, load_workbook

from bihuan.core.actions import runner
from bihuan.core.actions.problems import Denied, NotFound
from bihuan.core.audit.models import AuditRow
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.core.records import exporting, listing, search
from bihuan.core.records.models import SearchEntry, Sheet, SheetRow
from bihuan.core.records.sheets import spool
from bihuan.core.records.sheets.applying import SheetHasErrors, StillAtWork, WrongSheetState
from bihuan.core.records.sheets.template import template
from bihuan.core.records.terms import RowState, SheetState
from bihuan.parties.models import Thing
from bihuan.registers.tanks.models import Tank

HEAD = ["编码*", "名称", "所属单位", "型式", "储存介质", "公称容积（m³）", "投用日期"]


def good(code, **changed):
    row = {
        "编码": code,
        "名称": "甲醇储罐",
        "单位": "ORG-1",
        "型式": "固定顶",
        "介质": "甲醇",
        "容积": 5000,
        "日期": date(2010, 5, 1),
    }
    return list({**row, **changed}.values())


def workbook(*rows, head=HEAD, touch=None):
    book = Workbook()
    sheet = book.active
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    if touch:
        touch(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def bring(tanks, as_):
    """Upload bytes and let the check run; answers the sheet."""

    def bring(content, *, by="keeper", existing="refuse", register=tanks):
        ctx = as_(by)
        stored = spool.keep([content])
        done = runner.perform(
            register.action("upload_sheet"), ctx=ctx, spool=stored, file_name="罐.xlsx", existing=existing
        )
        queue.drain(at=ctx.at)
        return Sheet.objects.get(pk=done.value.pk)

    return bring


@pytest.fixture
def accept(tanks, as_):
    def accept(sheet, *, by="keeper", **more):
        runner.perform(tanks.action("accept_sheet"), ctx=as_(by), sheet=sheet, **more)
        queue.drain(at=as_(by).at)
        return Sheet.objects.get(pk=sheet.pk)

    return accept


def cells(sheet):
    return {f"{e['column']}{r.number}": e["zh"] for r in SheetRow.objects.filter(sheet=sheet) for e in r.errors}


def test_a_right_sheet_waits_for_the_decision_and_then_is_there(bring, accept, as_):
    sheet = bring(workbook(good("V-1"), good("V-2", 单位="东港化工有限公司")))
    assert (sheet.state, sheet.counts) == (SheetState.CHECKED, {"new": 2})
    assert not Tank.objects.exists()
    sheet = accept(sheet)
    assert (sheet.state, sheet.written) == (SheetState.APPLIED, 2)
    tank = Tank.objects.get(thing__code="V-1")
    assert (tank.volume, tank.built_on, tank.thing.organisation_code) == (5000, date(2010, 5, 1), "ORG-1")
    assert tank.thing.sheet == sheet.pk
    assert search.find(actor=as_("keeper").actor, text="甲醇").count == 2
    # The uploader stands in the history of each row, not the job.
    row = AuditRow.objects.filter(subjects__subject=tank.subject).get()
    assert row.actor == as_("keeper").actor.id


def test_each_wrong_cell_is_named_and_says_what_to_do(bring):
    sheet = bring(
        workbook(
            good("V-1", 容积="很大"),
            good("V-2", 日期="2026-02-31"),
            good("V-3", 型式="方罐"),
            good("V-4", 单位="没有的单位"),
            good("V-5", 容积="=1+1"),
            good("", 介质=""),
            good("V-7"),
            good("V-7"),
            good("V-9", 容积=1.234),
            good("V-10", 日期="昨天"),
            good(9.13e17),
            good("V-12", 单位="ORG-2"),
            good("V-13", 日期="2026年3月5日"),
        )
    )
    found = cells(sheet)
    expected = {
        "F2": "不是数字", "G3": "没有“2026-02-31”这一天", "D4": "固定顶、浮顶", "C5": "管辖范围", "F6": "公式",
        "A7": "必填", "E7": "必填", "A9": "与第 8 行重复", "F10": "2 位小数", "G11": "2026-11-22", "A12": "15 位", "C13": "管辖范围",
    }  # fmt: skip
    assert set(found) == set(expected)
    assert {place: expected[place] for place in expected if expected[place] not in found[place]} == {}
    assert sheet.counts == {"wrong": 11, "new": 2}


def test_a_sheet_with_errors_is_only_written_when_the_good_rows_are_accepted(bring, accept):
    sheet = bring(workbook(good("V-1"), good("V-2", 容积="?")))
    with pytest.raises(SheetHasErrors):
        accept(sheet)
    assert not Tank.objects.exists()
    accept(sheet, only_good_rows=True)
    assert [t.thing.code for t in Tank.objects.all()] == ["V-1"]


def _merged(sheet):
    sheet.merge_cells("A2:A3")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook(good("V-1"), head=[*HEAD[:-1], "颜色"]), "没有名为“颜色”的列"),
        (workbook(good("V-1"), head=[*HEAD[:-1], "编码"]), "出现了两次"),
        (workbook(["V-1"], head=["编码"]), "缺少必填列“储存介质”"),
        (workbook(), "没有数据行"),
        (workbook(good("V-1"), good("V-2"), touch=_merged), "合并单元格：A2:A3"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "旧版 .xls"),
        (b"MZ\x90\x00 an .exe named .xlsx", "不是 Excel 工作簿"),
        (b"", "不是 Excel 工作簿"),
        (workbook(good("V-1"))[:900], "不是 Excel 工作簿"),
    ],
)
def test_a_sheet_that_can_not_be_read_says_why(bring, content, words):
    sheet = bring(content)
    assert sheet.state == SheetState.REFUSED
    assert words in sheet.reason_zh
    assert sheet.reason_en
    assert not list(spool.folder().glob(sheet.spool))


def _with_part(name, body, *, content=None):
    out = io.BytesIO(content or workbook(good("V-1")))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_with_part("xl/vbaProject.bin", b"macro"), "宏"),
        (_with_part("xl/bomb.xml", b" " * (60 << 20)), "过大"),
        (
            _with_part(
                "xl/evil.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
            ),
            "外部实体",
        ),
    ],
)
def test_a_hostile_workbook_is_not_opened(bring, content, words):
    sheet = bring(content)
    assert sheet.state == SheetState.REFUSED
    assert words in sheet.reason_zh


def test_too_many_rows_are_refused(bring, tanks, monkeypatch):
    monkeypatch.setitem(vars(tanks), "max_rows", 2)
    sheet = bring(workbook(*(good(f"V-{n}") for n in range(3))))
    assert "超过 2 行" in sheet.reason_zh


def test_an_existing_code_is_an_error_or_an_update_as_the_user_chose(bring, accept, add_tank):
    tank = add_tank("V-1", volume="100", built_on="2010-05-01")
    refused = bring(workbook(good("V-1")))
    assert "已存在" in cells(refused)["A2"]
    sheet = bring(workbook(good("V-1"), good("V-2")), existing="update")
    assert sheet.counts == {"update": 1, "new": 1}
    assert SheetRow.objects.get(sheet=sheet, key="V-1").values == {"volume": "5000"}
    accept(sheet)
    tank.refresh_from_db()
    assert (tank.volume, Tank.objects.count()) == (5000, 2)


def test_an_update_leaves_alone_what_the_sheet_has_no_column_for(bring, accept, add_tank):
    tank = add_tank("V-1", design_pressure="1.6", longitude="117.5", latitude="34.1")
    accept(bring(workbook(good("V-1")), existing="update"))
    tank.refresh_from_db()
    assert (str(tank.design_pressure), str(tank.thing.longitude)) == ("1.600", "117.5000000")


def test_what_changed_after_the_check_is_not_overwritten(bring, accept, add_tank, tanks, as_):
    tank = add_tank("V-1", volume="100")
    sheet = bring(workbook(good("V-1"), good("V-2"), good("V-3")), existing="update")
    runner.perform(tanks.action("change"), ctx=as_("keeper"), row=tank, volume="200")
    add_tank("V-2", medium="苯")
    sheet = accept(sheet)
    assert sheet.counts == {"failed": 2, "written": 1}
    tank.refresh_from_db()
    assert tank.volume == 200
    assert Tank.objects.get(thing__code="V-2").medium == "苯"


def test_a_neighbours_code_is_only_said_to_be_taken(bring, add_tank):
    add_tank("V-1")
    sheet = bring(workbook(good("V-1", 单位="ORG-2")), by="neighbour", existing="update")
    assert "已被占用" in cells(sheet)["A2"]


def test_rows_being_written_are_seen_by_nobody_until_the_switch(bring, tanks, as_):
    sheet = bring(workbook(*(good(f"V-{n}") for n in range(5))))
    ctx = as_("keeper")
    runner.perform(tanks.action("accept_sheet"), ctx=ctx, sheet=sheet)
    take_in = tanks.action("take_in_rows")

    def step():
        return runner.perform(take_in, ctx=ctx, sheet=Sheet.objects.get(pk=sheet.pk), at_most=3).value

    def seen():
        asked = listing.ask(tanks, {}, actor=ctx.actor)
        found = search.find(actor=ctx.actor, text="甲醇").count
        exported = list(exporting.rows_in_order(tanks, asked, ctx=ctx))
        return listing.count_of(tanks, asked, ctx=ctx)[0], found, len(exported)

    assert (step().finished, seen()) == (False, (0, 0, 0))
    assert Tank._base_manager.count() == 3
    assert (step().finished, seen()) == (True, (5, 5, 5))


def test_a_worker_that_dies_half_way_neither_loses_nor_repeats_a_row(bring, tanks, as_):
    sheet = bring(workbook(*(good(f"V-{n}") for n in range(7))))
    ctx = as_("keeper")
    runner.perform(tanks.action("accept_sheet"), ctx=ctx, sheet=sheet)
    runner.perform(tanks.action("take_in_rows"), ctx=ctx, sheet=Sheet.objects.get(pk=sheet.pk), at_most=3)
    queue.drain(at=ctx.at)
    assert Tank.objects.count() == 7
    assert Sheet.objects.get(pk=sheet.pk).state == SheetState.APPLIED


def test_a_grant_taken_away_meanwhile_stops_the_writing(bring, tanks, as_, cast):
    sheet = bring(workbook(good("V-1")))
    runner.perform(tanks.action("accept_sheet"), ctx=as_("keeper"), sheet=sheet)
    cast.keeper.assignments.update(until_at=as_("keeper").at)
    queue.drain(at=as_("neighbour").at)
    assert not Tank._base_manager.exists()


def test_a_sheet_is_nobody_elses_business(bring, tanks, as_):
    sheet = bring(workbook(good("V-1")))
    with pytest.raises(NotFound):
        runner.perform(tanks.action("accept_sheet"), ctx=as_("neighbour"), sheet=sheet)
    with pytest.raises(NotFound):
        runner.perform(tanks.action("accept_sheet"), ctx=as_("clerk"), sheet=sheet)


def test_a_dropped_sheet_is_never_written(bring, accept, tanks, as_):
    sheet = bring(workbook(good("V-1")))
    runner.perform(tanks.action("drop_sheet"), ctx=as_("keeper"), sheet=sheet)
    with pytest.raises(WrongSheetState):
        accept(Sheet.objects.get(pk=sheet.pk))


def test_who_may_not_edit_may_not_upload(tanks, as_):
    with pytest.raises(Denied):
        runner.perform(tanks.action("upload_sheet"), ctx=as_("outsider"), spool="0" * 32, file_name="x.xlsx")


def test_the_template_comes_back_without_its_example_row(bring, tanks, as_):
    content = template(tanks, actor=as_("keeper").actor)
    sheet = load_workbook(io.BytesIO(content))["填写"]
    assert sheet["A1"].value == "编码*"
    assert any("固定顶" in rule.formula1 for rule in sheet.data_validations.dataValidation)
    assert sheet["A1"].comment.text.startswith("必填")
    assert "没有数据行" in bring(content).reason_zh


def exported(register, ctx, write=exporting.as_workbook):
    return b"".join(write(register, listing.ask(register, {"retired": "1"}, actor=ctx.actor), ctx=ctx))


def test_an_export_read_back_changes_nothing(bring, add_tank, tanks, as_, cast):
    add_tank("V-1", '=HYPERLINK("http://x")', design_pressure="0.35", longitude="117.1", latitude="34.2")
    add_tank(
        "V-2",
        "-负压罐",
        medium="+水",
        built_on="2001-02-03",
        has_interlock=True,
        plant=cast.second_plant,
        type="spherical",
    )
    add_tank("V-3", "@甲'罐 <b>&", volume="12.50")
    sheet = bring(exported(tanks, as_("keeper")), existing="update")
    assert (sheet.reason_zh, cells(sheet), sheet.counts) == ("", {}, {"same": 3})


def test_an_exported_formula_stays_text(add_tank, tanks, as_):
    add_tank("V-1", "=1+1")
    sheet = load_workbook(io.BytesIO(exported(tanks, as_("keeper")))).active
    cell = sheet["B2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", "=1+1", True)
    assert ",'=1+1," in exported(tanks, as_("keeper"), exporting.as_csv).decode()


def test_nothing_personal_is_exported_without_an_approval(enterprises, as_, cast):
    given = {"code": "E-1", "name": "东港", "organisation": cast.plant, "type": "production", "contact": "张三"}
    runner.perform(enterprises.action("add"), ctx=as_("keeper"), **given)
    for write in (exporting.as_csv, exporting.as_json):
        for who in ("keeper", "clerk"):
            assert "E-1" in exported(enterprises, as_(who), write).decode() or who == "clerk"
            assert "张三" not in exported(enterprises, as_(who), write).decode()
    assert "安全联系人" not in exported(enterprises, as_("keeper"), exporting.as_csv).decode()


def test_an_export_has_only_the_own_rows(add_tank, tanks, as_, cast):
    add_tank("V-1")
    for write in (exporting.as_csv, exporting.as_json):
        assert "V-1" not in exported(tanks, as_("neighbour"), write).decode()
    asked = listing.ask(tanks, {}, actor=as_("neighbour").actor)
    assert exporting.as_geojson(tanks, asked, ctx=as_("neighbour"))["features"] == []


def test_a_step_writes_many_rows_with_few_queries(bring, tanks, as_, django_assert_max_num_queries):
    sheet = bring(workbook(*(good(f"V-{n:03}") for n in range(100))))
    ctx = as_("keeper")
    runner.perform(tanks.action("accept_sheet"), ctx=ctx, sheet=sheet)
    sheet.refresh_from_db()
    assert SheetRow.objects.filter(sheet=sheet, state=RowState.NEW).count() == 100
    few = 30 if connection.vendor == "sqlite" else 25
    with django_assert_max_num_queries(few):
        runner.perform(tanks.action("take_in_rows"), ctx=ctx, sheet=sheet, at_most=200)


def test_an_import_that_failed_for_good_is_taken_back_and_its_codes_are_free_again(bring, accept, add_tank, tanks, as_):
    add_tank("V-1", "旧名", medium="甲醇")
    sheet = bring(workbook(good("V-1"), *(good(f"V-{n}") for n in range(2, 9))), existing="update")
    ctx = as_("keeper")
    runner.perform(tanks.action("accept_sheet"), ctx=ctx, sheet=sheet)
    runner.perform(tanks.action("take_in_rows"), ctx=ctx, sheet=Sheet.objects.get(pk=sheet.pk), at_most=4)
    give_up = tanks.action("give_up_sheet")
    with pytest.raises(StillAtWork):
        runner.perform(give_up, ctx=ctx, sheet=Sheet.objects.get(pk=sheet.pk))
    Task.objects.filter(key=f"sheet:{sheet.pk}:apply").update(state="failed")
    entries, audit = SearchEntry.objects.count(), AuditRow.objects.count()
    runner.perform(give_up, ctx=ctx, sheet=Sheet.objects.get(pk=sheet.pk))
    assert listing_of(tanks, ctx) == ["V-1"]
    queue.drain(at=ctx.at)
    sheet = Sheet.objects.get(pk=sheet.pk)
    assert (sheet.state, sheet.counts) == ("withdrawn", {"written": 1, "taken_back": 3, "new": 4})
    assert listing_of(tanks, ctx) == ["V-1"]
    assert (Thing.objects.filter(code__startswith="V-").count(), SearchEntry.objects.count()) == (1, entries - 3)
    assert AuditRow.objects.count() == audit + 2
    again = accept(bring(workbook(*(good(f"V-{n}") for n in range(2, 9)))))
    assert again.written == 7


def listing_of(register, ctx) -> list[str]:
    return sorted(str(register.key_field.of(row)) for row in register.visible_to(ctx.actor).select_related("thing"))
