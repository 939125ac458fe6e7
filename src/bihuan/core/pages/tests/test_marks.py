"""Marks and sentences are remembered, and remembering must never let anything through unescaped or in the wrong language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe

from bihuan.core.pages import marks
from bihuan.kernel.text import current_language

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BAD = "<b>甲</b>"


@pytest.fixture
def english():
    mark = current_language.set("en")
    yield
    current_language.reset(mark)


def drawn(template: str, **values: object) -> str:
    return Template("{% load bihuan %}" + template).render(Context(values))


@pytest.mark.parametrize("safe_first", [True, False])
def test_words_already_escaped_do_not_open_the_door_for_the_same_words_unescaped(safe_first):
    marks.forget()
    for is_safe in (safe_first, not safe_first):
        shown = marks.badge(mark_safe(BAD) if is_safe else BAD, "red", "flag")
        assert (BAD in shown) is is_safe


def test_a_time_limit_is_said_in_the_language_of_the_reader():
    limit = date(2026, 11, 20)
    assert "逾期 2 天" in marks.due(limit, at=AT)
    mark = current_language.set("en")
    try:
        assert "2 days overdue" in marks.due(limit, at=AT)
        assert "No time limit" in marks.due(None, at=AT)
    finally:
        current_language.reset(mark)
    assert "无期限" in marks.due(None, at=AT)


def test_the_same_limit_on_another_day_is_another_mark():
    limit = date(2026, 11, 23)
    assert "剩 1 天" in marks.due(limit, at=AT)
    assert "今天到期" in marks.due(limit, at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.mark.parametrize(("form", "shown"), [("minute", "2026-11-22 10:00"), ("day", "2026-11-22"), ("second", "10:00:00"), ("ago", "刚刚")])  # fmt: skip
def test_a_moment_in_each_form(form, shown):
    assert f">{shown}</time>" in marks.when(AT, form, at=AT)


def test_a_fixed_sentence_is_taken_as_written_and_follows_the_language(english):
    template = Template("{% load bihuan %}{% t '甲&amp;乙' 'a&amp;b' %}|{% t '是' 'yes' as word %}{{ word }}")
    assert template.render(Context()) == "a&amp;b|yes"
    mark = current_language.set("zh")
    try:
        assert template.render(Context()) == "甲&amp;乙|是"
    finally:
        current_language.reset(mark)


def test_values_in_a_sentence_are_escaped():
    assert drawn("{% t '共 {n} 件 {x}' '{n} of {x}' n=3 x=bad %}", bad=BAD) == "共 3 件 &lt;b&gt;甲&lt;/b&gt;"
    assert drawn("{% t said 'x' %}", said=BAD) == "&lt;b&gt;甲&lt;/b&gt;"


@pytest.mark.parametrize("wrong", ["{% t %}", "{% t '甲' %}", "{% t '甲' 'a' 'b' %}"])
def test_a_sentence_needs_both_languages(wrong):
    with pytest.raises(TemplateSyntaxError):
        drawn(wrong)
