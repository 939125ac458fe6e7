"""疑似重复与去向."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.kernel.identity import new_id
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation
from bihuan.registers.duplicates.rules import common_path
from bihuan.registers.duplicates.terms import DuplicatesGrants, Fate, Verdict


class Pair(Row):
    """两个单位: a suspicion and what became of it. One that is judged is never suspected again."""

    first = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField("相似度")
    why_zh = models.CharField(max_length=200)
    why_en = models.CharField(max_length=200)
    verdict = models.CharField("结论", max_length=10, choices=Verdict.choices(), default=Verdict.FOUND)
    kept = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=500, blank=True, default="")
    proposed_by = models.CharField(max_length=120, blank=True, default="")
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    #: What moved, and what stayed: {"moved": {table: number}, "stayed": {table: number}}.
    outcome = models.JSONField(default=dict)
    undo_reason = models.CharField("撤销理由", max_length=500, blank=True, default="")
    undo_proposed_by = models.CharField(max_length=120, blank=True, default="")
    undo_proposed_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True, default="")
    undone_at = models.DateTimeField(null=True)
    #: What taking back did: {"back": {table: number}, "followed": …, "stayed": …, "new": …}.
    undo_outcome = models.JSONField(default=dict)
    first_path = PathField()
    second_path = PathField()

    class Meta:
        ordering = ["-score", "id"]
        verbose_name = "疑似重复单位"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=~Q(first=models.F("second")), name="duplicate_pair_of_two"),
        ]
        indexes = [models.Index(fields=["verdict", "-score"], name="duplicate_pair_by_verdict")]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"

    def get_absolute_url(self) -> str:
        return reverse("duplicate", kwargs={"pair_id": self.pk})

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(DuplicatesGrants)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        """Whoever is in charge of both; never one of the two."""
        return any_of(below("first_path", r) & below("second_path", r) for r in reach.regions)

    @property
    def place(self) -> Place:
        return Place(common_path(self.first_path, self.second_path))

    @property
    def verdict_term(self) -> Verdict:
        return Verdict(self.verdict)

    @property
    def why(self) -> Text:
        return Text(self.why_zh, self.why_en)

    @property
    def lost(self) -> Organisation | None:
        if self.kept_id is None:
            return None
        return self.second if self.kept_id == self.first_id else self.first


class Forwarding(Row):
    """去向: an old code and where it leads now. Codes are printed on labels and stand in letters: they go on opening."""

    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    old_id = models.UUIDField(db_index=True)
    new_code = models.CharField(max_length=60)
    new_id = models.UUIDField()
    is_ended = models.BooleanField(default=False)
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="forwardings")
    region_path = PathField()
    organisation_code = models.CharField(max_length=40)

    class Meta:
        ordering = ["kind", "code"]
        verbose_name = "编码去向"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"], condition=Q(is_ended=False), name="forwarding_once_a_living_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.new_code}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(DuplicatesGrants)


class Moved(models.Model):
    """转移明细: one row that a merge changed, and what its columns said before and after. Taking the merge back goes by it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="moved")
    #: In the order of the merge; it is taken back from the end.
    number = models.PositiveIntegerField()
    table = models.CharField(max_length=80)
    row_key = models.CharField(max_length=40)
    #: The version the row had afterwards; a later one says that somebody changed it since.
    row_version = models.PositiveIntegerField(null=True)
    was = models.JSONField()
    became = models.JSONField()
    fate = models.CharField("去向", max_length=10, choices=Fate.choices(), default=Fate.MOVED)

    class Meta:
        ordering = ["pair", "number"]
        verbose_name = "合并转移明细"
        indexes = [models.Index(fields=["pair", "fate", "number"], name="moved_by_fate")]

    def __str__(self) -> str:
        return f"{self.table}:{self.row_key}"
