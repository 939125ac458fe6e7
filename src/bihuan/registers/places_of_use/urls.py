"""Addresses of places of use."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.places_of_use import web

urlpatterns = [
    path("places-of-use/", web.summary, name="places-of-use"),
    path("places-of-use/summary.xlsx", web.workbook, name="places-of-use-sheet"),
]
