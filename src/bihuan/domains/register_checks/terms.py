"""底数核查术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ChecksGrants(Term):
    READ = "register_checks.read", "查看底数核查", "See findings in the registers"
    OPEN = "register_checks.open", "按核查结果立项", "Open cases of findings"


class Check(Term):
    """核查项."""

    NO_SUPERVISOR = "no_supervisor", "没有行业主管部门", "No sector supervisor"
    NO_APPROVER = "no_approver", "没有审批部门", "Nobody is named who approved"
    NO_SAFETY_ORGAN = "no_safety_organ", "园区没有单独设立安全监管机构", "A park without a safety organ of its own"
    NO_DIRECTOR = "no_director", "园区没有安全总监", "A park without a safety director"
    LICENCE = "licence", "许可证到期", "A licence ends"
    VEHICLE = "vehicle", "车辆证件到期", "A vehicle's papers end"
    OLD_EQUIPMENT = "old_equipment", "设备使用年限届满", "Equipment beyond its life"
    INSPECTION = "inspection", "特种设备检验过期", "Special equipment not inspected"
    OVER_STORED = "over_stored", "仓库超储", "A warehouse is over-stored"
    TOGETHER = "together", "禁配物质同库", "Stored together that may not be"
    PEOPLE = "people", "超过限员", "More people than the limit"
    OUTSIDE = "outside", "企业在园区四至之外", "An enterprise outside its park"
    OVERLAP = "overlap", "园区重叠", "Parks overlap"
    CONTROL_LINE = "control_line", "土地安全控制线不完整", "The control line is not whole"
    WITHIN_LINE = "within_line", "控制线内、园区外的对象", "Within the control line, outside the park"


FINDING_KIND = "register_finding"


class Gap(Term):
    """三重主管的空缺."""

    SECTOR = "sector", "缺行业主管", "No sector supervisor"
    BUSINESS = "business", "缺业务主管", "No business supervisor"
    APPROVAL = "approval", "缺审批部门", "No approver"
