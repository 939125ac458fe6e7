"""Addresses of static risk."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.risk_grading import web

urlpatterns = [
    path("risk-grading/", web.listing, name="risk-grading"),
    path("risk-grading/<uuid:enterprise_id>/", web.assess, name="risk-assessment"),
    path("risk-grading/<uuid:enterprise_id>/sheet.xlsx", web.workbook, name="risk-assessment-sheet"),
]
