"""写入: the actions of a sheet. Accepted rows are written in small steps, each an action with its own audit row;
new rows carry the sheet's mark and become visible all at once, when the sheet's state is switched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from bihuan.core.access import statements
from bihuan.core.access.context import Actor, Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Action, Label, Ref, action
from bihuan.core.jobs.models import Task
from bihuan.core.jobs.terms import TaskState
from bihuan.core.records.layouts import get_layout
from bihuan.core.records.models import SearchEntry, Sheet, SheetRow
from bihuan.core.records.register import Register, Values
from bihuan.core.records.repeating import certainly_repeated
from bihuan.core.records.sheets.checking import typed_values
from bihuan.core.records.terms import ExistingRows, RowState, SheetState
from bihuan.core.records.writing import fill_further, write_changes
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

CHECK_JOB = "records.check_sheet"
APPLY_JOB = "records.apply_sheet"
TAKE_BACK_JOB = "records.take_back_sheet"
LARGEST_STEP = 500


class WrongSheetState(Problem):
    code = "wrong_sheet_state"
    status = 409


class SheetHasErrors(Problem):
    code = "sheet_has_errors"


class StillAtWork(Problem):
    code = "sheet_still_at_work"
    status = 409


class Taken(BaseModel):
    """What one step wrote, and whether it was the last."""

    rows: int
    finished: bool


class Verdict(BaseModel):
    """What the check found: counts by state, or why the file can't be read."""

    counts: dict[str, int] = {}
    headings: list[str] = []
    notes: list[dict[str, str]] = []
    refused_zh: str = ""
    refused_en: str = ""


class UnknownLayout(Problem):
    code = "unknown_layout"


def require_layout(register: Register, code: str, *, on: date) -> str:
    if code and get_layout(register, code, on=on) is None:
        raise UnknownLayout(Text("此台账没有“{c}”样式。", "This register has no layout “{c}”.").format(c=code))
    return code


def require_state(sheet: Sheet, *states: SheetState) -> None:
    if sheet.state not in states:
        raise WrongSheetState(
            Text("此批次当前为“{s}”，不能这样操作。", "This sheet is “{s}”; that can't be done now.").format(
                s=SheetState.of(sheet.state).label
            )
        )


def somewhere(actor: Actor, grants: Sequence[str]) -> Place:
    """A place of the actor's own: whoever may edit anywhere may upload; each row is checked for itself."""
    reach = actor.reach(*grants)
    if reach.regions:
        return Place(reach.regions[0])
    return Place("", frozenset(sorted(reach.organisations)[:1]))


class NoAccount(Problem):
    code = "account_needed"
    status = 403


def uploader_of(actor: Actor) -> UUID:
    """A sheet belongs to a person: the review is theirs, and the writing is done in their name."""
    if actor.user_id is None:
        raise NoAccount(Text("导入需要用个人账号办理。", "A sheet is uploaded by a person's own account."))
    return actor.user_id


