"""Declaration of the catalogue and of the register of chemicals."""

from __future__ import annotations

from dataclasses import replace

from bihuan.core.modules import MenuItem
from bihuan.core.pages.declared import Look, SearchSource
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import DetailPanel, Values
from bihuan.engines.major_hazard.terms import Form
from bihuan.kernel.text import Text
from bihuan.parties.satellites import register_of_things
from bihuan.registers.chemicals import queries
from bihuan.registers.chemicals.models import Chemical
from bihuan.registers.chemicals.rules import particulars
from bihuan.registers.chemicals.terms import ChemicalsGrants, Handling, Listing


def check_together(values: Values) -> dict[str, Text]:
    return particulars.wrong_together(
        serial=values.get("serial"),
        cas=values.get("cas") or "",
        symbols=values.get("symbols") or "",
        basis=values.get("basis") or "",
        name=values.get("name") or "",
    )


REGISTER = register_of_things(
    code="chemicals",
    kind="chemical",
    label=Text("危险化学品", "Chemicals"),
    icon="flask",
    model=Chemical,
    read=(ChemicalsGrants.READ,),
    edit=(ChemicalsGrants.EDIT,),
    check=check_together,
    fields=(
        Field("serial", Text("目录序号", "Catalogue number"), filter=True, in_list=True, width=10, example="1022"),
        Field("cas", Text("CAS号", "CAS number"), search=True, in_list=True, filter=True, check=particulars.wrong_cas, width=14, example="67-56-1"),
        Field("un_number", Text("UN编号", "UN number"), search=True, check=particulars.wrong_un, width=10, example="1230"),
        Field("aliases", Text("别名", "Aliases"), search=True, width=20, example="木醇"),
        Field("handling", Text("用途", "Handling"), terms=Handling, in_list=True, filter=True, width=10),
        Field("form", Text("物态", "Physical state"), terms=Form, width=8),
        Field("symbols", Text("危险性类别", "Category"), check=particulars.wrong_symbols, in_list=True, width=14, example="W5.3；J5",
              hint=Text("GB 18218 表2符号，由人按安全技术说明书确认；都不属于填“无”。", "Symbols of Table 2 of GB 18218, confirmed by a person from the data sheet; 无 if none.")),
        Field("basis", Text("类别依据", "Basis"), width=24, example="SDS 2025-03 第2部分"),
    ),
)  # fmt: skip

_generated = module_of(
    REGISTER,
    grants=ChemicalsGrants,
    order=15,
    section="chemicals",
    serves={
        "R08": Text(
            "部分：“危险化学品目录”页按名称、别名、拼音首字母、CAS号、UN编号（已对照的272个CAS号）检索全部 2828 个序号及名录；2026年增补的5种名单待补",
            "Partly: all 2 828 numbers of the catalogue and the lists are searched on its page; the 5 added in 2026 are not held",
        ),
        "R01": Text(
            "部分：“危险化学品”台账登记各单位的品种与用途；使用量、储存量在重大危险源单元登记",
            "Partly: the register of chemicals holds kinds and handling; amounts stand in the units of major hazards",
        ),
    },
    declares=(
        DetailPanel("catalogue", Text("目录与名录", "Catalogue and lists"), Chemical, "chemicals/panel.html", queries.panel_of_chemical),
        SearchSource(queries.CATALOGUE, queries.hits, order=50),
        Look(Listing.HIGHLY_TOXIC, "purple", "alert-triangle"),
        Look(Listing.EXPLOSIVE_PRECURSOR, "red", "flame"),
        Look(Listing.DRUG_PRECURSOR, "orange", "shield"),
        Look(Listing.KEY_SUPERVISED, "blue", "eye"),
        Look(Listing.NAMED_THRESHOLD, "teal", "list"),
    ),
)  # fmt: skip

MODULE = replace(
    _generated,
    menu=(
        *_generated.menu,
        MenuItem(
            queries.CATALOGUE,
            "catalogue",
            "search",
            (ChemicalsGrants.READ, ChemicalsGrants.EDIT),
            section="chemicals",
            order=16,
        ),
        MenuItem(
            Text("重点监管工艺", "Key processes"),
            "key-processes",
            "tools",
            (ChemicalsGrants.READ, ChemicalsGrants.EDIT),
            section="chemicals",
            order=16,
        ),
        MenuItem(
            Text("混合物判定", "Mixtures"),
            "mixture-rule",
            "scissors",
            (ChemicalsGrants.READ, ChemicalsGrants.EDIT),
            section="chemicals",
            order=16,
        ),
    ),
    urls="bihuan.registers.chemicals.urls",
    url_prefix="",
)
