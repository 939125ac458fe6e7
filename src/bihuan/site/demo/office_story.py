"""安委办的日常: a district's plan below the city's, plans asked for from others, reports called for and half of them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from bihuan.core.access.context import Context, service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.evidence import receiving
from bihuan.core.jobs import queue
from bihuan.domains.campaign import jobs
from bihuan.domains.campaign.actions import cascade, opening, publishing, reports, reviewing
from bihuan.domains.campaign.queries import family, plans
from bihuan.domains.campaign.queries.reports import received
from bihuan.domains.campaign.terms import CampaignGrants, Relation
from bihuan.kernel.calendar import day_of
from bihuan.loop.terms import LoopGrants
from bihuan.parties.terms import PartiesGrants
from bihuan.site.demo.story import Teller, in_role

DISTRICT_PLAN = """东湖区危险化学品安全风险巩固提升行动实施方案

一、重点任务

1.对全区投入使用超过15年的生产装置逐套评估，高风险装置每半年评估一次，逐套形成“一装置一策”整治方案。（东湖区应急管理局负责）

2.加强中小学校、医院实验室危险化学品管理，建立采购、领用、处置台账，完成全面清点。（东湖区应急管理局负责）

3.推进储罐区自动化改造，完成紧急切断、液位连锁、气体检测装置全面核查。（东湖区应急管理局负责）

4.打击非法生产、储存、经营行为，健全有奖举报和线索移交机制。（东湖区应急管理局负责）

5.开展醇基燃料入户宣传。（东湖区应急管理局负责）
"""

#: Who reports to the city's office; each has an account in the demo.
REPORTING = ("YZ-YJ", "YZ-GX", "YZ-JT", "YZ-HJ", "YZ-SJ", "YZ-FG")
NEXT = "一是紧盯临近到期任务，逐项明确责任人；二是对退回事项补齐佐证；三是做好节前检查。"


def run(teller: Teller, *, campaign_id: UUID) -> None:
    office = teller.ctx(teller.city.actor("anwei", at=teller.now), -4)
    campaign = plans.get_campaign(ctx=office, campaign_id=campaign_id)
    _district_plan(teller, campaign_id)
    ask: dict[str, Any] = {"ctx": office, "campaign": {"id": str(campaign_id)}, "due_on": day_of(teller.at(10))}
    units = teller.city.units
    perform(cascade.ask_for_plans, organisations=[units[c] for c in ("DH-ZF", "XS-ZF", "BG-ZF")], **ask)
    perform(cascade.ask_for_plans, organisations=[units["YZ-JY"]], sector="教育", **ask)
    perform(cascade.ask_for_plans, organisations=[units["YZ-WJ"]], sector="医疗", **ask)
    for code in REPORTING:
        perform(reports.name_reporter, ctx=office, campaign={"id": str(campaign.pk)}, organisation=units[code])
    caller = service_actor("campaign.call_reports", CampaignGrants.DISPATCH, PartiesGrants.READ, LoopGrants.READ)
    jobs.call_reports(ctx=Context(actor=caller, at=teller.at(-3)))
    _write(teller, campaign_id)


def _district_plan(teller: Teller, superior_id: UUID) -> None:
    """东湖区 answers some of the city's tasks, says why one doesn't concern it, and leaves the rest open."""
    ctx = teller.ctx(teller.city.actor("anwei", at=teller.now), -4)
    upload = receiving.receive_bytes(ctx=ctx, name="东湖区实施方案.txt", content=DISTRICT_PLAN.encode())
    issuer = teller.city.units["DH-ZF"]
    opened = perform(opening.open_campaign, ctx=ctx, upload=upload, issuer=issuer, region=issuer.region)
    queue.drain(at=ctx.at)
    plan = plans.get_campaign(ctx=ctx, campaign_id=UUID(opened.result["id"]))
    superior = plans.get_campaign(ctx=ctx, campaign_id=superior_id)
    perform(cascade.relate, ctx=ctx, campaign=plan, kind=Relation.SUPERIOR, to=superior)
    found = family.answers(superior=superior, plan=plan)
    claims = [
        {"parent_item": str(a.parent.pk), "item": str(a.proposed.pk)} for a in found.lines if a.proposed is not None
    ]
    perform(cascade.cover, ctx=ctx, campaign={"id": str(plan.pk)}, claims=claims)
    port = next(a.parent for a in found.lines if "北港区建成" in a.parent.text)
    perform(
        cascade.exempt,
        ctx=ctx,
        campaign={"id": str(plan.pk)},
        parent_item=port,
        because="停车场建在北港区，本区无建设任务",
    )
    end = superior.until_on or day_of(ctx.at) + timedelta(days=60)
    frame = plans.get_campaign(ctx=ctx, campaign_id=plan.pk)
    from_on = min(superior.from_on or day_of(ctx.at), end)
    perform(
        reviewing.set_frame, ctx=ctx, campaign=frame, name=plan.name, supervisor=issuer, from_on=from_on, until_on=end
    )
    perform(publishing.publish, ctx=ctx, campaign={"id": str(plan.pk)}, confirm_past=True)
    queue.drain(at=ctx.at)


def _write(teller: Teller, campaign_id: UUID) -> None:
    """Two send, one says that there is nothing, one is at it, the others have not begun."""
    ctx = teller.ctx(teller.city.actor("anwei", at=teller.now), -1)
    lines = received(ctx=ctx, campaign=plans.get_campaign(ctx=ctx, campaign_id=campaign_id)).lines
    cells = [cell for line in lines for cell in line.cells if cell is not None]
    for number, (report, _) in enumerate(cells):
        writer = teller.ctx(in_role(report.organisation, LoopGrants.READ, LoopGrants.HANDLE), -1)
        reference = {"id": str(report.pk)}
        course = number % 6
        if course == 2:
            perform(reports.say_nothing, ctx=writer, report=reference, because="本期无新增情况，任务均按计划推进")
        elif course in (0, 1, 3):
            sections = [s | {"text": s["text"].replace("（请填写）", NEXT)} for s in report.body]
            said: dict[str, Any] = {"title": report.title, "addressee": report.addressee, "sections": sections}
            perform(reports.write_report, ctx=writer, report=reference, **said)
        if course < 3:
            perform(reports.send_report, ctx=writer, report=reference)
