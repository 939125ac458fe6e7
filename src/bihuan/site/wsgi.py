"""The WSGI application: all pages and the API."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
application = get_wsgi_application()

from bihuan.site.operations.pulses import keep_beating  # noqa: E402  # needs the settings

keep_beating("web")
