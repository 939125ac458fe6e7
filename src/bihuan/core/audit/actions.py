"""What may be done to the audit trail: nothing but forgetting whose personal values its digests were made of."""

from __future__ import annotations

from typing import Annotated

from django.db.models import Q
from pydantic import BaseModel, Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.action import Label, action
from bihuan.core.audit.models import AuditSubject, PersonalSalt
from bihuan.kernel.text import Text


class Erased(BaseModel):
    count: int


def _whole_installation(*, ctx: Context, **_: object) -> Place:
    return Place("")


@action(
    "audit.erase_personal",
    label=Text("擦除审计中的个人信息", "Erase personal data from the audit"),
    needs=AccessGrants.MANAGE_USERS,
    scope=_whole_installation,
    signs_off=True,
    icon="trash",
    tone="red",
    confirm=Text(
        "擦除后，审计记录中该对象的个人信息再也无法核对。确定擦除？",
        "After this nobody can ever compare the personal values of this subject in the audit. Erase them?",
    ),
)
def erase_personal(
    *,
    ctx: Context,
    subject: Annotated[
        str,
        Field(pattern=r"^[a-z_]+\.[a-z_]+:[0-9A-Za-z-]{1,40}$"),
        Label("对象", "Subject", hint=Text("例如 access.user:编号", "for example access.user:id")),
    ],
    basis: Annotated[str, Field(min_length=2, max_length=300), Label("依据", "Basis", widget="textarea")],
) -> Erased:
    """擦除: the salts go, the digests stay unreadable in sealed rows; seals and export verify as before. 依据《个人信息保护法》第四十七条，待核."""
    about = AuditSubject.objects.filter(subject=subject).values("row")
    salts = PersonalSalt.objects.filter(Q(subject=subject) | Q(subject__startswith="input:", row__in=about))
    count, _ = salts.delete()
    return Erased(count=count)
