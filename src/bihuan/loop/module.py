"""Declaration of the loop."""

from __future__ import annotations

from datetime import timedelta

from bihuan.core.evidence.events import EvidenceExpired, EvidenceExpiring
from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import Job, MenuItem, Module, Receiver, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, HomePage, LiveFeed, Look, TopbarWidget
from bihuan.core.records.mapping import MapLayer
from bihuan.core.records.register import DetailPanel
from bihuan.core.records.search import Searchable
from bihuan.kernel.text import Text
from bihuan.loop import events, jobs, map_layer, models, queries, reactions, telling, usage
from bihuan.loop.actions import clock, directing, handling, verifying
from bihuan.loop.kinds import GENERAL, Population
from bihuan.loop.terms import DeadlineColour, LoopGrants, Stage
from bihuan.parties.models import Thing
from bihuan.parties.terms import PartiesGrants

SEES = (LoopGrants.READ, LoopGrants.HANDLE, LoopGrants.VERIFY, LoopGrants.DIRECT)
DIRECTS = (LoopGrants.CONFIGURE, LoopGrants.DIRECT)

MODULE = Module(
    name="loop",
    label=Text("闭环事项", "Cases"),
    grants=LoopGrants,
    actions=(
        directing.issue,
        directing.extend,
        directing.hand_over,
        directing.chase,
        directing.supervise,
        directing.withdraw,
        directing.reopen,
        directing.cascade,
        directing.mark_not_applicable,
        handling.acknowledge,
        handling.report_progress,
        handling.settle_object,
        handling.submit,
        handling.ask_extension,
        handling.assign_person,
        verifying.close_out,
        verifying.send_back,
        clock.escalate,
        clock.pass_on,
        clock.tell_of_expiry,
        clock.set_escalation_plan,
        clock.add_duty,
        clock.end_duty,
        clock.make_duty_cases,
    ),
    serves={
        "A07": Text(
            "事项页“落实责任人”：责任单位 → 责任人", "Case page, Assign a person: from unit to person (posts: partly)"
        ),
        "A13": Text(
            "提交须附佐证，由核验单位核验后销号；事项台账",
            "Evidence on submitting, verified by another unit, then closed out; the ledger",
        ),
        "A15": Text("部分：已销号事项“重新打开”（回头看）", "Partly: Reopen on a closed case (look-back)"),
        "H10": Text(
            "“使用情况”页：近三十天各单位的登录、办理事项与步骤，未用天数，久未使用的排在前面；不统计到个人",
            "Use of the system: logins, cases handled and days without use of each unit, the longest unused first; never of a person",
        ),
    },
    events=(events.CaseMoved, events.CaseEscalated),
    receivers=tuple(
        Receiver(f"loop.{name}", event, reactions.evidence_expires, (LoopGrants.ESCALATE, EvidenceGrants.READ))
        for name, event in (("evidence_expiring", EvidenceExpiring), ("evidence_expired", EvidenceExpired))
    ),
    jobs=(
        Job(
            "loop.escalate_due",
            Text("到期催办", "Escalate what is due"),
            jobs.escalate_due,
            grants=(LoopGrants.ESCALATE, LoopGrants.READ),
            every=timedelta(minutes=10),
        ),
        Job(
            "loop.pass_on_abolished",
            Text("随机构撤并移交", "Pass on the cases of abolished units"),
            jobs.pass_on_abolished,
            grants=(LoopGrants.ESCALATE, LoopGrants.READ, PartiesGrants.READ),
            every=timedelta(hours=1),
        ),
        Job(
            "loop.make_duty_cases",
            Text("派发周期职责", "Make the cases of duties"),
            jobs.make_duty_cases,
            grants=(LoopGrants.ESCALATE, LoopGrants.READ, PartiesGrants.READ),
            every=timedelta(hours=1),
        ),
    ),
    roles=(
        RoleSpec(
            "handler",
            Text("事项经办人", "Case handler"),
            (LoopGrants.READ, LoopGrants.HANDLE, PartiesGrants.READ, EvidenceGrants.ADD),
        ),
        RoleSpec(
            "verifier",
            Text("事项核验人", "Case verifier"),
            (LoopGrants.READ, LoopGrants.VERIFY, LoopGrants.DIRECT, PartiesGrants.READ, EvidenceGrants.ADD),
            needs_second_factor=True,
        ),
        RoleSpec(
            "reader",
            Text("查看", "Reader"),
            (LoopGrants.READ, PartiesGrants.READ),
        ),
        RoleSpec(
            "committee_office",
            Text("安委办工作人员", "Committee office"),
            (
                LoopGrants.READ,
                LoopGrants.VERIFY,
                LoopGrants.DIRECT,
                LoopGrants.CONFIGURE,
                PartiesGrants.READ,
                EvidenceGrants.ADD,
            ),
            needs_second_factor=True,
        ),
    ),
    urls="bihuan.loop.urls",
    url_prefix="",
    menu=(
        MenuItem(Text("收件箱", "Inbox"), "inbox", "inbox", SEES, order=10),
        MenuItem(Text("总览", "Overview"), "overview", "chart-bar", SEES, order=20),
        MenuItem(Text("事项台账", "Case ledger"), "cases", "list", SEES, order=30),
        MenuItem(usage.LABEL, "usage", "activity", (LoopGrants.DIRECT,), section="campaign", order=90),
        MenuItem(Text("周期职责", "Duties"), "duties", "refresh", DIRECTS, section="settings", order=20),
        MenuItem(Text("催办规则", "Escalation plans"), "escalation", "clock", DIRECTS, section="settings", order=30),
    ),
    declares=(
        GENERAL,
        telling.WORK,
        telling.ESCALATION,
        telling.EXPIRY,
        DetailPanel("cases", Text("事项", "Cases"), Thing, "loop/of_thing.html", queries.panel_of_thing, order=50),
        MapLayer("cases", map_layer.CASES, "list", "orange", map_layer.features, SEES, order=10),
        Population("enterprises", Text("全部企业", "All enterprises"), queries.enterprises),
        Searchable(
            model=models.Case,
            label=Text("事项", "Cases"),
            icon="list",
            title=lambda case: case.title,
            code=lambda case: case.number,
            words=lambda case: (),
            place=queries.everybody_of,
            # A step changes these alone. A change of the parties comes with a change of the owner or the supervisor.
            unaffected_by=frozenset(
                {
                    "stage",
                    "stage_since",
                    "is_open",
                    "closed_at",
                    "due_on",
                    "next_escalation_on",
                    "escalated",
                    "is_supervised",
                    "times_chased",
                    "times_sent_back",
                    "submitted_by",
                    "wanted_due_on",
                    "wanted_because",
                    "level",
                }
            ),
        ),
        ChoiceSource("loop.populations", queries.population_choices),
        ChoiceSource("loop.kinds", queries.kind_choices),
        HomePage("inbox", SEES, order=10),
        TopbarWidget("inbox", Text("收件箱", "Inbox"), "inbox", "inbox", queries.waiting_count, SEES, order=10),
        EvidenceReach("cases", models.evidence_seen_by),
        LiveFeed("cases", (events.CaseMoved, events.CaseEscalated), SEES),
        Look(Stage.ISSUED, "blue", "inbox"),
        Look(Stage.ACKNOWLEDGED, "blue", "check"),
        Look(Stage.IN_HAND, "teal", "pencil"),
        Look(Stage.SUBMITTED, "purple", "send"),
        Look(Stage.CLOSED_OUT, "green", "circle-check"),
        Look(Stage.WITHDRAWN, "neutral", "x"),
        Look(DeadlineColour.RED, "red", "alert-triangle"),
        Look(DeadlineColour.YELLOW, "yellow", "clock"),
        Look(DeadlineColour.GREEN, "green", "check"),
        Look(DeadlineColour.GREY, "neutral", "circle-dashed"),
        Look(usage.Use.IN_USE, "green", "circle-check"),
        Look(usage.Use.QUIET, "yellow", "clock"),
        Look(usage.Use.IDLE, "red", "alert-triangle"),
        Look(usage.Use.NEVER, "neutral", "circle-dashed"),
    ),
)
