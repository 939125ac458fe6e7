"""Addresses of instructions and documents."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.office_documents import web

urlpatterns = [
    path("documents/", web.documents, name="office-documents"),
    path("documents/<uuid:document_id>/", web.document_page, name="office-document"),
]
