"""The product's own settings in a scratch home, so that a test never meets an installation."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_home = tempfile.mkdtemp(prefix="bihuan-test-")
_owner = os.getpid()


@atexit.register
def _sweep() -> None:
    if os.getpid() == _owner:  # a forked child must not take its parent's home away
        shutil.rmtree(_home, ignore_errors=True)


os.environ["BIHUAN_HOME"] = _home
os.environ["DATABASE_URL"] = os.environ.get("BIHUAN_TEST_DATABASE_URL", "")
os.environ["BIHUAN_HOSTS"] = "127.0.0.1,localhost,testserver"

from bihuan.site.settings import *  # noqa: E402, F403
from bihuan.site.settings import DATABASES  # noqa: E402

# A file, not memory: threads and processes of one test share it as they would in service. Nothing here outlives
# the test, so it need not reach the disk.
if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_home) / "test.sqlite3")}
    _options = DATABASES["default"]["OPTIONS"]
    _options["init_command"] = _options["init_command"].replace("synchronous=NORMAL", "synchronous=OFF")  # type: ignore[index]

# A quick hasher: the tests prove who may log in, not how long a guess takes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Files by their plain names, looked up where they lie: nothing is collected for a test.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
# What floods do is tested where they are made; other tests may ask as often as they like.
BIHUAN_RATES: dict[str, int] = {}
LOGGING = {"version": 1, "disable_existing_loggers": False}
