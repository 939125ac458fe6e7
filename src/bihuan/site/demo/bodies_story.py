"""组织与职责: the committee and the conference with who sits in them, who is in charge of what, lists named to the person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bihuan.core.actions.runner import perform
from bihuan.domains.assessment import actions as assessment
from bihuan.domains.assessment.rules.criteria import PROPOSAL
from bihuan.domains.bodies import actions as bodies
from bihuan.domains.office_documents import actions as documents
from bihuan.domains.office_documents.queries import to_sign
from bihuan.domains.responsibilities.actions import division, lists
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.parties import actions as parties
from bihuan.parties.models import Person
from bihuan.site.demo.building import BUILDER
from bihuan.site.demo.story import Teller

MEMBERS = ("YZ-FG", "YZ-GX", "YZ-GA", "YZ-JT", "YZ-HJ", "YZ-SJ", "YZ-ZJ")
ASSESSED = ("DH-ZF", "XS-ZF", "BG-ZF", "YZ-YJ", "YZ-GX", "YZ-JT", "YZ-HJ", "YZ-SJ", "YZ-FG")
#: Who is in charge of which lines, and helps with which. Nobody has said who is in charge of 使用 and 机动车维修.
CHARGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "YZ-YJ": (("link.production", "link.storage", "link.operation", "sector.energy"), ("link.use", "link.transport")),
    "YZ-JT": (("link.transport",), ("sector.repair",)),
    "YZ-HJ": (("link.disposal", "sector.waste"), ("link.storage",)),
    "YZ-GA": (("sector.controlled",), ("link.transport",)),
    "YZ-GX": (("sector.industry",), ("link.production",)),
    "YZ-JY": (("sector.education",), ()),
    "YZ-KJ": (("sector.research",), ()),
    "YZ-WJ": (("sector.medical",), ("link.disposal",)),
    "YZ-ZJ": (("sector.building",), ()),
    "YZ-SW": (("sector.trade",), ("link.operation",)),
}
CLAUSES = (
    ("负责民用爆炸物品生产、销售环节安全监管", "三定规定"),
    ("会同有关部门编制化工产业规划，严格项目准入", "市安委〔2026〕3号"),
    ("指导化工企业自动化改造", "集中治理实施方案 重点任务三"),
)


def run(teller: Teller) -> None:
    office = teller.city.actor("anwei", at=teller.now)
    _bodies(teller, office)
    _division(teller, office)
    _lists(teller, office)
    _assessment(teller, office)
    _documents(teller, office)


def _documents(teller: Teller, office: Any) -> None:
    """An instruction on its way, one that a leader wrote on a late case, and a notice that one of four units has signed for."""
    units = teller.city.units
    instruction = perform(
        documents.register_instruction, ctx=teller.ctx(office, -7), organisation=units["YZ-AWB"], leader="沈建国",
        on_what="关于停产企业复产情况的专报", words="请工信、应急部门逐家核查，月底前报结果。", instructed_on=day_of(teller.at(-8)),
    ).value  # fmt: skip
    perform(
        documents.propose, ctx=teller.ctx(office, -7), instruction=instruction, carrier=units["YZ-GX"],
        proposal="拟请市工信局牵头、市应急管理局配合，逐家核查复产条件。", due_on=day_of(teller.at(9)),
    )  # fmt: skip
    leader = teller.city.actor("lingdao", at=teller.now)
    red = Case.objects.visible_to(leader).filter(is_open=True, due_on__lt=day_of(teller.at(-3)))
    if (late := red.order_by("due_on", "number").first()) is not None:
        perform(
            documents.instruct, ctx=teller.ctx(leader, -2), case=late, office="YZ-AWB",
            words="逾期已久，请安委办约谈责任单位，一周内报我。",
        )  # fmt: skip
    sent = perform(
        documents.send, ctx=teller.ctx(office, -5), organisation=units["YZ-AWB"], word="云安办", openness="active",
        title="关于做好节前危险化学品安全检查的通知", recipients=[units[c] for c in ("YZ-YJ", "YZ-GX", "YZ-JT", "YZ-HJ")],
    ).value  # fmt: skip
    clerk = teller.city.actor("gongxin", at=teller.now)
    for receipt in to_sign(ctx=teller.ctx(clerk, -4)):
        if receipt.document_id == sent.pk:
            perform(documents.sign_for, ctx=teller.ctx(clerk, -4), receipt=receipt)


def _assessment(teller: Teller, office: Any) -> None:
    """Scored from the ledger as it stands half-way through the year; nothing published yet."""
    units, year = teller.city.units, day_of(teller.now).year
    scheme = perform(
        assessment.set_scheme, ctx=teller.ctx(office, -6), title=f"云州市{year}年度安全生产工作考核", year=year,
        region=teller.city.regions["990100"], organisation=units["YZ-AWB"], reviewer=units["YZ-AWH"],
        units=[units[c] for c in ASSESSED], criteria=list(PROPOSAL),
    ).value  # fmt: skip
    perform(assessment.score_units, ctx=teller.ctx(office, 0), scheme=scheme)


def _bodies(teller: Teller, office: Any) -> None:
    units, city = teller.city.units, teller.city.regions["990100"]
    ctx, began = teller.ctx(office, -60), day_of(teller.at(-200))
    committee = perform(
        bodies.found, ctx=ctx, kind="special", name="云州市危险化学品安全专业委员会", region=city, organisation=units["YZ-YJ"],
        basis="市安委〔2026〕2号", established_on=began, rhythm="quarterly", is_mirrored_below=True,
    ).value  # fmt: skip
    perform(
        bodies.seat, ctx=ctx, body=committee, role="head", organisation=units["YZ-ZF"], post="副市长", from_on=began,
        person=Person.objects.filter(organisation=units["YZ-ZF"]).first(),
    )  # fmt: skip
    perform(
        bodies.seat, ctx=ctx, body=committee, role="deputy", organisation=units["YZ-YJ"], post="局长", from_on=began
    )
    for code in MEMBERS:
        who = Person.objects.filter(organisation=units[code]).first()
        perform(
            bodies.seat, ctx=ctx, body=committee, role="member", organisation=units[code], person=who, from_on=began
        )
    perform(
        bodies.found, ctx=ctx, kind="special", name="东湖区危险化学品安全专业委员会", region=teller.city.regions["990102"],
        organisation=units["DH-YJ"], basis="东湖安委〔2026〕1号", established_on=began, mirrors=committee,
    )  # fmt: skip
    perform(
        bodies.ask_to_mirror, ctx=teller.ctx(office, -10), body=committee, region=teller.city.regions["990103"],
        organisation=units["XS-ZF"], due_on=day_of(teller.at(20)),
    )  # fmt: skip
    meeting = perform(
        bodies.hold_meeting, ctx=teller.ctx(office, -14), body=committee, title="专业委员会第三次全体会议",
        held_on=day_of(teller.at(-15)), agenda=["听取集中治理进展情况汇报", "研究停产企业复产核查"], number="专题会议纪要〔2026〕3号",
        present=[units[c] for c in MEMBERS[:6]],
    ).value  # fmt: skip
    for title, code in (("开展停产企业复产核查", "YZ-YJ"), ("完成危险货物停车场选址", "YZ-JT")):
        perform(
            bodies.decide, ctx=teller.ctx(office, -14), meeting=meeting, title=title, organisation=units[code],
            supervisor=units["YZ-AWB"], due_on=day_of(teller.at(18)),
        )  # fmt: skip
    experts = perform(
        bodies.found, ctx=ctx, kind="experts", name="云州市危险化学品安全专家组", region=city, organisation=units["YZ-YJ"],
        basis="市安委〔2026〕2号", established_on=began,
    ).value  # fmt: skip
    for name, unit, speciality in (
        ("方工", "云州大学", "反应风险评估"),
        ("石教授", "云州安全工程学会", "自动化与仪表"),
    ):
        perform(
            bodies.add_expert, ctx=ctx, body=experts, name=name, unit=unit, specialities=[speciality],
            from_on=began, until_on=began + timedelta(days=730),
        )  # fmt: skip


def _division(teller: Teller, office: Any) -> None:
    units = teller.city.units
    for code, (in_charge, cooperates) in CHARGES.items():
        perform(
            division.declare, ctx=teller.ctx(office, -50), organisation=units[code], in_charge=list(in_charge),
            cooperates=list(cooperates), basis="市安委〔2026〕3号", from_on=day_of(teller.at(-180)),
        )  # fmt: skip
    perform(
        division.ask_to_fill, ctx=teller.ctx(office, -9), region=teller.city.regions["990100"], owner=units["YZ-YJ"],
        supervisor=units["YZ-AWB"], line="link.use", due_on=day_of(teller.at(12)),
    )  # fmt: skip


def _lists(teller: Teller, office: Any) -> None:
    units, from_on = teller.city.units, day_of(teller.at(-180))
    unit, who = units["YZ-GX"], Person.objects.filter(organisation=units["YZ-GX"]).first()
    builder = teller.ctx(BUILDER, -60)
    post = perform(parties.add_post, ctx=builder, organisation=unit, name="安全生产科科长").value
    perform(parties.appoint, ctx=builder, person=who, organisation=unit, post=post, from_on=from_on)
    perform(parties.add_person, ctx=builder, organisation=unit, name="梁岩")
    ctx = teller.ctx(office, -40)
    for text, basis in CLAUSES:
        perform(
            division.add_clause,
            ctx=ctx,
            organisation=unit,
            text=text,
            basis=basis,
            from_on=from_on,
            post=post,
            person=who,
        )
    perform(lists.publish_list, ctx=ctx, organisation=unit, kind="responsibilities", year=day_of(teller.now).year)
    leader = Person.objects.filter(organisation=units["YZ-ZF"]).first()
    for title, day in (("带队督导重大危险源企业", 25), ("听取危险化学品安全专题汇报", 50)):
        perform(
            division.set_leader_item, ctx=ctx, person=leader, supervisor=units["YZ-AWH"], title=title,
            due_on=day_of(teller.at(day)), basis="党政领导干部安全生产责任制规定",
        )  # fmt: skip
