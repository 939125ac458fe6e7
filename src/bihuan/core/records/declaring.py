"""声明一个台账: from a `Register` to the module that `site/modules.py` lists."""

from __future__ import annotations

from collections.abc import Mapping

from bihuan.core.modules import Module, RoleSpec
from bihuan.core.protection.revealing import Reveals
from bihuan.core.records import search
from bihuan.core.records.generated import actions_of
from bihuan.core.records.register import Register
from bihuan.core.records.sheets import applying
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

#: Whoever keeps a register must find the organisations its rows name.
READS_WITH_IT = ("parties.read",)


def module_of(
    register: Register,
    *,
    grants: type[Term],
    roles: tuple[RoleSpec, ...] = (),
    serves: Mapping[str, Text] | None = None,
    order: int = 100,
    section: str = "registers",
    declares: tuple[object, ...] = (),
) -> Module:
    """The whole module of a register that needs nothing but its declaration: two roles of its own come with it."""
    keeping = (*register.read, *register.edit, *register.personal)
    own_roles = (
        RoleSpec(
            f"{register.code}_reader",
            Text(f"{register.label.zh}台账查阅", f"Reads {register.label.en}"),
            register.read,
        ),
        RoleSpec(
            f"{register.code}_keeper",
            Text(f"{register.label.zh}台账管理", f"Keeps {register.label.en}"),
            (*keeping, *READS_WITH_IT),
        ),
    )
    made = actions_of(register)
    reveals = tuple(Reveals(register.model, a) for a in made if a.name == f"{register.code}.reveal")
    return Module(
        name=register.code,
        label=register.label,
        grants=grants,
        actions=(*made, *applying.actions_of(register)),
        roles=(*own_roles, *roles),
        menu=(register.menu(section=section, order=order),),
        serves=serves or {},
        declares=(register, search.of_register(register), *reveals, *declares),
    )
