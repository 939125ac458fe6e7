"""Addresses of projects."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.project_screening import web

urlpatterns = [
    path("projects/", web.listing, name="projects"),
    path("projects/<uuid:project_id>/", web.project, name="project"),
]
