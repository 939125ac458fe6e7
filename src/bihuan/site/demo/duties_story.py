"""监管机构与职责: set-ups, means and study of the public bodies, the duty paper, what tasks rest on, a pursuit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.modules import registry
from bihuan.domains.assessment import actions as assessment
from bihuan.domains.responsibilities.actions import basis, papers
from bihuan.domains.responsibilities.queries.basis import basis_view
from bihuan.kernel.calendar import day_of
from bihuan.loop.models import Case
from bihuan.parties import actions as parties
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.public_bodies.terms import PublicBodiesGrants
from bihuan.site.demo.building import BUILDER
from bihuan.site.demo.story import Teller

KEEPER: Final = service_actor("demo.public_bodies", *PublicBodiesGrants, PartiesGrants.READ)
#: Code, unit, form, organ, basis.
SET_UPS: Final = (
    ("JG-01", "YZ-YJ", "one_body", "云州市应急管理综合行政执法支队", "云编办〔2024〕18号"),
    ("JG-02", "DH-YJ", "apart", "", "东湖编办〔2022〕3号"),
    ("JG-03", "P1-GWH", "own_organ", "云州化工园区安全监管局", "云编办〔2023〕7号"),
    ("JG-04", "P2-GWH", "shared", "北港化工园区规划建设局（安全监管局）", "云编办〔2021〕12号"),
)
#: Unit, kind, item, needed, held, counted in, in the budget.
MEANS: Final = (
    ("YZ-YJ", "budget", "危化品执法专项经费", "160", "120", "万元", True),
    ("YZ-YJ", "vehicle", "执法执勤车辆", "6", "6", "辆", True),
    ("P1-GWH", "special_vehicle", "防化侦检车", "1", "0", "辆", False),
    ("P1-GWH", "people", "专职危化品监管人员", "10", "8", "名", True),
    ("YZ-JT", "people", "危货运输监管人员", "5", "4", "名", True),
    ("YZ-HJ", "supplies", "便携式气体检测仪", "12", "12", "台", True),
)
#: Unit, kind, topic, days from today, leader, took part, should.
LEARNING: Final = (
    ("YZ-YJ", "study", "学习贯彻关于安全生产重要论述", -200, "党委书记、局长", 46, 48),
    ("YZ-YJ", "study", "专题学习典型事故警示教育片", -40, "党委书记、局长", 44, 48),
    ("YZ-GX", "study", "学习贯彻关于安全生产重要论述", -190, "党组书记、主任", 30, 33),
    ("DH-ZF", "study", "区政府常务会专题学习", -95, "区长", 21, 22),
    ("P1-GWH", "skill", "班组长职业技能晋级培训", -70, "管委会副主任", 310, 480),
)


def run(teller: Teller) -> None:
    office = teller.city.actor("anwei", at=teller.now)
    _registers(teller)
    _territory(teller)
    _papers(teller, office)
    _pursuit(teller, office)


def _registers(teller: Teller) -> None:
    ctx, today, units = Context(actor=KEEPER, at=teller.at(-3)), day_of(teller.now), teller.city.units

    def add(register: str, **values: Any) -> None:
        perform(registry().actions[f"{register}.add"], ctx=ctx, **values)

    for code, unit, form, organ, said in SET_UPS:
        add(
            "body_set_ups",
            code=code,
            organisation=units[unit],
            form=form,
            organ=organ,
            basis=said,
            from_on=date(2024, 7, 1),
        )
    for number, (unit, kind, item, needed, held, counted_in, in_budget) in enumerate(MEANS, 1):
        add(
            "enforcement_means", code=f"BZ-{number:02d}", organisation=units[unit], year=today.year, kind=kind, item=item,
            needed=Decimal(needed), held=Decimal(held), measured_in=counted_in, is_in_budget=in_budget,
            basis=f"{today.year}年部门预算和配备标准（虚构）",
        )  # fmt: skip
    for number, (unit, kind, topic, day, leader, took_part, should) in enumerate(LEARNING, 1):
        on = today + timedelta(days=day)
        add(
            "learning", code=f"XX-{number:02d}", organisation=units[unit], kind=kind, topic=topic, held_on=on,
            leader=leader, took_part=took_part, should=should, paper=f"会议纪要〔{on.year}〕{number}号",
        )  # fmt: skip


def _territory(teller: Teller) -> None:
    """One street with its communities and grids."""
    lines = [
        "990102101，东湖街道，街道",
        "990102101001，湖滨社区，村（社区），990102101",
        "990102101001-01，湖滨一网格，网格，990102101001",
        "990102101001-02，湖滨二网格，网格，990102101001",
    ]
    perform(parties.add_regions, ctx=teller.ctx(BUILDER, -30), parent=teller.city.regions["990102"], lines=lines)


def _papers(teller: Teller, office: Any) -> None:
    units = teller.city.units
    paper = perform(
        papers.draft_paper, ctx=teller.ctx(office, -35), organisation=units["YZ-AWB"], kind="supervision",
        title="云州市危险化学品安全监管工作职责",
    ).value  # fmt: skip
    from_on = day_of(teller.at(-25))
    perform(
        papers.publish_paper,
        ctx=teller.ctx(office, -30),
        paper=paper,
        number=f"云安委〔{from_on.year}〕9号",
        from_on=from_on,
    )
    guidance = perform(
        papers.draft_paper, ctx=teller.ctx(office, -28), organisation=units["YZ-HJ"], kind="guidance",
        title="危险废物行业安全督查指导制度",
        text="每季度对重点产废、处置单位督查一次，问题当场交办、限期销号。\n年中、年底向市安委办报告督查情况。",
    ).value  # fmt: skip
    perform(
        papers.publish_paper,
        ctx=teller.ctx(office, -27),
        paper=guidance,
        number=f"云环〔{from_on.year}〕31号",
        from_on=from_on,
    )
    clerk = teller.ctx(teller.city.actor("gongxin", at=teller.now), -2)
    proposed = [line for line in basis_view(ctx=clerk, unit=units["YZ-GX"]).lines if line.likely]
    for line in proposed[:3]:
        perform(basis.rest_on, ctx=clerk, case=line.case, clause=line.likely[0])


def _pursuit(teller: Teller, office: Any) -> None:
    units = teller.city.units
    warning = Case.objects.filter(kind="warning", owner=units["YZ-GX"]).first()
    perform(
        assessment.record_pursuit, ctx=teller.ctx(office, -1), region=teller.city.regions["990100"], organisation=units["YZ-AWB"],
        unit=units["YZ-GX"], case=warning, measure="written", rule="云州市安全生产责任追究办法（虚构）第八条第二项",
        words="所承担任务逾期，约谈后两周内仍未提交佐证。", decided_on=day_of(teller.at(-1)),
    )  # fmt: skip
