"""Addresses of codes. The public one is short: it is printed."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.scan_codes import web

urlpatterns = [
    path("s/<str:key>/", web.scanned, name="scanned"),
    path("codes/", web.codes, name="scan-codes"),
]
