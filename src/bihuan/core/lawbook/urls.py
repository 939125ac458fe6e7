"""Addresses of the law book."""

from __future__ import annotations

from django.urls import path

from bihuan.core.lawbook import web

urlpatterns = [
    path("", web.list_entries, name="lawbook"),
    path("<path:path>/<slug:key>/<str:held_from>/", web.show_entry, name="lawbook_entry"),
]
