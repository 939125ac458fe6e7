"""Declaration of the codes of things."""

from __future__ import annotations

from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource
from bihuan.core.records.register import DetailPanel
from bihuan.kernel.text import Text
from bihuan.parties.models import Thing
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.products.terms import ProductsGrants
from bihuan.registers.scan_codes import actions, jobs, queries
from bihuan.registers.scan_codes.terms import CODES_JOB, ScanCodesGrants

MODULE = Module(
    name="scan_codes",
    label=Text("现场码", "Codes of things"),
    grants=ScanCodesGrants,
    actions=(actions.renew, actions.order_codes),
    jobs=(Job(CODES_JOB, Text("排印现场码", "Print codes"), jobs.print_batch, grants=(ProductsGrants.REPORT,)),),
    roles=(
        RoleSpec(
            "code_keeper",
            Text("现场码管理", "Keeps the codes of things"),
            (*ScanCodesGrants, PartiesGrants.READ, ProductsGrants.PRINT),
        ),
    ),
    menu=(
        MenuItem(Text("现场码", "Codes of things"), "scan-codes", "qrcode", (ScanCodesGrants.PRINT,), section="chemicals", order=19),
    ),
    urls="bihuan.registers.scan_codes.urls",
    url_prefix="",
    declares=(
        DetailPanel("scan_code", Text("现场码", "Code"), Thing, "scan_codes/panel.html", queries.panel_of_thing, order=90),
        ChoiceSource("scan_codes.registers", queries.choices),
    ),
)  # fmt: skip
