"""Addresses of projects."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.project_screening import web

urlpatterns = [
    path("projects/", web.listing, name="projects"),
    path("projects/plans/", web.plans, name="plan-layers"),
    path("projects/<uuid:project_id>/", web.project, name="project"),
    path("projects/<uuid:project_id>/site/", web.site, name="project-site"),
]
