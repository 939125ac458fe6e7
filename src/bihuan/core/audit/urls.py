"""Addresses of the audit trail."""

from __future__ import annotations

from django.urls import path

from bihuan.core.audit import web

urlpatterns = [
    path("", web.list_rows, name="audit"),
    path("<uuid:row_id>/", web.show_row, name="audit_row"),
]
