"""台账作业: check an uploaded sheet, write an accepted one, rebuild the search."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from bihuan.core import clock
from bihuan.core.access.context import Context
from bihuan.core.access.identification import actor_of
from bihuan.core.access.models import User
from bihuan.core.actions import runner
from bihuan.core.actions.problems import StaleVersion
from bihuan.core.jobs.queue import report_progress
from bihuan.core.records import search
from bihuan.core.records.layouts import get_layout
from bihuan.core.records.models import Sheet, SheetRow
from bihuan.core.records.register import Register, all_registers
from bihuan.core.records.sheets import spool
from bihuan.core.records.sheets.applying import Verdict
from bihuan.core.records.sheets.checking import Checker, columns_of, foreign_columns
from bihuan.core.records.sheets.pace import Pace
from bihuan.core.records.sheets.reading import UnreadableSheet, Workbook
from bihuan.core.records.terms import ExistingRows, SheetState
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


def _on_behalf(ctx: Context, sheet: Sheet) -> Context:
    """The uploader does the work, with the grants held now; the job is only the hand."""
    user = User.objects.get(pk=sheet.uploaded_by)
    return Context(actor=actor_of(user, at=ctx.at), at=ctx.at, cause=ctx.cause)


def _register(code: str) -> Register:
    return next(r for r in all_registers() if r.code == code)


def _task(ctx: Context) -> UUID | None:
    kind, _, name = (ctx.cause or "").partition(":")
    return UUID(name) if kind == "job" else None


def _tell(ctx: Context, percent: int, said: str) -> None:
    if (task := _task(ctx)) is not None:
        report_progress(task=task, percent=percent, said=said)


def check_sheet(*, ctx: Context, sheet: str) -> None:
    """检查上传的表. Staged in small steps; started again from the beginning if the worker dies."""
    uploaded = Sheet._base_manager.get(pk=UUID(sheet))
    if uploaded.state != SheetState.CHECKING:
        return
    inside = _on_behalf(ctx, uploaded)
    register = _register(uploaded.register)
    report = register.action("report_sheet")
    try:
        verdict = _check(ctx, inside, register, uploaded)
    except Problem as refused:
        verdict = Verdict(refused_zh=_with_places(refused, "zh"), refused_en=_with_places(refused, "en"))
    runner.perform(report, ctx=inside, sheet=uploaded, verdict=verdict.model_dump())
    spool.discard(uploaded.spool)


def _with_places(problem: Problem, language: Any) -> str:
    places = [f"{place}: {words.in_(language)}" for place, words in list(problem.where.items())[:12]]
    return " ".join([problem.text.in_(language), *places])[:500]


def _check(ctx: Context, inside: Context, register: Register, uploaded: Sheet) -> Verdict:
    pace = Pace()
    # A worker that died half-way has left rows behind.
    while pace.step(lambda size: _forget_some(uploaded, size)):
        pass
    with Workbook(spool.path_of(uploaded.spool)) as book:
        headings = list(book.headings)
        layout = get_layout(register, uploaded.layout, on=day_of(ctx.at)) if uploaded.layout else None
        foreign = foreign_columns(register, headings, layout=layout, actor=inside.actor) if layout else None
        checker = Checker(
            register,
            foreign.columns if foreign else columns_of(register, headings, actor=inside.actor),
            sheet=uploaded,
            actor=inside.actor,
            existing=ExistingRows.of(uploaded.existing),
            foreign=foreign,
        )
        # A stated size may lie; it is only used to say how far we are.
        expected = min(book.sheet.max_row or register.max_rows, register.max_rows)
        seen = 0
        for staged in checker.judge(book.rows()):
            seen += len(staged)
            if seen > register.max_rows:
                raise UnreadableSheet(
                    Text("超过 {n} 行，请拆成几份导入。", "More than {n} rows: split it into several sheets.").format(
                        n=register.max_rows
                    )
                )
            while staged:
                staged = staged[pace.step(partial(_stage, staged)) :]
            said = Text("已检查 {n} 行", "{n} rows checked").format(n=seen)
            _tell(ctx, min(99, seen * 100 // max(expected, seen, 1)), f"{said.zh} · {said.en}")
    if not seen:
        raise UnreadableSheet(Text("表中没有数据行。", "The sheet has no rows."))
    return Verdict(counts=dict(checker.counts), headings=headings, notes=checker.notes())


def _forget_some(uploaded: Sheet, size: int) -> int:
    some = list(SheetRow.objects.filter(sheet=uploaded).values_list("pk", flat=True)[:size])
    return SheetRow.objects.filter(pk__in=some).delete()[0] if some else 0


def _stage(rows: list[SheetRow], size: int) -> int:
    with transaction.atomic():
        SheetRow.objects.bulk_create(rows[:size])
    return len(rows[:size])


def apply_sheet(*, ctx: Context, sheet: str) -> None:
    """写入已确认的表. Goes on where it stopped, for a row's new state is stored with the row itself."""
    pace = Pace()
    accepted = Sheet._base_manager.get(pk=UUID(sheet))
    take_in = _register(accepted.register).action("take_in_rows")
    total = sum(accepted.counts.values()) or 1
    written = 0
    while accepted.state == SheetState.APPLYING:
        # Asked anew for each step: a grant taken away meanwhile stops the import there.
        inside = _on_behalf(Context(actor=ctx.actor, at=clock.now(), cause=ctx.cause), accepted)
        done = pace.step(partial(_take_in, take_in, inside, accepted))
        written += done
        said = Text("已写入 {n} 行", "{n} rows written").format(n=written)
        _tell(ctx, min(99, written * 100 // total), f"{said.zh} · {said.en}")
        accepted = Sheet._base_manager.get(pk=accepted.pk)


def take_back_sheet(*, ctx: Context, sheet: str) -> None:
    """撤回已放弃的表. Goes on where it stopped, as the writing does."""
    pace = Pace()
    given_up = Sheet._base_manager.get(pk=UUID(sheet))
    take_back = _register(given_up.register).action("take_back_rows")
    while given_up.state == SheetState.GIVING_UP:
        inside = _on_behalf(Context(actor=ctx.actor, at=clock.now(), cause=ctx.cause), given_up)
        pace.step(partial(_take_in, take_back, inside, given_up))
        given_up = Sheet._base_manager.get(pk=given_up.pk)


def _take_in(take_in: Any, inside: Context, sheet: Sheet, size: int) -> int:
    for attempt in range(5):
        try:
            return int(runner.perform(take_in, ctx=inside, sheet=sheet, at_most=size).value.rows)
        except StaleVersion:
            # Somebody took a code or changed a row between our look and our write: look again.
            if attempt == 4:
                raise
    raise AssertionError("not reached")


def rebuild_search(*, ctx: Context) -> None:
    """重建检索."""
    search.rebuild(at=ctx.at)
