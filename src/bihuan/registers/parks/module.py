"""Declaration of the register of chemical parks, and of boundaries."""

from __future__ import annotations

from dataclasses import replace

from bihuan.core.modules import RoleSpec
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.mapping import MapLayer
from bihuan.core.records.register import DetailPanel, Values
from bihuan.kernel.text import Text
from bihuan.parties.models import Thing
from bihuan.parties.satellites import register_of_things
from bihuan.parties.terms import PartiesGrants, RegionKind
from bihuan.registers.parks import actions, queries
from bihuan.registers.parks.models import Park
from bihuan.registers.parks.terms import PARK_KIND, ParkKind, ParksGrants


def check_park(values: Values) -> dict[str, Text]:
    """A park lies in the region that is the park; a recognition is its document and its day together."""
    found: dict[str, Text] = {}
    region = values.get("region")
    if region is not None and region.kind != RegionKind.PARK.value:
        found["region"] = Text("“{r}”不是园区。", "“{r}” is no park.").format(r=region.name)
    begun, ends = values.get("recognised_on"), values.get("recognised_until")
    if bool(values.get("recognition_document")) != (begun is not None):
        found["recognised_on"] = Text("认定文件与认定日期应同时填写。", "The document and its day go together.")
    if begun is not None and ends is not None and ends <= begun:
        found["recognised_until"] = Text("应晚于认定日期。", "Must be later than the recognition.")
    return found


REGISTER = register_of_things(
    code="parks",
    kind=PARK_KIND,
    label=Text("化工园区", "Chemical parks"),
    icon="map",
    model=Park,
    read=(ParksGrants.READ,),
    edit=(ParksGrants.EDIT,),
    check=check_park,
    fields=(
        Field("type", Text("园区类型", "Kind of park"), terms=ParkKind, in_list=True, filter=True, width=16),
        Field("recognition_document", Text("认定文件", "Recognition"), in_list=True, search=True, width=26, example="云政办〔2021〕10号"),
        Field("recognised_on", Text("认定日期", "Recognised on"), in_list=True, sort=True, filter=True, width=14),
        Field("recognised_until", Text("认定有效期至", "Recognised until"), filter=True, width=14),
        Field("planned_area", Text("规划面积", "Planned area"), unit="km²", width=12, example="6.2"),
        Field("safety_staff", Text("专职安全监管人员", "Safety staff"), width=12, example="8"),
        Field("plan_document", Text("总体规划批文", "Approval of its plan"), width=24),
    ),
)  # fmt: skip

_generated = module_of(
    REGISTER,
    grants=ParksGrants,
    order=5,
    roles=(
        RoleSpec(
            "boundary_drawer",
            Text("边界绘制", "Draws boundaries"),
            (ParksGrants.READ, ParksGrants.DRAW, PartiesGrants.READ),
        ),
    ),
    serves={
        "F12": Text(
            "“化工园区”页绘制或导入四至与土地安全控制线，自相交当场指出位置；“地图”页按图层查看；控制线内新增对象由“底数核查”立项",
            "The page of a park draws or imports its bounds and control line, telling where one crosses itself; layers on the map; what stands inside the line becomes a case",
        ),
    },
    declares=(
        DetailPanel("bounds", Text("四至与控制线", "Bounds and control line"), Park, "parks/panel.html", queries.panel_of_park, order=10),
        DetailPanel("ground", Text("边界", "Boundary"), Thing, "parks/ground.html", queries.panel_of_thing, order=60),
        MapLayer("bounds", queries.BOUNDS, "map", "purple", queries.bounds_layer, (ParksGrants.READ, ParksGrants.EDIT), is_on=True, order=5),
        MapLayer("control_lines", queries.CONTROL_LINES, "alert-triangle", "red", queries.control_line_layer, (ParksGrants.READ, ParksGrants.EDIT), is_on=True, order=6),
    ),
)  # fmt: skip

MODULE = replace(
    _generated,
    actions=(*_generated.actions, actions.draw_bounds, actions.draw_control_line, actions.erase_bounds),
    urls="bihuan.registers.parks.urls",
    url_prefix="",
)
