"""产品、安全技术说明书、排印批次."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.rows import PathField, Row
from bihuan.core.evidence.models import Evidence
from bihuan.engines.ghs.terms import Signal
from bihuan.kernel.text import Text
from bihuan.parties.satellites import Satellite
from bihuan.registers.products.terms import PrintKind, PrintState, ProductsGrants


class Product(Satellite):
    """产品: what one enterprise makes, imports or trades in under one name, with what its label says."""

    name_en = models.CharField("英文名", max_length=120, blank=True, default="")
    is_mixture = models.BooleanField("混合物", default=False)
    classes = models.CharField("危险性类别", max_length=500, blank=True, default="")
    h_codes = models.CharField("危险性说明", max_length=200, blank=True, default="")
    pictograms = models.CharField("象形图", max_length=80, blank=True, default="")
    signal = models.CharField("信号词", max_length=8, choices=Signal.choices(), blank=True, default="")
    p_codes = models.CharField("防范说明", max_length=400, blank=True, default="")
    un_number = models.CharField("联合国编号", max_length=6, blank=True, default="")
    transport_class = models.CharField("运输类别", max_length=6, blank=True, default="")
    packing_group = models.CharField("包装类别", max_length=4, blank=True, default="")
    volumes = models.CharField("包装容积", max_length=120, blank=True, default="")
    address = models.CharField("供应商地址", max_length=200, blank=True, default="")
    telephone = models.CharField("供应商电话", max_length=40, blank=True, default="")
    emergency_telephone = models.CharField("应急咨询电话", max_length=40, blank=True, default="")
    national_address = models.CharField("登记网址", max_length=200, blank=True, default="")
    national_number = models.CharField("登记号", max_length=40, blank=True, default="")
    national_on = models.DateField("登记日期", null=True)
    #: [{name, cas, least, most}] in % by mass.
    components = models.JSONField("组分", default=list)
    #: [{property, value, unit, source, on}]: taken over by a person, each with its source.
    properties = models.JSONField("理化特性", default=list)

    class Meta:
        verbose_name = "产品"
        constraints = [
            models.UniqueConstraint(
                fields=["national_number"], condition=~Q(national_number=""), name="product_national_number_once"
            )
        ]


class DataSheet(Row):
    """安全技术说明书: one revision. An earlier one stays as it was; only the newest is current."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="sheets")
    number = models.CharField("编号", max_length=60)
    revision = models.CharField("版本", max_length=20)
    dated_on = models.DateField("编制或修订日期")
    #: By number, "1" to "16".
    sections = models.JSONField("各部分", default=dict)
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    is_current = models.BooleanField(default=True)
    region_path = PathField(db_index=True)
    organisation_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["-dated_on", "-id"]
        verbose_name = "安全技术说明书"
        constraints = [
            models.UniqueConstraint(fields=["product"], condition=Q(is_current=True), name="data_sheet_current_once"),
            models.UniqueConstraint(fields=["product", "revision"], name="data_sheet_revision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.revision}"

    def get_absolute_url(self) -> str:
        return self.product.get_absolute_url()

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (ProductsGrants.READ, ProductsGrants.EDIT, ProductsGrants.PRINT)


class PrintBatch(Row):
    """排印批次: many labels of one product, or the codes of things, in volumes of a bounded size."""

    kind = models.CharField("内容", max_length=8, choices=PrintKind.choices())
    title = models.CharField("名称", max_length=200)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="batches")
    #: Of codes: the kind of thing.
    things = models.CharField("对象种类", max_length=40, blank=True, default="")
    volume = models.DecimalField("包装容积（L）", max_digits=12, decimal_places=4, null=True)
    batch = models.CharField("批号", max_length=30, blank=True, default="")
    total = models.PositiveIntegerField("张数")
    done = models.PositiveIntegerField("已排张数", default=0)
    #: [{number, first, last, size}]
    files = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=PrintState.choices(), default=PrintState.WAITING)
    said_zh = models.CharField(max_length=300, blank=True, default="")
    said_en = models.CharField(max_length=300, blank=True, default="")
    requested_by = models.UUIDField(null=True)
    region_path = PathField(blank=True, default="", db_index=True)
    organisation_code = models.CharField(max_length=40, blank=True, default="", db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "排印批次"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("prints")

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (ProductsGrants.PRINT, ProductsGrants.REPORT)

    @property
    def state_term(self) -> PrintState:
        return PrintState.of(self.state)

    @property
    def kind_term(self) -> PrintKind:
        return PrintKind.of(self.kind)

    @property
    def said(self) -> Text:
        return Text(self.said_zh, self.said_en)

    @property
    def percent(self) -> int:
        return 100 * self.done // max(1, self.total)

    @property
    def named_files(self) -> list[dict[str, Any]]:
        return [{**f, "megabytes": f"{f['size'] / 1_048_576:.1f}"} for f in self.files]
