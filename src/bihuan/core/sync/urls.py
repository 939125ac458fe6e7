"""Addresses of sync."""

from __future__ import annotations

from django.urls import path

from bihuan.core.sync import web

urlpatterns = [
    path("api/sync/envelopes", web.take_envelopes, name="sync-envelopes"),
    path("sync/conflicts/", web.conflicts, name="sync-conflicts"),
    path("sync/conflicts/<uuid:conflict_id>/", web.conflict, name="sync-conflict"),
    path("sync/conflicts/<uuid:conflict_id>/apply/", web.apply_anyway, name="sync-conflict-apply"),
]
