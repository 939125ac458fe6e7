"""Addresses of operations."""

from __future__ import annotations

from django.urls import path

from bihuan.site.operations import web

urlpatterns = [path("", web.operations, name="operations")]
