"""文号、销号编号: one series a year, no number twice."""

from __future__ import annotations

from bihuan.loop.models import Counter


def next_of(*, series: str, year: int) -> int:
    """The next of a series, under the lock of this transaction."""
    key = f"{series}-{year}"
    Counter.objects.get_or_create(series=key)
    counter = Counter.objects.select_for_update().get(pk=key)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def written(*, series: str, word: str, year: int) -> str:
    """发文字号的写法: 字〔年〕号, without a leading zero or 第 (GB/T 9704-2012 7.2.5)."""
    return f"{word}〔{year}〕{next_of(series=series, year=year)}号"
