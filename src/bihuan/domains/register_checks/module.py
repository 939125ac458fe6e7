"""Declaration of register checks."""

from __future__ import annotations

from datetime import time

from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.domains.register_checks import actions, jobs, queries
from bihuan.domains.register_checks.terms import FINDING_KIND, ChecksGrants
from bihuan.domains.register_checks.web import IN_CHARGE
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.terms import PartiesGrants

LABEL = Text("底数核查", "Register checks")

MODULE = Module(
    name="register_checks",
    label=LABEL,
    grants=ChecksGrants,
    actions=(actions.open_finding_case,),
    jobs=(
        Job(
            "register_checks.open_finding_cases",
            Text("底数核查立项", "Open cases of findings in the registers"),
            jobs.open_finding_cases,
            grants=(ChecksGrants.OPEN, ChecksGrants.READ, PartiesGrants.READ, LoopGrants.READ),
            daily_at=time(6, 30),
        ),
    ),
    roles=(
        RoleSpec("checks_reader", Text("查看底数核查", "Sees register checks"), (ChecksGrants.READ, PartiesGrants.READ, LoopGrants.READ)),
    ),
    urls="bihuan.domains.register_checks.urls",
    url_prefix="",
    serves={
        "D01": Text(
            "台账“监管机构设置”登记园区是否单独设立及依据，公式按单位计；化工园区没有单独设立的，“底数核查”每天核对并立项",
            "The register of set-ups says yes or no per park with the basis, a formula counts it; a chemical park without its own organ becomes a case",
        ),
        "D02": Text(
            "公式“专职监管人员数”对照 10 名、6 名（指标缺口）；化工园区没有在岗安全总监的，“底数核查”立项",
            "A formula counts full-time inspectors against 10 and 6 (Gaps); a chemical park without a serving safety director becomes a case",
        ),
    },
    menu=(
        MenuItem(LABEL, "register-checks", "target", (ChecksGrants.READ,), section="insight", order=52),
        MenuItem(IN_CHARGE, "objects-in-charge", "hierarchy", (ChecksGrants.READ,), section="insight", order=53),
    ),
    declares=(
        CaseKind(FINDING_KIND, Text("底数核查事项", "Finding in the registers"), icon="target", rules={Move.CLOSE_OUT: queries.require_gone}),
    ),
)  # fmt: skip
