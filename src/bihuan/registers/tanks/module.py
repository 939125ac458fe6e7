"""Declaration of the register of tanks: all there is to it."""

from __future__ import annotations

from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.kernel.text import Text
from bihuan.parties.satellites import register_of_things
from bihuan.registers.tanks import rules
from bihuan.registers.tanks.models import Tank
from bihuan.registers.tanks.terms import TanksGrants, TankType

REGISTER = register_of_things(
    code="tanks",
    kind="tank",
    label=Text("储罐", "Tanks"),
    icon="droplet",
    model=Tank,
    read=(TanksGrants.READ,),
    edit=(TanksGrants.EDIT,),
    fields=(
        Field("type", Text("型式", "Type"), terms=TankType, in_list=True, filter=True, width=12),
        Field("medium", Text("储存介质", "Medium"), in_list=True, filter=True, search=True, width=16, example="甲醇"),
        Field(
            "volume", Text("公称容积", "Nominal volume"), unit="m³", in_list=True, filter=True, width=12, example="5000",
            check=rules.wrong_volume, plausible=rules.USUAL_VOLUME, doubt=rules.LITRES,
        ),
        Field(
            "design_pressure", Text("设计压力", "Design pressure"), unit="MPa", width=12,
            check=rules.wrong_pressure, plausible=rules.USUAL_PRESSURE, doubt=rules.KILOPASCALS,
        ),
        Field("built_on", Text("投用日期", "In use since"), filter=True, sort=True, width=14),
        Field("has_interlock", Text("设有联锁", "Has an interlock"), filter=True, width=10),
    ),
)  # fmt: skip

MODULE = module_of(REGISTER, grants=TanksGrants, order=20)
