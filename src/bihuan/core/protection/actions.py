"""What the audit keeps of the keys: that one was changed, and that what lay under old ones was sealed anew."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import Label, action
from bihuan.kernel.text import Text


class Noted(BaseModel):
    kind: str


@action(
    "protection.note_key", label=Text("记录密钥更换", "Note a change of keys"), needs=AccessGrants.START_UP, faces=()
)
def note_key(
    *,
    ctx: Context,
    kind: Annotated[str, Label("密钥", "Key"), Field(max_length=40)],
    number: Annotated[int, Label("第几把", "Its number")] = 0,
    resealed: Annotated[int, Label("重新加密的条数", "Values sealed anew")] = 0,
    public_key: Annotated[str, Label("新公钥", "New public key"), Field(max_length=130)] = "",
    former_key: Annotated[str, Label("原公钥", "Public key before it"), Field(max_length=130)] = "",
    from_seal: Annotated[int, Label("自封存", "From seal")] = 0,
) -> Noted:
    """密钥更换记录: never the key itself."""
    return Noted(kind=kind)
