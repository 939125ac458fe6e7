"""Declaration of operations."""

from __future__ import annotations

from bihuan.core.access.terms import AccessGrants
from bihuan.core.modules import MenuItem, Module
from bihuan.core.pages.declared import Look
from bihuan.kernel.text import Text
from bihuan.site.operations.checks.finding import State

MODULE = Module(
    name="operations",
    label=Text("运行维护", "Operations"),
    urls="bihuan.site.operations.urls",
    menu=(
        MenuItem(
            Text("运行状态", "State of the system"), "operations", "activity", (AccessGrants.OPERATE,), "system", 50
        ),
    ),
    declares=(
        Look(State.OK, "green", "check"),
        Look(State.WARN, "yellow", "alert-triangle"),
        Look(State.BAD, "red", "circle-x"),
    ),
)
