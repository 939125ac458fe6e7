"""Declaration of the law book."""

from __future__ import annotations

from bihuan.core.access.terms import AccessGrants
from bihuan.core.lawbook import actions
from bihuan.core.lawbook.terms import LawbookGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look
from bihuan.kernel.text import Text
from bihuan.law.state import LawState

MODULE = Module(
    name="lawbook",
    label=Text("依据与核对", "The law gone by"),
    grants=LawbookGrants,
    actions=(actions.check_in, actions.withdraw),
    roles=(
        RoleSpec("law_clerk", Text("条文核对员", "Checker of provisions"), (LawbookGrants.CHECK,)),
    ),
    urls="bihuan.core.lawbook.urls",
    url_prefix="law/",
    menu=(
        MenuItem(
            Text("依据与核对", "The law gone by"), "lawbook", "book", (AccessGrants.USE_OWN_ACCOUNT,),
            section="settings", order=45,
        ),
    ),
    declares=(
        Look(LawState.OFFICIAL, "green", "check"),
        Look(LawState.TRANSCRIBED, "yellow", "clock"),
        Look(LawState.UNCHECKED, "orange", "alert-triangle"),
    ),
)  # fmt: skip
