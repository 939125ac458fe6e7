"""The WSGI application: all pages and the API."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
application = get_wsgi_application()

from bihuan.core.lawbook import following  # noqa: E402  # needs the settings
from bihuan.site import thread_connections  # noqa: E402  # needs the settings
from bihuan.site.operations.pulses import keep_beating  # noqa: E402  # needs the settings

thread_connections.watch()
following.watch()
keep_beating("web")

# What is loaded now stays: the collector need not walk through it again with every page. And a page makes some ten
# thousand short-lived objects, of which counting references frees nearly all: at the usual threshold of 700 the
# collector ran dozens of times a page for nothing.
gc.collect()
gc.freeze()
gc.set_threshold(25_000, 20, 20)
