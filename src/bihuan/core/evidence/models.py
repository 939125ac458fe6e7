"""证据文件、证据、上传."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from bihuan.core.access.context import Actor
from bihuan.core.access.rows import PathField, Row, ScopedQuerySet
from bihuan.core.access.scope import Reach
from bihuan.core.evidence.formats import BY_MEDIA_TYPE, Format
from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants, EvidenceKind, ExpiryStage
from bihuan.core.modules import registry


def owner_of(actor: Actor) -> str:
    """A person's browser and a person's token own the same uploads."""
    return f"user:{actor.user_id}" if actor.user_id else actor.id


class FileQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(pk__in=Evidence.objects.visible_to(actor).values("file"))


class EvidenceFile(Row):
    """证据文件: bytes on the disk, named by their SHA-256 digest. However often it was uploaded, it is there once."""

    id = None  # type: ignore[assignment]  # the digest is the key
    digest = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    objects: ClassVar[Any] = FileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest[:12]

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (EvidenceGrants.READ,)

    @property
    def format(self) -> Format:
        return BY_MEDIA_TYPE[self.media_type]

    @property
    def has_thumbnail(self) -> bool:
        return self.width is not None


class EvidenceQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The holders of the grant by region or organisation, the owner's people, the uploader, and whoever sees a row it is linked to."""
        if actor.kind == "anonymous":
            return self.none()
        reach = actor.reach(EvidenceGrants.READ)
        if reach.is_everywhere:
            return self
        seen = Evidence.within(reach)
        for declared in registry().declared(EvidenceReach):
            seen |= declared.seen_by(actor)
        # A token sees by its listed grants only: that its person once uploaded a file is no grant.
        if actor.kind != "token" or actor.has(EvidenceGrants.READ):
            seen |= Q(uploaded_by=owner_of(actor))
            if actor.organisation:
                seen |= Q(organisation_code=actor.organisation)
        return self.filter(seen)


class Evidence(Row):
    """证据: what a file proves. One file may serve several; a new revision stands beside the old one, never over it."""

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=EvidenceKind.choices())
    file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="evidence")
    file_name = models.CharField(max_length=200)
    #: From which day it holds: the day of the photo, of the signature. Not the day of the upload.
    effective_on = models.DateField()
    expires_on = models.DateField(null=True)
    expiry_stage = models.CharField(max_length=8, choices=ExpiryStage.choices(), default=ExpiryStage.NONE)
    organisation_code = models.CharField(max_length=40, blank=True, default="", db_index=True)
    region_path = PathField(blank=True, default="", db_index=True)
    uploaded_by = models.CharField(max_length=80, db_index=True)
    revises = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="revised_by")
    superseded_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = EvidenceQuerySet.as_manager()
    #: People name files after people: in the audit they are digests, which an erasure can make unreadable.
    personal_fields = frozenset({"file_name", "title"})

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "证据"
        indexes = [
            models.Index(
                fields=["expires_on"],
                name="evidence_expiring",
                condition=Q(expires_on__isnull=False, superseded_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=models.F("effective_on")),
                name="evidence_expires_after_it_holds",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (EvidenceGrants.READ,)

    @property
    def is_superseded(self) -> bool:
        return self.superseded_at is not None

    def get_absolute_url(self) -> str:
        return reverse("evidence-file", args=[self.pk])

    @property
    def thumbnail_url(self) -> str:
        return reverse("evidence-thumbnail", args=[self.pk])


class UploadQuerySet(ScopedQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(owner=owner_of(actor)) if actor.kind != "anonymous" else self.none()


class Upload(Row):
    """上传: bytes somebody sent. Only who sent them can make evidence of them, so that knowing a digest gives nothing.

    How much has arrived is the length of the part file, and nowhere else.
    """

    owner = models.CharField(max_length=80, db_index=True)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    file = models.ForeignKey(EvidenceFile, null=True, on_delete=models.PROTECT, related_name="uploads")
    finished_at = models.DateTimeField(null=True)
    abandoned_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = UploadQuerySet.as_manager()
    personal_fields = frozenset({"name"})

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "上传"
        indexes = [
            models.Index(
                fields=["owner", "digest"],
                name="upload_unfinished",
                condition=Q(finished_at__isnull=True, abandoned_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def view_grants(cls) -> tuple[str, ...]:
        return (EvidenceGrants.ADD,)

    @classmethod
    def within(cls, reach: Reach) -> Q:
        return Q()
