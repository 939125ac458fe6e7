"""对照自查: the points against the units, on the page and as a workbook."""

from __future__ import annotations

from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from bihuan.core.pages.components import Crumb
from bihuan.domains.supervision.models import PointAnswer
from bihuan.domains.supervision.queries import examinations as reads
from bihuan.domains.supervision.queries import points as sources
from bihuan.domains.supervision.queries.problems import require_any
from bihuan.domains.supervision.web.edge import context_of, crumbs, own_unit, tabs
from bihuan.domains.supervision.web.problem_file import write_text
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXAMINATIONS = Text("对照自查", "Self-examination")
#: Units in the file: as many as one may see, within what a sheet can be read with.
MOST_UNITS = 5_000
UNANSWERED = Text("未对照", "Open")
COLUMNS = (
    (Text("方案", "Plan"), 30),
    (Text("编号", "No."), 10),
    (Text("类别", "Group"), 20),
    (Text("问题点", "Point"), 50),
    (Text("对应目录", "In the catalogue"), 24),
    (Text("单位", "Unit"), 24),
    (Text("对照结果", "Result"), 10),
    (Text("在哪里", "Where"), 20),
    (Text("说明", "Note"), 40),
    (Text("对应事项", "Case"), 16),
    (Text("佐证（件）", "Proofs"), 10),
    (Text("阶段", "Stage"), 10),
)


@require_GET
def examinations(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    require_any(ctx=ctx)
    context = {
        "plans": reads.examinations(ctx=ctx),
        "items": [p.text for p in sources.main_duties(on=day_of(ctx.at))],
        "own": own_unit(ctx),
        "tabs": tabs(ctx=ctx, now="examinations"),
        "crumbs": crumbs(Crumb(EXAMINATIONS)),
    }
    return render(request, "supervision/examinations.html", context)


@require_GET
def examinations_file(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    require_any(ctx=ctx)
    made = workbook(reads.examinations(ctx=ctx, most=MOST_UNITS))
    answer = HttpResponse(made, content_type=EXCEL)
    answer["Content-Disposition"] = 'attachment; filename="self-examinations.xlsx"'
    return answer


def workbook(plans: list[reads.Examined]) -> bytes:
    """A row for each point of each unit: those not answered stand in it as such."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = str(EXAMINATIONS)
    for column, (label, wide) in enumerate(COLUMNS, 1):
        write_text(sheet, 1, column, str(label))
        sheet.cell(1, column).font = Font(bold=True)
        sheet.cell(1, column).fill = PatternFill("solid", fgColor="FFE8EDF4")
        sheet.column_dimensions[get_column_letter(column)].width = wide
    at = 1
    for plan in plans:
        for place, line in enumerate(plan.lines):
            for unit, answers in plan.units:
                answer = answers[place]
                if answer is None:
                    continue
                at += 1
                values = (
                    plan.drive,
                    line.point.shown_number,
                    line.point.group,
                    line.point.text,
                    "、".join(f"{t.code} {t.name}" for t in line.topics),
                    unit.case.owner.name,
                    *_said(answer),
                    str(unit.case.stage_term.label),
                )
                for column, value in enumerate(values, 1):
                    write_text(sheet, at, column, value)
                    sheet.cell(at, column).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{max(2, at)}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _said(answer: PointAnswer) -> tuple[str, str, str, str, str]:
    term = answer.answer_term
    return (
        str(term.label) if term else str(UNANSWERED),
        answer.spot,
        answer.note,
        answer.linked.number if answer.linked else "",
        str(len(answer.proofs)) if answer.proofs else "",
    )
