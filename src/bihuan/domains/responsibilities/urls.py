"""Addresses of responsibilities."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.responsibilities.web import division, units

urlpatterns = [
    path("responsibilities/", division.matrix, name="responsibilities"),
    path("responsibilities/units/", units.units, name="responsibility-units"),
    path("responsibilities/leaders/", units.leaders, name="responsibility-leaders"),
    path("responsibilities/units/<str:code>/", units.unit_page, name="responsibility-unit"),
    path("responsibilities/units/<str:code>/list.docx", units.word, name="responsibility-list-word"),
    path("responsibilities/units/<str:code>/list.xlsx", units.excel, name="responsibility-list-excel"),
    path("responsibilities/people/<uuid:person_id>/", units.hand_over, name="responsibility-hand-over"),
]
