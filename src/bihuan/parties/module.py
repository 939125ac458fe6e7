"""Declaration of parties."""

from __future__ import annotations

from bihuan.core.evidence.reach import OrganisationPlaces
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import RowSource
from bihuan.core.protection.revealing import Reveals, reveal_action
from bihuan.kernel.text import Text
from bihuan.parties import actions, queries
from bihuan.parties.directory import DIRECTORY, place_of
from bihuan.parties.models import Organisation, Person, Region, Thing
from bihuan.parties.terms import PartiesGrants

REVEAL_PERSON = reveal_action("parties.reveal_person", Person, needs=(PartiesGrants.MANAGE,))
SEES = tuple(PartiesGrants)

MODULE = Module(
    name="parties",
    label=Text("单位与区域", "Organisations and regions"),
    grants=PartiesGrants,
    actions=(
        actions.add_region,
        actions.add_regions,
        actions.add_organisation,
        actions.change_organisation,
        actions.abolish_organisation,
        actions.add_person,
        REVEAL_PERSON,
        actions.add_post,
        actions.appoint,
        actions.end_appointment,
        actions.set_parameter,
        actions.set_calendar_day,
    ),
    roles=(
        RoleSpec(
            "parties_clerk",
            Text("基础信息管理员", "Register clerk"),
            (PartiesGrants.READ, PartiesGrants.MANAGE, PartiesGrants.MANAGE_PLACES),
        ),
    ),
    serves={
        "B13": Text(
            "单位与人员 → 区域：市、县、园区、乡镇（街道）、村（社区）、网格一棵树，可从表格批量粘贴；授权到任一级含其下各级，逐级汇总单位和对象数",
            "Parties → Regions: city, county, park, town, village and grid in one tree, pasted from a sheet in one go; a grant at any level holds for all below, organisations and objects add up by level",
        ),
    },
    urls="bihuan.parties.urls",
    url_prefix="",
    menu=(
        MenuItem(Text("单位", "Organisations"), "organisations", "building", SEES, section="parties", order=10),
        MenuItem(Text("区域", "Regions"), "regions", "map-pin", SEES, section="parties", order=15),
        MenuItem(Text("地方参数", "Place parameters"), "parameters", "settings", SEES, section="settings", order=40),
    ),
    declares=(
        DIRECTORY,
        OrganisationPlaces(place_of),
        RowSource(Organisation, queries.find_organisations),
        RowSource(Region, queries.find_regions),
        RowSource(Thing, queries.find_things),
        RowSource(Person, queries.find_people),
        Reveals(Person, REVEAL_PERSON),
    ),
)
