"""Addresses of boundaries."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.parks import web

urlpatterns = [path("boundaries/<uuid:thing_id>/<str:what>/", web.draw, name="boundary")]