def actions_of(register: Register) -> tuple[Action, ...]:
    """The steps of a sheet, one set per register, so that each has that register's grant."""
    name, needs, label = register.code, register.edit, register.label

    def own_place(*, ctx: Context, **_: object) -> Place:
        return somewhere(ctx.actor, needs)

    @action(
        f"{name}.upload_sheet",
        label=Text(f"上传{label.zh}导入表", f"Upload a sheet for {label.en}"),
        needs=needs, scope=own_place, faces=(), icon="upload",
    )  # fmt: skip
    def upload_sheet(
        *,
        ctx: Context,
        spool: Annotated[str, Label("暂存名", "Spool name"), StringConstraints(pattern="^[0-9a-f]{32}$")],
        file_name: Annotated[str, Label("文件名", "File name"), StringConstraints(max_length=200)],
        existing: Annotated[ExistingRows, Label("编码已存在时", "When a code exists")] = ExistingRows.REFUSE,
        layout: Annotated[str, Label("表格样式", "Layout"), StringConstraints(max_length=40)] = "",
    ) -> Sheet:
        """上传. The check follows as a job; nothing of the register changes."""
        place = somewhere(ctx.actor, needs)
        sheet = ctx.create(
            Sheet(
                register=name,
                uploaded_by=uploader_of(ctx.actor),
                file_name=file_name,
                spool=spool,
                existing=existing.value,
                layout=require_layout(register, layout, on=day_of(ctx.at)),
                region_path=place.region_path,
                organisation_code=next(iter(place.organisations), ""),
            )
        )
        ctx.enqueue(CHECK_JOB, key=f"sheet:{sheet.pk}:check", sheet=str(sheet.pk))
        return sheet

    @action(
        f"{name}.report_sheet",
        label=Text(f"{label.zh}导入表检查完成", f"Sheet for {label.en} checked"), needs=needs, faces=(),
    )  # fmt: skip
    def report_sheet(*, ctx: Context, sheet: Ref[Sheet], verdict: Verdict) -> Sheet:
        """检查完成. What the check job found."""
        require_state(sheet, SheetState.CHECKING)
        state = SheetState.REFUSED if verdict.refused_zh else SheetState.CHECKED
        return ctx.change(
            sheet,
            state=state.value,
            counts=verdict.counts,
            headings=verdict.headings,
            notes=verdict.notes,
            reason_zh=verdict.refused_zh[:500],
            reason_en=verdict.refused_en[:500],
        )

    @action(
        f"{name}.accept_sheet",
        label=Text("写入台账", "Write to the register"),
        needs=needs,
        confirm=Text("将按检查结果写入台账，确定吗？", "The checked rows will be written. Go on?"),
        icon="database",
    )
    def accept_sheet(
        *,
        ctx: Context,
        sheet: Ref[Sheet],
        only_good_rows: Annotated[
            bool, Label("只写入无误的行，跳过有误的行", "Write the good rows, leave out the wrong ones")
        ] = False,
        is_sure: Annotated[bool, Label("少见的数值已核对无误", "I checked the unusual values")] = False,
    ) -> Sheet:
        """确认写入. With wrong rows in it only if the user says that the good ones shall go in alone; with rare values
        only if they are said to be meant, otherwise those rows stay out."""
        require_state(sheet, SheetState.CHECKED)
        if is_sure:
            answered(sheet)
        elif sheet.count(RowState.ASKED) and not only_good_rows:
            raise SheetHasErrors(
                Text(
                    "还有 {n} 行数值少见：请核对后确认，或只写入无误的行。",
                    "{n} rows have unusual values: check and confirm them, or write the good rows only.",
                ).format(n=sheet.count(RowState.ASKED))
            )
        if sheet.count(RowState.WRONG) and not only_good_rows:
            raise SheetHasErrors(
                Text(
                    "还有 {n} 行有误：请改正后重新上传，或选择只写入无误的行。",
                    "{n} rows are wrong: correct and upload again, or choose to write the good rows only.",
                ).format(n=sheet.count(RowState.WRONG))
            )
        ctx.change(sheet, state=SheetState.APPLYING.value)
        ctx.enqueue(APPLY_JOB, key=f"sheet:{sheet.pk}:apply", sheet=str(sheet.pk))
        return sheet

    @action(
        f"{name}.drop_sheet", label=Text("放弃导入", "Drop the sheet"), needs=needs, icon="x", tone="danger",
    )  # fmt: skip
    def drop_sheet(*, ctx: Context, sheet: Ref[Sheet]) -> Sheet:
        """放弃. Nothing of it has been written."""
        require_state(sheet, SheetState.CHECKED, SheetState.REFUSED)
        return ctx.change(sheet, state=SheetState.WITHDRAWN.value, finished_at=ctx.at)

    @action(
        f"{name}.take_in_rows",
        label=Text(f"写入{label.zh}导入行", f"Write rows of a sheet to {label.en}"), needs=needs, faces=(),
    )  # fmt: skip
    def take_in_rows(*, ctx: Context, sheet: Ref[Sheet], at_most: int) -> Taken:
        """写入一小批. The last step is the switch: from then on all of the sheet's new rows are there."""
        require_state(sheet, SheetState.APPLYING)
        waiting = list(
            SheetRow.objects.filter(sheet=sheet, state__in=(RowState.NEW, RowState.UPDATE)).order_by("number")[
                : min(at_most, LARGEST_STEP)
            ]
        )
        _write_new(register, ctx, sheet, [r for r in waiting if r.state == RowState.NEW])
        for row in waiting:
            if row.state == RowState.UPDATE:
                _write_update(register, ctx, row)
        statements.change_each(waiting, "state", "errors", "row_id")
        finished = len(waiting) < min(at_most, LARGEST_STEP)
        if finished:
            counted = Counter(SheetRow.objects.filter(sheet=sheet).order_by().values_list("state", flat=True))
            ctx.change(sheet, state=SheetState.APPLIED.value, counts=dict(counted), finished_at=ctx.at)
        return Taken(rows=len(waiting), finished=finished)

    @action(
        f"{name}.give_up_sheet",
        label=Text("放弃并撤回导入", "Give up and take the sheet back"),
        needs=needs,
        confirm=Text(
            "已写入而尚未显示的新增行将全部撤回；已更新的记录保持更新后的内容。确定吗？",
            "New rows written so far, which nobody has seen, are taken back; updated records stay as updated. Go on?",
        ),
        icon="x",
        tone="danger",
    )
    def give_up_sheet(*, ctx: Context, sheet: Ref[Sheet]) -> Sheet:
        """放弃失败的导入. Only when its job has failed for good; as long as that is still trying, it may yet succeed."""
        require_state(sheet, SheetState.CHECKING, SheetState.APPLYING)
        job, key = job_of(sheet)
        if not Task.objects.filter(job=job, key=key, state=TaskState.FAILED).exists():
            raise StillAtWork(
                Text(
                    "后台作业还在进行，或会自动重试。请等它完成；多次失败后才能放弃。",
                    "The job is still at work or will try again. Wait for it; you can give up once it has failed for good.",
                )
            )
        if sheet.state == SheetState.CHECKING:
            return ctx.change(sheet, state=SheetState.WITHDRAWN.value, finished_at=ctx.at)
        ctx.change(sheet, state=SheetState.GIVING_UP.value)
        ctx.enqueue(TAKE_BACK_JOB, key=f"sheet:{sheet.pk}:take_back", sheet=str(sheet.pk))
        return sheet

    @action(
        f"{name}.take_back_rows",
        label=Text(f"撤回{label.zh}导入行", f"Take rows of a sheet back from {label.en}"), needs=needs, faces=(),
    )  # fmt: skip
    def take_back_rows(*, ctx: Context, sheet: Ref[Sheet], at_most: int) -> Taken:
        """撤回一小批. Nobody has seen these rows; their codes become free again. The audit names each of them."""
        require_state(sheet, SheetState.GIVING_UP)
        size = min(at_most, LARGEST_STEP)
        # A row that was there before carries the version it had; what this sheet brought carries none.
        written = SheetRow.objects.filter(sheet=sheet, state=RowState.WRITTEN, row_version__isnull=True)
        some = list(written.order_by("number")[:size])
        _erase_new(register, ctx, some)
        for row in some:
            row.state = RowState.TAKEN_BACK.value
        statements.change_each(some, "state")
        finished = len(some) < size
        if finished:
            counted = Counter(SheetRow.objects.filter(sheet=sheet).order_by().values_list("state", flat=True))
            ctx.change(sheet, state=SheetState.WITHDRAWN.value, counts=dict(counted), finished_at=ctx.at)
        return Taken(rows=len(some), finished=finished)

    return (
        upload_sheet, report_sheet, accept_sheet, drop_sheet, take_in_rows, give_up_sheet, take_back_rows,
    )  # fmt: skip


