"""Addresses of registers: the same for each, from its code."""

from __future__ import annotations

from django.urls import path

from bihuan.core.records import api, map_web, transfer, web

app_name = "records"
urlpatterns = [
    path("registers/", web.index, name="index"),
    path("registers/<slug:code>/", web.rows, name="list"),
    path("registers/<slug:code>/count", web.exact_count, name="count"),
    path("registers/<slug:code>/map/", web.map_page, name="map"),
    path("registers/<slug:code>/map.geojson", api.geojson, name="geojson"),
    path("registers/<slug:code>/export.<str:form>", transfer.export, name="export"),
    path("registers/<slug:code>/template.xlsx", transfer.template, name="template"),
    path("registers/<slug:code>/import/", transfer.upload, name="upload"),
    path("registers/<slug:code>/import/<uuid:sheet_id>/", transfer.sheet, name="sheet"),
    path("registers/<slug:code>/import/<uuid:sheet_id>/errors.xlsx", transfer.errors, name="errors"),
    path("registers/<slug:code>/<uuid:row_id>/", web.detail, name="detail"),
    path("api/registers", api.registers, name="api_registers"),
    path("api/registers/<slug:code>", api.rows, name="api_rows"),
    path("api/registers/<slug:code>/<uuid:row_id>", api.row, name="api_row"),
    path("map/", map_web.layers, name="layers"),
    path("api/map/<slug:layer>", map_web.features, name="layer"),
    path("api/search", api.search, name="api_search"),
]
