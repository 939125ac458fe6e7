"""Addresses of responsibility."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.hazard_responsibility import web

urlpatterns = [path("major-hazards/<uuid:unit_id>/board/", web.board, name="hazard-board")]