def answered(sheet: Sheet) -> None:
    """Rows that were asked about are right: they are new or an update like the others."""
    asked = SheetRow.objects.filter(sheet=sheet, state=RowState.ASKED)
    asked.filter(row_id__isnull=True).update(state=RowState.NEW, errors=[])
    asked.filter(row_id__isnull=False).update(state=RowState.UPDATE, errors=[])


def job_of(sheet: Sheet) -> tuple[str, str]:
    """The job at work on a sheet in this state, and the key it was enqueued under."""
    job, step = {
        SheetState.CHECKING.value: (CHECK_JOB, "check"),
        SheetState.GIVING_UP.value: (TAKE_BACK_JOB, "take_back"),
    }.get(sheet.state, (APPLY_JOB, "apply"))
    return job, f"sheet:{sheet.pk}:{step}"


def _erase_new(register: Register, ctx: Context, staged: Sequence[SheetRow]) -> None:
    model: Any = register.model
    rows = list(model._base_manager.filter(pk__in=[s.row_id for s in staged]).select_related(*register.joins))
    below = [b for b in (register.base_of(row) for row in rows) if b is not None]
    # What was made for a row in the same step, at the same instant, goes with it.
    wanted: list[Any] = [register.by_name[register.prepares].of(row) for row in rows] if register.prepares else []
    first = [made for made, row in zip(wanted, rows, strict=bool(wanted)) if made.created_at == row.created_at]
    ctx.about(*rows, *below, *first)
    SearchEntry.objects.filter(subject__in=[row.subject for row in (*rows, *below, *first)]).delete()
    for some in (rows, below, first):
        if some:
            type(some[0])._base_manager.filter(pk__in=[row.pk for row in some]).delete()


