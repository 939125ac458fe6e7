"""Declaration of the register of vehicles: all there is to it until transport comes."""

from __future__ import annotations

from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import Once, Values
from bihuan.kernel.text import Text
from bihuan.parties.satellites import register_of_things
from bihuan.registers.installations.terms import GoodsClass
from bihuan.registers.vehicles import rules
from bihuan.registers.vehicles.models import Vehicle
from bihuan.registers.vehicles.terms import VEHICLE_KIND, VehiclesGrants, VehicleType


def check_vehicle(values: Values) -> dict[str, Text]:
    wrong = rules.wrong_pair(type=values.get("type"), plate=values.get("plate") or "")
    return {} if wrong is None else {"plate": wrong}


REGISTER = register_of_things(
    code="vehicles",
    kind=VEHICLE_KIND,
    label=Text("危险货物车辆", "Vehicles"),
    icon="truck",
    model=Vehicle,
    read=(VehiclesGrants.READ,),
    edit=(VehiclesGrants.EDIT,),
    check=check_vehicle,
    once=(Once(("plate",), "plate", Text("同一号牌", "This plate")),),
    fields=(
        Field("plate", Text("号牌号码", "Plate"), in_list=True, sort=True, search=True, filter=True, width=12, example="云A12345", check=rules.wrong_plate),
        Field("type", Text("车辆类型", "Kind"), terms=VehicleType, in_list=True, filter=True, width=12),
        Field("goods_class", Text("准运类别", "Class it may carry"), terms=GoodsClass, in_list=True, filter=True, width=18),
        Field("medium", Text("常运介质", "Usual load"), search=True, width=16, example="甲醇",
              hint=Text("现场码按它显示危险性和应急处置。", "The code of the vehicle opens the hazards of it.")),
        Field("approved_load", Text("核定载质量", "Approved load"), unit="t", width=12, example="30",
              check=rules.wrong_load, plausible=rules.USUAL_LOAD, doubt=rules.KILOGRAMS),
        Field("licence_number", Text("道路运输证号", "Operating licence"), search=True, width=20),
        Field("licence_until", Text("道路运输证有效期至", "Licence until"), in_list=True, filter=True, sort=True, width=14),
        Field("inspected_until", Text("检验有效期至", "Inspected until"), in_list=True, filter=True, sort=True, width=14),
        Field("has_positioning", Text("装有卫星定位", "Has positioning"), filter=True, width=10),
    ),
)  # fmt: skip

MODULE = module_of(REGISTER, grants=VehiclesGrants, order=25)
