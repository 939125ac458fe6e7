"""Addresses of responsibilities."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.responsibilities.web import basis, division, papers, units

urlpatterns = [
    path("responsibilities/", division.matrix, name="responsibilities"),
    path("responsibilities/units/", units.units, name="responsibility-units"),
    path("responsibilities/leaders/", units.leaders, name="responsibility-leaders"),
    path("responsibilities/units/<str:code>/", units.unit_page, name="responsibility-unit"),
    path("responsibilities/units/<str:code>/list.docx", units.word, name="responsibility-list-word"),
    path("responsibilities/units/<str:code>/list.xlsx", units.excel, name="responsibility-list-excel"),
    path("responsibilities/units/<str:code>/basis/", basis.basis, name="responsibility-basis"),
    path("responsibilities/papers/", papers.papers, name="responsibility-papers"),
    path("responsibilities/papers/<uuid:paper_id>/", papers.paper_page, name="responsibility-paper"),
    path("responsibilities/papers/<uuid:paper_id>/paper.docx", papers.paper_word, name="responsibility-paper-word"),
    path("responsibilities/people/<uuid:person_id>/", units.hand_over, name="responsibility-hand-over"),
]
