"""Declaration of the register of products."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bihuan.core.modules import Job, MenuItem, RoleSpec
from bihuan.core.pages.declared import Look, RowSource
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import DetailPanel
from bihuan.engines.ghs.terms import Signal, Weight
from bihuan.kernel.text import Text
from bihuan.parties.satellites import register_of_things
from bihuan.registers.chemicals.rules.particulars import wrong_un
from bihuan.registers.products import actions, jobs, queries
from bihuan.registers.products.models import Product
from bihuan.registers.products.rules import national_code, particulars
from bihuan.registers.products.terms import PRINT_JOB, PRODUCT_KIND, PrintState, ProductsGrants

REGISTER = register_of_things(
    code="products",
    kind=PRODUCT_KIND,
    label=Text("产品（一书一签）", "Products"),
    icon="file-check",
    model=Product,
    read=(ProductsGrants.READ,),
    edit=(ProductsGrants.EDIT,),
    check=particulars.wrong_together,
    fields=(
        Field("name_en", Text("英文名", "English name"), search=True, width=20, example="Methanol"),
        Field("is_mixture", Text("混合物", "Mixture"), filter=True, in_list=True, width=8),
        Field("classes", Text("危险性类别", "Hazard classes"), check=particulars.wrong_classes, width=40, example="易燃液体，类别2；急性毒性-经口，类别3",
              hint=Text("由人按分类依据确认，用分号隔开，写法如“易燃液体，类别2”。", "Confirmed by a person; separated by semicolons.")),
        Field("h_codes", Text("危险性说明代码", "Hazard statements"), check=particulars.wrong_h_codes, width=24, example="H225；H301"),
        Field("pictograms", Text("象形图", "Pictograms"), check=particulars.wrong_pictograms, width=18, example="GHS02；GHS06"),
        Field("signal", Text("信号词", "Signal word"), terms=Signal, in_list=True, filter=True, width=8),
        Field("p_codes", Text("防范说明代码", "Precautionary statements"), check=particulars.wrong_p_codes, width=30, example="P210；P280；P301+P310"),
        Field("un_number", Text("UN编号", "UN number"), search=True, in_list=True, check=wrong_un, width=10, example="1230"),
        Field("transport_class", Text("运输类别", "Transport class"), width=8, example="3"),
        Field("packing_group", Text("包装类别", "Packing group"), width=8, example="II"),
        Field("volumes", Text("包装容积", "Container volumes"), check=particulars.wrong_volumes, width=18, example="0.5 L；20 L；200 L"),
        Field("address", Text("供应商地址", "Address"), width=30),
        Field("telephone", Text("供应商电话", "Telephone"), width=16),
        Field("emergency_telephone", Text("应急咨询电话", "Emergency telephone"), width=16, hint=Text("24 小时有人接听的国内固定电话。", "Answered day and night.")),
        Field("national_address", Text("登记网址", "Address of registration"), check=national_code.wrong_address, width=36, hint=Text("一企一品一码由登记系统发放，照抄，本系统不生成。", "The code of a product is issued by the national registration; it is copied, never made here.")),
        Field("national_number", Text("登记号", "Registration number"), search=True, in_list=True, check=national_code.wrong_number, width=18),
        Field("national_on", Text("登记日期", "Registered on"), width=12),
    ),
)  # fmt: skip

_generated = module_of(
    REGISTER,
    grants=ProductsGrants,
    order=17,
    section="chemicals",
    roles=(
        RoleSpec(
            "label_printer",
            Text("排印安全标签", "Prints safety labels"),
            (ProductsGrants.READ, ProductsGrants.PRINT),
        ),
    ),
    serves={
        "V02": Text(
            "部分：产品页核对说明书16个部分与标签的矛盾、缺项，打印说明书和按容积的标签；与登记系统的比对待其接口",
            "Partly: the page of a product finds contradictions and gaps of data sheet and label and prints both; holding them against the registration awaits its interface",
        ),
        "V03": Text(
            "部分：一企一品一码导入、核对格式与重号、印上标签，校验方式未公布，不核校验位；现场码扫码后是不用登录的安全信息页",
            "Partly: the code of a product is imported, checked for form and doubles, printed on its label; no check digit is published. Codes of things open a public page",
        ),
    },
    declares=(
        DetailPanel("papers", Text("一书一签", "Data sheet and label"), Product, "products/panel.html", queries.panel_of_product, order=10),
        RowSource(Product, queries.find_products),
        Look(Signal.DANGER, "red", "alert-triangle"),
        Look(Signal.WARNING, "orange", "alert-triangle"),
        Look(Weight.WRONG, "red", "alert-circle"),
        Look(Weight.MISSING, "yellow", "circle-dashed"),
        Look(Weight.NOTE, "blue", "info-circle"),
        Look(PrintState.WAITING, "neutral", "clock"),
        Look(PrintState.RUNNING, "blue", "refresh"),
        Look(PrintState.DONE, "green", "check"),
        Look(PrintState.REFUSED, "red", "alert-circle"),
    ),
)  # fmt: skip

MODULE = replace(
    _generated,
    actions=(
        *_generated.actions,
        actions.compose,
        actions.take_elements,
        actions.accept_property,
        actions.enter_property,
        actions.write_sheet,
        actions.write_section,
        actions.order_labels,
        actions.report_print,
    ),
    jobs=(
        Job(
            PRINT_JOB,
            Text("排印标签", "Print labels"),
            jobs.print_batch,
            grants=(ProductsGrants.REPORT, ProductsGrants.READ),
        ),
        Job(
            "products.throw_away",
            Text("清理过期的排印文件", "Throw old prints away"),
            jobs.throw_away,
            grants=(ProductsGrants.REPORT,),
            daily_at=time(3, 40),
        ),
    ),
    menu=(
        *_generated.menu,
        MenuItem(Text("排印批次", "Print batches"), "prints", "printer", (ProductsGrants.PRINT,), section="chemicals", order=18),
    ),
    urls="bihuan.registers.products.urls",
    url_prefix="",
)  # fmt: skip
