"""会话密钥的更换: a process goes on with the new key from its next request, without being restarted."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from bihuan.core.protection.rings import keys_folder
from bihuan.core.secrets import session_keys, session_mark

_last: Any = None


def refresh() -> None:
    """One look at the file's time of change; its content is read only when that is another one."""
    global _last  # the one key of the process
    folder = keys_folder()
    try:
        mark = session_mark(folder)
    except FileNotFoundError:
        return  # a process with settings of its own, such as a test
    if _last != (folder, mark):
        _last = (folder, mark)
        # Django looks these two up anew for each signature.
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = session_keys(folder)
