"""读方案: a `Source` becomes a `Ledger`."""

from __future__ import annotations

from bihuan.engines.plan_reader.assignments import Assignments, Found, find_assignments, sections
from bihuan.engines.plan_reader.dates import PlanCalendar, plan_calendar
from bihuan.engines.plan_reader.details import Details, read_details
from bihuan.engines.plan_reader.furniture import without_furniture
from bihuan.engines.plan_reader.headings import heading_words, tells_aims
from bihuan.engines.plan_reader.ledger import (
    Ledger,
    Notice,
    Phase,
    Reporting,
    Responsible,
    Section,
    Span,
    Task,
)
from bihuan.engines.plan_reader.outline import Node, outline
from bihuan.engines.plan_reader.phases import Step, find_milestones, find_steps
from bihuan.engines.plan_reader.problem_points import find_problem_points
from bihuan.engines.plan_reader.reporting import Report, find_reports, unread_rhythms
from bihuan.engines.plan_reader.source import Source
from bihuan.engines.plan_reader.stream import Stream, make_stream
from bihuan.engines.plan_reader.tables import read_tables, task_tables
from bihuan.engines.plan_reader.terms import Doubt, Genre
from bihuan.engines.plan_reader.title import Title, read_title
from bihuan.engines.plan_reader.units import binds_all_later
from bihuan.kernel.text import Text


def read(source: Source) -> Ledger:
    """The ledger of a document. A document that assigns nothing gives no tasks."""
    source = without_furniture(source)
    tables = task_tables(source)
    stream = make_stream(source, without=frozenset(t.table for t in tables))
    root = outline(stream)
    title = read_title(stream, front_end=root.own_end)
    if title.genre is Genre.OTHER:
        return _not_a_plan(title, stream)
    plan = plan_calendar(stream.text, title.text)
    notices: list[Notice] = []
    assignments = find_assignments(stream, root, is_plan=title.genre is Genre.PLAN)
    tasks = [_task(stream, found, plan, notices) for found in assignments.found]
    told = {_squeezed(task.text) for task in tasks}
    tasks += [t for t in read_tables(source, tables, plan, notices) if _squeezed(t.text) not in told]
    if not tasks and title.genre is Genre.UNKNOWN:
        return _not_a_plan(title, stream)
    reports, steps = _outside_tasks(stream, root, assignments, plan, notices)
    notices += _doubts(stream, root, assignments)
    if not tasks:
        notices.append(_nothing_assigned(stream))
    return Ledger(
        title=title.text,
        issuer_region=title.region,
        genre=title.genre,
        tasks=tuple(tasks),
        reporting=tuple(_reporting(stream, r) for r in reports),
        phases=tuple(_phase(stream, s) for s in steps),
        problems=tuple(find_problem_points(stream, root, tasks=[(f.start, f.end) for f in assignments.found])),
        sections=tuple(Section(path, stream.span(a, b)) for path, a, b in sections(stream, root)),
        warnings=tuple(sorted(notices, key=lambda n: n.span)),
        title_span=title.span,
    )


def _squeezed(text: str) -> str:
    """The words alone: an appended task table often repeats the text with other punctuation."""
    return "".join(c for c in text if c.isalnum())


def _not_a_plan(title: Title, stream: Stream) -> Ledger:
    return Ledger(
        title=title.text,
        issuer_region=title.region,
        genre=title.genre,
        warnings=(_nothing_assigned(stream),),
        title_span=title.span,
    )


def _nothing_assigned(stream: Stream) -> Notice:
    return Notice(
        Doubt.NOT_A_PLAN,
        Text(
            "全文未发现写明责任单位的任务，未生成任务台账。请确认上传的是实施方案、工作方案或任务清单。",
            "No task with a responsible unit was found, so no ledger was made. "
            "Check that this is a plan or a task list.",
        ),
        Span(0, 0),
    )


