"""A product with its papers, for the contract suite and for who else needs one."""

from __future__ import annotations

from datetime import date
from typing import Any

from bihuan.core.access.context import Actor, service_actor
from bihuan.core.access.scope import Scope
from bihuan.core.actions.runner import perform
from bihuan.registers.products import actions
from bihuan.registers.products.models import DataSheet, PrintBatch, Product
from bihuan.registers.products.module import REGISTER
from bihuan.registers.products.terms import ProductsGrants
from cast import Cast, context
from plays import Play
from register_plays import plays_of

SHEET = "\n".join(
    f"第{n}部分 {title}\n{text}"
    for n, title, text in (
        (1, "化学品及企业标识", "用途：溶剂、化工原料。"),
        (2, "危险性概述", "危害：高度易燃；误服可致失明。"),
        (3, "成分/组成信息", ""),
        (4, "急救措施", "吸入：移至空气新鲜处，就医。皮肤接触：脱去污染的衣着，用清水冲洗。眼睛接触：流动清水冲洗，就医。食入：饮足量温水，就医。"),
        (5, "消防措施", "危险特性：蒸气与空气形成爆炸性混合物。灭火剂：抗溶性泡沫、干粉。消防人员须佩戴空气呼吸器防护。"),
        (6, "泄漏应急处理", "隔离泄漏区，疏散人员，消除点火源。小量泄漏用砂土收集；大量泄漏构筑围堤，防止流入下水道，清除残液。"),
        (7, "操作处置与储存", "操作注意：密闭，加强通风。储存注意：阴凉通风的库房，远离火种。"),
        (8, "接触控制和个体防护", "职业接触限值：PC-TWA 25 mg/m³。工程控制：密闭通风。个体防护：防毒面具、防护手套。"),
        (9, "理化特性", "外观与性状：无色透明液体。密度 0.79。沸点 64.7 ℃。闪点 11 ℃。爆炸上限 44%，下限 5.5%。"),
        (10, "稳定性和反应性", "稳定。禁配物：酸类、强氧化剂。分解产物：一氧化碳。"),
        (11, "毒理学信息", "急性毒性：LD50 5628 mg/kg（大鼠经口）。慢性影响：神经衰弱。"),
        (12, "生态学信息", "生态毒性：见附录。降解性：易生物降解。蓄积性：低。"),
        (13, "废弃处置", "焚烧法处置。"),
        (14, "运输信息", "包装标志：易燃液体。海洋污染物：否。"),
        (15, "法规信息", "列入危险化学品目录。"),
        (16, "其他信息", "修订说明：首次编制。"),
    )
)  # fmt: skip


def example(cast: Cast) -> dict[str, Any]:
    return {
        "code": "P-101", "name": "甲醇", "organisation": cast.works, "name_en": "Methanol",
        "classes": "易燃液体，类别2；急性毒性-经口，类别3", "h_codes": "H225；H301", "pictograms": "GHS02；GHS06", "signal": "danger",
        "p_codes": "P210；P301+P310；P403+P235；P501", "un_number": "1230", "transport_class": "3", "packing_group": "II",
        "volumes": "0.05 L；20 L", "emergency_telephone": "000-88000119",
        "national_address": "https://example.org/whp", "national_number": "990102000123",
    }  # fmt: skip


def keeper(cast: Cast) -> Actor:
    return cast.actor("product_keeper", "products_keeper", cast.works)


def next_door(cast: Cast) -> Actor:
    return cast.actor("product_keeper_next", "products_keeper", cast.neighbour)


def printer(cast: Cast, *, of_neighbour: bool = False) -> Actor:
    if of_neighbour:
        return cast.actor("printer_next", "label_printer", cast.neighbour)
    return cast.actor("printer", "label_printer", cast.works)


def product(cast: Cast, **said: Any) -> Product:
    return perform(REGISTER.action("add"), ctx=context(keeper(cast)), **(example(cast) | said)).value


def composed(cast: Cast, **said: Any) -> Product:
    made = product(cast, **said)
    return perform(actions.compose, ctx=context(keeper(cast)), product=made, components=["甲醇；67-56-1；99.9"]).value


def sheet(cast: Cast, made: Product | None = None, **said: Any) -> DataSheet:
    values = {"number": "SDS-101", "revision": "1.0", "dated_on": date(2026, 11, 1), "text": SHEET} | said
    return perform(actions.write_sheet, ctx=context(keeper(cast)), product=made or composed(cast), **values).value


def batch(cast: Cast, **said: Any) -> PrintBatch:
    values = {"volume": "20", "total": 7, "batch": "B7"} | said
    return perform(actions.order_labels, ctx=context(printer(cast)), product=composed(cast), **values).value


def edit(cast: Cast, **inputs: Any) -> Play:
    return Play(keeper(cast), inputs, stranger=next_door(cast))


def reporter(cast: Cast) -> Play:
    grants = (ProductsGrants.REPORT.value, ProductsGrants.READ.value)
    ours = service_actor("printer", *grants)
    there = Scope(region_path=cast.next_city.path)
    stranger = type(ours)(
        kind="service", id="service:elsewhere", name="", held=tuple(type(h)(h.grant, there) for h in ours.held)
    )
    return Play(ours, {"batch": batch(cast), "state": "running", "done": 6, "files": []}, stranger=stranger)


PLAYS = {
    **plays_of(REGISTER, example=example),
    "products.compose": lambda c: edit(c, product=product(c), components=["甲醇；67-56-1；60–70", "水；；30"]),
    "products.take_elements": lambda c: edit(c, product=product(c, h_codes="", pictograms="", signal=None)),
    "products.accept_property": lambda c: edit(c, product=composed(c), property="boiling_point"),
    "products.enter_property": lambda c: edit(
        c, product=product(c), property="flash_point", value="12", unit="°C", source="检验报告 2026-11"
    ),
    "products.write_sheet": lambda c: edit(
        c, product=product(c), number="SDS-1", revision="1.0", dated_on=date(2026, 11, 1), text=SHEET
    ),
    "products.write_section": lambda c: edit(c, sheet=sheet(c), section="13", text="送有资质的单位处置。"),
    "products.order_labels": lambda c: Play(
        printer(c), {"product": composed(c), "volume": "20", "total": 100, "batch": "B1"}, stranger=printer(c, of_neighbour=True)
    ),
    "products.report_print": reporter,
}  # fmt: skip
