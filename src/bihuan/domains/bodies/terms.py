"""议事协调机构术语."""

from __future__ import annotations

from bihuan.kernel.term import Term

DECISION_KIND = "meeting_decision"
MIRROR_KIND = "body_to_found"


class BodiesGrants(Term):
    READ = "bodies.read", "查看议事协调机构", "See bodies"
    KEEP = "bodies.keep", "维护议事协调机构", "Keep bodies"


class BodyKind(Term):
    """机构类别. 依据 B01, B02, B04, B05."""

    COMMITTEE = "committee", "安全生产委员会", "Safety committee"
    SPECIAL = "special", "专业委员会", "Special committee"
    LEADING = "leading", "领导小组", "Leading group"
    CONFERENCE = "conference", "联席会议", "Joint conference"
    EXPERTS = "experts", "专家组", "Expert group"
    OFFICE = "office", "办公室", "Office"


class SeatRole(Term):
    """席位. The words for head and deputy differ by kind of body; the rank doesn't."""

    HEAD = "head", "主任（组长、总召集人）", "Head (general convener)"
    DEPUTY = "deputy", "副主任（副组长、召集人）", "Deputy (convener)"
    MEMBER = "member", "成员", "Member"
    OFFICE_HEAD = "office_head", "办公室主任", "Head of the office"
    LIAISON = "liaison", "联络员", "Liaison"


class MirrorState(Term):
    """参照设立. 依据 B03."""

    THERE = "there", "已设立", "There"
    ASKED = "asked", "已督促", "Asked for"
    NONE = "none", "未设立", "None"
