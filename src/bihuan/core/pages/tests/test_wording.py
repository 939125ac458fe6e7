"""说法: a due day ends at 24:00 local time; both sides of every boundary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bihuan.core.pages import wording
from bihuan.kernel.text import Text

LOCAL = ZoneInfo("Asia/Shanghai")
DUE = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("at", "zh", "en", "tone"),
    [
        (datetime(2026, 11, 17, 23, 59, tzinfo=LOCAL), "剩 5 天", "5 days left", "neutral"),
        (datetime(2026, 11, 18, 0, 0, tzinfo=LOCAL), "剩 4 天", "4 days left", "neutral"),
        (datetime(2026, 11, 19, 0, 0, tzinfo=LOCAL), "剩 3 天", "3 days left", "yellow"),
        (datetime(2026, 11, 21, 23, 59, tzinfo=LOCAL), "剩 1 天", "1 day left", "yellow"),
        (datetime(2026, 11, 22, 0, 0, tzinfo=LOCAL), "今天到期", "Due today", "orange"),
        (datetime(2026, 11, 22, 23, 59, 59, tzinfo=LOCAL), "今天到期", "Due today", "orange"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=LOCAL), "逾期 1 天", "1 day overdue", "red"),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "逾期 1 天", "1 day overdue", "red"),
        (datetime(2026, 11, 25, 9, 0, tzinfo=LOCAL), "逾期 3 天", "3 days overdue", "red"),
    ],
)
def test_a_due_day_ends_at_midnight_local_time(at: datetime, zh: str, en: str, tone: str) -> None:
    view = wording.due(DUE, at=at)

    assert (view.text.zh, view.text.en, view.tone) == (zh, en, tone)


def test_a_limit_that_is_a_moment_is_over_at_that_moment() -> None:
    limit = datetime(2026, 11, 22, 12, 0, tzinfo=LOCAL)

    assert wording.due(limit, at=limit - timedelta(seconds=1)).text.zh == "今天到期"
    assert wording.due(limit, at=limit).text.zh == "逾期 1 天"


@pytest.mark.parametrize(
    ("done", "zh"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, tzinfo=LOCAL), "按期完成"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=LOCAL), "逾期完成"),
    ],
)
def test_what_is_done_was_in_time_or_late(done: datetime, zh: str) -> None:
    assert wording.due(DUE, at=done, done_at=done).text.zh == zh


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "刚刚", "just now"), (59, "刚刚", "just now"), (60, "1 分钟前", "1 minute ago"), (3599, "59 分钟前", "59 minutes ago"),
        (3600, "1 小时前", "1 hour ago"), (86_400, "1 天前", "1 day ago"), (-30, "马上", "in a moment"), (-7200, "2 小时后", "in 2 hours"),
    ],
)  # fmt: skip
def test_how_long_ago(seconds: int, zh: str, en: str) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)

    assert wording.ago(at - timedelta(seconds=seconds), at=at) == Text(zh, en)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"), ("", "—"), (True, "是"), (False, "否"), (Text("甲", "A"), "甲"), (Decimal("1.50"), "1.5"), (Decimal("100"), "100"),
        (Decimal("1E+2"), "100"), (Decimal("0.10"), "0.1"), (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 1, 16, 0, tzinfo=UTC), "2026-01-02 00:00"), (["甲", True], "甲、是"), ([], "—"), (0, "0"),
    ],
)  # fmt: skip
def test_whatever_it_is_in_words(value: object, words: str) -> None:
    assert wording.label(value) == words


def test_chinese_data_in_an_english_sentence_is_marked_and_escaped():
    sentence = "Chase: 更换切断阀（一） <b> (2026-000001)"
    token = wording.current_language.set("en")
    try:
        english = str(wording.mixed(sentence))
    finally:
        wording.current_language.reset(token)
    assert english == 'Chase: <span lang="zh">更换切断阀（一）</span> &lt;b&gt; (2026-000001)'
    assert str(wording.mixed("甲<")) == "甲&lt;"
