"""台账数字: what a report says in numbers, each counted from facts of tasks and each with the rows it counts. 依据 C01–C04.

A report's text holds figures by name, {已销号}; their values are put in when it is shown and kept when it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.kernel.period import Period
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.terms import Stage

#: From how many days before its limit a task counts as 临近到期, as on the board.
SOON = 7
_TOKEN = re.compile(r"\{([^{}\n]{1,30})\}")
_TABLE = re.compile(r"^\s*\{表[：:]([^{}\n]{1,30})\}\s*$")


class UnknownFigure(Problem):
    code = "campaign_unknown_figure"


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """One task as the counting sees it, on the day of the report."""

    number: str
    no: str
    title: str
    owner: str
    stage: Stage
    due_on: date | None
    first_due_on: date | None = None
    is_ongoing: bool = False
    is_supporting: bool = False
    is_supervised: bool = False
    closed_on: date | None = None
    #: The days on which a proof was accepted, it was sent back, it was chased.
    proofs: tuple[date, ...] = ()
    sent_back: tuple[date, ...] = ()
    chased: tuple[date, ...] = ()
    #: 小化工: small chemical works, which plans want told of apart; and its objects, each done or not.
    is_small_works: bool = False
    objects: int = 0
    objects_done: int = 0

    @property
    def is_open(self) -> bool:
        return self.stage.is_open


@dataclass(frozen=True, slots=True)
class When:
    """报告期: the period reported on, and the day it is looked at. Nothing after that day counts."""

    period: Period
    today: date

    def __contains__(self, on: object) -> bool:
        return isinstance(on, date) and on in self.period and on <= self.today


#: How often a task counts in a figure; 0 is not at all.
Count = Callable[[TaskFacts, When], int]


@dataclass(frozen=True, slots=True)
class Figure:
    """`name` is how a text calls it."""

    code: str
    name: str
    label: Text
    count: Count


def _ours(test: Callable[[TaskFacts, When], bool]) -> Count:
    """配合上级的任务 counts in its own figure only: it is not ours to finish."""
    return lambda task, when: int(not task.is_supporting and test(task, when))


def _open_due(task: TaskFacts, when: When, low: int | None, high: int | None) -> bool:
    if not task.is_open or task.due_on is None:
        return False
    left = (task.due_on - when.today).days
    return (low is None or left >= low) and (high is None or left <= high)


FIGURES: tuple[Figure, ...] = (
    Figure("total", "任务总数", Text("任务总数", "Tasks"), _ours(lambda t, w: True)),
    Figure("finite", "有期限任务", Text("有期限任务", "Tasks with an end"), _ours(lambda t, w: not t.is_ongoing)),
    Figure("closed", "已销号", Text("已销号", "Closed out"), _ours(lambda t, w: t.stage is Stage.CLOSED_OUT)),
    Figure(
        "closed_now", "本期销号", Text("本期销号", "Closed out in the period"), _ours(lambda t, w: t.closed_on in w)
    ),
    Figure(
        "on_time",
        "按期销号",
        Text("按期销号", "Closed out in time"),
        _ours(lambda t, w: t.closed_on is not None and (t.first_due_on is None or t.closed_on <= t.first_due_on)),
    ),
    Figure(
        "closed_late",
        "逾期销号",
        Text("逾期销号", "Closed out late"),
        _ours(lambda t, w: t.closed_on is not None and t.first_due_on is not None and t.closed_on > t.first_due_on),
    ),
    Figure("in_time", "期限内", Text("期限内", "In time"), _ours(lambda t, w: _open_due(t, w, SOON + 1, None))),
    Figure("soon", "临近到期", Text("临近到期", "Due soon"), _ours(lambda t, w: _open_due(t, w, 0, SOON))),
    Figure("overdue", "已逾期", Text("已逾期", "Overdue"), _ours(lambda t, w: _open_due(t, w, None, -1))),
    Figure("submitted", "待核验", Text("待核验", "To verify"), _ours(lambda t, w: t.stage is Stage.SUBMITTED)),
    Figure("ongoing", "持续推进", Text("持续推进", "Ongoing"), _ours(lambda t, w: t.is_ongoing)),
    Figure(
        "proofs",
        "本期证明",
        Text("本期认可的证明", "Proofs accepted in the period"),
        lambda t, w: 0 if t.is_supporting else sum(d in w for d in t.proofs),
    ),
    Figure("supporting", "配合上级", Text("配合上级", "Helping a higher level"), lambda t, w: int(t.is_supporting)),
    Figure(
        "sent_back",
        "本期退回",
        Text("本期退回（次）", "Sent back in the period"),
        lambda t, w: sum(d in w for d in t.sent_back),
    ),
    Figure(
        "chased",
        "本期催办",
        Text("本期催办（次）", "Chased in the period"),
        lambda t, w: sum(d in w for d in t.chased),
    ),
    Figure(
        "supervised",
        "督办",
        Text("督办中", "Under supervision"),
        lambda t, w: int(t.is_open and t.is_supervised),
    ),
    Figure("small", "小化工任务", Text("小化工任务", "Small chemical works"), _ours(lambda t, w: t.is_small_works)),
    Figure(
        "small_closed",
        "小化工已销号",
        Text("小化工已销号", "Small chemical works, closed out"),
        _ours(lambda t, w: t.is_small_works and t.stage is Stage.CLOSED_OUT),
    ),
    Figure(
        "small_overdue",
        "小化工已逾期",
        Text("小化工已逾期", "Small chemical works, overdue"),
        _ours(lambda t, w: t.is_small_works and _open_due(t, w, None, -1)),
    ),
    Figure(
        "small_objects",
        "小化工对象",
        Text("小化工整治对象（家）", "Small chemical works to rectify"),
        lambda t, w: t.objects if t.is_small_works and not t.is_supporting else 0,
    ),
    Figure(
        "small_objects_done",
        "小化工对象完成",
        Text("小化工已完成整治（家）", "Small chemical works rectified"),
        lambda t, w: t.objects_done if t.is_small_works and not t.is_supporting else 0,
    ),
)
#: How a plan calls small chemical works.
SMALL_WORKS = "小化工"
BY_NAME = {f.name: f for f in FIGURES}
BY_CODE = {f.code: f for f in FIGURES}
#: Names a text may use that aren't counts of tasks.
WORDS = ("日期", "单位", "行动", "完成率", "应报", "已报", "无情况", "逾期报送", "未报", "未报单位")


@dataclass(frozen=True, slots=True)
class Value:
    """One figure with its rows: the numbers of the cases it counts."""

    code: str
    value: int
    rows: tuple[str, ...]


def counted(tasks: Sequence[TaskFacts], when: When) -> dict[str, Value]:
    """Every figure over the same facts, so that they agree with each other."""
    found = {}
    for figure in FIGURES:
        counts = [(task.number, figure.count(task, when)) for task in tasks]
        found[figure.code] = Value(figure.code, sum(n for _, n in counts), tuple(number for number, n in counts if n))
    return found


def rate(values: Mapping[str, Value]) -> str:
    """完成率: of the tasks with an end, not of the ongoing ones, which never close. One decimal, rounded down: 99.96 % is not 100 %."""
    whole, done = values["finite"].value, 0
    closed = set(values["closed"].rows)
    done = sum(number in closed for number in values["finite"].rows)
    if not whole:
        return "—"
    tenths = 1000 * done // whole
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a report's text: words, or a figure's value that leads to its rows."""

    text: str
    code: str = ""


