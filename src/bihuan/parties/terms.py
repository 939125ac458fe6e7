"""主体术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class PartiesGrants(Term):
    READ = "parties.read", "查看单位与人员", "See organisations and people"
    MANAGE = "parties.manage", "管理单位与人员", "Manage organisations and people"
    MANAGE_PLACES = "parties.manage_places", "管理区域、参数与日历", "Manage regions, parameters and calendar"


class RegionKind(Term):
    """行政区划级别, 依据 GB/T 2260; 村（社区）、基础网格在乡镇（街道）之下，园区作为区域列入. 依据 B13."""

    NATION = "nation", "国家", "Nation"
    PROVINCE = "province", "省级", "Province"
    CITY = "city", "市级", "City"
    DISTRICT = "district", "县（区）级", "County or district"
    TOWN = "town", "乡镇（街道）", "Town or street"
    VILLAGE = "village", "村（社区）", "Village or community"
    GRID = "grid", "基础网格", "Grid"
    PARK = "park", "园区", "Park"


class OrganisationKind(Term):
    GOVERNMENT = "government", "政府", "Government"
    COMMITTEE = "committee", "委员会（领导小组）", "Committee or leading group"
    OFFICE = "office", "办公室（安委办等）", "Office of a committee"
    DEPARTMENT = "department", "部门", "Department"
    TOWN = "town", "乡镇（街道）", "Town or street"
    PARK_ADMINISTRATION = "park_administration", "园区管理机构", "Park administration"
    ENTERPRISE = "enterprise", "企业", "Enterprise"
    AGENCY = "agency", "服务机构", "Agency"
    INSTITUTION = "institution", "事业单位", "Public institution"

    @property
    def is_authority(self) -> bool:
        """Public bodies are known to everybody; enterprises and agencies only to who may see them."""
        return self not in (OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY)


AUTHORITIES = tuple(k.value for k in OrganisationKind if k.is_authority)


class ThingState(Term):
    IN_USE = "in_use", "在用", "In use"
    IDLE = "idle", "停用", "Idle"
    RETIRED = "retired", "报废（注销）", "Retired"
