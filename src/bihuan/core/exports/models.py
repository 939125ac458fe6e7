"""导出登记: who asked for what and why, who decided, what was made and how often it was fetched."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.models import User
from bihuan.core.access.rows import PathField, Row, ScopedQuerySet
from bihuan.core.access.terms import AccessGrants
from bihuan.core.exports.terms import ExportForm, ExportsGrants, ExportState


class ExportQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever asked, whoever may approve it there, and the auditor of the installation."""
        reach = actor.reach(ExportsGrants.APPROVE, ExportsGrants.MAKE, AccessGrants.READ_AUDIT)
        if reach.is_everywhere:
            return self
        own = Q(requested_by=actor.user_id) if actor.user_id else Q(pk__in=[])
        return self.filter(own) if reach.is_nowhere else self.filter(own | ExportRequest.within(reach))


class ExportRequest(Row):
    """导出申请. Lies where its requester's unit lies."""

    number = models.CharField("编号", max_length=30, unique=True)
    register = models.CharField("台账", max_length=60)
    #: The address part of the list as it was filtered; personal fields can't be filtered by.
    query = models.CharField("筛选条件", max_length=1000, blank=True, default="")
    form = models.CharField("格式", max_length=5, choices=ExportForm.choices())
    purpose = models.CharField("用途", max_length=300)
    state = models.CharField("状态", max_length=10, choices=ExportState.choices(), default=ExportState.ASKED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports_asked")
    organisation_code = models.CharField(max_length=40, blank=True, default="", db_index=True)
    region_path = PathField(blank=True, default="", db_index=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="exports_decided")
    decided_at = models.DateTimeField(null=True)
    remark = models.CharField("审批意见", max_length=300, blank=True, default="")
    rows = models.PositiveIntegerField("条数", null=True)
    digest = models.CharField("文件摘要", max_length=64, blank=True, default="")
    expires_at = models.DateTimeField("下载期限", null=True)
    downloads = models.PositiveIntegerField("下载次数", default=0)

    objects: ClassVar[Any] = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "个人信息导出"
        indexes = [models.Index(fields=["state", "expires_at"], name="export_by_state")]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (ExportsGrants.APPROVE, ExportsGrants.MAKE)

    def get_absolute_url(self) -> str:
        return reverse("export-request", args=[self.pk])

    @property
    def state_term(self) -> ExportState:
        return ExportState.of(self.state)

    @property
    def form_term(self) -> ExportForm:
        return ExportForm.of(self.form)
