"""Addresses of the catalogue."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.chemicals import web

urlpatterns = [
    path("catalogue/", web.catalogue, name="catalogue"),
    path("catalogue/processes/", web.processes, name="key-processes"),
    path("catalogue/mixture/", web.mixture, name="mixture-rule"),
    path("catalogue/<int:serial>/", web.entry, name="catalogue-entry"),
]
