"""排印作业: labels and codes in volumes, each written whole before it is told of; what is old is thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from bihuan.core import clock
from bihuan.core.access.context import Context
from bihuan.core.actions.runner import perform
from bihuan.core.jobs.queue import report_progress
from bihuan.engines.safety_documents.content import Run
from bihuan.engines.safety_documents.printing import grid_of, label_sheet_pdf, volumes
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.registers.products import actions, queries
from bihuan.registers.products.models import PrintBatch, Product
from bihuan.registers.products.terms import PrintState

#: Pages of one volume: a file of a few megabytes, and what is held in memory at one time.
PAGES = 500
KEPT = timedelta(days=14)

#: Makes the PDF of labels `first`–`last`.
Draw = Callable[[int, int], bytes]


def print_batch(*, ctx: Context, batch: str) -> None:
    """排印标签. Started again after a crash it goes on behind the last volume that was told of."""
    row = PrintBatch._base_manager.get(pk=UUID(batch))
    if row.state in (PrintState.DONE, PrintState.REFUSED):
        return
    try:
        draw, each = _labels(row, ctx)
    except Problem as refused:
        report(ctx, row, PrintState.REFUSED, row.done, row.files, refused)
        return
    make_volumes(ctx=ctx, batch=row, draw=draw, each=each)


def _labels(row: PrintBatch, ctx: Context) -> tuple[Draw, int]:
    assert row.volume is not None
    assert row.product_id is not None  # labels have both
    product = Product._base_manager.select_related("thing", "thing__organisation").get(pk=row.product_id)
    label, size = queries.label_for(product, volume=row.volume, on=day_of(ctx.at))
    _, columns, rows = grid_of(size)

    def draw(first: int, last: int) -> bytes:
        return label_sheet_pdf(label, size=size, run=Run(row.batch, first, last, row.total), name=row.title)

    return draw, PAGES * columns * rows


def make_volumes(*, ctx: Context, batch: PrintBatch, draw: Draw, each: int) -> None:
    """Volume by volume; one that is there already isn't made again."""
    folder = queries.folder_of(batch)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {entry["number"]: entry for entry in batch.files}
    for number, first, last in _numbered(batch.total, each):
        if number in told:
            continue
        size = _write(folder / f"{number:04d}.pdf", draw(first, last))
        told[number] = {"number": number, "first": first, "last": last, "size": size}
        _tell(ctx, last * 100 // batch.total, f"{last} / {batch.total}")
        state = PrintState.DONE if last == batch.total else PrintState.RUNNING
        report(ctx, batch, state, last, [told[n] for n in sorted(told)])


def _numbered(total: int, each: int) -> Iterator[tuple[int, int, int]]:
    for number, (first, last) in enumerate(volumes(total, each=each), start=1):
        yield number, first, last


def _write(path: Path, content: bytes) -> int:
    """Whole or not at all: a reader never meets half a file."""
    half = path.with_suffix(".part")
    half.write_bytes(content)
    half.replace(path)
    return len(content)


def report(
    ctx: Context,
    batch: PrintBatch,
    state: PrintState,
    done: int,
    files: list[dict[str, int]],
    refused: Problem | None = None,
) -> None:
    fresh = PrintBatch._base_manager.get(pk=batch.pk)
    perform(
        actions.report_print,
        ctx=Context(actor=ctx.actor, at=clock.now(), cause=ctx.cause),
        batch=fresh,
        state=state,
        done=done,
        files=files,
        said_zh=refused.text.zh if refused else "",
        said_en=refused.text.en if refused else "",
    )


def _tell(ctx: Context, percent: int, said: str) -> None:
    kind, _, name = (ctx.cause or "").partition(":")
    if kind == "job":
        report_progress(task=UUID(name), percent=percent, said=said)


def throw_away(*, ctx: Context) -> None:
    """过期清理: the files of batches older than a fortnight; that they were printed stays on record."""
    for batch in PrintBatch._base_manager.filter(created_at__lt=ctx.at - KEPT).order_by("created_at")[:1000]:
        shutil.rmtree(queries.folder_of(batch), ignore_errors=True)
