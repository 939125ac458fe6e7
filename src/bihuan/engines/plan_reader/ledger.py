"""任务台账: what a plan document was read as; each piece with its span in the text it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bihuan.engines.plan_reader.terms import Doubt, Genre, Role
from bihuan.kernel.text import Text


class Span(NamedTuple):
    """位置: half-open character positions in `Source.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Responsible:
    """责任单位: one unit as written, with its role."""

    unit: str
    role: Role
    span: Span


@dataclass(frozen=True, slots=True)
class Deadline:
    """完成时限: the time phrase; `date` is None where none is said or the written one does not exist."""

    raw: str
    date: str | None
    ongoing: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Indicator:
    """量化指标: a number that decides whether the task is done or complied with."""

    raw: str
    op: str
    value: float
    unit: str
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    """任务: one assignment. `no` is unique only together with `section`."""

    no: str
    section: str
    text: str
    responsible: tuple[Responsible, ...]
    responsible_raw: str
    deadlines: tuple[Deadline, ...]
    indicators: tuple[Indicator, ...]
    span: Span
    responsible_span: Span


@dataclass(frozen=True, slots=True)
class Reporting:
    """报送: who sends to whom by when."""

    raw: str
    who: str
    to: str
    due: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Phase:
    """阶段: a step of the campaign; only a start that is written is filled in."""

    name: str
    start: str | None
    end: str
    span: Span


@dataclass(frozen=True, slots=True)
class Section:
    """章节: a numbered heading, with its path."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class ProblemPoint:
    """问题点: one of the problems and risks a plan says to look for: its number as （一）1, the group it stands in, its words."""

    no: str
    group: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Notice:
    """提示: something a person should look at, and where."""

    doubt: Doubt
    message: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Ledger:
    """台账: everything read from one document."""

    title: str
    issuer_region: str
    genre: Genre
    tasks: tuple[Task, ...] = ()
    reporting: tuple[Reporting, ...] = ()
    phases: tuple[Phase, ...] = ()
    problems: tuple[ProblemPoint, ...] = ()
    sections: tuple[Section, ...] = ()
    warnings: tuple[Notice, ...] = ()
    title_span: Span = field(default=Span(0, 0))

    def to_json(self) -> dict[str, Any]:
        """The ledger as plain JSON values: the published schema, plus `span` beside every piece."""
        return {
            "title": self.title,
            "issuer_region": self.issuer_region,
            "genre": str(self.genre),
            "title_span": list(self.title_span),
            "tasks": [_task(task) for task in self.tasks],
            "reporting": [
                {"raw": r.raw, "who": r.who, "to": r.to, "due": list(r.due), "span": list(r.span)}
                for r in self.reporting
            ],
            "phases": [{"name": p.name, "start": p.start, "end": p.end, "span": list(p.span)} for p in self.phases],
            "problems": [{"no": p.no, "group": p.group, "text": p.text, "span": list(p.span)} for p in self.problems],
            "sections": [{"path": s.path, "span": list(s.span)} for s in self.sections],
            "warnings": [
                {
                    "doubt": str(w.doubt),
                    "message": {"zh": w.message.zh, "en": w.message.en},
                    "span": list(w.span),
                }
                for w in self.warnings
            ],
        }


def _task(task: Task) -> Mapping[str, Any]:
    return {
        "no": task.no,
        "section": task.section,
        "text": task.text,
        "span": list(task.span),
        "responsible": [{"unit": r.unit, "role": str(r.role), "span": list(r.span)} for r in task.responsible],
        "responsible_raw": task.responsible_raw,
        "responsible_span": list(task.responsible_span),
        "deadlines": [
            {"raw": d.raw, "date": d.date, "ongoing": d.ongoing, "span": list(d.span)} for d in task.deadlines
        ],
        "indicators": [
            {
                "raw": i.raw,
                "op": i.op,
                "value": int(i.value) if i.value == int(i.value) else i.value,
                "unit": i.unit,
                "span": list(i.span),
            }
            for i in task.indicators
        ],
    }