def _refuse(row: SheetRow, words: Text) -> None:
    row.state = RowState.FAILED.value
    row.errors = [{"column": "", "field": "", "zh": words.zh, "en": words.en}]


_NO_LONGER = Text("您已无权在此范围写入。", "You no longer hold the grant for this place.")
_MEANWHILE = Text(
    "检查之后编码被别人占用，未写入。", "The code was taken by somebody else after the check; not written."
)
_CHANGED = Text(
    "检查之后记录被别人改过，未写入。", "The record was changed by somebody else after the check; not written."
)


def _write_new(register: Register, ctx: Context, sheet: Sheet, rows: Sequence[SheetRow]) -> None:
    if not rows:
        return
    owner, _, attribute = register.key_field.path.rpartition("__")
    model: Any = register.model
    holder: Any = model._meta.get_field(owner).related_model if owner else model
    keys = [r.key for r in rows]
    taken = set(holder._base_manager.filter(**{f"{attribute}__in": keys}).values_list(attribute, flat=True))
    blank: Values = {f.name: f.empty for f in register.fields}
    firsts, lower, own, said = [], [], [], []
    whole = [{**blank, **v} for v in typed_values(register, [r.values for r in rows], actor=ctx.actor)]
    again = certainly_repeated(register, whole)
    for staged, values, repeats in zip(rows, whole, again, strict=True):
        if staged.key in taken:
            _refuse(staged, _MEANWHILE)
            continue
        if repeats is not None:
            _refuse(staged, repeats)
            continue
        first = None
        if register.prepare is not None:
            if wrong := register.wrong_in(values):
                _refuse(staged, next(iter(wrong.values())))
                continue
            first = register.first(values)
        below, row = register.build(values)
        if not any(ctx.actor.may(grant, row.place) for grant in register.edit):
            _refuse(staged, _NO_LONGER)
            continue
        if register.marker:
            marked = row
            *steps, last = register.marker.split("__")
            for step in steps:
                marked = getattr(marked, step)
            setattr(marked, last, sheet.pk)
        staged.state, staged.row_id = RowState.WRITTEN.value, row.pk
        own.append(row)
        said.append(values)
        if first is not None:
            firsts.append(first)
        if below is not None:
            lower.append(below)
    ctx.create_many(firsts)
    ctx.create_many(lower)
    ctx.create_many(own)
    for row, values in zip(own, said, strict=True):
        fill_further(register, ctx=ctx, row=row, values=values)


def _write_update(register: Register, ctx: Context, staged: SheetRow) -> None:
    row = register.visible_to(ctx.actor).select_related(*register.joins).filter(pk=staged.row_id).first()
    if row is None or row.version != staged.row_version:
        _refuse(staged, _CHANGED)
        return
    (changes,) = typed_values(register, [staged.values], actor=ctx.actor)
    if not any(ctx.actor.may(grant, row.place) for grant in register.edit):
        _refuse(staged, _NO_LONGER)
        return
    write_changes(register, ctx=ctx, row=row, values={**register.values_of(row), **changes})
    staged.state = RowState.WRITTEN.value
