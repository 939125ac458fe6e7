"""Addresses of cases."""

from __future__ import annotations

from django.urls import path

from bihuan.loop import planning, usage, web

urlpatterns = [
    path("inbox/", web.inbox, name="inbox"),
    path("overview/", web.overview, name="overview"),
    path("cases/", web.case_list, name="cases"),
    path("usage/", usage.page, name="usage"),
    path("duties/", planning.duties, name="duties"),
    path("escalation/", planning.escalation, name="escalation"),
    path("escalation/new/", planning.new_escalation, name="escalation-new"),
    path("cases/<str:number>/", web.case_page, name="case"),
]