def pieces(text: str, *, values: Mapping[str, Value], words: Mapping[str, str]) -> list[Piece]:
    """A line with its figures put in. A name that is no figure stays as it is written, in its braces."""
    found, at = [], 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            found.append(Piece(text[at : match.start()]))
        name = match[1].strip()
        if name in BY_NAME:
            value = values[BY_NAME[name].code]
            found.append(Piece(str(value.value), value.code))
        else:
            found.append(Piece(words.get(name, match[0])))
        at = match.end()
    if at < len(text):
        found.append(Piece(text[at:]))
    return found


def table_of(line: str) -> str:
    """The figure whose rows a line asks for as a table, or nothing."""
    match = _TABLE.match(line)
    return BY_NAME[match[1].strip()].code if match and match[1].strip() in BY_NAME else ""


def require_known(text: str) -> None:
    """A figure called by a wrong name is refused when it is typed, not found by the reader."""
    for match in _TOKEN.finditer(text):
        name = re.sub(r"^表[：:]", "", match[1].strip())
        if name not in BY_NAME and not (name in WORDS and not match[1].startswith("表")):
            raise UnknownFigure(
                Text(
                    "没有叫“{name}”的数字。可用：{known}。",
                    "There is no figure “{name}”. Known are: {known}.",
                ).format(name=match[1], known="、".join([*BY_NAME, *WORDS])),
                where={"body": Text("请改名称。", "Correct the name.")},
            )


def last_day(period: Period) -> date:
    assert period.until is not None
    return period.until - timedelta(days=1)
