"""Reading is linear: patterns with a bound that follows from the pattern, and steps that grow with the text."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bihuan.engines.plan_reader import reader
from bihuan.engines.plan_reader.documents.plain import text_source
from bihuan.engines.plan_reader.pattern_cost import cost
from bihuan.engines.plan_reader.patterns import PATTERNS

#: The most steps one attempt at one place may take. The largest pattern of the reader stays below it.
MOST_STEPS = 5_000


def test_no_pattern_can_take_many_steps_from_one_place():
    assert len(PATTERNS) > 20
    assert {p.pattern: cost(p.pattern) for p in PATTERNS if cost(p.pattern) > MOST_STEPS} == {}


@pytest.mark.parametrize("bad", ["(?:a+)+b", "x*", "(?:[ab]{1,60}){1,60}c"])
def test_a_pattern_that_can_backtrack_without_bound_would_be_refused(bad):
    assert cost(bad) > MOST_STEPS


def calls(text: str) -> int:
    """Function calls, Python's and C's, made while reading: a count of work that no clock disturbs."""
    count = 0

    def counting(frame, event, arg):
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    sys.setprofile(counting)
    try:
        reader.read(text_source(text))
    finally:
        sys.setprofile(None)
    return count


PLAN = "西河市工作方案\n一、主要任务\n"
ADVERSARIES = {
    "open brackets": "（" * 40,
    "nested brackets": "（（（市公安局）））",
    "units without end": "市公安局、市应急管理局和",
    "role words": "牵头负责配合落实",
    "numbers": "1.2.3.",
    "item marks": "（一）1.①",
    "labels": "责任单位：完成时限：",
    "dates": "2026年6月底前、",
    "every": "每季度每半年每月",
    "reports": "每月25日前报送市安委办，",
    "months": "3月、6月、9月",
    "quotes": "“《",
    "subjects": "各区、各部门要",
    "assigned items": "（一）加强巡查。完善制度，6月底前完成，不少于3次。（市公安局牵头，市交通运输局配合）\n",
    "tasks by line": "任务1：加强巡查。\n责任单位：市公安局\n完成时限：6月底前\n",
}


@pytest.mark.parametrize("piece", ADVERSARIES.values(), ids=ADVERSARIES.keys())
def test_twice_the_text_is_about_twice_the_work(piece):
    size = 6000 // len(piece)
    once, twice = calls(PLAN + piece * size), calls(PLAN + piece * 2 * size)
    assert twice <= 2.6 * once + 2000


def test_the_largest_sample_takes_a_bounded_number_of_calls_per_character():
    text = (Path(reader.__file__).parent / "samples" / "yunzhou.txt").read_text(encoding="utf-8")
    assert calls(text) / len(text) < 120