def _task(stream: Stream, found: Found, plan: PlanCalendar, notices: list[Notice]) -> Task:
    details: Details = read_details(stream, found, plan, notices)
    if binds_all_later(stream.text[found.raw_start : found.raw_end]):
        notices.append(
            Notice(
                Doubt.INHERITED,
                Text(
                    "此处责任表述同时约束以下各项任务，请在复核时决定是否逐项增列。",
                    "This statement also binds every later task; decide at review whether to add the unit to each.",
                ),
                stream.span(found.raw_start, found.raw_end),
            )
        )
    return Task(
        no=found.no,
        section=found.section,
        text=stream.read(found.start, found.end),
        responsible=tuple(
            Responsible(stream.read(u.start, u.end), u.role, stream.span(u.start, u.end)) for u in found.units
        ),
        responsible_raw=stream.read(found.raw_start, found.raw_end),
        deadlines=details.deadlines,
        indicators=details.indicators,
        span=stream.span(found.start, found.end),
        responsible_span=stream.span(found.raw_start, found.raw_end),
    )


def _outside_tasks(
    stream: Stream, root: Node, assignments: Assignments, plan: PlanCalendar, notices: list[Notice]
) -> tuple[list[Report], list[Step]]:
    """Reporting duties anywhere; phases and milestones only where no tasks stand."""
    in_tasks = [(f.start, f.end) for f in assignments.found]
    quiet: list[tuple[int, int]] = []
    spans: list[tuple[int, int, bool]] = [(root.body, root.own_end, False)]
    for chapter in root.children:
        inside = sorted((a, b) for a, b in in_tasks if chapter.start <= a < chapter.end)
        if not inside:
            quiet.append((chapter.start, chapter.end))
            spans.append((chapter.start, chapter.end, False))
            continue
        at = chapter.start
        for a, b in inside:
            spans += [(at, a, False), (a, b, True)] if at < a else [(a, b, True)]
            at = max(at, b)
        tail = max(at, chapter.start)
        spans.append((tail, chapter.end, False))
    reports = find_reports(stream, spans, plan)
    notices += [
        Notice(
            Doubt.NO_SUCH_RHYTHM,
            Text(
                "此处的报送周期（如每周、每半年）不在台账可表示的范围内，未列入，请手工添加。",
                "The ledger has no form for this rhythm of reporting (weekly, half-yearly …); add it by hand.",
            ),
            stream.span(a, b),
        )
        for a, b in unread_rhythms(stream, spans)
    ]
    steps = find_steps(stream, root, plan)
    aims = [(c.start, c.end) for c in root.children if tells_aims(heading_words(stream, c))]
    taken = [(s.start, s.end) for s in steps] + [(r.start, r.end) for r in reports]
    steps += find_milestones(stream, quiet, plan, taken, aims)
    return reports, sorted(steps, key=lambda s: s.start)


def _reporting(stream: Stream, report: Report) -> Reporting:
    def read(place: tuple[int, int] | None) -> str:
        return stream.read(*place) if place else ""

    return Reporting(
        stream.read(report.start, report.end),
        read(report.who),
        read(report.to),
        report.due,
        stream.span(report.start, report.end),
    )


def _phase(stream: Stream, step: Step) -> Phase:
    name = stream.read(*step.name).strip("：:，。（( ")
    return Phase(
        name,
        step.first.isoformat() if step.first else None,
        step.last.isoformat(),
        stream.span(step.start, step.end),
    )


def _doubts(stream: Stream, root: Node, assignments: Assignments) -> list[Notice]:
    notices = [
        Notice(
            Doubt.UNREAD_ASSIGNMENT,
            Text(
                "此处写有责任单位，但所在章节（如总体要求、工作要求、时序安排）不产生任务。如确为任务，请手工增加。",
                "Units are named here, but such a chapter (aims, requirements, schedule) gives no tasks. "
                "Add one by hand if it is a task.",
            ),
            stream.span(s.start, s.end),
        )
        for s in assignments.unread
    ]
    notices += [
        Notice(
            Doubt.UNASSIGNED,
            Text(
                "这段文字后面没有写明责任单位，未列为任务。",
                "No unit is named after this text, so it is not a task.",
            ),
            stream.span(a, b),
        )
        for a, b in assignments.unassigned
    ]
    notices += [
        Notice(
            Doubt.NUMBERING,
            Text(
                "此处编号与上一项不连续，请核对是否缺项或重号。",
                "This number does not follow the one before; check for a missing or double item.",
            ),
            stream.span(node.start, node.body),
        )
        for node in root.walk()
        if node.style != "root" and not node.order_kept
    ]
    return notices
