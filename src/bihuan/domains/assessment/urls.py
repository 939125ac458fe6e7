"""Addresses of assessments."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.assessment import web

urlpatterns = [
    path("assessments/", web.assessments, name="assessments"),
    path("assessments/pursuits/", web.pursuits, name="assessment-pursuits"),
    path("assessments/<uuid:scheme_id>/", web.scheme_page, name="assessment"),
    path("assessments/sheets/<uuid:sheet_id>/", web.sheet_page, name="assessment-sheet"),
    path("assessments/sheets/<uuid:sheet_id>/sheet.docx", web.word, name="assessment-sheet-word"),
]
