"""Addresses of bodies."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.bodies import web

urlpatterns = [
    path("bodies/", web.bodies, name="bodies"),
    path("bodies/<uuid:body_id>/", web.body_page, name="body"),
]
