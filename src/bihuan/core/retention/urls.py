"""Addresses of retention."""

from __future__ import annotations

from django.urls import path

from bihuan.core.retention import web

urlpatterns = [
    path("", web.overview, name="retention"),
    path("<str:code>/", web.dry_run, name="retention-dry-run"),
]
