"""Addresses: core's own, then each module's at its prefix."""

from __future__ import annotations

from django.urls import include, path

from bihuan.core.modules import registry

urlpatterns = [
    path(
        module.url_prefix if module.url_prefix is not None else f"{module.name.replace('_', '-')}/",
        include(module.urls),
    )
    for module in registry().modules.values()
    if module.urls
]
