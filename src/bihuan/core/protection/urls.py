"""Addresses of the protection of personal data."""

from __future__ import annotations

from django.urls import path

from bihuan.core.protection import web

urlpatterns = [path("reveal/<str:kind>/<uuid:row_id>/", web.reveal, name="reveal")]
