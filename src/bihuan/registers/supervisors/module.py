"""Declaration of who supervises what."""

from __future__ import annotations

from bihuan.core.modules import Module
from bihuan.core.records.declaring import module_of
from bihuan.core.records.fields import Field
from bihuan.core.records.register import DetailPanel, Register, Values
from bihuan.kernel.text import Text
from bihuan.parties.models import Thing
from bihuan.parties.satellites import lying_with
from bihuan.parties.terms import AUTHORITIES
from bihuan.registers.supervisors import queries
from bihuan.registers.supervisors.models import SectorDuty, Supervisor
from bihuan.registers.supervisors.terms import Sector, SupervisorRole, SupervisorsGrants

READ, EDIT = (SupervisorsGrants.READ,), (SupervisorsGrants.EDIT,)


def _region_of(values: Values) -> dict[str, object]:
    region, department = values.get("region"), values.get("department")
    found: dict[str, object] = {"region_path": region.path} if region is not None else {}
    return found if department is None else {**found, "organisation_code": department.code}


def check_department(values: Values) -> dict[str, Text]:
    department = values.get("department")
    if department is not None and (department.kind not in AUTHORITIES or department.abolished_on is not None):
        return {
            "department": Text("“{d}”不是在设的公共机构。", "“{d}” is no public body that exists.").format(
                d=department.name
            )
        }
    return {}


SECTORS = Register(
    code="sector_duties",
    label=Text("行业分工", "Division by sectors"),
    icon="hierarchy",
    model=SectorDuty,
    read=READ,
    edit=EDIT,
    title="basis",
    marker="sheet",
    retired=("is_ended", True),
    derive=_region_of,
    check=check_department,
    fields=(
        Field("code", Text("分工编号", "Code"), in_list=True, sort=True, width=16, example="FG-01"),
        Field("region", Text("区域", "Region"), in_list=True, fixed=True, width=16),
        Field("sector", Text("行业", "Sector"), terms=Sector, in_list=True, filter=True, width=30),
        Field("department", Text("主管部门", "Department"), in_list=True, width=26),
        Field("basis", Text("依据", "Basis"), in_list=True, search=True, width=30, example="云州市使用安全专项治理方案 四"),
    ),
)  # fmt: skip

OBJECTS = Register(
    code="supervisors",
    label=Text("对象主管部门", "Supervisors of objects"),
    icon="user-check",
    model=Supervisor,
    read=READ,
    edit=EDIT,
    title="basis",
    marker="sheet",
    retired=("is_ended", True),
    derive=lying_with("thing"),
    check=check_department,
    fields=(
        Field("code", Text("登记编号", "Code"), in_list=True, sort=True, width=16, example="ZG-001"),
        Field("thing", Text("对象", "Object"), in_list=True, fixed=True, width=24),
        Field("role", Text("主管性质", "Role"), terms=SupervisorRole, in_list=True, filter=True, width=12),
        Field("department", Text("主管部门", "Department"), in_list=True, width=26),
        Field("from_on", Text("自", "From"), in_list=True, width=14),
        Field("basis", Text("依据", "Basis"), in_list=True, search=True, width=30),
    ),
)

_sectors = module_of(SECTORS, grants=SupervisorsGrants, order=40)
_objects = module_of(OBJECTS, grants=SupervisorsGrants, order=41)

MODULE = Module(
    name="supervisors",
    label=Text("谁主管谁负责", "Who supervises what"),
    grants=SupervisorsGrants,
    actions=(*_sectors.actions, *_objects.actions),
    roles=(*_sectors.roles, *_objects.roles),
    menu=(*_sectors.menu, *_objects.menu),
    serves={
        "B09": Text(
            "“行业分工”台账：每个区域的十二条行业线各归一个部门，就近适用；可导入 Excel",
            "The register of the division by sectors: each of twelve lines of a place has its department, the nearest place counts; Excel import",
        ),
        "B10": Text(
            "“谁主管谁负责”页逐个对象列出行业主管、业务主管、审批部门及空缺；没有行业主管或许可证没有审批部门的由“底数核查”立项",
            "The page Who supervises what lists the three supervisors of each object and the gaps; without a sector supervisor, or with a licence nobody is named for, a case opens",
        ),
    },
    declares=(
        *_sectors.declares,
        *_objects.declares,
        DetailPanel("supervisors", Text("主管部门", "Supervisors"), Thing, "supervisors/panel.html", queries.panel_of_thing, order=20),
    ),
)  # fmt: skip
