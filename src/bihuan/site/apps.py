"""Start-up: read the declarations of every module."""

from __future__ import annotations

from django.apps import AppConfig

from bihuan.core import modules
from bihuan.core.protection import ciphers
from bihuan.site.modules import MODULES


class SiteConfig(AppConfig):
    name = "bihuan.site"
    label = "site"

    def ready(self) -> None:
        ciphers.require_chosen()
        modules.load(MODULES)
