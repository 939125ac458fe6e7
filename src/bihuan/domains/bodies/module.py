"""Declaration of bodies."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look, RowSource
from bihuan.domains.bodies import actions, queries
from bihuan.domains.bodies.models import Body, evidence_seen_by
from bihuan.domains.bodies.terms import DECISION_KIND, MIRROR_KIND, BodiesGrants, MirrorState
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind, Population
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.terms import PartiesGrants

MODULE = Module(
    name="bodies",
    label=Text("议事协调机构", "Bodies"),
    grants=BodiesGrants,
    actions=(
        actions.found,
        actions.dissolve,
        actions.seat,
        actions.end_seat,
        actions.ask_to_mirror,
        actions.hold_meeting,
        actions.decide,
        actions.add_expert,
        actions.note_advice,
    ),
    roles=(
        RoleSpec(
            "bodies_office",
            Text("议事协调机构办公室", "Office of bodies"),
            (*BodiesGrants, LoopGrants.READ, LoopGrants.DIRECT, PartiesGrants.READ, EvidenceGrants.ADD),
        ),
    ),
    menu=(
        MenuItem(
            Text("议事协调机构", "Bodies"), "bodies", "users-group", Body.view_grants(), section="parties", order=15
        ),
    ),
    serves={
        "A16": Text(
            "议事协调机构 → 登记会议：议题、到会单位、纪要；每项决定交办为事项；按会议周期提示下次最迟日期",
            "Bodies → Enter a meeting: agenda, who was there, minutes; each decision becomes a case; the next one is due by the body's rhythm",
        ),
        "B01": Text(
            "议事协调机构：专业委员会的成员单位、职务、人员与任期，议定事项与决定",
            "Bodies: the special committee's member units, posts, people and terms, its matters and decisions",
        ),
        "B02": Text(
            "议事协调机构 → 专家组：专家、专业、聘期，咨询意见台账",
            "Bodies → Expert group: experts, specialities, terms, and the ledger of advice",
        ),
        "B03": Text(
            "议事协调机构：勾选“各地参照设立”，列出未设立的地方，一键督促，登记后才能办结",
            "Bodies: tick “every place below”; places without are listed and asked, and close once theirs is entered",
        ),
        "B04": Text(
            "议事协调机构 → 领导小组：组长、副组长、办公室及其主任",
            "Bodies → Leading group: head, deputies, the office and its head",
        ),
        "B05": Text(
            "议事协调机构 → 联席会议：总召集人、召集人、成员；人员变动后原任职留存",
            "Bodies → Joint conference: general convener, conveners, members; former seats stay on record",
        ),
    },
    urls="bihuan.domains.bodies.urls",
    url_prefix="",
    declares=(
        CaseKind(
            DECISION_KIND,
            Text("会议决定", "Decision of a meeting"),
            icon="gavel",
            panel=queries.decision_panel,
            panel_template="bodies/decision_panel.html",
        ),
        CaseKind(
            MIRROR_KIND,
            Text("参照设立", "Body to be set up"),
            icon="users-group",
            required_evidence=0,
            rules={Move.SUBMIT: actions.require_mirrored},
            panel=queries.mirror_panel,
            panel_template="bodies/mirror_panel.html",
        ),
        Population("bodies", Text("议事协调机构", "Bodies"), queries.members),
        EvidenceReach("bodies", evidence_seen_by),
        RowSource(Body, queries.find_bodies),
        Look(MirrorState.THERE, "green", "check"),
        Look(MirrorState.ASKED, "blue", "clock"),
        Look(MirrorState.NONE, "orange", "alert-triangle"),
    ),
)
