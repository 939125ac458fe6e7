"""Addresses of supervision."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.supervision.web import checks, circulars, examinations, ledgers

urlpatterns = [
    path("problems/", ledgers.problems, name="problems"),
    path("problems/ledger.xlsx", ledgers.problems_file, name="problems-file"),
    path("supervision/", checks.checks, name="supervision"),
    path("supervision/<uuid:check_id>/", checks.check_page, name="supervision-check"),
    path("supervision/circulars/", circulars.circulars, name="supervision-circulars"),
    path("supervision/circulars/<uuid:circular_id>/", circulars.circular_page, name="supervision-circular"),
    path("supervision/circulars/<uuid:circular_id>/circular.docx", circulars.word, name="supervision-circular-word"),
    path("supervision/rulings/", ledgers.rulings, name="supervision-rulings"),
    path("supervision/practices/", ledgers.practices, name="supervision-practices"),
    path("supervision/examinations/", examinations.examinations, name="supervision-examinations"),
    path("supervision/examinations/ledger.xlsx", examinations.examinations_file, name="supervision-examinations-file"),
    path("supervision/plans/", ledgers.plans, name="supervision-plans"),
]
