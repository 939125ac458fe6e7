"""The story of the demo: a year half-way run, so that every state is on show. Days are counted from today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bihuan.core.access.context import Actor, Context, Held, service_actor
from bihuan.core.access.scope import Place, Scope
from bihuan.core.actions.runner import perform
from bihuan.core.evidence import actions as evidence_actions
from bihuan.core.evidence import receiving
from bihuan.core.evidence.terms import EvidenceGrants, EvidenceKind
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import limits
from bihuan.domains.campaign.queries import boards
from bihuan.kernel.calendar import day_of
from bihuan.loop import jobs as loop_jobs
from bihuan.loop.actions import directing, handling, verifying
from bihuan.loop.models import Case
from bihuan.loop.terms import Level, LoopGrants
from bihuan.parties.models import Organisation
from bihuan.site.demo import pictures
from bihuan.site.demo.building import City, Say


@dataclass(frozen=True, slots=True)
class Findings:
    """What an inspection found at an enterprise: the words, and how far it has come. `due` in days from today."""

    title: str
    text: str
    due: int
    course: str


#: Courses: proved · issued · acknowledged · in_hand · asked · submitted · sent_back · closed · withdrawn · reopened · late
FINDINGS: Sequence[Findings] = (
    Findings("更换甲醇罐区失效的可燃气体探测器", "3 台探测器标定过期，其中 1 台无响应。", 20, "in_hand"),
    Findings("恢复 2 号反应釜温度联锁", "联锁摘除超过 30 天，无审批记录。", -6, "late"),
    Findings("补齐重大危险源包保责任公示牌", "公示牌缺操作负责人姓名和电话。", 12, "submitted"),
    Findings("整改装卸区静电接地报警器", "接地报警器未投用。", -20, "closed"),
    Findings("完善受限空间作业气体分析记录", "抽查 5 张作业票，2 张缺中断后的复测。", 5, "sent_back"),
    Findings("清理消防通道堆放的空桶", "厂区东侧消防通道被占用约 20 米。", -35, "reopened"),
    Findings("编制储罐区防汛专项处置方案", "现有方案未覆盖夜间断电情形。", 30, "acknowledged"),
    Findings("开展班组长以上人员安全培训", "培训覆盖率不足，台账缺签到。", 3, "issued"),
    Findings("评估投用满 15 年的蒸馏装置", "装置 2009 年投用，未见评估报告。", 9, "asked"),
    Findings("核对危险废物贮存台账", "台账与现场数量不符。", 15, "withdrawn"),
)


def in_role(unit: Organisation, *grants: str) -> Actor:
    """An enterprise without an account of its own acts by a service of its name, in its own scope only."""
    scope = Scope(organisation=unit.code)
    held = tuple(Held(str(g), scope) for g in grants)
    return Actor(kind="service", id=f"service:demo.{unit.code}", name=unit.name, held=held, organisation=unit.code)


@dataclass(frozen=True)
class Teller:
    """Who does what, at which moment."""

    city: City
    now: datetime

    def at(self, days: int) -> datetime:
        return self.now + timedelta(days=days)

    def ctx(self, actor: Actor, days: int) -> Context:
        return Context(actor=actor, at=self.at(days))

    def owner(self, case: Case, days: int) -> Actor:
        own = Place("", frozenset([case.organisation_code]))
        for username, user in self.city.users.items():
            if user.organisation_code == case.organisation_code:
                actor = self.city.actor(username, at=self.at(days))
                if actor.may(LoopGrants.HANDLE, own):
                    return actor
        grants = (LoopGrants.READ, LoopGrants.HANDLE, EvidenceGrants.ADD)
        return in_role(case.owner, *grants)

    def verifier(self, case: Case, days: int) -> Actor:
        """Somebody of the supervising unit; the office where the unit has no account."""
        known = {"YZ-YJ": "yingji", "P1-GWH": "yuanqu", "DH-YJ": "donghu", "YZ-AWH": "anweihui"}
        return self.city.actor(known.get(case.supervisor_code, "anwei"), at=self.at(days))

    def evidence(self, actor: Actor, days: int, *, title: str, seed: int) -> UUID:
        ctx = self.ctx(actor, days)
        if seed % 3:
            name, content, kind = f"现场照片{seed}.jpg", pictures.photo(seed=seed), EvidenceKind.PHOTO
        else:
            on = day_of(ctx.at)
            lines = ["按要求完成整改。", "经现场确认，设施投用正常。", "相关台账已更新。"]
            name, kind = f"整改记录{seed}.docx", EvidenceKind.RECORD
            content = pictures.record(title=title, unit=actor.name, on=on, lines=lines)
        upload = receiving.receive_bytes(ctx=ctx, name=name, content=content)
        added = perform(evidence_actions.add, ctx=ctx, upload=upload, title=f"{title[:40]}：佐证", kind=kind)
        return added.value.pk  # type: ignore[no-any-return]

    def run(self, case: Case, course: str, *, began: int, seed: int) -> None:
        """Take one case along its course. `began`: the day it was issued, counted from today (negative)."""
        step = _COURSES[course]
        step(self, Case.objects.select_related("owner").get(pk=case.pk), began, seed)


def _acknowledge(t: Teller, case: Case, day: int) -> Case:
    done = perform(handling.acknowledge, ctx=t.ctx(t.owner(case, day), day), case=case)
    return done.value  # type: ignore[no-any-return]


def _submit(t: Teller, case: Case, day: int, seed: int) -> Case:
    actor = t.owner(case, day)
    for milestone in boards.open_milestones(ctx=t.ctx(actor, day), case=case)[:-1]:
        piece = t.evidence(actor, day, title=milestone.said, seed=seed)
        note = "节点工作已完成，佐证附后。"
        perform(limits.reach_milestone, ctx=t.ctx(actor, day), milestone=milestone, note=note, evidence=[piece])
    piece = t.evidence(actor, day, title=case.title, seed=seed)
    ctx = t.ctx(actor, day)
    case = Case.objects.select_related("owner").get(pk=case.pk)
    return perform(handling.submit, ctx=ctx, case=case, note="已按要求整改完毕，请核验。", evidence=[piece]).value  # type: ignore[no-any-return]


def _close(t: Teller, case: Case, day: int) -> Case:
    ctx = t.ctx(t.verifier(case, day), day)
    return perform(verifying.close_out, ctx=ctx, case=case, note="现场核查属实，同意销号。").value  # type: ignore[no-any-return]


def _issued(t: Teller, case: Case, began: int, seed: int) -> None:
    return


def _acknowledged(t: Teller, case: Case, began: int, seed: int) -> None:
    _acknowledge(t, case, began + 1)


def _in_hand(t: Teller, case: Case, began: int, seed: int) -> None:
    case = _acknowledge(t, case, began + 1)
    ctx = t.ctx(t.owner(case, began + 3), began + 3)
    perform(handling.report_progress, ctx=ctx, case=case, note="已完成采购，计划下周安装调试。")


def _asked(t: Teller, case: Case, began: int, seed: int) -> None:
    case = _acknowledge(t, case, began + 1)
    assert case.due_on is not None
    day = began + 2
    perform(
        handling.ask_extension,
        ctx=t.ctx(t.owner(case, day), day),
        case=case,
        new_due_on=case.due_on + timedelta(days=30),
        because="评估机构排期较满，报告预计晚三周。",
    )


def _submitted(t: Teller, case: Case, began: int, seed: int) -> None:
    _submit(t, _acknowledge(t, case, began + 1), -1, seed)


def _sent_back(t: Teller, case: Case, began: int, seed: int) -> None:
    case = _submit(t, _acknowledge(t, case, began + 1), -4, seed)
    perform(
        verifying.send_back,
        ctx=t.ctx(t.verifier(case, -3), -3),
        case=case,
        note="照片看不清作业票编号，请补充复测记录。",
    )


def _closed(t: Teller, case: Case, began: int, seed: int) -> None:
    # Between a third and nine tenths of the way from its beginning to today.
    day = began + max(3, -began * (33 + seed * 17 % 57) // 100)
    _close(t, _submit(t, _acknowledge(t, case, began + 1), day, seed), day + 1)


def _proved(t: Teller, case: Case, began: int, seed: int) -> None:
    """An ongoing task: every period's proof handed in ten days ahead and accepted, until the one that runs now."""
    case = _acknowledge(t, case, began + 1)
    while case.due_on is not None and (due := (case.due_on - day_of(t.now)).days) < 0:
        day = max(began + 2, due - 10)
        case = _close(t, _submit(t, case, day, seed + due), day + 1)


