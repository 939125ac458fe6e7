"""台账的表: the row every register has, the sheets on their way in, and the entries of the search."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row, ScopedQuerySet
from bihuan.core.protection.fields import SealedJSONField
from bihuan.core.records.register import register_of
from bihuan.core.records.terms import ExistingRows, RowState, SheetState
from bihuan.kernel.identity import new_id


class SheetQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """A sheet is nobody's business but the uploader's: it shows rows that don't exist yet."""
        return self.filter(uploaded_by=actor.user_id) if actor.user_id is not None else self.none()


class Sheet(Row):
    """导入批次: one uploaded workbook, from check to decision to the switch that makes its new rows visible."""

    register = models.CharField(max_length=60)
    uploaded_by = models.UUIDField()
    file_name = models.CharField(max_length=200)
    spool = models.CharField(max_length=80)
    existing = models.CharField(max_length=10, choices=ExistingRows.choices(), default=ExistingRows.REFUSE)
    state = models.CharField(max_length=10, choices=SheetState.choices(), default=SheetState.CHECKING)
    reason_zh = models.CharField(max_length=500, blank=True, default="")
    reason_en = models.CharField(max_length=500, blank=True, default="")
    counts = models.JSONField(default=dict)
    #: What stood in row 1, for the workbook of errors; and what is said of the sheet as a whole: [{zh, en}].
    headings = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    #: The layout of another system that its columns follow; empty is our own template.
    layout = models.CharField(max_length=40, blank=True, default="")
    finished_at = models.DateTimeField(null=True)
    region_path = PathField(blank=True, default="")
    organisation_code = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "导入批次"
        indexes = [
            models.Index(fields=["uploaded_by", "register"], name="sheet_by_uploader"),
            models.Index(fields=["id"], name="sheet_applying", condition=Q(state__in=["applying", "giving_up"])),
        ]

    objects: ClassVar[Any] = SheetQuerySet.as_manager()

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("records:sheet", kwargs={"code": self.register, "sheet_id": self.pk})

    def count(self, state: RowState) -> int:
        return int(self.counts.get(state.value, 0))

    @property
    def written(self) -> int:
        return self.count(RowState.WRITTEN)


class SheetRow(models.Model):
    """One row of a sheet, as it was read and judged. Work in progress, not a record: it enters the audit when written."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices())
    key = models.CharField(max_length=200, blank=True, default="")
    #: Typed values in plain JSON, references by their id; for an update only those that differ.
    values = SealedJSONField(default=dict)
    #: What the cells held, for rows that have something wrong.
    cells = SealedJSONField(default=list)
    #: [{column, field, zh, en}]
    errors = SealedJSONField(default=list)
    row_id = models.UUIDField(null=True)
    row_version = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="sheet_row_once")]
        indexes = [models.Index(fields=["sheet", "state", "number"], name="sheet_row_by_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Arriving(models.Model):
    """With `sheet`, the rows of an uploaded sheet are written in small steps and appear all at once."""

    sheet = models.UUIDField(null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def arrived(cls) -> Q:
        return arrived("sheet")


def arrived(path: str) -> Q:
    """Not part of a sheet that is being written or taken back. The inner query is over a handful of sheets at most."""
    writing = Sheet._base_manager.filter(state__in=(SheetState.APPLYING, SheetState.GIVING_UP)).values("pk")
    return ~Q(**{f"{path}__in": writing})


class SearchEntry(Arriving):
    """检索条目: one findable thing. `grams` holds its two-character pieces and who may see it; see `search`."""

    subject = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=80)
    row_id = models.UUIDField()
    code = models.CharField(max_length=80, db_index=True)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=200)
    #: Normalised title, code, pinyin initials and further words, one a line: what a longer query is checked against.
    text = models.TextField()
    grams = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "row_id"], name="search_by_row")]
        verbose_name = "检索条目"

    def __str__(self) -> str:
        return self.title


class RegisterRow(Row):
    """台账行: what a register's model inherits. Who may see it and where its page is follow from the declaration."""

    class Meta:
        abstract = True

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (*register_of(cls).read, *register_of(cls).edit)

    def get_absolute_url(self) -> str:
        return reverse("records:detail", kwargs={"code": register_of(type(self)).code, "row_id": self.pk})
