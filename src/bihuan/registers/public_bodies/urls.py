"""Addresses of supervising bodies and their means."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.public_bodies import web

urlpatterns = [path("study/", web.study, name="study")]
