"""Addresses of the queue."""

from __future__ import annotations

from django.urls import path

from bihuan.core.jobs import web

urlpatterns = [path("", web.jobs, name="jobs")]
