"""事项台账分页: any page of a list of a hundred thousand cases for about the price of the first one.

The list is two runs, the open cases and after them the others, each in the order of one index that also holds the
region. So a page is read along that index, from whichever end of its run is nearer, and only its own rows are fetched.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F

from bihuan.core.access.context import Context
from bihuan.core.pages.held import AsOf
from bihuan.loop import figures
from bihuan.loop.models import Case
from bihuan.loop.queries import CaseFilter, cases, with_names

PAGE = 50


class CasePages(Paginator):  # type: ignore[type-arg]  # not subscriptable when running
    """Of the cases one may see, narrowed; the most urgent first."""

    def __init__(self, *, ctx: Context, narrowed: CaseFilter) -> None:
        super().__init__([], PAGE)
        self.ctx, self.narrowed = ctx, narrowed
        self.size: AsOf[figures.Size] = figures.size(ctx=ctx, narrowed=narrowed)

    @property
    def count(self) -> int:
        return self.size.value.total

    def page(self, number: Any) -> Page[Case]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self._keys(first, min(first + self.per_page, self.count))
        rows = {row.pk: row for row in with_names(Case.objects.filter(pk__in=keys))}
        return Page([rows[key] for key in keys if key in rows], number, self)

    def _keys(self, first: int, end: int) -> list[UUID]:
        """Of the places `first` to `end` of the whole list."""
        size = self.size.value
        found: list[UUID] = []
        for is_open, begin, length in ((True, 0, size.open), (False, size.open, size.total - size.open)):
            start, stop = max(first - begin, 0), min(end - begin, length)
            if start < stop:
                found += self._run(is_open, start, stop, length)
        return found

    def _run(self, is_open: bool, start: int, stop: int, length: int) -> list[UUID]:
        rows = cases(ctx=self.ctx, narrowed=self.narrowed, cut=True).filter(is_open__in=(is_open,))
        if start <= length - stop:
            return list(rows.order_by(F("due_on").asc(nulls_last=True), "id").values_list("pk", flat=True)[start:stop])
        backwards = rows.order_by(F("due_on").desc(nulls_first=True), "-id").values_list("pk", flat=True)
        return list(backwards[length - stop : length - start])[::-1]
