"""The product's settings on a test's database: for a process of its own that a test starts."""

import os

from bihuan.site.settings import *  # noqa: F403
from bihuan.site.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["BIHUAN_TEST_DATABASE_NAME"]
