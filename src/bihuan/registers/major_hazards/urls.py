"""Addresses of major hazards."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.major_hazards import web

urlpatterns = [
    path("major-hazards/", web.listing, name="major-hazards"),
    path("major-hazards/<uuid:unit_id>/sheet.<str:form>", web.sheet, name="major-hazard-sheet"),
]
