"""Addresses of products."""

from __future__ import annotations

from django.urls import path

from bihuan.registers.products import web

urlpatterns = [
    path("products/<uuid:product_id>/label.pdf", web.label, name="product-label"),
    path("products/<uuid:product_id>/data-sheet.pdf", web.data_sheet, name="product-data-sheet"),
    path("prints/", web.prints, name="prints"),
    path("prints/<uuid:batch_id>/<int:number>.pdf", web.print_file, name="print-file"),
]
