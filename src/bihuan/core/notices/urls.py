"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from bihuan.core.notices import web

urlpatterns = [
    path("", web.notices, name="notices"),
    path("settings/", web.settings, name="notice-settings"),
    path("settings/webhook/", web.webhook, name="notice-webhook"),
    path("<uuid:notice_id>/open/", web.open_notice, name="notice-open"),
]
