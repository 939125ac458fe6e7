"""Declaration of the pages."""

from __future__ import annotations

from bihuan.core.modules import Module
from bihuan.kernel.text import Text

MODULE = Module(
    name="pages",
    label=Text("页面", "Pages"),
    urls="bihuan.core.pages.urls",
    url_prefix="",
)
