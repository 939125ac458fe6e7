"""Declaration of the login at an identity provider."""

from __future__ import annotations

from bihuan.connectors.oidc.web import is_on
from bihuan.core.access.plugs import LoginOption
from bihuan.core.modules import Module
from bihuan.kernel.text import Text

MODULE = Module(
    name="oidc",
    label=Text("统一身份登录", "Single sign-on"),
    urls="bihuan.connectors.oidc.urls",
    declares=(LoginOption(Text("统一身份登录", "Single sign-on"), "oidc_login", "users-group", is_on),),
)
