"""监管人员术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class StaffGrants(Term):
    READ = "staff.read", "查看监管人员台账", "See the register of supervisory staff"
    EDIT = "staff.edit", "维护监管人员台账", "Keep the register of supervisory staff"
    SEE_NAMES = "staff.see_names", "查看监管人员姓名", "See the names of supervisory staff"


class Degree(Term):
    """学历."""

    BELOW = "below", "大专以下", "Below college"
    COLLEGE = "college", "大专", "College"
    BACHELOR = "bachelor", "本科", "Bachelor"
    MASTER = "master", "硕士", "Master"
    DOCTOR = "doctor", "博士", "Doctor"


class Duty(Term):
    """岗位性质: what somebody is employed for. The two bases of the 75 % are counted over different ones."""

    INSPECTOR = "inspector", "专职监管人员", "Inspector"
    ENFORCER = "enforcer", "在职执法人员", "Enforcement officer"
    DIRECTOR = "director", "安全总监", "Safety director"
    OTHER = "other", "其他人员", "Other"
