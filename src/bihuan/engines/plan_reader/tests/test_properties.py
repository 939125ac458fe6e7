"""What holds for any text: reading never crashes, and every span says where its words stand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.engines.plan_reader.documents import problems
from bihuan.engines.plan_reader.documents.door import open_document
from bihuan.engines.plan_reader.documents.plain import text_source
from bihuan.engines.plan_reader.furniture import without_furniture
from bihuan.engines.plan_reader.ledger import Ledger
from bihuan.engines.plan_reader.reader import read
from bihuan.engines.plan_reader.source import Source

HERE = Path(__file__).parent
TEXTS = [p.read_text(encoding="utf-8") for p in sorted((HERE / "plans").glob("*.txt"))]
TEXTS.append((HERE.parent / "samples" / "yunzhou.txt").read_text(encoding="utf-8"))
PIECES = [
    "（", "）", "(", ")", "。", "；", "，", "、", "：", "\n", "\n\n", " ", "\t", "\u200b", "\u00ad", "\u00a0", "|", "一、", "（一）", "1.", "①",
    "第一章", "重点任务1：", "责任单位：", "牵头单位：", "完成时限：", "市公安局", "牵头", "配合", "按职责分工负责", "等部门", "2026年2月31日前", "13月底前",
    "0月前", "每季度末月", "每月32日前", "报送市安委办", "不少于", "百分之", "100%", "九十九", "十十十", "全覆盖", "“", "”", "《", "》", "2026", "年", "月", "日前",
    "一、主要任务", "工作要求", "阶段", "从2026年13月至2025年1月", "- 3 -", "[bookmark: x]", "㈠", "⒈", "\ud7ff", "\U0001f600",
]  # fmt: skip

quiet = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=False)


def spans_are_right(source: Source, ledger: Ledger) -> None:
    """Inside the text; `Source.read` of the span is what the ledger says."""
    seen = without_furniture(source)
    pairs = [(ledger.title_span, ledger.title)]
    for task in ledger.tasks:
        pairs.append((task.span, task.text))
        if "；" not in task.responsible_raw or task.responsible_raw in source.text:
            pairs.append((task.responsible_span, task.responsible_raw))
        pairs += [(r.span, r.unit) for r in task.responsible]
        pairs += [(d.span, d.raw) for d in task.deadlines]
        pairs += [(i.span, i.raw) for i in task.indicators]
    pairs += [(r.span, r.raw) for r in ledger.reporting]
    for span, raw in pairs:
        assert 0 <= span.start <= span.end <= len(source.text)
        assert seen.read(span) == raw
    for piece in (*ledger.phases, *ledger.sections, *ledger.warnings):
        assert 0 <= piece.span.start <= piece.span.end <= len(source.text)


@pytest.mark.parametrize("text", TEXTS, ids=range(1, len(TEXTS) + 1))
def test_every_span_reads_as_the_ledger_says(text):
    source = text_source(text)
    ledger = read(source)
    assert ledger.tasks
    spans_are_right(source, ledger)


@quiet
@given(
    st.integers(0, len(TEXTS) - 1),
    st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(PIECES)), max_size=25),
    st.booleans(),
)
def test_a_mutilated_plan_never_crashes_the_reader(which, inserted, cut):
    text = TEXTS[which]
    for at, piece in inserted:
        at %= len(text) + 1
        text = text[:at] + piece + text[at + (len(piece) if cut else 0) :]
    source = text_source(text)
    spans_are_right(source, read(source))


@quiet
@given(st.lists(st.sampled_from(PIECES), max_size=80))
def test_any_heap_of_plan_words_is_survived(pieces):
    source = text_source("".join(pieces))
    spans_are_right(source, read(source))


@quiet
@given(st.text(max_size=300))
def test_any_text_is_survived(text):
    source = text_source(text)
    spans_are_right(source, read(source))


@quiet
@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.docx", "a.pdf", "a.html", "a.xlsx", "a"]))
def test_any_bytes_are_a_source_or_a_named_problem(data, name):
    try:
        source = open_document(name=name, data=data)
    except problems.UnreadableDocument:
        return
    read(source)


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_characters_give_no_invented_tasks_with_wrong_spans(seed):
    letters = list(TEXTS[seed])
    random.Random(seed).shuffle(letters)
    source = text_source("".join(letters))
    spans_are_right(source, read(source))
