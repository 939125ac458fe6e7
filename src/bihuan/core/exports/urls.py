"""Addresses of exports with personal data."""

from __future__ import annotations

from django.urls import path

from bihuan.core.exports import web

urlpatterns = [
    path("", web.register, name="exports"),
    path("<uuid:request_id>/", web.show, name="export-request"),
    path("<uuid:request_id>/file", web.download, name="export-file"),
]
