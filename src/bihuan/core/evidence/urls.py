"""Addresses of evidence."""

from __future__ import annotations

from django.urls import path

from bihuan.core.evidence import web

urlpatterns = [
    path("api/evidence/files", web.take_file, name="evidence-take-file"),
    path("api/evidence/uploads", web.begin_upload, name="evidence-begin-upload"),
    path("api/evidence/uploads/<uuid:upload_id>", web.upload, name="evidence-upload"),
    path("api/evidence/<uuid:evidence_id>", web.about, name="evidence-about"),
    path("evidence/<uuid:evidence_id>/", web.evidence_file, name="evidence-file"),
    path("evidence/<uuid:evidence_id>/thumbnail/", web.thumbnail, name="evidence-thumbnail"),
]
