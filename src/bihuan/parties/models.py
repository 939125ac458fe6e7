"""区域、单位、人员、岗位、任职、对象、地方参数、日历."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from bihuan.core.access.models import User
from bihuan.core.access.rows import PathField, Row, any_of, below
from bihuan.core.access.scope import Place, Reach
from bihuan.core.protection.fields import PhoneField
from bihuan.core.records.models import Arriving
from bihuan.parties.terms import AUTHORITIES, OrganisationKind, PartiesGrants, RegionKind, ThingState


class Region(Row):
    """区域: an administrative division with its code (GB/T 2260), or a park. Everybody may know that it exists."""

    code = models.CharField("区域代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("级别", max_length=10, choices=RegionKind.choices())
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = PathField(unique=True)
    boundary = models.JSONField("边界（GeoJSON，CGCS2000）", null=True)

    class Meta:
        ordering = ["path"]
        verbose_name = "区域"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(PartiesGrants)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()

    @property
    def place(self) -> Place:
        return Place(self.path)


class Organisation(Row):
    """单位: a department, committee, enterprise, park administration or agency.

    `code` is ours and never changes; the unified social credit code (GB 32100-2015) is held beside it.
    """

    code = models.CharField("单位编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120)
    short_names = models.JSONField("简称", default=list)
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, unique=True)
    kind = models.CharField("类别", max_length=20, choices=OrganisationKind.choices())
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="organisations")
    region_path = PathField(db_index=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    abolished_on = models.DateField("撤销日期", null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="predecessors")

    class Meta:
        ordering = ["region_path", "kind", "name"]
        verbose_name = "单位"
        indexes = [models.Index(fields=["kind", "region_path"], name="organisation_by_kind")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (PartiesGrants.READ, PartiesGrants.MANAGE)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return any_of(
            [
                Q(kind__in=AUTHORITIES),
                *(below("region_path", r) for r in reach.regions),
                Q(code__in=sorted(reach.organisations)),
            ]
        )

    @property
    def place(self) -> Place:
        return Place(self.region_path, frozenset([self.code]))

    @property
    def onward(self) -> Organisation | None:
        """承接单位: who stands in its place today, where it was abolished or merged."""
        found, met = self.successor, {self.pk}
        while found is not None and found.successor_id is not None and found.pk not in met:
            met.add(found.pk)
            found = found.successor
        return found if self.abolished_on is not None else None


class Person(Row):
    """人员: a natural person of one organisation; may have an account."""

    name = models.CharField("姓名", max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="person")
    phone = PhoneField("电话", blank=True, default="")
    left_on = models.DateField("离任日期", null=True)

    personal_fields = frozenset({"name", "phone"})

    class Meta:
        ordering = ["organisation_code", "name"]
        verbose_name = "人员"
        indexes = [models.Index(fields=["phone"], name="person_by_phone")]

    def __str__(self) -> str:
        return self.name

    def is_here(self, on: date) -> bool:
        """在任: not past the day on which he left."""
        return self.left_on is None or self.left_on > on

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (PartiesGrants.READ, PartiesGrants.MANAGE)


class Post(Row):
    """岗位: a post of an organisation, with its duties in words."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)
    name = models.CharField("岗位", max_length=80)
    duties = models.TextField("职责", blank=True, default="")

    class Meta:
        ordering = ["organisation_code", "name"]
        verbose_name = "岗位"
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="post_once_an_organisation")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (PartiesGrants.READ, PartiesGrants.MANAGE)


class Membership(Row):
    """任职: a person holds a post, or sits in a committee, for a time. Half-open: no longer on `until_on`."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region_path = PathField(db_index=True)
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField("身份", max_length=60, blank=True, default="")
    from_on = models.DateField("任职日期")
    until_on = models.DateField("离任日期", null=True)

    class Meta:
        ordering = ["organisation_code", "from_on"]
        verbose_name = "任职"

    def __str__(self) -> str:
        return f"{self.person} · {self.post or self.role}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (PartiesGrants.READ, PartiesGrants.MANAGE)


class Thing(Arriving, Row):
    """对象: one thing, one code, one file. What is governed: an enterprise, a tank, a vehicle, a place of use …

    Registers hold the particulars in satellite tables, one-to-one. The code never changes.
    """

    code = models.CharField("编码", max_length=60, unique=True)
    kind = models.CharField("种类", max_length=40)
    name = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=10, choices=ThingState.choices(), default=ThingState.IN_USE)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="things")
    organisation_code = models.CharField(max_length=40, db_index=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="things")
    region_path = PathField(db_index=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    longitude = models.DecimalField("经度", max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField("纬度", max_digits=10, decimal_places=7, null=True)
    shape = models.JSONField("范围（GeoJSON，CGCS2000）", null=True)
    #: Unguessable; what the QR code carries.
    scan_key = models.CharField(max_length=32, unique=True)

    class Meta:
        ordering = ["kind", "code"]
        verbose_name = "对象"
        indexes = [
            # What a list leaves out (rows of a sheet not yet in, retired ones) is seen in the index: of a register into
            # which 100 000 rows are being imported a page would else fetch them all to find that they are not there yet.
            models.Index(fields=["kind", "region_path", "sheet", "state", "code"], name="thing_by_kind_and_region"),
            models.Index(fields=["organisation_code", "kind"], name="thing_by_organisation"),
            # A list of one register in the order of its codes walks this and stops after a page.
            models.Index(fields=["kind", "code", "sheet", "state", "region_path"], name="thing_by_kind_and_code"),
            # A window of the map asks for one kind within it.
            models.Index(fields=["kind", "longitude", "latitude"], name="thing_by_kind_and_place"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        try:
            return reverse("thing", kwargs={"code": self.code})
        except NoReverseMatch:
            return "/"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (PartiesGrants.READ, PartiesGrants.MANAGE)


class Parameter(Row):
    """地方参数: a value that differs by place (10 or 20 years, the 20th or the 25th), inherited along the region tree."""

    name = models.CharField("参数", max_length=80)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="parameters")
    region_path = PathField(db_index=True)
    from_on = models.DateField("生效日期")
    value = models.JSONField("取值")
    basis = models.CharField("依据", max_length=300)

    class Meta:
        ordering = ["name", "region_path", "from_on"]
        verbose_name = "地方参数"
        constraints = [models.UniqueConstraint(fields=["name", "region", "from_on"], name="parameter_once_a_day")]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(PartiesGrants)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()


class CalendarDay(Row):
    """日历: a day that a place works or rests against the rule. The statutory days come with the law's data."""

    day = models.DateField("日期")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="calendar_days")
    region_path = PathField()
    is_working = models.BooleanField("是否上班")
    basis = models.CharField("依据", max_length=300)

    class Meta:
        ordering = ["day"]
        verbose_name = "日历"
        constraints = [models.UniqueConstraint(fields=["day", "region"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.day}"

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return tuple(PartiesGrants)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()
