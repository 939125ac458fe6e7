"""督导检查: a draw half done, a look-back that found a relapse, problems on the ledger, a circular, a warning, a ruling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from bihuan.core.access.context import Actor, Context
from bihuan.core.actions.runner import perform
from bihuan.domains.supervision.actions import chain, checks, circulars, examining, planning, practices, problems
from bihuan.domains.supervision.queries import checks as reads
from bihuan.domains.supervision.queries import examinations, points
from bihuan.domains.supervision.terms import CLOSED_CASES, CheckKind, FoundBy
from bihuan.kernel.calendar import day_of
from bihuan.loop.actions import handling
from bihuan.loop.models import Case
from bihuan.parties import actions as parties
from bihuan.parties.models import Organisation, Person
from bihuan.site.demo.building import BUILDER
from bihuan.site.demo.story import Teller

#: Result and words for the objects of the draw, in the order they were drawn.
SEEN = (
    ("problem", "罐区可燃气体探测器两台标定过期。"),
    ("as_reported", "现场与台账一致。"),
    ("problem", "受限空间作业票缺中断后复测。"),
    ("as_reported", "包保责任公示牌完整。"),
)
FOUND = (("可燃气体探测器标定过期", "罐区北侧"), ("受限空间作业票缺中断后复测", "二车间"))


def run(teller: Teller, *, campaign_id: UUID) -> None:
    office = teller.city.actor("anwei", at=teller.now)
    roster = _inspectors(teller)
    _random_draw(teller, office, roster, campaign_id)
    _look_back(teller, office, roster)
    _chain(teller, office)
    _plans(teller, office, campaign_id)


def _inspectors(teller: Teller) -> list[Person]:
    ctx = Context(actor=BUILDER, at=teller.at(-60))
    unit = teller.city.units["YZ-AWB"]
    names = ("丁一", "沙河", "任平", "柳青")
    return [perform(parties.add_person, ctx=ctx, organisation=unit, name=name).value for name in names]


def _check(teller: Teller, day: int, office: Actor, roster: list[Person], **said: Any) -> Any:
    ctx, city = teller.ctx(office, day), teller.city
    return perform(
        checks.open_check,
        ctx=ctx,
        region=city.regions["990100"],
        organisation=city.units["YZ-AWB"],
        supervisor=city.units["YZ-AWH"],
        from_on=day_of(teller.at(day)),
        inspectors=roster,
        **said,
    ).value


def _random_draw(teller: Teller, office: Actor, roster: list[Person], campaign_id: UUID) -> None:
    city = teller.city
    check = _check(
        teller, -12, office, roster, kind=CheckKind.RANDOM, title="重大危险源企业双随机抽查", number=6,
        source="population:enterprises", until_on=day_of(teller.at(10)), topic="包保责任、联锁投用、特殊作业票证。",
    )  # fmt: skip
    ctx = teller.ctx(office, -11)
    key = check.candidates[0]["key"]
    check = perform(checks.exclude, ctx=ctx, check=check, key=key, because="本月已接受省级督导，避免重复检查").value
    check = perform(checks.draw, ctx=ctx, check=check).value
    view = reads.view_of(ctx=ctx, check=check)
    found = iter(FOUND)
    results = iter(SEEN)
    for group, items in view.groups:
        perform(handling.acknowledge, ctx=teller.ctx(office, -10), case=Case.objects.get(pk=group.case_id))
        for item in items:
            if (said := next(results, None)) is None:
                return
            now = teller.ctx(office, -6)
            perform(checks.record_result, ctx=now, item=item, result=said[0], note=said[1])
            if said[0] == "problem" and item.organisation is not None:
                title, spot = next(found)
                perform(
                    problems.report_problem,
                    ctx=now,
                    title=title,
                    text=said[1],
                    spot=spot,
                    owner=item.organisation,
                    supervisor=city.units["YZ-YJ"],
                    issuer=city.units["YZ-AWB"],
                    due_on=day_of(teller.at(15)),
                    item={"id": str(item.pk)},
                    drives=[str(campaign_id)],
                )


def _look_back(teller: Teller, office: Actor, roster: list[Person]) -> None:
    check = _check(
        teller, -9, office, roster, kind=CheckKind.LOOK_BACK, title="三季度整改“回头看”", number=5,
        source=CLOSED_CASES, until_on=day_of(teller.at(5)),
    )  # fmt: skip
    check = perform(checks.draw, ctx=teller.ctx(office, -8), check=check).value
    view = reads.view_of(ctx=teller.ctx(office, -8), check=check)
    relapsed = False
    for group, items in view.groups:
        perform(handling.acknowledge, ctx=teller.ctx(office, -7), case=Case.objects.get(pk=group.case_id))
        for item in items[:2]:
            said: dict[str, Any] = {"result": "held", "note": "整改成果保持完好。"}
            if not relapsed:
                relapsed = True
                due_on = day_of(teller.at(12))
                said = {"result": "relapsed", "note": "设施再次停用，值班人员不掌握。", "new_due_on": due_on}
            perform(checks.record_result, ctx=teller.ctx(office, -3), item=item, **said)


def _chain(teller: Teller, office: Actor) -> None:
    city, today = teller.city, day_of(teller.now)
    units = city.units
    own: dict[str, Any] = {"issuer": units["YZ-AWB"]}
    perform(
        circulars.publish_circular,
        ctx=teller.ctx(office, -5),
        region=city.regions["990100"],
        organisation=units["YZ-AWB"],
        title="关于危险化学品安全集中治理推进情况的通报",
        from_on=today - timedelta(days=90),
        until_on=day_of(teller.at(-5)),
        text="各单位总体推进有序，部分任务逾期，请抓紧补齐。",
    )
    warning = perform(
        chain.warn, ctx=teller.ctx(office, -4), unit=units["YZ-GX"], **own, due_on=today + timedelta(days=20),
        reason="所承担任务逾期，经催办仍未提交佐证。",
    ).value  # fmt: skip
    clerk = city.actor("gongxin", at=teller.now)
    perform(handling.acknowledge, ctx=teller.ctx(clerk, -3), case=warning.case)
    perform(
        chain.record_talk, ctx=teller.ctx(office, -2), warning={"id": str(warning.pk)}, talked_on=day_of(teller.at(-2)),
        record="安委办约谈分管负责人，要求倒排工期、周报进展。",
    )  # fmt: skip
    perform(
        chain.ask_ruling,
        ctx=teller.ctx(clerk, -6),
        organisation=units["YZ-GX"],
        office=units["YZ-AWB"],
        title="醇基燃料经营环节监管职责",
        question="醇基燃料经营环节没有明确的行业主管部门，建议由市场监管部门牵头、应急部门配合。",
        due_on=today + timedelta(days=14),
        concerned=[units["YZ-SJ"], units["YZ-YJ"]],
    )
    perform(
        problems.report_problem,
        ctx=teller.ctx(office, -20),
        title="危险货物停车场无视频监控",
        owner=units["YZ-JT"],
        supervisor=units["YZ-YJ"],
        **own,
        due_on=day_of(teller.at(-3)),
        found_by=FoundBy.OTHER,
    )


def _examine(teller: Teller, office: Actor, campaign_id: UUID) -> None:
    """The plan's own problem points, put to three districts and a department; the department is half-way through."""
    units, today = teller.city.units, day_of(teller.now)
    ctx = teller.ctx(office, -10)
    said: dict[str, Any] = {"region": teller.city.regions["990100"], "organisation": units["YZ-AWB"]}
    perform(
        examining.examine_plan,
        ctx=ctx,
        plan=str(campaign_id),
        units=[units[c] for c in ("DH-ZF", "XS-ZF", "BG-ZF", "YZ-GX")],
        due_on=today + timedelta(days=15),
        **said,
    )
    clerk = teller.city.actor("gongxin", at=teller.now)
    asked = _answers(teller.ctx(clerk, -8), units["YZ-GX"])
    perform(handling.acknowledge, ctx=teller.ctx(clerk, -8), case=asked[0].examination.case)
    now = teller.ctx(clerk, -5)
    perform(
        examining.admit_point, ctx=now, answer=asked[0], title="两家企业班组长不清楚本岗位责任清单", spot="东岚、同心两厂",
        due_on=today + timedelta(days=25),
    )  # fmt: skip
    perform(examining.answer_point, ctx=now, answer=asked[1], found="absent", note="租赁厂房底数九月已逐户核清")
    perform(examining.answer_point, ctx=now, answer=asked[2], found="not_concerned", note="储罐区由应急部门监管")
    works = [units[c] for c in ("YZ-E001", "YZ-E002", "YZ-E003")]
    items = [p.text for p in points.main_duties(on=today)]
    perform(examining.check_items, ctx=ctx, items=items, units=works, due_on=today + timedelta(days=30), **said)
    keeper = teller.city.actor("qiye", at=teller.now)
    ticked = _answers(teller.ctx(keeper, -7), works[0])
    perform(handling.acknowledge, ctx=teller.ctx(keeper, -7), case=ticked[0].examination.case)
    then = teller.ctx(keeper, -4)
    for answer, note in zip(
        ticked[:4], ("责任制十月修订", "制度和规程齐全", "设安全环保部，四名专职", "费用按月提取"), strict=True
    ):
        perform(examining.tick_item, ctx=then, answer=answer, found="done", note=note)
    perform(
        examining.admit_point,
        ctx=then,
        answer=ticked[4],
        title="安全生产责任保险已到期未续保",
        due_on=today + timedelta(days=10),
    )


