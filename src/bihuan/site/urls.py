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

handler400 = "bihuan.core.pages.problems.bad_request"
handler403 = "bihuan.core.pages.problems.permission_denied"
handler404 = "bihuan.core.pages.problems.page_not_found"
handler500 = "bihuan.core.pages.problems.server_error"
