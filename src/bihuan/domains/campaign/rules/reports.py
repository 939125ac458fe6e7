"""报告: which are due when, on what period, what they open with, when they may be sent. 依据 C01–C07, C18."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bihuan.domains.campaign.rules.dues import days_of
from bihuan.domains.campaign.terms import ReportKind, ReportState
from bihuan.kernel.period import Period
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: 请填写: what a person must have written before a report goes out.
TO_BE_WRITTEN = "（请填写）"
#: A report due this many days into a month tells of the month before.
EARLY_IN_MONTH = 12
_SUMMARY = re.compile(r"验收|总结报告|全面总结|总结材料|工作总结")
_FULL = re.compile(r"全面总结|总结材料")
_QUARTER = re.compile(r"季")
_PROGRESS = re.compile(r"进展|情况|小结|总结|报告|汇报")


class NotSaid(Problem):
    code = "campaign_report_nothing_said"


class SignatureMissing(Problem):
    code = "campaign_signature_missing"
    status = 409


class SameHand(Problem):
    code = "campaign_same_hand"
    status = 409


@dataclass(frozen=True, slots=True)
class Called:
    """报送要求: one report on one day."""

    on: date
    kind: ReportKind
    period: Period
    said: str
    who: str = ""


def called_for(reports: Iterable[Mapping[str, Any]], *, from_on: date, until_on: date) -> list[Called]:
    """Every report the plan asks for, by its days; a kind once a day. What asks for plans or names asks for no report."""
    found: dict[tuple[date, ReportKind], Called] = {}
    for report in reports:
        said = str(report["raw"])
        for due in report["due"]:
            for on in days_of(str(due), from_on, until_on):
                kind = kind_of(said, due=str(due), on=on)
                if kind is None:
                    continue
                period = period_of(kind, on=on, from_on=from_on, until_on=until_on)
                found.setdefault((on, kind), Called(on, kind, period, said, str(report.get("who", ""))))
    return sorted(found.values(), key=lambda c: (c.on, c.kind.value))


def kind_of(said: str, *, due: str, on: date) -> ReportKind | None:
    """By the words around the day; None where plans or names are asked for, not a report."""
    if due.startswith("monthly"):
        return ReportKind.MONTHLY
    if _SUMMARY.search(said) and not _QUARTER.search(said):
        return ReportKind.SUMMING_UP if _FULL.search(said) else ReportKind.ACCEPTANCE
    if _QUARTER.search(said) or due == "quarterly":
        return ReportKind.QUARTERLY
    if not _PROGRESS.search(said):
        return None
    return ReportKind.QUARTERLY if on.month % 3 == 0 and re.fullmatch(r"\d\d-\d\d", due) else ReportKind.PROGRESS


def period_of(kind: ReportKind, *, on: date, from_on: date, until_on: date) -> Period:
    """报告期. A report due before its period ends tells of the part that has passed; a supplement tells the rest."""
    if kind in (ReportKind.ACCEPTANCE, ReportKind.SUMMING_UP):
        return Period(from_on, max(until_on, on) + timedelta(days=1))
    if kind is ReportKind.MONTHLY:
        return month_of(on - timedelta(days=EARLY_IN_MONTH)) if on.day <= EARLY_IN_MONTH else month_of(on)
    if kind is ReportKind.QUARTERLY:
        return quarter_of(on - timedelta(days=31) if (on.month - 1) % 3 == 0 else on)
    return Period(from_on, on + timedelta(days=1))


def month_of(on: date) -> Period:
    first = on.replace(day=1)
    return Period(first, _months_on(first, 1))


def quarter_of(on: date) -> Period:
    first = date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    return Period(first, _months_on(first, 3))


def _months_on(first: date, months: int) -> date:
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)


def title_of(*, campaign: str, kind: ReportKind, period: Period, supplement: int = 0) -> str:
    """公文标题: 关于…的报告."""
    start = period.from_
    when = {
        ReportKind.MONTHLY: f"{start.year}年{start.month}月",
        ReportKind.QUARTERLY: f"{start.year}年第{'一二三四'[(start.month - 1) // 3]}季度",
    }.get(kind, "")
    what = {
        ReportKind.ACCEPTANCE: "总结验收情况",
        ReportKind.SUMMING_UP: "全面总结情况",
        ReportKind.PHASE: "阶段工作情况",
    }.get(kind, "工作进展情况")
    extra = f"补充报告（第{supplement}号）" if supplement else "报告"
    return f"关于《{campaign}》{when}{what}的{extra}"


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    heading: str
    text: str


_PROGRESS_TEXT = (
    "截至{日期}，{单位}承担任务{任务总数}项，其中有明确期限的{有期限任务}项、持续推进的{持续推进}项。"
    "已销号{已销号}项，完成率{完成率}；本期销号{本期销号}项，本期认可持续推进任务的证明{本期证明}次。\n"
    "在办任务中，期限内{期限内}项，临近到期{临近到期}项，已逾期{已逾期}项，待核验{待核验}项。"
    "另有配合上级任务{配合上级}项，不计入完成率。"
)
_PROBLEM_TEXT = "目前逾期任务{已逾期}项，督办{督办}项；本期催办{本期催办}次，退回{本期退回}次。\n{表：已逾期}"
_RECEIVED_TEXT = (
    "应报{应报}家，已报{已报}家（其中报告无情况{无情况}家、逾期报送{逾期报送}家），未报{未报}家：{未报单位}。"
)


_SMALL_TEXT = (
    "承担小化工整治任务{小化工任务}项，已销号{小化工已销号}项，已逾期{小化工已逾期}项；"
    "列入整治对象{小化工对象}家，已完成整治{小化工对象完成}家。\n{表：小化工任务}"
)


@dataclass(frozen=True, slots=True)
class Practices:
    """典型经验 as others keep it: what was done and worked, and what it was made a standing rule of, a line each."""

    ways: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def sections_of(
    kind: ReportKind, *, is_upward: bool, has_small_works: bool = False, practices: Practices | None = None
) -> list[Section]:
    """What a report opens with: figures and tables filled in, and the places a person has to write."""
    if kind is ReportKind.SUMMING_UP:
        return _summing_up(practices or Practices())
    found = [Section("progress", "总体进展", _PROGRESS_TEXT)]
    if has_small_works:
        found.append(Section("small", "小化工整治情况", _SMALL_TEXT))
    if kind is ReportKind.ACCEPTANCE:
        found.append(
            Section("done", "任务完成情况", "按期销号{按期销号}项，逾期销号{逾期销号}项，逐项如下。\n{表：已销号}")
        )
    else:
        found.append(Section("done", "本期销号的任务", "{表：本期销号}"))
    found.append(Section("problems", "存在的问题", _PROBLEM_TEXT))
    if is_upward:
        found.append(Section("received", "各地各部门报送情况", _RECEIVED_TEXT))
    last = "经验做法和长效机制" if kind is ReportKind.ACCEPTANCE else "下一步工作"
    found.append(Section("next", last, TO_BE_WRITTEN))
    return found


def _summing_up(practices: Practices) -> list[Section]:
    """全面总结材料: ways, systems, results and the long-term mechanism, from the ledger and the good practice. 依据 C18."""

    def listed(lines: Sequence[str]) -> str:
        return "\n".join((*lines, TO_BE_WRITTEN))

    return [
        Section("ways", "主要做法", listed(practices.ways)),
        Section("systems", "制度建设", listed(practices.rules)),
        Section(
            "results",
            "工作成效",
            f"{_PROGRESS_TEXT}\n按期销号{{按期销号}}项，逾期销号{{逾期销号}}项，逐项如下。\n{{表：已销号}}",
        ),
        Section("mechanism", "长效机制", TO_BE_WRITTEN),
    ]


def require_written(sections: Sequence[Section]) -> None:
    """Nothing goes out with a place left that somebody had to fill."""
    empty = [s.heading for s in sections if TO_BE_WRITTEN in s.text or not s.text.strip()]
    if empty:
        raise NotSaid(
            Text(
                "还有没写的部分：{names}。请写明；确无情况的，点“报告无情况”。",
                "These parts are not written yet: {names}. Write them; if there is nothing to report, say so.",
            ).format(names="、".join(empty))
        )


def require_signed(*, needed: Sequence[str], signed: Iterable[str]) -> None:
    """双签字: each of those who must sign has signed what is being sent. 依据 C07."""
    done = set(signed)
    if missing := [who for who in needed if who not in done]:
        raise SignatureMissing(
            Text("还缺签字：{who}。签齐后才能报送。", "Signatures are missing: {who}. It can't be sent before.").format(
                who="、".join(missing)
            )
        )


def state_of(*, sent_on: date | None, is_nothing: bool, is_started: bool, due_on: date, today: date) -> ReportState:
    """报送情况. Silence is never “nothing to report”: that has to be said."""
    if sent_on is not None:
        if sent_on > due_on:
            return ReportState.RECEIVED_LATE
        return ReportState.NOTHING if is_nothing else ReportState.RECEIVED
    if today > due_on:
        return ReportState.LATE
    return ReportState.IN_WORK if is_started else ReportState.WAITING