def _answers(ctx: Context, unit: Organisation) -> list[Any]:
    """The points one unit has to answer, in order."""
    return [
        answer
        for plan in examinations.examinations(ctx=ctx)
        for made, answers in plan.units
        for answer in answers
        if made.case.owner == unit and answer is not None
    ]


def _plans(teller: Teller, office: Actor, campaign_id: UUID) -> None:
    city, units, today = teller.city, teller.city.units, day_of(teller.now)
    _examine(teller, office, campaign_id)
    later = today + timedelta(days=40)
    for code, what, drives in (
        ("YZ-JT", "危险货物运输企业动态监控", [str(campaign_id)]),
        ("YZ-GX", "民爆生产企业检查", []),
    ):
        perform(
            planning.plan_inspection,
            ctx=teller.ctx(office, -8),
            organisation=units[code],
            supervisor=units["YZ-YJ"],
            year=later.year,
            month=later.month,
            what=what,
            objects_text="辖区重点企业",
            number=4,
            drives=drives,
        )
    clerk = teller.ctx(city.actor("huanjing", at=teller.now), -15)
    practice = perform(
        practices.recommend,
        ctx=clerk,
        organisation=units["YZ-HJ"],
        title="危险废物“一厂一码”全流程核对",
        text="产废、贮存、转移三方台账每周自动比对，差异当日处置，账实相符率升至九成九。",
        is_demonstration=True,
    ).value
    then = teller.ctx(office, -9)
    practice = perform(
        practices.review_practice, ctx=then, practice=practice, is_accepted=True, opinion="做法成熟，可复制可推广。"
    ).value
    perform(practices.publish_practice, ctx=then, practice=practice)
