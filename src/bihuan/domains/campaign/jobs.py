"""读取与派发: the long work, outside any transaction; each calls one action at a time."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.core.evidence import store
from bihuan.core.jobs import queue
from bihuan.domains.campaign.actions import indicators, opening, publishing, reports
from bihuan.domains.campaign.models import Campaign, Indicator
from bihuan.domains.campaign.queries.plans import plan_of
from bihuan.domains.campaign.rules import reports as reports_rules
from bihuan.domains.campaign.terms import CALL_AHEAD, CHUNK, CampaignState, ReadingState
from bihuan.engines.plan_reader.documents.door import open_document, require_plan
from bihuan.engines.plan_reader.reader import read
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.kinds import formula_of


def read_document(*, ctx: Context, campaign: str) -> None:
    """读取方案: from the stored file to tasks; what can't be read is noted in the reader's own words."""
    found = Campaign.objects.select_related("document").get(pk=campaign)
    if found.reading != ReadingState.WAITING:
        return
    try:
        _say(ctx, 10, Text("正在打开文件", "Opening the file"))
        with store.opened(found.document.file_id) as file:
            source = open_document(name=found.document_name, data=file.read())
        _say(ctx, 40, Text("正在识别任务", "Finding the tasks"))
        ledger = require_plan(read(source), name=found.document_name)
        _say(ctx, 70, Text("正在匹配单位", "Matching the units"))
        around = opening.surroundings(ctx=ctx, campaign=found)
        names = dict.fromkeys(r.unit for task in ledger.tasks for r in task.responsible)
        suggestions = [opening.Suggested(name=n, found=opening.suggest(n, around=around)) for n in names]
        _say(ctx, 85, Text("正在建立台账", "Setting up the ledger"))
        perform(
            opening.take_reading,
            ctx=ctx,
            campaign=found,
            digest=hashlib.sha256(source.text.encode()).hexdigest(),
            reading=opening.Reading(text=source.text, ledger=ledger.to_json()),
            suggestions=suggestions,
        )
    except Problem as problem:
        perform(
            opening.note_unreadable,
            ctx=ctx,
            campaign={"id": str(found.pk)},
            code=problem.code,
            zh=problem.text.zh,
            en=problem.text.en,
        )


def dispatch(*, ctx: Context, campaign: str) -> None:
    """派发: chunk after chunk, each an action of its own; then the final switch. Killed in between, it goes on from there."""
    found = Campaign.objects.select_related("supervisor", "issuer", "region").get(pk=campaign)
    if found.state != CampaignState.PUBLISHING:
        return
    reference = {"id": str(found.pk)}
    plan = plan_of(campaign=found, today=day_of(ctx.at))
    total = plan.number_of_cases
    left = len(publishing.not_yet_out(plan))
    try:
        while left:
            # The key names where this chunk begins: a chunk that went out but was not heard of is not made again.
            perform(
                publishing.dispatch_chunk,
                ctx=ctx,
                campaign=reference,
                most=CHUNK,
                once=f"{found.pk}:{found.version}:{left}",
            )
            remaining = len(publishing.not_yet_out(plan))
            _say(
                ctx,
                100 * (total - remaining) // total,
                Text("已派发 {n}/{t}", "{n}/{t} dispatched").format(n=total - remaining, t=total),
            )
            if remaining >= left:
                raise RuntimeError(f"campaign {found.pk}: a chunk dispatched nothing")
            left = remaining
        perform(publishing.finish_dispatching, ctx=ctx, campaign=reference)
    except Problem as problem:
        perform(
            publishing.note_stop,
            ctx=ctx,
            campaign=reference,
            code=problem.code,
            zh=problem.text.zh,
            en=problem.text.en,
        )


def _say(ctx: Context, percent: int, said: Text) -> None:
    """Progress goes to the task's row, where the page asks for it."""
    if ctx.cause and ctx.cause.startswith("job:"):
        queue.report_progress(task=UUID(ctx.cause.removeprefix("job:")), percent=percent, said=f"{said.zh}|{said.en}")


def call_reports(*, ctx: Context) -> None:
    """布置报告: whatever the plans ask for within the next days, once; a plan that can't be called is told of at the end."""
    today = day_of(ctx.at)
    failed = []
    for campaign in Campaign.objects.filter(state=CampaignState.PUBLISHED, reporters__isnull=False).distinct():
        from_on, until_on = campaign.from_on or today, campaign.until_on or today + timedelta(days=366)
        for called in reports_rules.called_for(campaign.reports, from_on=from_on, until_on=until_on):
            if not today <= called.on <= today + timedelta(days=CALL_AHEAD):
                continue
            try:
                perform(
                    reports.call_reports,
                    ctx=ctx,
                    campaign={"id": str(campaign.pk)},
                    kind=called.kind,
                    on=called.on,
                    from_on=called.period.from_,
                    until_on=called.period.until,
                )
            except Problem as problem:
                failed.append(f"{campaign.pk} {called.on}: {problem.text.zh}")
    if failed:
        raise RuntimeError("; ".join(failed))


def compute_indicators(*, ctx: Context) -> None:
    """计算指标: every indicator with a formula, over the units it holds for. One that can't be computed is told of at the end."""
    today, failed = day_of(ctx.at), []
    rows = Indicator.objects.filter(is_dropped=False, campaign__state=CampaignState.PUBLISHED).exclude(formula="")
    for row in rows.select_related("campaign"):
        try:
            found = [
                {"organisation": c.organisation_code, "value": c.value, "basis": c.basis}
                for c in formula_of(row.formula).compute(region_path=row.campaign.region_path, on=today)
                if not row.units or c.organisation_code in row.units
            ]
            if found:
                perform(indicators.note_values, ctx=ctx, indicator={"id": str(row.pk)}, found=found)
        except Problem as problem:
            failed.append(f"{row.pk} {row.formula}: {problem.text.zh}")
    if failed:
        raise RuntimeError("; ".join(failed))
