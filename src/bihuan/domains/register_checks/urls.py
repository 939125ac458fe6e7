"""Addresses of register checks."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.register_checks import web

urlpatterns = [
    path("register-checks/", web.listing, name="register-checks"),
    path("register-checks/supervisors/", web.supervisors, name="objects-in-charge"),
]
