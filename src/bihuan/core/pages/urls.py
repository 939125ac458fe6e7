"""Addresses of the shell and of the faces of actions."""

from __future__ import annotations

from django.urls import path

from bihuan.core.pages import faces, forms, web
from bihuan.core.pages.live import tickets

urlpatterns = [
    path("", web.home, name="home"),
    path("welcome/", web.welcome, name="welcome"),
    path("search/", web.search, name="search"),
    path("keyboard/", web.keyboard, name="keyboard"),
    path("language/", web.choose_language, name="choose_language"),
    path("theme/", web.choose_theme, name="choose_theme"),
    path("topbar/", web.counts, name="topbar_counts"),
    path("live-ticket/", tickets.give, name="live_ticket"),
    path("do/<slug:slug>/", forms.do, name="do"),
    path("do/rows/<str:kind>/", forms.find_rows, name="find_rows"),
    path("api/actions/<str:name>", faces.act, name="api_action"),
    path("api/openapi.json", faces.describe, name="openapi"),
    path("api/docs", faces.read_about, name="api_docs"),
]
