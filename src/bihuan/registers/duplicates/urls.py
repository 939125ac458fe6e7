"""Addresses of duplicates."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.duplicates import web

urlpatterns = [
    path("duplicates/", web.listing, name="duplicates"),
    path("duplicates/<uuid:pair_id>/", web.pair, name="duplicate"),
]
