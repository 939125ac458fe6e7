"""Addresses of parties."""

from __future__ import annotations

from django.urls import path

from bihuan.parties import web

urlpatterns = [
    path("organisations/", web.organisations, name="organisations"),
    path("regions/", web.regions, name="regions"),
    path("parameters/", web.parameters, name="parameters"),
]