def _withdrawn(t: Teller, case: Case, began: int, seed: int) -> None:
    ctx = t.ctx(t.city.actor("anwei", at=t.at(began + 1)), began + 1)
    perform(directing.withdraw, ctx=ctx, case=case, note="与生态环境部门的检查重复，并入其办理。")


def _reopened(t: Teller, case: Case, began: int, seed: int) -> None:
    _closed(t, case, began, seed)
    again = Case.objects.get(pk=case.pk)
    ctx = t.ctx(t.city.actor("anwei", at=t.at(-2)), -2)
    perform(
        directing.reopen, ctx=ctx, case=again, note="回头看发现问题反弹。", due_on=day_of(t.now) + timedelta(days=7)
    )


_COURSES: dict[str, Callable[[Teller, Case, int, int], None]] = {
    "issued": _issued,
    "acknowledged": _acknowledged,
    "in_hand": _in_hand,
    "late": _in_hand,
    "asked": _asked,
    "submitted": _submitted,
    "sent_back": _sent_back,
    "closed": _closed,
    "proved": _proved,
    "withdrawn": _withdrawn,
    "reopened": _reopened,
}


def inspections(teller: Teller, *, say: Say) -> None:
    """Forty findings at enterprises, issued by the office and by the parks, each on its own course."""
    owners = [u for code, u in sorted(teller.city.units.items()) if code.startswith("YZ-E")]
    for number, owner in enumerate(owners):
        finding = FINDINGS[number % len(FINDINGS)]
        began = min(finding.due - 20, -9) - number // len(FINDINGS)
        in_park = owner.region_path.endswith("990100-P1/")
        supervisor = teller.city.units["P1-GWH" if in_park else "YZ-YJ"]
        actor = teller.city.actor("anwei", at=teller.at(began))
        case = perform(
            directing.issue,
            ctx=teller.ctx(actor, began),
            title=finding.title,
            text=finding.text,
            region=owner.region,
            owner=owner,
            supervisor=supervisor,
            issuer=teller.city.units["YZ-AWB"],
            due_on=day_of(teller.now) + timedelta(days=finding.due),
            level=Level.IMPORTANT if number % 4 == 1 else Level.ORDINARY,
        ).value
        teller.run(case, finding.course, began=began, seed=number)
        say("findings", number + 1)


def clock(teller: Teller) -> None:
    """The days that have passed since: what the timers would have done on each of them."""
    service = service_actor("loop.escalate_due", LoopGrants.ESCALATE, LoopGrants.READ)
    for day in range(-40, 1):
        loop_jobs.escalate_due(ctx=Context(actor=service, at=teller.at(day)))
    queue.drain(at=teller.now)
