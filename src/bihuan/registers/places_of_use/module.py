"""Declaration of places of use and what they use."""

from __future__ import annotations

from bihuan.core.modules import MenuItem, Module
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import DetailPanel, Register, Values
from bihuan.kernel.text import Text
from bihuan.parties.satellites import lying_with, register_of_things, wrong_kind
from bihuan.registers.chemicals.rules.particulars import wrong_cas
from bihuan.registers.places_of_use import queries, rules
from bihuan.registers.places_of_use.models import PlaceOfUse, UseRecord
from bihuan.registers.places_of_use.terms import PLACE_KIND, PlacesOfUseGrants, PlaceType, WayOfUse
from bihuan.registers.supervisors.terms import Sector

READ, EDIT = (PlacesOfUseGrants.READ,), (PlacesOfUseGrants.EDIT,)
LABEL = Text("使用单位", "Places of use")
NO_PLACE = Text("“{n}”不是使用单位。", "“{n}” is no place of use.")

PLACES = register_of_things(
    code="places_of_use",
    kind=PLACE_KIND,
    label=LABEL,
    icon="flask",
    model=PlaceOfUse,
    read=READ,
    edit=EDIT,
    personal=EDIT,
    fields=(
        Field("type", Text("使用场所", "Kind of place"), terms=PlaceType, in_list=True, filter=True, width=14),
        Field("sector", Text("行业", "Sector"), terms=Sector, in_list=True, filter=True, width=28),
        Field("address", Text("地址", "Address"), search=True, width=30),
        Field("people_limit", Text("限员", "People limit"), width=8),
        Field("contact", Text("安全联系人", "Safety contact"), personal=True, width=12),
        Field("contact_phone", Text("联系电话", "Telephone"), personal=True, width=16),
        Field("checked_on", Text("最近核查日期", "Last checked on"), in_list=True, filter=True, sort=True, width=14),
    ),
)


def check_record(values: Values) -> dict[str, Text]:
    """A record is of a place of use."""
    return wrong_kind(values, "place_of_use", PLACE_KIND, wrong=NO_PLACE)


RECORDS = Register(
    code="use_records",
    label=Text("使用台账", "Ledger of use"),
    icon="list",
    model=UseRecord,
    read=READ,
    edit=EDIT,
    marker="sheet",
    retired=("is_ended", True),
    derive=lying_with("place_of_use"),
    check=check_record,
    fields=(
        Field("code", Text("台账编号", "Code"), in_list=True, sort=True, filter=True, width=18, example="SY-0001-01"),
        Field("place_of_use", Text("使用单位", "Place of use"), in_list=True, fixed=True, width=24),
        Field("name", Text("危险化学品名称", "Chemical"), in_list=True, search=True, filter=True, width=20, example="乙醇"),
        Field("cas", Text("CAS号", "CAS number"), search=True, filter=True, check=wrong_cas, width=14, example="64-17-5"),
        Field("purpose", Text("用途", "Purpose"), in_list=True, width=20, example="化学实验"),
        Field("way_of_use", Text("使用方式", "Way of use"), terms=WayOfUse, in_list=True, filter=True, width=16),
        Field("used_yearly", Text("年使用量", "Used a year"), unit="kg", in_list=True, width=12, example="120",
              check=rules.wrong_kilograms, plausible=rules.USUAL_A_YEAR, doubt=rules.GRAMS),
        Field("stored_at_most", Text("最大储存量", "Stored at most"), unit="kg", in_list=True, width=12, example="30",
              check=rules.wrong_kilograms, plausible=rules.USUAL_STORED, doubt=rules.GRAMS),
        Field("declared_on", Text("申报日期", "Declared on"), in_list=True, filter=True, sort=True, width=14),
    ),
)  # fmt: skip

_places = module_of(PLACES, grants=PlacesOfUseGrants, order=42)
_records = module_of(RECORDS, grants=PlacesOfUseGrants, order=43)

MODULE = Module(
    name="places_of_use",
    label=LABEL,
    grants=PlacesOfUseGrants,
    actions=(*_places.actions, *_records.actions),
    roles=(*_places.roles, *_records.roles),
    urls="bihuan.registers.places_of_use.urls",
    url_prefix="",
    menu=(
        *_places.menu,
        *_records.menu,
        MenuItem(Text("一图一表、两表一单", "Map and tables of use"), "places-of-use", "table", (*READ, *EDIT), section="insight", order=65),
    ),
    serves={
        "R01": Text(
            "“使用单位”“使用台账”登记品种、用途、使用方式、使用和储存数量，可导入 Excel；变更留历史",
            "Places of use and their ledger: kinds, purpose, way of use, amounts used and stored; Excel import; history kept",
        ),
        "R04": Text(
            "“一图一表”页：区域×行业×主管部门×使用单位数；十二条行业线，没有主管部门的列出并立项",
            "The page of map and tables: area × sector × department × number of users; those without a department are listed and become cases",
        ),
        "R06": Text(
            "部分：“一图一表、两表一单”页与四张表的 Excel；表样方案中未给出，由我们拟定",
            "Partly: the page and a workbook of four sheets; their form isn't given in the plans, ours is a proposal",
        ),
    },
    declares=(
        *_places.declares,
        *_records.declares,
        DetailPanel("use", Text("使用台账", "Ledger of use"), PlaceOfUse, "places_of_use/panel.html", queries.panel_of_place, order=10),
    ),
)  # fmt: skip
